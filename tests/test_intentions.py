"""The allow list of snapshot.toml: what it covers, what goes beyond it, and how it is misspelt."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.test_findings import (
    BUCKET,
    GET,
    PARTNER,
    STRANGER,
    TODAY,
    bucket,
    found_in,
    reads,
)
from tests.test_snapshot import A, role, trust
from verifier.errors import InputError
from verifier.finding import Finding, Findings

PUT = "s3:PutObject"
_PARTNER_WRITES = {**reads(PARTNER), "Action": [GET, PUT]}


def _by_status(found: Findings) -> tuple[list[str], list[str]]:
    """Return what is open and what is intended, by the actions of the witnesses."""

    def actions(findings: tuple[Finding, ...]) -> list[str]:
        return sorted(path[-1].action for item in findings for path in item.exposures[0].witnesses)

    return actions(found.open), actions(found.suppressed)


def entry_text(**entry: Any) -> str:
    said = {"resource": f"{BUCKET}*", "owner": "web", "reason": "a reason"} | entry
    lines = [
        f"{key} = {value.isoformat() if isinstance(value, date) else json.dumps(value)}"
        for key, value in said.items()
    ]
    return "\n".join(["[[intended]]", *lines, ""])


@pytest.mark.parametrize(
    ("statement", "entries", "is_open", "intended"),
    [
        (reads(), [{"who": "anyone"}], [], [GET]),
        (reads(), [{"who": "anonymous"}], [GET], []),
        (reads(), [{"who": STRANGER}], [GET], []),
        (reads(), [{"who": "anyone", "action": "s3:Get*"}], [], [GET]),
        (reads(), [{"who": "anyone", "action": "s3:List*"}], [GET], []),
        (reads(), [{"who": "anyone", "resource": f"{BUCKET}/public/*"}], [GET], []),
        (reads(), [{"who": "anyone", "resource": "*"}], [], [GET]),
        (reads(), [{"who": "anyone", "where": "aws:SourceIp in 203.0.113.0/24"}], [GET], []),
        (reads(PARTNER), [{"who": STRANGER}], [], [GET]),
        (reads(PARTNER), [{"who": f"arn:aws:iam::{STRANGER}:user/*"}], [GET], []),
        (_PARTNER_WRITES, [{"who": STRANGER, "action": GET}], [PUT], [GET]),
        (
            _PARTNER_WRITES,
            [{"who": STRANGER, "action": GET}, {"who": STRANGER, "action": "s3:Put*"}],
            [],
            [GET, PUT],
        ),
        (
            reads({"AWS": [STRANGER, "888877776666"]}),
            [{"who": STRANGER}],
            [GET],
            [],
        ),
        (
            reads({"AWS": [STRANGER, "888877776666"]}),
            [{"who": [STRANGER, "888877776666"]}],
            [],
            [GET],
        ),
        (
            reads(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-bbbbbbbbbb"}}),
            [{"who": "o-bbbbbbbbbb"}],
            [],
            [GET],
        ),
        (reads({"Service": "config.amazonaws.com"}), [{"who": "config.amazonaws.com"}], [], [GET]),
        (
            reads({"Service": ["config.amazonaws.com", "logs.amazonaws.com"]}),
            [{"who": "config.amazonaws.com"}],
            [GET],
            [GET],
        ),
        (
            reads(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.128/25"}}),
            [{"who": "anyone", "where": "aws:SourceIp in 203.0.113.0/24"}],
            [],
            [GET],
        ),
        (reads(), [{"who": "anyone", "expires": TODAY}], [GET], []),
        (reads(), [{"who": "anyone", "expires": date(2026, 1, 2)}], [], [GET]),
    ],
)
def test_intended(
    statement: dict[str, Any],
    entries: list[dict[str, Any]],
    is_open: list[str],
    intended: list[str],
    tmp_path: Path,
) -> None:
    """An entry suppresses what it says, until it expires; the rest stays open."""
    manifest = "".join(entry_text(**entry) for entry in entries)
    found = found_in(tmp_path, manifest, resources=[bucket(statement)])
    assert (is_open, intended) == _by_status(found)


def test_exceeded(tmp_path: Path) -> None:
    """A finding that goes beyond an entry says so, and shows a call that it does not mean."""
    manifest = entry_text(who="anyone", where="aws:SourceIp in 203.0.113.0/24")
    (finding,) = found_in(tmp_path, manifest, resources=[bucket(reads())]).open
    assert [entry.owner for entry in finding.exceeded] == ["web"]
    assert not finding.witness[0].context["aws:sourceip"][0].startswith("203.0.113.")


def test_expired_and_unused(tmp_path: Path) -> None:
    """An entry that has expired stands with what it meant; one that means nothing is named."""
    manifest = entry_text(who="anyone", expires=date(2025, 6, 30)) + entry_text(who=STRANGER)
    manifest += entry_text(who="anyone", resource="arn:aws:s3:::other/*")
    found = found_in(tmp_path, manifest, resources=[bucket(reads())])
    (finding,) = found.open
    assert [entry.expires for entry in finding.expired] == [date(2025, 6, 30)]
    assert [entry.place.rpartition(":")[2] for entry in finding.exceeded] == ["8"]
    (unused,) = found.unused
    assert "snapshot.toml:13: nothing that `anyone` may do from outside matches" in unused


def test_one_of_many_isintended(tmp_path: Path) -> None:
    """What is intended for one resource of several alike stays open for the others."""
    arns = [f"arn:aws:s3:::logs-{number}" for number in range(4)]
    buckets = [bucket(reads(PARTNER, arn), arn=arn) for arn in arns]
    manifest = entry_text(who=STRANGER, resource="arn:aws:s3:::logs-2/*")
    roles = [role(name, AssumeRolePolicyDocument=trust(PARTNER)) for name in ("one", "two", "six")]
    manifest += entry_text(who=STRANGER, resource="arn:aws:iam::*:role/t*")
    found = found_in(tmp_path, manifest, resources=buckets, roles=roles)
    assert {item.resources for item in found.suppressed} == {
        ("arn:aws:s3:::logs-2",),
        (f"arn:aws:iam::{A}:role/two",),
    }
    assert {item.resources for item in found.open} == {
        ("arn:aws:s3:::logs-0", "arn:aws:s3:::logs-1", "arn:aws:s3:::logs-3"),
        (f"arn:aws:iam::{A}:role/one", f"arn:aws:iam::{A}:role/six"),
    }


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"who": "everybody there"},
            ":2: `who` is wrong; `everybody there` is not legal here: write",
        ),
        ({"who": "anyone", "action": "GetObject"}, "`action` is wrong; `GetObject` is not legal"),
        ({"who": "anyone", "resource": "data"}, "`resource` is wrong; `data` is not legal here"),
        ({"who": []}, "`who` is wrong; list should have at least 1 item"),
        ({"who": "anyone", "owner": ""}, "`owner` is wrong; string should have at least 1"),
        ({"who": "anyone", "until": "2027"}, "`until` is not known here; legal are who, action,"),
        ({"reason": "x"}, "the entry has no `who`; say who may what"),
        ({"who": "anyone", "expires": "soon"}, "`expires` is wrong; input should be a valid date"),
        (
            {"who": "anyone", "where": "aws:SourceIp on 203.0.113.0"},
            ":2: `where` cannot be read: `on` is not expected here",
        ),
    ],
)
def test_bad_entries(entry: dict[str, Any], message: str, tmp_path: Path) -> None:
    """A malformed entry is told with its place, and what would be right."""
    with pytest.raises(InputError) as error:
        found_in(tmp_path, entry_text(**entry), resources=[bucket(reads())])
    assert message in str(error.value)


def test_fingerprints_are_distinct(tmp_path: Path) -> None:
    """The intended part of a statement has a fingerprint of its own; the rest keeps that of all."""
    resources = [bucket(_PARTNER_WRITES)]
    (whole,) = found_in(tmp_path, resources=resources).findings
    found = found_in(tmp_path, entry_text(who=STRANGER, action=GET), resources=resources)
    (rest,), (part,) = found.open, found.suppressed
    assert whole.fingerprint == rest.fingerprint != part.fingerprint
