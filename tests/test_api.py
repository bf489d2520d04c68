"""The Python API: what is public works as it is documented."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import verifier
from verifier import (
    Form,
    Question,
    Route,
    RouteKind,
    Snapshot,
    UndecidedError,
    Verdict,
    Who,
    WhoKind,
)
from verifier.example import write

MISSION = "can any external principal reach s3:DeleteBucket via role assumption"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The bundled example."""
    folder = tmp_path_factory.mktemp("acme")
    list(write(folder))
    return Snapshot.load(folder)


def test_every_public_name_is_there() -> None:
    """Each name of `__all__` can be imported, and no other by accident."""
    assert all(getattr(verifier, name) is not None for name in verifier.__all__)
    assert dir(verifier) == sorted(verifier.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = verifier.nothing


def test_witness(snapshot: Snapshot) -> None:
    """A yes has its hops, each with who, what, on which, in which context, and why."""
    answer = snapshot.ask(MISSION)
    assert answer.yes and not answer.no and not answer.unknown and bool(answer)
    first, _, last = answer.witness
    assert first.action == "sts:AssumeRole"
    assert first.resource == "arn:aws:iam::333344445555:role/PartnerDeploy"
    assert first.context["sts:externalid"] == ("acme-7f3d",)
    assert "sts:externalid" in first.chosen
    assert last.by[0].statement == "BucketAdmin"


def test_who_can_is_iterated(snapshot: Snapshot) -> None:
    """Who can, or may, comes in a loop; who cannot is left to `ways`."""
    answer = snapshot.who_can("s3:DeleteBucket", on="arn:aws:s3:::acme-logs")
    found = list(answer)
    assert found and {way.verdict for way in found} <= {Verdict.YES, Verdict.UNKNOWN}
    assert len(found) < len(answer.ways)


def test_no_has_reasons(snapshot: Snapshot) -> None:
    """A no says what can be become, and what stops it there."""
    answer = snapshot.ask(f"{MISSION} in at most 2 hops")
    assert answer.no and answer.witness == ()
    outside = answer.ways[0]
    assert "arn:aws:iam::111122223333:role/LegacySync" in outside.reached
    assert any("service control policy" in barrier.stops for barrier in outside.barriers)


def test_unknown_is_neither(snapshot: Snapshot) -> None:
    """An unknown answer refuses to be taken for yes or no."""
    answer = snapshot.ask(MISSION, timeout=1e-9)
    assert answer.unknown and answer.verdict is Verdict.UNKNOWN
    for use in (lambda: answer.yes, lambda: answer.no, lambda: bool(answer)):
        with pytest.raises(UndecidedError):
            use()


def test_question_by_hand(snapshot: Snapshot) -> None:
    """A question can be built of values instead of a sentence."""
    question = Question(
        "the mission",
        Form.CAN,
        Who(WhoKind.EXTERNAL),
        ("s3:DeleteBucket",),
        None,
        Route(RouteKind.ASSUMPTION, limit=3),
    )
    assert snapshot.ask(question).yes


def test_day_of_the_question(tmp_path: Path) -> None:
    """A grant that has expired by the day of the question is none."""
    list(write(tmp_path))
    path = tmp_path / "accounts/333344445555/authorization-details.json"
    details = json.loads(path.read_text("utf-8"))
    (partner,) = (role for role in details["RoleDetailList"] if role["RoleName"] == "PartnerDeploy")
    (trust,) = partner["AssumeRolePolicyDocument"]["Statement"]
    trust["Condition"]["DateLessThan"] = {"aws:CurrentTime": "2026-06-01T00:00:00Z"}
    path.write_text(json.dumps(details), encoding="utf-8")
    assert Snapshot.load(tmp_path, as_of=date(2026, 5, 1)).ask(MISSION).yes
    assert Snapshot.load(tmp_path, as_of=date(2026, 7, 1)).ask(MISSION).no


def test_timeout_is_unknown(snapshot: Snapshot) -> None:
    """Running out of time is an unknown that says so."""
    answer = snapshot.ask(MISSION, timeout=1e-9)
    assert answer.unknown
    assert "the time limit was reached" in answer.ways[0].reason


def test_progress_is_told(snapshot: Snapshot) -> None:
    """Who waits hears which class of callers is being asked about."""
    heard: list[tuple[str, int, int]] = []
    snapshot.ask(MISSION, progress=lambda text, done, total: heard.append((text, done, total)))
    assert heard == [
        ("AWS principals outside the zone of trust", 0, 5),
        ("AWS principals outside the zone of trust", 1, 5),
        ("identities of token.actions.githubusercontent.com", 2, 5),
        ("identities of the SAML provider AWSSSO_acme_DO_NOT_DELETE", 3, 5),
        ("holders of certificates, by rolesanywhere.amazonaws.com", 4, 5),
        ("anonymous callers", 5, 5),
    ]


def test_processes_share_the_work(snapshot: Snapshot) -> None:
    """Spread over processes, the answer is the same, in the same order."""
    question = "who can iam:CreateAccessKey"
    alone, together = snapshot.ask(question), snapshot.ask(question, jobs=3)
    assert alone.ways == together.ways
    assert alone.effort.questions == together.effort.questions
