"""What exists: accounts, principals, resources and the organization at one moment."""
