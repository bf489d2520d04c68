"""The review of a snapshot: one document of what is found, what was asked, and what is assumed."""
