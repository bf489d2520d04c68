"""What a session says of itself must be what its assume-role call made it carry (7.3-7.7)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from verifier.request import Principal, Request, context, session_of
from verifier.semantics.sessions import Session, assume, contradictions

A = "111111111111"
FIRST, SECOND = f"arn:aws:iam::{A}:role/first", f"arn:aws:iam::{A}:role/second"
USER = Principal.parse(f"arn:aws:iam::{A}:user/alice")
_NAME = {"sts:RoleSessionName": "s"}
_TAGGED = {**_NAME, "aws:RequestTag/team": "red", "aws:TagKeys": "team"}
_MFA = {**_NAME, "aws:MultiFactorAuthPresent": "true"}


def _session(of_user: Mapping[str, str], of_session: Mapping[str, str] | None = None) -> Session:
    """Return the session of the first role, or of the second that it goes on to."""
    call = Request(USER, "sts:AssumeRole", FIRST, A, context(of_user))
    first = assume(call, FIRST, {}, None)
    if of_session is None:
        return first
    caller = session_of(FIRST, "s")
    call = Request(caller, "sts:AssumeRole", SECOND, A, context(of_session))
    return assume(call, SECOND, {}, first)


@pytest.mark.parametrize(
    ("session", "says", "rule"),
    [
        (_session(_MFA), {"aws:MultiFactorAuthPresent": "true"}, None),
        (_session(_NAME), {"aws:MultiFactorAuthPresent": "true"}, "R5.21"),
        (_session(_MFA, _MFA), {"aws:MultiFactorAuthPresent": "true"}, "R5.21"),
        (_session(_TAGGED), {"aws:PrincipalTag/team": "red"}, None),
        (_session(_TAGGED), {"aws:PrincipalTag/team": "blue"}, "R7.60"),
        (_session(_TAGGED, _NAME), {"aws:PrincipalTag/team": "red"}, "R7.60"),
        (
            _session({**_TAGGED, "sts:TransitiveTagKeys": "team"}, _NAME),
            {"aws:PrincipalTag/team": "red"},
            None,
        ),
        (
            _session({**_NAME, "sts:SourceIdentity": "alice"}, _NAME),
            {"aws:SourceIdentity": "alice"},
            None,
        ),
        (_session(_NAME), {"aws:SourceIdentity": "alice"}, "R7.64"),
    ],
)
def test_carried(session: Session, says: dict[str, str], rule: str | None) -> None:
    """MFA is the user's own, plain tags and their values end with a session, transitive tags and a
    source identity go on.
    """
    request = Request(session.principal, "s3:GetObject", "arn:aws:s3:::data/x", A, context(says))
    found = list(contradictions(session, request))
    assert not found if rule is None else any(rule in reason for reason in found)
