"""Laws of answers about whole snapshots: what only takes away never lets anybody do more, and what
says the same in other words changes no answer (ENCODING.md, 5).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.casefiles import attached
from tests.corpora import accounts, needs_corpora
from tests.estates import BUCKET, A, B, EstateGenerator
from tests.generation import Generator
from tests.laws import changes
from verifier import documents
from verifier.ask import ask
from verifier.example import write
from verifier.policy.reading import Location
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.load import load
from verifier.snapshot.model import Account, Role, Snapshot
from verifier.verdict import Verdict

_ESTATES = int(os.environ.get("VERIFIER_ESTATES", "8"))
_RANK = {Verdict.NO: 0, Verdict.UNKNOWN: 1, Verdict.YES: 2}
_EXAMPLE = (
    "can any external principal reach s3:DeleteBucket via role assumption",
    "who can iam:CreateAccessKey",
    "who can s3:GetObject",
)
_OF_AN_ESTATE = (
    f"can any external principal reach s3:DeleteBucket on {BUCKET} via role assumption",
    f"who can s3:DeleteBucket on {BUCKET}",
)
_ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ACCOUNTS = ("cloudmapper_demo.json", "terragoat.json.gz")
_NEW_NAMES = {
    A: "555555555555",
    B: "666666666666",
    "entry": "gate",
    "middle": "inner",
    "store": "vault",
    "ops": "crew",
    "alice": "zoe",
}
Verdicts = dict[tuple[str, str], Verdict]


@dataclass(frozen=True)
class Asked:
    """A snapshot, questions about it, and the verdict on each class of callers."""

    name: str
    snapshot: Snapshot
    questions: tuple[str, ...]
    verdicts: Verdicts


def _verdicts(snapshot: Snapshot, questions: tuple[str, ...]) -> Verdicts:
    return {
        (question, way.who): way.verdict
        for question in questions
        for way in ask(snapshot, question).ways
    }


def _read(name: str, folder: Path) -> tuple[Snapshot, tuple[str, ...]]:
    kind, _, rest = name.partition(" ")
    if kind == "estate":
        return EstateGenerator(Random(f"laws/{rest}")).snapshot(), _OF_AN_ESTATE
    if kind == "account":
        _, value = next(accounts(rest))
        (folder / "account.json").write_text(json.dumps(value), encoding="utf-8")
        return load(folder / "account.json"), _EXAMPLE[:2]
    list(write(folder / "acme"))
    return load(folder / "acme"), _EXAMPLE


_NAMES = [
    "example",
    *(f"estate {number}" for number in range(_ESTATES)),
    *(pytest.param(f"account {name}", marks=needs_corpora) for name in _ACCOUNTS),
]


@pytest.fixture(scope="module", params=_NAMES)
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """The example, estates and small real accounts."""
    snapshot, questions = _read(request.param, tmp_path_factory.mktemp("snapshot"))
    return Asked(request.param, snapshot, questions, _verdicts(snapshot, questions))


@pytest.mark.parametrize("change", changes.EQUAL)
def test_the_same_in_other_words(asked: Asked, change: str) -> None:
    """The order of statements, repeating them, splitting them, and equal unions of globs change
    no answer.
    """
    other = changes.changed(asked.snapshot, changes.EQUAL[change])
    assert _verdicts(other, asked.questions) == asked.verdicts


def _narrowed(asked: Asked) -> Iterator[tuple[str, Snapshot]]:
    random = Random(asked.name)
    generator = Generator(random)
    snapshot = asked.snapshot
    statement = generator.statement(principal=False, resource=True, effect="Deny")
    document = {"Version": "2012-10-17", "Statement": statement}
    deny = attached(document, PolicyKind.IDENTITY)
    yield "a Deny", changes.everyone_with(snapshot, partial(changes.with_policy, deny))
    boundary = attached(generator.policy(broad=True), PolicyKind.BOUNDARY)
    yield "a boundary", changes.everyone_with(snapshot, partial(changes.with_boundary, boundary))
    yield "an SCP", changes.with_scp(snapshot, attached(document, PolicyKind.SCP))
    dropping = partial(changes.without_an_allow, random)
    yield "an Allow less", changes.changed(snapshot, dropping)


def test_taking_away(asked: Asked) -> None:
    """A Deny, a permissions boundary or an SCP more, or an Allow less, lets nobody do more."""
    for what, other in _narrowed(asked):
        after = _verdicts(other, asked.questions)
        more = [
            key for key, verdict in after.items() if _RANK[verdict] > _RANK[asked.verdicts[key]]
        ]
        assert not more, what


def test_names_do_not_matter(asked: Asked) -> None:
    """Accounts, roles and users under other names everywhere: the same answers about them."""
    if not asked.name.startswith("estate"):
        names = {account: f"99{account[2:]}" for account in asked.snapshot.accounts}
    else:
        names = _NEW_NAMES
    other = changes.renamed(asked.snapshot, names)
    after = _verdicts(other, asked.questions)
    expected = {
        (question, changes.with_names(who, names)): verdict
        for (question, who), verdict in asked.verdicts.items()
    }
    assert after == expected


def test_an_unrelated_account(asked: Asked) -> None:
    """An account of the zone that nobody names changes no answer about the others."""
    account = "444444444444"
    document = {"Version": "2012-10-17", "Statement": _ALLOW_ALL}
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
        },
    }
    arn = f"arn:aws:iam::{account}:role/unrelated"
    role = Role(
        arn,
        "unrelated",
        "AROAUNRELATED00000000",
        account,
        attached(trust, PolicyKind.TRUST),
        (attached(document, PolicyKind.IDENTITY),),
        None,
        {},
        Location(documents.parse("{}", "unrelated")),
    )
    snapshot = asked.snapshot
    other = replace(
        snapshot,
        accounts={**snapshot.accounts, account: Account(account, None, {}, {arn: role})},
        zone=replace(snapshot.zone, accounts=snapshot.zone.accounts | {account}),
    )
    after = _verdicts(other, asked.questions)
    assert {key: after[key] for key in asked.verdicts} == asked.verdicts
