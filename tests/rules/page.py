"""The page `docs/semantics.md`: rule → evaluator → encoding → cases → how exact the answer is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.rules.citations import ROOT, Citations, in_product, in_tests, number

RULES = Path(__file__).parent / "rules.jsonl"
PAGE = ROOT / "docs" / "semantics.md"
_MOST = 5

NEEDED = {
    "twins": ("evaluator", "encoding"),
    "evaluator": ("evaluator",),
    "encoding": ("encoding",),
    "shared": ("shared",),
    "consequence": (),
    "out": (),
}
"""For each way in which a rule is read, who must cite it."""

_CHAPTERS = {
    1: "Policy documents",
    2: "Actions, resources, variables",
    3: "Principals",
    4: "Conditions",
    5: "Condition keys and requests",
    6: "Decisions",
    7: "Roles",
    8: "Escalation",
    9: "Public access, zone of trust",
}
_HEAD = """\
# The rules

What AWS does is written as rules with ids; each is one line here. This page is generated:
`python -m tests.rules`, and a test fails when it is stale.

- **evaluator** decides one concrete request (`verifier.semantics`).
- **encoding** says the same as terms (`verifier.compile`, `iam_smt`).
- **shared** is what both use: the parser, the snapshot, tables of facts, the questions.
- **cases** are ids of `tests/cases/` and `tests/bad/`, or tests that name the rule.
- **answer**: *exact*; *over-approximated*, more may seem possible than is; *under-approximated*,
  less; *unknown*, where it matters the answer says so; *out of scope*, with the reason.

A rule marked *follows* has no code of its own: it is a consequence of others, which its cases show.
The ways of escalation, rules P8.1-P8.81, are in [primitives.md](primitives.md).
"""


@dataclass(frozen=True)
class Rule:
    """One rule as the register has it: `by` is a key of `NEEDED`."""

    rule: str
    title: str
    by: str
    answer: str = "exact"
    note: str = ""


def rules() -> dict[str, Rule]:
    """Return the rules of the semantics by id, in their order."""
    lines = RULES.read_text("utf-8").splitlines()
    return {(rule := Rule(**json.loads(line))).rule: rule for line in lines}


def page() -> str:
    """Return the page as it must be."""
    register = rules()
    cited, cases = in_product(register), in_tests(register)
    lines = [_HEAD, _summary(register.values()), ""]
    chapter = 0
    for rule in register.values():
        if number(rule.rule)[0] != chapter:
            chapter = number(rule.rule)[0]
            lines += [
                f"## {chapter}. {_CHAPTERS[chapter]}\n",
                "| rule | | evaluator | encoding | shared | cases | answer |",
                "|---|---|---|---|---|---|---|",
            ]
        lines.append(_line(rule, cited, cases))
        if rule.rule == _last(register, chapter):
            lines.append("")
    return "\n".join(lines)


def _last(register: Iterable[str], chapter: int) -> str:
    return [rule for rule in register if number(rule)[0] == chapter][-1]


def _summary(register: Iterable[Rule]) -> str:
    found = Counter("out of scope" if rule.by == "out" else rule.answer for rule in register)
    return f"{found.total()} rules: " + ", ".join(f"{n} {what}" for what, n in found.items()) + "."


def _line(rule: Rule, cited: dict[str, Citations], cases: Citations) -> str:
    columns = [_code(cited[reading].get(rule.rule, ())) for reading in ("evaluator", "encoding")]
    columns.append(_code(cited["shared"].get(rule.rule, ())))
    columns.append(_few(sorted(cases.get(rule.rule, ()))))
    answer = "out of scope" if rule.by == "out" else rule.answer
    answer += ", follows" if rule.by == "consequence" else ""
    columns.append(f"{answer}: {rule.note}" if rule.note else answer)
    return " | ".join([f"| {rule.rule}", rule.title, *columns]) + " |"


def _code(names: Iterable[str]) -> str:
    return _few(
        f"`{_short(name)}`" for name in sorted(names, key=lambda name: (name.count("."), name))
    )


def _short(name: str) -> str:
    return name.removeprefix("verifier.").removeprefix("encodings.")


def _few(items: Iterable[str]) -> str:
    listed = list(items)
    more = len(listed) - _MOST
    return ", ".join(listed[:_MOST]) + (f" and {more} more" if more > 0 else "")
