"""The credential report: whose keys and passwords can be made, without leaning on anything."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, allow, write
from verifier import Snapshot
from verifier.errors import SnapshotError
from verifier.verdict import Verdict

EVE, VIC = (f"arn:aws:iam::{A}:user/{name}" for name in ("eve", "vic"))
_HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_2_active,access_key_2_last_rotated"
)
_ROOT = f"<root_account>,arn:aws:iam::{A}:root,x,not_supported,N/A,N/A,N/A,true,false,N/A,false,N/A"


def _report(*, password: str = "false", keys: int = 0, user: str = VIC) -> str:
    rotated = ["2026-01-01T00:00:00+00:00"] * keys + ["N/A"] * (2 - keys)
    row = [user.rpartition("/")[2], user, "2026-01-01T00:00:00+00:00", password, "N/A", "N/A"]
    row += ["N/A", "false", "false", rotated[0], "false", rotated[1]]
    return "\n".join([_HEADER, _ROOT, ",".join(row)]) + "\n"


def _snapshot(folder: Path, actions: list[str], report: Any = None) -> Snapshot:
    own = {"PolicyName": "own", "PolicyDocument": allow(actions, VIC)}
    users = [
        {"UserName": "eve", "UserId": "AIDAEVE", "Arn": EVE, "UserPolicyList": [own]},
        {"UserName": "vic", "UserId": "AIDAVIC", "Arn": VIC, "UserPolicyList": []},
    ]
    write(folder, {"a.json": {"UserDetailList": users}})
    if isinstance(report, dict):
        write(folder, {"report.json": report})
    elif report is not None:
        (folder / "report.csv").write_text(report, "utf-8")
    return Snapshot.load(folder)


@pytest.mark.parametrize(
    ("actions", "report", "verdict"),
    [
        (["iam:CreateAccessKey"], None, Verdict.UNKNOWN),
        (["iam:CreateAccessKey"], _report(keys=0), Verdict.YES),
        (["iam:CreateAccessKey"], _report(keys=1), Verdict.YES),
        (["iam:CreateAccessKey"], _report(keys=2), Verdict.NO),
        (["iam:CreateAccessKey", "iam:DeleteAccessKey"], _report(keys=2), Verdict.YES),
        (["iam:CreateLoginProfile"], None, Verdict.UNKNOWN),
        (["iam:CreateLoginProfile"], _report(password="false"), Verdict.YES),
        (["iam:CreateLoginProfile"], _report(password="true"), Verdict.NO),
        (["iam:UpdateLoginProfile"], _report(password="true"), Verdict.YES),
        (["iam:UpdateLoginProfile"], _report(password="false"), Verdict.NO),
        (["iam:UpdateLoginProfile"], _report(password="no_information"), Verdict.UNKNOWN),
    ],
)
def test_what_it_decides(
    tmp_path: Path, actions: list[str], report: str | None, verdict: Verdict
) -> None:
    """A user with two access keys gets no third one (P8.22), and a password is made where there is
    none, and changed where there is one (P8.23); without a report that stays open.
    """
    (way,) = _snapshot(tmp_path, actions, report).ask(f"can {EVE} become {VIC}").ways
    assert way.verdict is verdict


def test_as_the_command_line_prints_it(tmp_path: Path) -> None:
    """The report is read inside the object that the AWS CLI prints, too."""
    content = base64.b64encode(_report(keys=1).encode()).decode()
    printed = {"Content": content, "ReportFormat": "text/csv", "GeneratedTime": "2026-01-01"}
    snapshot = _snapshot(tmp_path, ["iam:CreateAccessKey"], printed)
    assert snapshot.ask(f"can {EVE} become {VIC}").yes


def test_other_users_are_told(tmp_path: Path) -> None:
    """A user of the report whom the details have not is named with file and line."""
    report = _report(user=f"arn:aws:iam::{A}:user/gone")
    remarks = _snapshot(tmp_path, ["iam:CreateAccessKey"], report).ask(f"can {EVE} become {VIC}")
    (remark,) = remarks.remarks
    told = f"report.csv:3: `arn:aws:iam::{A}:user/gone` is no user of the account details"
    assert remark.endswith(told)


def test_other_tables(tmp_path: Path) -> None:
    """A table that is none is named and left."""
    found = _snapshot(tmp_path, ["iam:CreateAccessKey"], "a,b\n1,2\n").ask(
        f"can {EVE} become {VIC}"
    )
    assert [text.rpartition("/")[2] for text in found.remarks] == [
        "report.csv: is no credential report and was not read"
    ]


@pytest.mark.parametrize(
    ("report", "message"),
    [
        (_report().replace(",false,N/A\n", "\n", 1), "report.csv:2"),
        ({"Content": "!", "ReportFormat": "text/csv"}, "encoded in base64"),
        ({"Content": "YQ==", "ReportFormat": "text/csv"}, "it lacks user, arn"),
    ],
)
def test_bad_reports(tmp_path: Path, report: Any, message: str) -> None:
    """A broken report is told with its place."""
    with pytest.raises(SnapshotError, match=message):
        _snapshot(tmp_path, ["iam:CreateAccessKey"], report)
