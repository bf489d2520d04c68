"""Policies in the wild: what is refused and why, and what is not encoded and why.

python -m benchmarks.works.wild                        a table of all corpora
python -m benchmarks.works.wild --examples             each cause with a place where it is met
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from iam_smt.terms import Flag, Term, atoms
from tests.corpora import accounts, rows, text
from verifier.compile.actions import actions
from verifier.compile.open_requests import askers, open_request
from verifier.compile.statements import about
from verifier.errors import PolicyError
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import Policy, PolicyKind

_KINDS = {
    "identity": PolicyKind.IDENTITY,
    "resource": PolicyKind.RESOURCE,
    "trust": PolicyKind.TRUST,
    "scp": PolicyKind.SCP,
    "rcp": PolicyKind.RCP,
    "vpc_endpoint": PolicyKind.ENDPOINT,
}
_FILES = (
    "docs_policies.jsonl.gz",
    "iac_policies.jsonl.gz",
    "quacky_policies.jsonl.gz",
    "scp_examples.jsonl",
    "rcp_examples.jsonl",
    "data_perimeter.jsonl",
    "trust_policies.jsonl",
)
_ACCOUNTS = (
    "cloudmapper_demo.json",
    "cloudsplaining_example.json.gz",
    "iam_vulnerable.json.gz",
    "stratus_red_team.json.gz",
    "terragoat.json.gz",
)
_QUOTED = re.compile(r"`[^`]*`")


@dataclass
class Tally:
    """What came of the documents of one corpus; causes are counted per document, or statement.

    `examples` has one place for each cause.
    """

    documents: int = 0
    statements: int = 0
    open_statements: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def take(self, place: str, kind: PolicyKind, document: Any) -> None:
        """Read and encode one document."""
        self.documents += 1
        try:
            policy = policy_from_text(json.dumps(document), kind)
        except PolicyError as error:
            cause = _QUOTED.sub("...", f"{error.problem}; {error.remedy}")
            self.refused[cause] += 1
            self.examples.setdefault(cause, f"{place}: {error}")
            return
        self.statements += len(policy.statements)
        for causes in open_points(policy):
            self.open_statements += bool(causes)
            for cause, said in causes.items():
                self.unknown[cause] += 1
                self.examples.setdefault(cause, f"{place}: {said}")


def open_points(policy: Policy) -> list[dict[str, str]]:
    """Return, for each statement, what is not encoded of it for a caller of some kind: causes
    without names, each with the words of one.
    """
    found: list[dict[str, str]] = [{} for _ in policy.statements]
    for caller in askers([policy], "aws") if policy.statements else ():
        request = open_request(caller, actions(), None).call.authorization().request
        for causes, statement in zip(found, policy.statements, strict=True):
            term, classes = about(statement, request)
            for point in _points((term, *classes.values())):
                causes.setdefault(_QUOTED.sub("...", point), point)
    return found


def _points(terms: tuple[Term, ...]) -> Iterator[str]:
    for term in terms:
        for atom in atoms(term):
            if isinstance(atom, Flag) and atom.open_point:
                yield atom.open_point


def documents(*, history: bool = True) -> Iterator[tuple[str, str, PolicyKind, Any]]:
    """Yield every document of the corpora: its corpus, its place, its kind and itself.

    Without `history`, earlier versions of AWS managed policies are left out.
    """
    for row in rows("aws_managed_policies.jsonl.gz"):
        yield "managed policies", row["name"], PolicyKind.IDENTITY, row["document"]
    for row in rows("aws_managed_policy_history.jsonl.gz") if history else ():
        for version in row["versions"]:
            place = f"{row['name']} {version['version']}"
            yield "managed history", place, PolicyKind.IDENTITY, version["document"]
    for name in _FILES:
        for row in rows(name):
            yield name.partition(".")[0], row["path"], _KINDS[row["kind"]], row["document"]
    for shape in json.loads(text("trust_shapes.json"))["shapes"]:
        yield "trust_shapes", shape["id"], PolicyKind.TRUST, shape["document"]
    for name in _ACCOUNTS:
        for _, value in accounts(name):
            for place, kind, document in _in_account(value):
                yield f"gaad {name.partition('.')[0]}", place, kind, document


def _in_account(value: Any) -> Iterator[tuple[str, PolicyKind, Any]]:
    """Yield the policies of what `get-account-authorization-details` prints."""
    if isinstance(value, list):
        for item in value:
            yield from _in_account(item)
    if not isinstance(value, dict):
        return
    name = str(value.get("Arn") or value.get("PolicyName") or "")
    for member, kind in (
        ("AssumeRolePolicyDocument", PolicyKind.TRUST),
        ("PolicyDocument", PolicyKind.IDENTITY),
        ("Document", PolicyKind.IDENTITY),
    ):
        if isinstance(value.get(member), dict | str):
            yield name, kind, value[member]
    for item in value.values():
        yield from _in_account(item)


def tallies(*, history: bool = True) -> dict[str, Tally]:
    """Return what came of each corpus."""
    found: dict[str, Tally] = {}
    for corpus, place, kind, document in documents(history=history):
        found.setdefault(corpus, Tally()).take(place, kind, document)
    return found


def total(found: dict[str, Tally]) -> Tally:
    """Return the tallies as one."""
    result = Tally()
    for tally in found.values():
        result.documents += tally.documents
        result.statements += tally.statements
        result.open_statements += tally.open_statements
        result.refused += tally.refused
        result.unknown += tally.unknown
    return result


def table(found: dict[str, Tally]) -> str:
    """Return the tallies as Markdown: one row a corpus, then the causes."""
    lines = ["| corpus | documents | refused | statements | with something not encoded |"]
    lines.append("|---|---|---|---|---|")
    for corpus, tally in found.items():
        refused = tally.refused.total()
        cells = (corpus, tally.documents, refused, tally.statements, tally.open_statements)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    all_of_them = total(found)
    read, statements = all_of_them.documents, all_of_them.statements
    refused, unknown = all_of_them.refused, all_of_them.unknown
    share = 100 * all_of_them.open_statements / max(statements, 1)
    sums = (read, refused.total(), statements, all_of_them.open_statements)
    lines.append(f"| all | {' | '.join(map(str, sums))} |")
    lines += ["", f"Not encoded: {share:.2f} % of statements."]
    for title, causes in (("refused because", refused), ("not encoded", unknown)):
        lines += ["", f"| {title} | count |", "|---|---|"]
        lines += [f"| {cause} | {count} |" for cause, count in causes.most_common()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Read and encode every document of the corpora.")
    parser.add_argument("--examples", action="store_true", help="show where each cause is met")
    given = parser.parse_args()
    found = tallies()
    print(table(found), end="")
    if given.examples:
        for corpus, tally in found.items():
            for cause, place in tally.examples.items():
                print(f"\n{corpus}: {cause}\n  {place}")


if __name__ == "__main__":
    main()
