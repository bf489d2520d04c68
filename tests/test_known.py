"""Whose accounts are: lists that the user brings, named in answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.corpora import CORPORA, needs_corpora
from tests.test_snapshot import B, allow, role, trust, write
from verifier import InputError, Snapshot
from verifier.snapshot.known import read

_FORMS = {
    "list.json": json.dumps([{"name": "Vendor", "accounts": [B]}]),
    "list.yaml": f"- name: Vendor\n  source: ['https://example.com']\n  accounts: ['{B}']\n",
    "vendors.json": json.dumps(
        {"source": "here", "vendors": [{"name": "Vendor", "accounts": [B]}]}
    ),
    "table.json": json.dumps({B: "Vendor"}),
}
_WRONG = {
    "empty.json": ("[]", "holds no known accounts"),
    "names.json": ('[{"accounts": []}]', "entry 1 has no name"),
    "number.json": ('[{"name": "Vendor", "accounts": [12]}]', "`12` of Vendor is no account"),
    "broken.yaml": ("- name: [", "is not valid YAML"),
}


def _whose(folder: Path, known: Path, account: str) -> str:
    goal = role("goal", AssumeRolePolicyDocument=trust({"AWS": account}))
    goal["RolePolicyList"] = [{"PolicyName": "p", "PolicyDocument": allow("s3:DeleteBucket")}]
    folder.mkdir()
    path = write(folder, {"a.json": {"RoleDetailList": [goal]}})
    snapshot = Snapshot.load(path, known_accounts=known)
    return snapshot.ask("what can any external principal become").ways[0].whose


@pytest.mark.parametrize("name", _FORMS)
def test_named(name: str, tmp_path: Path) -> None:
    """An answer names whose the account is."""
    known = tmp_path / name
    known.write_text(_FORMS[name], encoding="utf-8")
    assert _whose(tmp_path / "snapshot", known, B) == f"account {B} (Vendor)"


@pytest.mark.parametrize("name", _WRONG)
def test_wrong(name: str, tmp_path: Path) -> None:
    """A file that is no such list is refused with its name and what is wrong."""
    text, problem = _WRONG[name]
    known: Any = tmp_path / name
    known.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem) as raised:
        read(known)
    assert name in str(raised.value)


@needs_corpora
def test_community_list(tmp_path: Path) -> None:
    """The community's list reads, and names a vendor."""
    known = CORPORA / "known_aws_accounts.json"
    assert len(read(known)) > 400
    assert _whose(tmp_path / "s", known, "464622532012") == "account 464622532012 (Datadog)"
