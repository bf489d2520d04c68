"""On what a yes depends, in words: each proviso is needed, and what is not needed is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import QUESTION, allow, role, write
from verifier import Snapshot
from verifier.policy.operators import read_operator
from verifier.policy.syntax import Condition
from verifier.policy.templates import template
from verifier.report.words import only
from verifier.verdict import Proviso

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
HOME = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}


def _only(folder: Path, *documents: Any) -> list[str]:
    inline = [
        {"PolicyName": f"p{number}", "PolicyDocument": document}
        for number, document in enumerate(documents)
    ]
    page = {"RoleDetailList": [role("worker", RolePolicyList=inline)]}
    answer = Snapshot.load(write(folder, {"a.json": page})).ask(QUESTION)
    assert answer.yes
    return only(answer.ways[0].provisos)


def _deny(condition: Any) -> Any:
    denying = allow("*", Condition=condition)
    denying["Statement"]["Effect"] = "Deny"
    return denying


def test_conditions_of_the_only_allow(tmp_path: Path) -> None:
    """All conditions of the one statement that allows are needed."""
    found = _only(tmp_path, allow("s3:*", Condition=OFFICE))
    assert found == ['from "203.0.113.0/24"']


def test_alternatives_are_no_provisos(tmp_path: Path) -> None:
    """What one statement asks for is not needed where another allows without."""
    assert _only(tmp_path, allow("s3:*", Condition=OFFICE), allow("s3:*", Condition=HOME)) == []
    assert _only(tmp_path, allow("s3:*", Condition=OFFICE), allow("s3:*")) == []


def test_what_a_deny_excludes(tmp_path: Path) -> None:
    """What a Deny with one condition is about must not be."""
    without_tls = {"Bool": {"aws:SecureTransport": "false"}}
    assert _only(tmp_path, allow("s3:*"), _deny(without_tls)) == ["over TLS"]
    elsewhere = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    assert _only(tmp_path, allow("s3:*"), _deny(elsewhere)) == ['from "203.0.113.0/24"']


def test_what_cannot_be_met_is_not_listed(tmp_path: Path) -> None:
    """A statement whose conditions contradict each other says nothing."""
    both = {"StringEquals": {"aws:PrincipalOrgID": "o-one"}, **OFFICE}
    never = {"StringEquals": {"aws:RequestedRegion": "x"}, "Null": {"aws:RequestedRegion": "true"}}
    found = _only(tmp_path, allow("s3:*", Condition=never), allow("s3:*", Condition=OFFICE))
    assert found == ['from "203.0.113.0/24"']
    assert "o-one" not in str(_only(tmp_path, allow("s3:*"), allow("s3:*", Condition=both)))


@pytest.mark.parametrize(
    ("operator", "key", "values", "holds", "words"),
    [
        ("Bool", "aws:MultiFactorAuthPresent", ["true"], True, "with MFA"),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", ["false"], False, "with MFA"),
        ("Bool", "aws:SecureTransport", ["false"], False, "over TLS"),
        ("Bool", "aws:EpochUnknown", ["true"], True, "where aws:epochunknown is true"),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8"], True, 'from "10.0.0.0/8"'),
        ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8"], False, 'from "10.0.0.0/8"'),
        ("StringEquals", "aws:PrincipalOrgID", ["o-1"], True, 'from the organization "o-1"'),
        ("StringNotEquals", "aws:PrincipalOrgID", ["o-1"], False, 'from the organization "o-1"'),
        ("StringEquals", "aws:RequestedRegion", ["a", "b"], True, 'in the region "a" or "b"'),
        ("StringNotLike", "aws:PrincipalArn", ["*x"], True, 'where aws:PrincipalArn is not "*x"'),
        ("StringEquals", "aws:PrincipalArn", ["x"], False, 'where aws:PrincipalArn is not "x"'),
        ("Null", "aws:TokenIssueTime", ["true"], True, "without aws:TokenIssueTime"),
        ("Null", "aws:TokenIssueTime", ["true"], False, "with aws:TokenIssueTime"),
        ("DateLessThan", "aws:CurrentTime", ["2027-01-01"], True, 'before "2027-01-01"'),
        ("DateLessThan", "aws:CurrentTime", ["2027-01-01"], False, 'from "2027-01-01"'),
        ("NumericLessThan", "s3:max-keys", ["9"], True, 'where s3:max-keys is below "9"'),
        ("NumericLessThan", "s3:max-keys", ["9"], False, 'where s3:max-keys is at least "9"'),
        ("StringEquals", "sts:ExternalId", ["\x1b[1m"], True, 'with the external id "\\u001b[1m"'),
    ],
)
def test_words(operator: str, key: str, values: list[str], holds: bool, words: str) -> None:
    """An entry reads as a person would say it, and its opposite as the opposite."""
    texts = tuple(template(value, wildcards=True, variables=False) for value in values)
    condition = Condition(read_operator(operator), key.lower(), key, texts)
    assert only([Proviso(condition, holds, 0), Proviso(condition, holds, 1)]) == [words]
