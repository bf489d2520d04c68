"""Whose accounts are: lists that the user brings, named in answers."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.corpora import CORPORA, needs_corpora
from tests.test_cli import assert_kept
from tests.test_picture import HOSTILE
from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import InputError, Snapshot, render
from verifier.cli import cli
from verifier.snapshot import kept
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


def _whose(folder: Path, known: Path | None, account: str, manifest: str = "") -> str:
    goal = role("goal", AssumeRolePolicyDocument=trust({"AWS": account}))
    goal["RolePolicyList"] = [{"PolicyName": "p", "PolicyDocument": allow("s3:DeleteBucket")}]
    folder.mkdir()
    path = write(folder, {"a.json": {"RoleDetailList": [goal]}})
    (folder / "snapshot.toml").write_text(manifest, encoding="utf-8")
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


_MANIFESTS = {
    "file": 'known_accounts = "vendors.json"',
    "table": f'[known_accounts]\n{B} = "Vendor"',
    "both": f'[known_accounts]\nfiles = ["../others.yaml"]\n{B} = "Vendor"',
    "file outside": '[known_accounts]\nfiles = "../others.yaml"',
}


@pytest.mark.parametrize("form", _MANIFESTS)
def test_in_the_manifest(form: str, tmp_path: Path) -> None:
    """The manifest names accounts itself, or the file that does, in the folder or beside it."""
    other = "Another" if form == "both" else "Vendor"
    (tmp_path / "others.yaml").write_text(f"- name: {other}\n  accounts: ['{B}']\n")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    (folder / "vendors.json").write_text(_FORMS["vendors.json"], encoding="utf-8")
    folder.rename(tmp_path / "kept")
    assert _whose(folder, None, B, _MANIFESTS[form].replace('"vendors', '"../kept/vendors')) == (
        f"account {B} (Vendor)"
    )


def test_option_wins(tmp_path: Path) -> None:
    """What is named with the command is added to what the manifest says, and wins."""
    known = tmp_path / "known.json"
    known.write_text(_FORMS["table.json"], encoding="utf-8")
    manifest = f'[known_accounts]\n{B} = "Another"\n{A} = "Ours"'
    assert _whose(tmp_path / "snapshot", known, B, manifest) == f"account {B} (Vendor)"


def test_wrong_in_the_manifest(tmp_path: Path) -> None:
    """What is no account is refused with the manifest's name; so is a file that is not there."""
    with pytest.raises(InputError, match=r"snapshot.toml: `12` of Vendor is no account"):
        _whose(tmp_path / "one", None, B, '[known_accounts]\n12 = "Vendor"')
    with pytest.raises(InputError, match=r"none\.json"):
        _whose(tmp_path / "two", None, B, 'known_accounts = "none.json"')


def test_cached_snapshots_notice(tmp_path: Path) -> None:
    """A list that lies outside the folder counts when a snapshot is taken from the cache."""
    folder, others = tmp_path / "snapshot", tmp_path / "others.json"
    others.write_text(json.dumps({B: "Vendor"}), encoding="utf-8")
    _whose(folder, None, B, 'known_accounts = "../others.json"')
    first = kept._content((folder,), date(2026, 1, 1))
    others.write_text(json.dumps({B: "Another"}), encoding="utf-8")
    assert kept._content((folder,), date(2026, 1, 1)) != first


_C = "333344445555"
_BUCKET = {
    "Arn": "arn:aws:s3:::data",
    "Account": A,
    "Policy": allow("s3:GetObject", "arn:aws:s3:::data/*", Principal={"AWS": [B, _C]}),
}


def _let_in(folder: Path, *principals: str, name: str = "Vendor") -> Path:
    """Write a snapshot whose role trusts these principals, and whose bucket both accounts read."""
    goal = role("goal", AssumeRolePolicyDocument=trust({"AWS": list(principals)}))
    goal["RolePolicyList"] = [{"PolicyName": "p", "PolicyDocument": allow("sqs:SendMessage")}]
    manifest = f"as_of = 2026-01-01\n[known_accounts]\n{B} = {json.dumps(name)}\n"
    files = {"a.json": {"RoleDetailList": [goal]}, "b.json": [_BUCKET], "snapshot.toml": manifest}
    return write(folder, files)


def test_findings_to_the_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings name whose the accounts are, as they are kept: of accounts, of roles in them, and
    in what closes.
    """
    monkeypatch.chdir(tmp_path)
    _let_in(Path("s"), B, f"arn:aws:iam::{B}:role/scan")
    assert_kept("findings-known.txt", CliRunner().invoke(cli, ["findings", "-s", "s"]).stdout)


def test_fingerprints_stay(tmp_path: Path) -> None:
    """What an account is called changes the words of a finding, and not its fingerprints."""
    first, second = (
        Snapshot.load(_let_in(tmp_path / name, B, name=name)).findings().findings
        for name in ("One", "Two")
    )
    assert [item.sentence.replace("(One)", "(Two)") for item in first] == [
        item.sentence for item in second
    ]
    assert any("(Two)" in item.sentence for item in second)
    for one, two in zip(first, second, strict=True):
        assert one.fingerprint == two.fingerprint
        assert [item.fingerprint for item in one.exposures] == [
            item.fingerprint for item in two.exposures
        ]


@pytest.mark.parametrize("form", ["html", "markdown", "json", "sarif", "csv"])
def test_reviews(form: str, tmp_path: Path) -> None:
    """Reviews name whose an account is, in every form."""
    shown = render(Snapshot.load(_let_in(tmp_path, B)).review(), form)
    assert f"account {B} (Vendor)" in shown


@pytest.mark.parametrize("name", HOSTILE[:6])
def test_hostile_names(name: str, tmp_path: Path) -> None:
    """A hostile name is shown, not obeyed: no hidden character, no element, no formula."""
    snapshot = Snapshot.load(_let_in(tmp_path, B, name=name))
    written = partial(render, snapshot.review())
    texts = [render(snapshot.findings()), *map(written, ("html", "markdown", "csv"))]
    for text in texts:
        assert not {"\x1b", "\u202e", "\x07", "\x00"} & set(text)
    for text in (written("html"), written("markdown")):
        assert "<img src=x" not in text and "<script>alert" not in text


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_comparisons(form: str, tmp_path: Path) -> None:
    """A comparison of snapshots tells whose principals become a role in one of them only."""
    old, new = _let_in(tmp_path / "old", f"arn:aws:iam::{A}:root"), _let_in(tmp_path / "new", B)
    found = Snapshot.load(old).compare(Snapshot.load(new))
    assert f"account {B} (Vendor)" in render(found, form)


@needs_corpora
def test_community_list(tmp_path: Path) -> None:
    """The community's list reads, and names a vendor."""
    known = CORPORA / "known_aws_accounts.json"
    assert len(read(known)) > 400
    assert _whose(tmp_path / "s", known, "464622532012") == "account 464622532012 (Datadog)"
