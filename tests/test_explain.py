"""Explanations: what suffices, what closes, what would help; each held against the evaluator."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner

from iam_smt.theory import Solver
from tests.test_cli import ROOT, assert_kept
from verifier import Snapshot
from verifier.cli import cli
from verifier.compile.resource_policies import may_have_policy
from verifier.errors import QuestionError
from verifier.example import write
from verifier.explain import explain
from verifier.explanation import Kind
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.syntax import Effect
from verifier.queries import grammar
from verifier.queries.callers import callers
from verifier.queries.closure import Trail
from verifier.queries.goals import Goal, aims
from verifier.queries.grounds import grounds
from verifier.queries.hops import DecodedHop
from verifier.queries.search import decoded
from verifier.queries.world import World
from verifier.report.explanation_document import ExplanationDocument
from verifier.request import Request
from verifier.semantics.authorize import authorize
from verifier.verdict import Cause

DORA = "arn:aws:iam::222233334444:user/dora"
ACTIONS = (
    "s3:DeleteBucket",
    "s3:GetObject",
    "iam:CreateAccessKey",
    "kms:ScheduleKeyDeletion",
    "ecr:PutImage",
)
REPORTS = {
    "explain-no": (f"can {DORA} perform s3:DeleteBucket on arn:aws:s3:::acme-audit", 0),
    "explain-yes": ("can arn:aws:iam::111122223333:user/bob perform iam:CreateAccessKey", 3),
    "explain-always": ("can arn:aws:iam::111122223333:user/bob perform sts:GetCallerIdentity", 3),
}


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """The example in `acme`, below the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    list(write(Path("acme")))
    return Snapshot.load("acme")


def direct(snapshot: Snapshot, sentence: str) -> DecodedHop | None:
    """Return the request of a yes with the policies that allow it."""
    asked = grammar.parse(sentence)
    world = World(snapshot.contents, Solver())
    assert asked.who is not None
    (origin,) = callers(world, asked.who)
    for start in origin.starts:
        for action, target in aims(world, Goal(asked.actions, asked.resource)):
            found = decoded(world, Trail(start, ()).path(world).ask(action, target))
            if isinstance(found, list):
                return found[0]
    return None


def allowed_without(hop: DecodedHop, causes: tuple[Cause, ...]) -> bool:
    """Return what the evaluator says once these statements are gone, told by what they are called;
    of statements at several levels that read the same, one is taken away for each cause.
    """
    gone = list(causes)

    def left(policy: AttachedPolicy) -> AttachedPolicy:
        kept = []
        for statement in policy.statements:
            place = policy.place(statement.position)
            named = Cause(policy.title, statement.label, statement.effect.value, place)
            if named in gone:
                gone.remove(named)
            else:
                kept.append(statement)
        if policy.policy is None:
            return policy
        return replace(policy, policy=replace(policy.policy, statements=tuple(kept)))

    policies = hop.main.policies
    changed = ApplicablePolicies(
        tuple(map(left, policies.identity)),
        left(policies.resource) if policies.resource else None,
        tuple(map(left, policies.boundary)),
        tuple(map(left, policies.session)),
        tuple(tuple(map(left, level)) for level in policies.scps),
        tuple(tuple(map(left, level)) for level in policies.rcps),
        policies.endpoint,
    )
    assert not gone
    return authorize(hop.main.request, changed).allowed


def _asked(snapshot: Snapshot, action: str) -> list[str]:
    entities = [*snapshot.contents.users(), *snapshot.contents.roles()]
    return [f"can {entity.arn} perform {action}" for entity in entities]


@pytest.mark.parametrize("action", ACTIONS)
def test_grounds(acme: Snapshot, action: str) -> None:
    """Without a closing set the evaluator denies, without a part of it it allows; a sufficient set
    alone allows, and no part of it does.
    """
    for sentence in _asked(acme, action):
        hop = direct(acme, sentence)
        if hop is None:
            continue
        found = grounds(hop)
        every = [
            Cause(
                match.policy.title,
                match.statement.label,
                "Allow",
                match.policy.place(match.statement.position),
            )
            for match in authorize(hop.main.request, hop.main.policies).matches
            if match.effect is Effect.ALLOW and match.statement is not None
        ]
        assert found.closes
        assert found.suffices
        for causes in found.closes:
            assert not allowed_without(hop, causes)
            for part in combinations(causes, len(causes) - 1):
                assert allowed_without(hop, part)
        for causes in found.suffices:
            others = list(every)
            for cause in causes:
                others.remove(cause)
            assert allowed_without(hop, tuple(others))
            for cause in causes:
                assert not allowed_without(hop, (*others, cause))


@pytest.mark.parametrize("action", ACTIONS)
def test_remedies(acme: Snapshot, action: str) -> None:
    """A request that changes would allow is denied as things are; no remedy has another inside."""
    for sentence in _asked(acme, action):
        found = explain(acme.contents, sentence)
        sets = [frozenset(remedy.changes) for remedy in found.remedies]
        assert bool(sets) == (found.verdict.value == "no")
        assert not any(one < other for one in sets for other in sets)
        for remedy in found.remedies:
            removed = [c for c in remedy.changes if c.kind is Kind.REMOVE]
            assert all(cause.effect == "Deny" for change in removed for cause in change.where)
            assert not _is_allowed_now(acme, remedy.hop.request)


def _is_allowed_now(snapshot: Snapshot, request: Request) -> bool:
    """Return what the evaluator says of a request under the policies of the snapshot."""
    principal = request.principal
    entity = snapshot.contents.user(principal.name) or snapshot.contents.role(principal.arn or "")
    assert entity is not None
    place = snapshot.contents.place(entity.account)
    owner = snapshot.contents.place(request.resource_account or "")
    resource = snapshot.contents.resources.get(
        request.resource.partition("/")[0] if ":s3:" in request.resource else request.resource
    )
    policies = ApplicablePolicies(
        identity=entity.policies,
        resource=resource.policy if resource else None,
        boundary=(entity.boundary,) if entity.boundary else (),
        scps=(place.scps or ()) if place else (),
        rcps=(owner.rcps or ()) if owner else (),
    )
    return authorize(request, policies).allowed


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.usefixtures("acme")
def test_report(name: str) -> None:
    """The explanation reads, to the letter, as it is kept."""
    sentence, status = REPORTS[name]
    result = CliRunner().invoke(cli, ["explain", sentence, "-s", "acme"])
    assert (result.exit_code, result.stderr) == (status, "")
    assert_kept(name, result.stdout)


@pytest.mark.usefixtures("acme")
def test_json() -> None:
    """The JSON validates, and its schema is published."""
    for sentence, status in REPORTS.values():
        result = CliRunner().invoke(cli, ["explain", sentence, "-s", "acme", "--format", "json"])
        document = ExplanationDocument.model_validate_json(result.stdout)
        assert (result.exit_code, document.verdict) == (status, "yes" if status else "no")
        assert bool(document.grounds) == (status == 3)
    published = json.loads((ROOT / "docs" / "explanation.schema.json").read_text("utf-8"))
    assert published == ExplanationDocument.model_json_schema()


def test_nothing_helps(acme: Snapshot) -> None:
    """What the service refuses has no remedy, and says so."""
    role = "arn:aws:iam::222233334444:role/storage/StorageAdmin"
    found = acme.explain(f"can {role} perform sts:GetSessionToken")
    assert (found.verdict.value, found.remedies) == ("no", ())
    assert "the service refuses it" in found.reason


POLICED = {
    "arn:aws:s3:::data": True,
    "arn:aws:s3:::data/object": True,
    "arn:aws:sns:eu-west-1:111122223333:topic": True,
    "arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i": True,
    "arn:aws:logs:eu-west-1:111122223333:log-group:g": True,
    "arn:aws:new:eu-west-1:111122223333:thing": True,
    "arn:aws:ec2:eu-west-1:111122223333:instance/i-1": False,
    "arn:aws:rds:eu-west-1:111122223333:db:d": False,
    "arn:aws:iam::111122223333:user/alice": False,
    "arn:aws:iam::111122223333:role/r": False,
    "*": False,
}


@pytest.mark.parametrize("arn", POLICED)
def test_only_what_can_have_a_policy(arn: str) -> None:
    """No remedy asks for the policy of a resource that can have none (R6.74)."""
    assert may_have_policy(arn) is POLICED[arn]


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("who can s3:GetObject", "only whether one caller can perform"),
        ("can anonymous reach s3:GetObject", "only whether one caller can perform"),
        ("can any external principal perform s3:GetObject", "are several: name one"),
        ("can anonymous perform s3:GetObject on arn:aws:sqs:::x", "is not called on resources"),
    ],
)
def test_what_is_not_explained(acme: Snapshot, sentence: str, message: str) -> None:
    """Questions about many callers or chains are refused with what would be right."""
    with pytest.raises(QuestionError, match=message):
        acme.explain(sentence)
