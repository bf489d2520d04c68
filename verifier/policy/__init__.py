"""What is written: the IAM policy language, section 1 of the semantics."""
