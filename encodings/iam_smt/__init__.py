"""AWS IAM in SMT: requests, conditions and decisions as terms for Z3 and the glob theory.

Knows no JSON, no policy object and no file; imports z3 only.
"""
