"""`can`, `who-can` and `what-can`: to the letter, on a terminal and in a pipe."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.test_cli import ROOT, assert_kept, without_seconds
from tests.test_snapshot import A, allow, role, write
from verifier import Snapshot
from verifier.cli import cli
from verifier.example import write as write_example
from verifier.report.document import AnswerDocument

REPORTS = {
    "can-yes": (("can", "dora", "s3:GetObject"), 3),
    "can-no": (("can", "dora", "s3:PutObject", "arn:aws:s3:::acme-data-lake/*"), 0),
    "can-account": (
        ("can", "999988887777", "s3:DeleteBucket", "--route", "via role assumption"),
        3,
    ),
    "who-can-nobody": (("who-can", "s3:DeleteBucket", "--on", "arn:aws:s3:::acme-audit"), 0),
    "who-can-table": (("who-can", "s3:GetObject", "--format", "table"), 3),
    "who-can-all": (
        ("who-can", "s3:GetObject", "--on", "arn:aws:s3:::acme-press-kit/*", "--all"),
        3,
    ),
    "what-can-conditions": (("what-can", "alice"), 3),
    "what-can-table": (("what-can", "alice", "--format", "table"), 3),
    "what-can-outside": (("what-can", "any external principal"), 3),
    "what-can-nothing": (("what-can", "role/OldAgency", "--on", "arn:aws:s3:::acme-audit"), 0),
}
"""Name of the report → the command on the bundled example, and its exit status."""


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example in `acme`, below the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    list(write_example(Path("acme")))
    return Path("acme")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-s", "acme"])


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.usefixtures("acme")
def test_report(name: str) -> None:
    """The answer reads, to the letter, as it is kept."""
    arguments, status = REPORTS[name]
    result = _run(*arguments)
    assert (result.exit_code, result.stderr) == (status, "")
    assert_kept(name, result.stdout)


@pytest.mark.usefixtures("acme")
def test_same_as_the_sentence() -> None:
    """A command says what the sentence says that it stands for."""
    by_command = _run("can", "dora", "s3:GetObject", "--where", "mfa is absent")
    sentence = "can arn:aws:iam::222233334444:user/dora perform s3:GetObject where mfa is absent"
    assert without_seconds(by_command.stdout) == without_seconds(_run("ask", sentence).stdout)


@pytest.mark.usefixtures("acme")
def test_json() -> None:
    """JSON has every way, with patterns, exceptions and conditions."""
    result = _run("what-can", "alice", "--format", "json")
    document = AnswerDocument.model_validate_json(result.stdout)
    listing = [way for way in document.ways if way.what == "s3:ListBucket"]
    assert [(way.only, [extent.model_dump() for extent in way.extents]) for way in listing] == [
        (
            [],
            [
                {
                    "account": "222233334444",
                    "patterns": ["arn:aws:s3:::acme-data-lake"],
                    "exceptions": [],
                },
                {
                    "account": "111122223333",
                    "patterns": ["*"],
                    "exceptions": ["arn:aws:s3:::acme-uploads"],
                },
            ],
        ),
        (
            ["over TLS"],
            [
                {
                    "account": "111122223333",
                    "patterns": ["arn:aws:s3:::acme-uploads"],
                    "exceptions": [],
                }
            ],
        ),
    ]
    assert {way.witness[-1].action for way in listing} == {"s3:ListBucket"}


def test_who_is_wrong(acme: Path) -> None:
    """A principal that is not there is told, with status 2."""
    result = _run("can", "dor", "s3:GetObject")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: `dor` is nobody in this snapshot; did you mean `dora`\n"


def _with_users(folder: Path, count: int, policy: Any) -> Snapshot:
    users = [
        {
            "UserName": f"user{number:04}",
            "UserId": f"AIDAUSER{number:08}",
            "Arn": f"arn:aws:iam::{A}:user/user{number:04}",
            "GroupList": ["staff"],
        }
        for number in range(count)
    ]
    staff = {
        "GroupName": "staff",
        "Arn": f"arn:aws:iam::{A}:group/staff",
        "GroupPolicyList": [{"PolicyName": "p", "PolicyDocument": policy}],
    }
    page = {"UserDetailList": users, "GroupDetailList": [staff], "RoleDetailList": [role("admin")]}
    return Snapshot.load(write(folder, {"acme/a.json": page}))


def test_many_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many of whom the same is true, five are named and all are counted; `--all` names all."""
    own = f"arn:aws:iam::{A}:user/${{aws:username}}"
    _with_users(tmp_path, 50, allow("iam:CreateAccessKey", own))
    monkeypatch.chdir(tmp_path)
    short = _run("who-can", "iam:CreateAccessKey").stdout
    said = f'on {own}; by inline policy "p" of group staff, statement 1'
    assert f"  arn:aws:iam::{A}:user/user0004   {said}\n" in short
    assert f"  and 45 more, 50 in all   {said}\n" in short
    assert "user0005" not in short
    complete = _run("who-can", "iam:CreateAccessKey", "--all").stdout
    assert complete.count(said) == 50
    table = _run("who-can", "iam:CreateAccessKey", "--format", "table").stdout
    assert "and 45 more, 50 in all" in table


def test_actions_that_no_catalogue_has(tmp_path: Path) -> None:
    """What cannot be listed is named."""
    snapshot = _with_users(tmp_path, 1, allow(["s3:GetNewThing", "novel:*", "sqs:Get*"], "*"))
    answer = snapshot.what_can("user0000")
    said = "what policies allow and no catalogue has is not listed: `novel:*`, `s3:GetNewThing`"
    assert said in answer.assumptions


def _on_a_terminal(arguments: list[str], rows: int = 200, **environment: str) -> str:
    """Return what a command writes to a terminal of 80 columns."""
    code = (
        "import fcntl, struct, sys, termios\n"
        f"fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', {rows}, 80, 0, 0))\n"
        "from verifier.cli import main\n"
        "sys.argv[0] = 'verifier'\n"
        "main()\n"
    )
    leader, follower = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments, "-s", "acme"],
        stdin=follower,
        stdout=follower,
        stderr=subprocess.DEVNULL,
        env={**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment},
    )
    os.close(follower)
    output = b""
    while True:
        try:
            piece = os.read(leader, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        output += piece
    os.close(leader)
    process.wait()
    return output.decode("utf-8").replace("\r\n", "\n")


@pytest.mark.usefixtures("acme")
def test_on_a_terminal() -> None:
    """A terminal gets a table that keeps to its width, in colour unless `NO_COLOR` is set."""
    colourful = _on_a_terminal(["what-can", "alice"])
    plain = _on_a_terminal(["what-can", "alice"], NO_COLOR="1")
    assert colourful.startswith("\x1b[31m\x1b[1mYES")
    assert plain.startswith("YES") and "\x1b" not in plain
    assert re.search(r"^  service +access +actions +on +only$", plain, re.MULTILINE)
    assert max(map(len, plain.splitlines())) <= 80


@pytest.mark.usefixtures("acme")
def test_pager() -> None:
    """What is longer than the terminal goes through the pager, what fits does not."""
    pager = {"PAGER": f"{sys.executable} -c 'import sys; print(len(sys.stdin.readlines()))'"}
    paged = _on_a_terminal(["what-can", "alice"], rows=10, NO_COLOR="1", **pager)
    assert paged.strip().isdigit()
    whole = _on_a_terminal(["what-can", "alice", "--no-pager"], rows=10, NO_COLOR="1", **pager)
    assert whole.startswith("YES")
    assert _on_a_terminal(["what-can", "alice"], rows=500, **pager).startswith("\x1b[31m")


def test_in_a_pipe(acme: Path) -> None:
    """A pipe gets a line for each row, without colours, which tools can take apart."""
    result = _run("what-can", "dora")
    rows = [line.split("   ") for line in result.stdout.splitlines() if line.startswith("  s")]
    assert rows[0] == ["  s3", "read", "GetObject", "on arn:aws:s3:::acme-data-lake/*"]


_REGION = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
_BOUNDARY = {"StringEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{A}:policy/guard"}}


@pytest.mark.parametrize(
    ("actions", "condition"),
    [
        (["organizations:ListAccounts", "polly:DescribeVoices"], _REGION),
        (["iam:ChangePassword", "iam:CreateUser", "iam:DeleteUser"], _BOUNDARY),
        (["iam:GetRole", "iam:PassRole", "iam:CreateRole", "iam:DeleteRole"], _BOUNDARY),
    ],
    ids=["a region", "a key of some actions", "a key of some calls about roles"],
)
def test_what_can_is_what_can_says(actions: list[str], condition: Any, tmp_path: Path) -> None:
    """Each action is in the list iff it can be performed, where services and calls differ in the
    values and keys that come with them (R5.1, R5.60).
    """
    policy = allow(actions, Condition=condition)
    page = {
        "RoleDetailList": [
            role("worker", RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy}])
        ]
    }
    snapshot = Snapshot.load(write(tmp_path, {"a.json": page}))
    worker = f"arn:aws:iam::{A}:role/worker"
    listed = {way.what for way in snapshot.what_can(worker)}
    asked = {action for action in actions if snapshot.can(worker, action)}
    assert listed & set(actions) == asked
    assert asked and asked != set(actions)


@pytest.mark.usefixtures("acme")
def test_at_most() -> None:
    """`--at-most` bounds the hops of a chain, and asks via role assumption without a route."""
    partner = ("can", "999988887777", "s3:DeleteBucket", "--at-most")
    assert [_run(*partner, count).exit_code for count in ("1", "2", "3")] == [0, 0, 3]
    assert _run(*partner, "3", "--route", "via role assumption").exit_code == 3
    assert "at most" in _run(*partner, "2", "--route", "directly").stderr
    assert _run(*partner, "0").exit_code == 2


@pytest.mark.usefixtures("acme")
def test_a_sentence_leaves_nothing_to_options() -> None:
    """Parts of a question beside a whole sentence are an error: they would not count."""
    sentence = ("ask", "can anonymous perform s3:GetObject")
    for option in ("--where", "--on", "--route"):
        found = _run(*sentence, option, "mfa is absent")
        assert found.exit_code == 2 and "a sentence and parts of one" in found.stderr
