"""`python -m verifier`: the command line, also of a checkout that is not installed."""

from verifier.cli import main

main()
