"""The symbolic reading of the semantics: policies as terms, function for function beside
`semantics`.
"""
