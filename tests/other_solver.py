"""cvc5, which knows nothing of our theory, asked the same questions through SMT-LIB."""

from __future__ import annotations

import cvc5

_RESOURCES = "5000000"
"""What cvc5 may spend on a question: some seconds, the same in every run."""


def verdict(script: str) -> str:
    """Return what cvc5 answers to a script: `sat`, `unsat` or `unknown ...`."""
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("strings-exp", "true")
    solver.setOption("rlimit-per", _RESOURCES)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "question")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    return said.strip()
