"""What closes a finding: each change was asked about again, and does what is said of it."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.generation import Generator
from tests.test_findings import BUCKET, PARTNER, bucket, found_in, reads
from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import Snapshot, Verdict
from verifier.check.invariants import read
from verifier.compile.strangers import ASSUMED
from verifier.finding import Finding, Kind
from verifier.policy.attached import ApplicablePolicies
from verifier.review.model import Review
from verifier.review.run import review
from verifier.semantics.authorize import authorize

ORGANIZATION = {
    "Organization": {"Id": "o-aaaaaaaaaa", "MasterAccountId": B},
    "Roots": [{"Id": "r-1", "Accounts": [{"Id": A}, {"Id": B}]}],
}
TLS = {"Bool": {"aws:SecureTransport": "true"}}


def _still(finding: Finding) -> dict[str, Verdict | None]:
    """Return what was answered with each change made, by how the change begins."""
    return {closing.text.split(" ")[0]: closing.still for closing in finding.closes}


def test_each_change_closes(tmp_path: Path) -> None:
    """What names an outsider is closed by the removal of the name, or of the statement."""
    (finding,) = found_in(tmp_path, resources=[bucket(reads(PARTNER))]).findings
    assert len(finding.closes) == 2
    assert all(closing.is_proved for closing in finding.closes)


def test_public_access(tmp_path: Path) -> None:
    """What is open to all is closed by the organization, Block Public Access, and the removal."""
    found = found_in(tmp_path, resources=[bucket(reads())], organization=ORGANIZATION)
    (finding,) = found.findings
    assert _still(finding) == dict.fromkeys(("require", "restrict", "remove"), Verdict.NO)


def test_not_enough_alone(tmp_path: Path) -> None:
    """Where another statement lets the same caller in, no change of the one closes it."""
    found = found_in(tmp_path, resources=[bucket(reads(PARTNER), reads(Condition=TLS))])
    named = next(item for item in found.findings if item.who.names)
    assert [closing.still for closing in named.closes] == [Verdict.NO, Verdict.YES, Verdict.YES]
    assert "RestrictPublicBuckets" in named.closes[0].text
    assert "not enough alone" in str(named.closes[1])


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    """A change that only the owner can make exact is told without a claim, after the others."""
    found = found_in(tmp_path, resources=[bucket(reads())])
    stills = {closing.text.split(" ")[0]: closing.still for closing in found.findings[0].closes}
    assert list(stills.items()) == [
        ("restrict", Verdict.NO),
        ("remove", Verdict.NO),
        ("name", None),
    ]


@pytest.mark.parametrize("name", [A, "a role of another account"])
def test_roles(name: str, tmp_path: Path) -> None:
    """A role is closed by its trust policy, in which a caller of the account may stay named."""
    names = [f"arn:aws:iam::{A}:root", "arn:aws:iam::999988887777:root"]
    entry = role("entry", AssumeRolePolicyDocument=trust({"AWS": names}))
    (finding,) = found_in(tmp_path, roles=[entry]).findings
    assert finding.kind == Kind.ROLE
    assert all(closing.is_proved for closing in finding.closes)


def test_against_the_evaluator(tmp_path: Path) -> None:
    """Without the statements of a finding, in generated policies, the evaluator denies its requests
    if the removal was proved to close it.
    """
    seen: Counter[Verdict | None] = Counter()
    for number in range(24):
        policy = Generator(Random(f"closing {number}")).policy(principal=True)
        statements = policy["Statement"]
        statements = policy["Statement"] = (
            statements if isinstance(statements, list) else [statements]
        )
        if number % 2:
            statements.append({**reads(), "Action": "s3:*", "Resource": "*", "Condition": TLS})
        entry = {"Arn": BUCKET, "Account": A, "Policy": policy}
        for finding in Snapshot.load(write(tmp_path, {"r.json": entry})).findings().findings:
            (removal,) = (item for item in finding.closes if item.text.startswith("remove state"))
            seen[removal.still] += 1
            if removal.still is not Verdict.NO:
                continue
            changed = copy.deepcopy(entry)
            labels = {cause.statement for cause in finding.exposures[0].by}
            changed["Policy"]["Statement"] = [
                item
                for place, item in enumerate(statements, 1)
                if item.get("Sid", str(place)) not in labels
            ]
            snapshot = Snapshot.load(write(tmp_path, {"r.json": changed})).contents
            own = snapshot.resources[BUCKET].policy
            for path in finding.exposures[0].witnesses:
                request = path[-1].request
                identity = (ASSUMED,) if request.principal.account else ()
                found = authorize(request, ApplicablePolicies(identity=identity, resource=own))
                assert not found.allowed, json.dumps(policy)
    assert seen[Verdict.NO] and seen[Verdict.YES]


def _reviewed(folder: Path, invariants: str, roles: list[Any]) -> Review:
    write(folder, {"details.json": {"RoleDetailList": roles}})
    file = folder / "invariants.toml"
    file.write_text(invariants, encoding="utf-8")
    return review(Snapshot.load(folder / "details.json").contents, read(file))


def _may(name: str, *actions: str) -> dict[str, Any]:
    policy = {"PolicyName": name, "PolicyDocument": allow(list(actions), "*")}
    principal = {"Service": "ec2.amazonaws.com"}
    return role(name, AssumeRolePolicyDocument=trust(principal), RolePolicyList=[policy])


def test_escalations(tmp_path: Path) -> None:
    """A finding of escalation says which statements to remove, each asked about again."""
    text = '[[invariant]]\nid = "i"\nask = "can anonymous perform s3:GetObject"\n'
    found = _reviewed(tmp_path, text, [_may("editor", "iam:PutRolePolicy")])
    (finding,) = (item for item in found.findings if item.kind == Kind.ESCALATION)
    (closing,) = finding.closes
    assert closing.is_proved and closing.text.startswith('remove statement 1 of inline policy "edi')


@pytest.mark.parametrize(
    ("ask", "expect", "told"),
    [
        ("who can s3:GetObject", "no", "remove statement 1 of inline policy"),
        (f"can arn:aws:iam::{A}:role/editor become administrator", "no", "remove statement 1"),
        (f"can arn:aws:iam::{A}:role/editor perform s3:GetObject", "yes", "would be yes if"),
        (f"what can arn:aws:iam::{A}:role/reader do", "no", "remove statement 1 of inline policy"),
    ],
)
def test_invariants(ask: str, expect: str, told: str, tmp_path: Path) -> None:
    """Whatever is asked, a violated invariant says what would turn the answer."""
    text = f'[[invariant]]\nid = "i"\nask = "{ask}"\nexpect = "{expect}"\n'
    text += 'only = ["*:root"]\n' if ask.startswith("who") else ""
    roles = [_may("editor", "iam:PutRolePolicy"), _may("reader", "s3:GetObject")]
    found = _reviewed(tmp_path, text, roles)
    (finding,) = (item for item in found.findings if item.kind == Kind.INVARIANT)
    assert finding.closes and told in finding.closes[0].text
    assert finding.closes[0].is_proved is not ask.startswith("what")
