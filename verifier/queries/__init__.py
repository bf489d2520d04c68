"""What can be asked: access, and reach through role assumption."""
