"""Findings without a question: all that the outside can do, generalised, and proved to be all."""
