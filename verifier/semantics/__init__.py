"""The concrete reading of the semantics: one request, decided (sections 2 to 7).

It shares only the parser with the symbolic reading in `compile`, so that each checks the other.
"""
