"""Comparisons of whole snapshots: who can do more and who less, since which edit, and who is not
even asked about.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.test_cli import ROOT, assert_kept, without_seconds
from tests.test_snapshot import NEW, A, B, allow, link, managed, role, trust, write
from verifier import Snapshot, UndecidedError
from verifier.cli import cli
from verifier.comparison import Relation
from verifier.example import write as write_example
from verifier.report.changes_document import SnapshotComparisonDocument
from verifier.report.changes_markdown import code
from verifier.report.mermaid import text
from verifier.snapshot_comparison import Direction, EditKind, SnapshotComparison

POLICY = f"arn:aws:iam::{A}:policy/shared"
LIMIT = f"arn:aws:iam::{A}:policy/limit"
ALICE, APP = f"arn:aws:iam::{A}:user/alice", f"arn:aws:iam::{A}:role/app"
ORGANIZATION = {
    "Organization": {"Id": "o-example000", "MasterAccountId": "444455556666"},
    "Roots": [{"Id": "r-1", "Accounts": [{"Id": A}], "ServiceControlPolicies": ["p-guard"]}],
}
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}

Files = dict[str, Any]
Edited = Callable[[Files], None]


def _files() -> Files:
    """Return a small account: a user and a role share a policy, a bucket has none."""
    alice = {"UserName": "alice", "UserId": "AIDAALICE00", "Arn": ALICE, **link(POLICY)}
    page = {
        "UserDetailList": [alice],
        "RoleDetailList": [role("app", **link(POLICY)), role("worker")],
        "Policies": [
            managed(POLICY, allow("s3:GetObject", "arn:aws:s3:::data/*")),
            managed(LIMIT, allow("sqs:*")),
        ],
    }
    bucket = {"Arn": "arn:aws:s3:::data", "Account": A, "Policy": None}
    return {f"{A}/a.json": page, "b.json": [bucket]}


def _page(files: Files) -> Any:
    return files[f"{A}/a.json"]


def _shared(*statements: Any) -> Edited:
    """Return the edit that gives the shared policy these statements."""

    def edit(files: Files) -> None:
        document = {"Version": NEW, "Statement": list(statements)}
        _page(files)["Policies"][0] = managed(POLICY, document)

    return edit


def _bucket(policy: Any) -> Edited:
    def edit(files: Files) -> None:
        files["b.json"][0]["Policy"] = policy

    return edit


def _of_role(name: str, **changes: Any) -> Edited:
    def edit(files: Files) -> None:
        for found in _page(files)["RoleDetailList"]:
            if found["RoleName"] == name:
                found.update(changes)

    return edit


def _scp(*statements: Any) -> Edited:
    def edit(files: Files) -> None:
        document = {"Version": NEW, "Statement": [FULL, *statements]}
        guard = {"Id": "p-guard", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY"}
        files["o.json"] = {**ORGANIZATION, "Policies": [{**guard, "Content": document}]}

    return edit


def _user(**changes: Any) -> Edited:
    def edit(files: Files) -> None:
        _page(files)["UserDetailList"][0].update(changes)

    return edit


def _no_users(files: Files) -> None:
    _page(files)["UserDetailList"] = []


def _more(files: Files) -> None:
    inline = [{"PolicyName": "all", "PolicyDocument": {"Version": NEW, "Statement": FULL}}]
    _page(files)["RoleDetailList"].append(role("admin", RolePolicyList=inline))


GET = allow("s3:GetObject", "arn:aws:s3:::data/*")["Statement"]
PUT = allow("s3:PutObject", "arn:aws:s3:::data/*")["Statement"]
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
TEAM = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
DENY = {**GET, "Effect": "Deny"}
SHARED = 'managed policy "shared"'
OUTSIDE = "AWS principals outside the zone of trust"


@dataclass(frozen=True)
class Case:
    """Edits of the two sides, and what must come of it: (who, action, edit) of each change."""

    name: str
    old: tuple[Edited, ...]
    new: tuple[Edited, ...]
    newly: set[tuple[str, str, str]]
    lost: set[tuple[str, str, str]]


def _changed(what: str, action: str, *who: str) -> set[tuple[str, str, str]]:
    return {(name, action, f"{what} was edited") for name in who}


PUT_AS_TEAM = {**PUT, "Resource": "arn:aws:s3:::data/team/*", "Condition": TEAM}
PUT_BY_MFA = {**PUT, "Resource": "arn:aws:s3:::data/own/*", "Condition": MFA}

CASES = [
    Case("nothing", (), (), set(), set()),
    Case(
        "an action more in a shared policy",
        (),
        (_shared(GET, PUT),),
        _changed(SHARED, "s3:PutObject", ALICE, APP),
        set(),
    ),
    Case(
        "a narrower resource",
        (),
        (_shared({**GET, "Resource": "arn:aws:s3:::data/a/*"}),),
        set(),
        _changed(SHARED, "s3:GetObject", ALICE, APP),
    ),
    Case("another order", (_shared(GET, PUT),), (_shared(PUT, GET),), set(), set()),
    Case("another name", (_shared(GET),), (_shared({**GET, "Sid": "Read"}),), set(), set()),
    Case(
        "a deny that takes away",
        (),
        (_shared(GET, DENY),),
        set(),
        _changed(SHARED, "s3:GetObject", ALICE, APP),
    ),
    Case(
        "a condition dropped",
        (_shared({**GET, "Condition": MFA}),),
        (),
        _changed(SHARED, "s3:GetObject", ALICE, APP),
        set(),
    ),
    Case(
        "what a boundary takes away is no change",
        (_user(PermissionsBoundary={"PermissionsBoundaryArn": LIMIT}),),
        (
            _user(PermissionsBoundary={"PermissionsBoundaryArn": LIMIT}),
            _shared(GET, PUT),
        ),
        _changed(SHARED, "s3:PutObject", APP),
        set(),
    ),
    Case(
        "a boundary goes",
        (_user(PermissionsBoundary={"PermissionsBoundaryArn": LIMIT}),),
        (),
        {(ALICE, "s3:GetObject", 'permissions boundary "limit" is gone')},
        set(),
    ),
    Case(
        "an action that no catalogue has",
        (_shared(GET),),
        (_shared(GET, {**PUT, "Action": "s3:PutNewThing", "Resource": "*"}),),
        _changed(SHARED, "s3:PutNewThing", ALICE, APP),
        set(),
    ),
    Case(
        "a service that no catalogue has, to some resources",
        (_shared(GET),),
        (_shared(GET, {**PUT, "Action": "novel:*", "Resource": "arn:aws:novel:::thing/*"}),),
        _changed(SHARED, "novel:Example", ALICE, APP),
        set(),
    ),
    Case(
        "an action that no catalogue has, named one by one",
        (_shared({**GET, "Action": ["s3:GetObject", "s3:GetNewThing"]}),),
        (_shared({**GET, "Action": "s3:Get*"}),),
        _changed(SHARED, "s3:GetObjectTorrent", ALICE, APP),
        set(),
    ),
    Case(
        "a boundary lets an action that no catalogue has",
        (
            _shared({**GET, "Action": "s3:GetNewThing"}),
            _user(PermissionsBoundary={"PermissionsBoundaryArn": LIMIT}),
        ),
        (_shared({**GET, "Action": "s3:GetNewThing"}),),
        {(ALICE, "s3:GetNewThing", 'permissions boundary "limit" is gone')},
        set(),
    ),
    Case(
        "an SCP comes",
        (_scp(),),
        (_scp(DENY),),
        set(),
        _changed('SCP "guard"', "s3:GetObject", ALICE, APP, f"arn:aws:iam::{A}:root"),
    ),
    Case(
        "a policy moved from managed to inline",
        (),
        (
            _of_role("app", AttachedManagedPolicies=[]),
            _of_role(
                "app",
                RolePolicyList=[
                    {
                        "PolicyName": "own",
                        "PolicyDocument": allow("s3:GetObject", "arn:aws:s3:::data/*"),
                    }
                ],
            ),
        ),
        set(),
        set(),
    ),
    Case(
        "a bucket is opened to the world",
        (),
        (_bucket(allow("s3:GetObject", "arn:aws:s3:::data/*", Principal="*")),),
        {
            (who, "s3:GetObject", "bucket policy of data is new")
            for who in (
                OUTSIDE,
                "anonymous callers",
                "lambda.amazonaws.com",
                f"arn:aws:iam::{A}:role/worker",
            )
        },
        set(),
    ),
    Case(
        "a role trusts another account",
        (),
        (_of_role("app", AssumeRolePolicyDocument=trust({"AWS": "999999999999"})),),
        _changed("trust policy of app", "sts:AssumeRole", OUTSIDE),
        _changed("trust policy of app", "sts:AssumeRole", "lambda.amazonaws.com"),
    ),
    Case("a user goes", (), (_no_users,), set(), {(ALICE, "s3:GetObject", f"{ALICE} is gone")}),
]


def _snapshot(folder: Path, edits: tuple[Edited, ...]) -> Snapshot:
    files = _files()
    for edit in edits:
        edit(files)
    return Snapshot.load(write(folder, files))


def _told(found: Direction) -> set[tuple[str, str, str]]:
    return {
        (access.who, access.hop.action, " and ".join(map(str, change.edits)))
        for change in found.changes
        for access in change.callers
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path) -> None:
    """Just these callers can do more and less, since these edits; and the other way round."""
    old, new = _snapshot(tmp_path / "old", case.old), _snapshot(tmp_path / "new", case.new)
    forth, back = old.compare(new), new.compare(old)
    assert (_told(forth.newly_allowed), _told(forth.no_longer)) == (case.newly, case.lost)
    assert not forth.newly_allowed.unknown
    for one, other in (
        (forth.newly_allowed, back.no_longer),
        (forth.no_longer, back.newly_allowed),
    ):
        assert {item[:2] for item in _told(one)} == {item[:2] for item in _told(other)}
        assert {(way.who, way.what) for way in one.reached} == {
            (way.who, way.what) for way in other.reached
        }


def _compared(folder: Path, old: tuple[Edited, ...], new: tuple[Edited, ...]) -> SnapshotComparison:
    return _snapshot(folder / "old", old).compare(_snapshot(folder / "new", new))


def test_a_shared_policy_is_one_change(tmp_path: Path) -> None:
    """An edit of a policy that two carry is told once, with both."""
    found = _compared(tmp_path, (), (_shared(GET, PUT),))
    (change,) = found.newly_allowed.changes
    assert [access.who for access in change.callers] == [ALICE, APP]
    ((edit, carriers),) = found.edits
    assert (edit.kind, carriers) == (EditKind.CHANGED, (ALICE, APP))
    assert edit.old.endswith(".json:1:565") == edit.new.endswith(".json:1:565")
    assert found.relation is Relation.WIDER


def test_processes_change_nothing(tmp_path: Path) -> None:
    """Two processes find what one does, and ask as much."""
    edits = (_shared({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}),)
    old, new = _snapshot(tmp_path / "old", ()), _snapshot(tmp_path / "new", edits)
    alone, together = old.compare(new), old.compare(new, jobs=2)
    assert alone.newly_allowed.changes
    assert replace(together, effort=alone.effort) == alone
    assert together.effort.questions == alone.effort.questions


def test_the_unchanged_are_not_asked_about(tmp_path: Path) -> None:
    """What says the same costs no question; of an edit only its carriers are asked about."""
    same = _compared(tmp_path / "same", (), ())
    assert (same.asked, same.effort.questions, same.edits) == (0, 0, ())
    assert same.relation is Relation.EQUIVALENT
    assert not same.newly_allowed and not same.no_longer
    assert _compared(tmp_path / "edited", (), (_shared(GET, PUT),)).asked == 2


def test_who_is_new_can_do_more(tmp_path: Path) -> None:
    """A new role with permissions is a change, one without any is none."""
    found = _compared(tmp_path / "one", (), (_more,))
    assert {access.who for change in found.newly_allowed.changes for access in change.callers} >= {
        f"arn:aws:iam::{A}:role/admin"
    }
    assert found.relation is Relation.WIDER

    def idle(files: Files) -> None:
        idle = role("idle", AssumeRolePolicyDocument=trust({"AWS": B}))
        _page(files)["RoleDetailList"].append(idle)

    idle_one = _compared(tmp_path / "two", (), (idle,))
    assert _told(idle_one.newly_allowed) == {
        (OUTSIDE, "sts:AssumeRole", f"arn:aws:iam::{A}:role/idle is new")
    }


def test_newly_reached(tmp_path: Path) -> None:
    """Roles that outsiders become in the new snapshot only are told, with the path."""
    found = _compared(
        tmp_path, (), (_of_role("app", AssumeRolePolicyDocument=trust({"AWS": "999999999999"})),)
    )
    ((who, what, hops),) = [
        (way.who, way.what, len(way.witness)) for way in found.newly_allowed.reached
    ]
    assert (who, what, hops) == (OUTSIDE, APP, 1)
    assert not found.no_longer.reached


def test_each_statement_is_told(tmp_path: Path) -> None:
    """Of several statements that let the same action, each has its request, also where they are
    about resources that are asked about apart; one that cannot be met, or adds nothing, has none.
    """
    logs = {"Arn": "arn:aws:s3:::logs", "Account": A, "Policy": None}
    to_logs = {**PUT, "Resource": "arn:aws:s3:::logs/*"}
    more = _shared(GET, PUT_AS_TEAM, PUT_BY_MFA, to_logs, {**PUT_BY_MFA, "Sid": "again"})

    def with_logs(files: Files) -> None:
        files["b.json"].append(logs)

    found = _compared(tmp_path, (with_logs, _user(Tags=[])), (with_logs, more))
    told = {
        (access.who, cause.statement)
        for change in found.newly_allowed.changes
        for access in change.callers
        for cause in access.hop.by
    }
    assert told == {(APP, "4"), (ALICE, "3"), (ALICE, "4")}


def test_actions_that_no_catalogue_has(tmp_path: Path) -> None:
    """What is told of them rests on it that they exist."""
    found = _compared(tmp_path, (), (_shared(GET, {**PUT, "Action": "novel:*", "Resource": "*"}),))
    assert found.relation is Relation.WIDER
    assert "there is an action `novel:Example`: a policy names it, or a pattern that it fits" in (
        found.assumptions
    )


def test_facts_that_policies_ask_for(tmp_path: Path) -> None:
    """What a changed tag does is unknown where a policy asks for it, else nothing."""
    blue, red = ([{"Key": "team", "Value": colour}] for colour in ("blue", "red"))
    asks = _shared({**GET, "Condition": TEAM})
    open_one = _compared(tmp_path / "a", (asks, _user(Tags=red)), (asks, _user(Tags=blue)))
    assert open_one.relation is Relation.UNKNOWN
    with pytest.raises(UndecidedError, match="its tag `team` has changed"):
        bool(open_one.newly_allowed)
    plain = _compared(tmp_path / "b", (_user(Tags=red),), (_user(Tags=blue),))
    assert plain.relation is Relation.EQUIVALENT


def test_missing_document(tmp_path: Path) -> None:
    """A policy whose document the new snapshot does not have leaves it open."""

    def gone(files: Files) -> None:
        _page(files)["Policies"] = [managed(LIMIT, allow("sqs:*"))]

    found = _compared(tmp_path, (), (gone,))
    assert found.relation is Relation.UNKNOWN
    assert "document of managed policy" in found.newly_allowed.unknown[0].reason


def test_two_edits_together(tmp_path: Path) -> None:
    """Where only both edits together let it, both are named; where one would do, that one."""
    boundary = {"PermissionsBoundaryArn": LIMIT}
    old = (_user(PermissionsBoundary=boundary), _no_shared_for_app)
    new = (_shared(GET, PUT), _no_shared_for_app)
    found = _compared(tmp_path, old, new)
    told = {item[1:] for item in _told(found.newly_allowed)}
    gone = 'permissions boundary "limit" is gone'
    assert ("s3:PutObject", f"{SHARED} was edited and {gone}") in told
    assert ("s3:GetObject", gone) in told


def _no_shared_for_app(files: Files) -> None:
    _of_role("app", AttachedManagedPolicies=[])(files)


def write_edited_example(folder: Path) -> None:
    """Write the example, and the example with four edits, into `acme` and `proposed`."""
    for name in ("acme", "proposed"):
        list(write_example(folder / name))
    path = folder / "proposed/accounts/222233334444/authorization-details.json"
    details = path.read_text("utf-8")
    assert '"s3:PutBucket*"' in details
    path.write_text(details.replace('"s3:PutBucket*"', '"s3:PutBucket*", "s3:DeleteObject"'))
    path = folder / "proposed/accounts/333344445555/authorization-details.json"
    value = json.loads(path.read_text("utf-8"))
    for found in value["RoleDetailList"]:
        if found["RoleName"] == "MonitoringVendor":
            del found["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]
        if found["RoleName"] == "CertificateBot":
            found["AssumeRolePolicyDocument"]["Statement"].append(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
                    "Action": "sts:AssumeRole",
                }
            )
    path.write_text(json.dumps(value, indent=2))
    path = folder / "proposed/organization/ProtectStorage.json"
    path.write_text(path.read_text("utf-8").replace("s3:DeleteBucket", "s3:Delete*"))


@pytest.fixture
def proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with `acme` and `proposed`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    write_edited_example(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_report(proposed: Path, form: str) -> None:
    """The comparison reads, to the letter, as it is kept."""
    result = CliRunner().invoke(cli, ["compare", "acme", "proposed", "--format", form])
    assert (result.exit_code, result.stderr) == (3, "")
    assert_kept(f"changes-{form}", result.stdout)


@pytest.mark.usefixtures("proposed")
def test_same_snapshots() -> None:
    """A snapshot compared with itself is equivalent, with status 0."""
    result = CliRunner().invoke(cli, ["compare", "acme", "acme", "--fail-on", "any"])
    assert result.exit_code == 0
    assert without_seconds(result.stdout).startswith("EQUIVALENT  ")


@pytest.mark.usefixtures("proposed")
def test_json_has_the_published_shape() -> None:
    """The JSON validates, says what the text says, and its schema is published."""
    result = CliRunner().invoke(cli, ["compare", "acme", "proposed", "--format", "json"])
    document = SnapshotComparisonDocument.model_validate_json(result.stdout)
    assert (result.exit_code, document.relation) == (3, "incomparable")
    assert document.newly_allowed.changes and document.no_longer_allowed.changes
    published = json.loads((ROOT / "docs" / "snapshot-comparison.schema.json").read_text("utf-8"))
    assert published == SnapshotComparisonDocument.model_json_schema()


def test_options_of_policies(proposed: Path) -> None:
    """Options that are about policies are refused with snapshots."""
    result = CliRunner().invoke(cli, ["compare", "acme", "proposed", "--kind", "scp"])
    assert result.exit_code == 2
    assert "--kind, --any-action and --evidence are for policies" in result.stderr


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a`b", "`` a`b ``"),
        ("`", "`` ` ``"),
        ("x\n# big", "`x\\u000a# big`"),
        ("<img src=x>", "`<img src=x>`"),
    ],
)
def test_hostile_names_in_markdown(name: str, shown: str) -> None:
    """A name stays a code span, whatever it holds."""
    assert code(name) == shown


def test_hostile_names_in_pictures() -> None:
    """A name cannot leave the label that it stands in."""
    assert text('x"] --> y; click y "javascript:1"') == (
        "x#34;#93; --#62; y#59; click y #34;javascript:1#34;"
    )
    assert "\n" not in text("a\nb") and "\u202e" not in text("a\u202eb")
