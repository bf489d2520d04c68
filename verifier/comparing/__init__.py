"""What changes from one snapshot to another: who can do more, who less, and by which edit."""
