"""Reviews to look at: of the example, of hostile names, and of an organization of 5,000 roles."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.families.organizations import PARTNER, Estate
from tests.test_picture import HOSTILE
from tests.test_snapshot import allow, role, trust, write
from verifier import Review, Snapshot
from verifier.example import write as write_example

DAY = date(2026, 1, 1)
MANY = 5_000


@contextmanager
def _inside_of_a_folder() -> Iterator[None]:
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


@cache
def example() -> Review:
    """Return the review of the bundled example."""
    with _inside_of_a_folder():
        list(write_example(Path("acme")))
        snapshot = Snapshot.load("acme", as_of=DAY)
        return snapshot.review("acme/invariants.toml", title="acme", today=DAY)


@cache
def hostile() -> Review:
    """Return a review in which all that people can name is hostile."""
    with _inside_of_a_folder():
        snapshot = Snapshot.load(write(Path("x"), {"a.json": _hostile_page()}), as_of=DAY)
        Path("x/invariants.toml").write_text(_hostile_invariants(), encoding="utf-8")
        return snapshot.review("x/invariants.toml", title=HOSTILE[1], today=DAY)


def _hostile_page() -> dict[str, Any]:
    roles = []
    for number, name in enumerate(HOSTILE):
        statement = trust({"AWS": "999988887777"})["Statement"]
        statement["Sid"] = name
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": name, f"aws:Sou{name}": name}}
        if number % 2:
            statement["Condition"] = {"StringEquals": {"sts:ExternalId": name}}
        policies = [{"PolicyName": name, "PolicyDocument": allow("s3:*", f"arn:aws:s3:::{name}")}]
        more = {"RolePolicyList": policies, "Tags": [{"Key": name, "Value": name}]}
        document = {"Version": "2012-10-17", "Id": name, "Statement": [statement]}
        roles.append(role(f"r{number}{name}", AssumeRolePolicyDocument=document, **more))
    return {"RoleDetailList": roles}


def _hostile_invariants() -> str:
    entries = []
    for number, name in enumerate(HOSTILE):
        values = {
            "id": f"{number}{name}",
            "ask": f"can any external principal reach s3:GetObject on arn:aws:s3:::b{number}/*",
            "owner": name,
            "note": name,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        entries += ["[[invariant]]", *lines, ""]
    return "\n".join(entries)


@cache
def large() -> Review:
    """Return the review of an organization of 5,000 roles, hundreds of them open to partners."""
    with _inside_of_a_folder():
        Estate(MANY, 10, 1).write(Path("estate"))
        _open(Path("estate"), one_in=8)
        return Snapshot.load("estate", as_of=DAY).review(title="estate", today=DAY)


def _open(folder: Path, one_in: int) -> None:
    """Let partners into some of the roles that services may assume, and services into no other."""
    for file in sorted(folder.glob("accounts/*/authorization-details.json")):
        page = json.loads(file.read_text("utf-8"))
        for number, entry in enumerate(page["RoleDetailList"]):
            (statement,) = entry["AssumeRolePolicyDocument"]["Statement"]
            if "Service" in statement["Principal"]:
                account = entry["Arn"].split(":")[4]
                own, partner = f"arn:aws:iam::{account}:root", f"{PARTNER[:-2]}{number % 90 + 10}"
                statement["Principal"] = {"AWS": own if number % one_in else partner}
        file.write_text(json.dumps(page, indent=1), encoding="utf-8")
