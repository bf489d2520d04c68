"""Lists of whose accounts are known: `account → name of the vendor`, as files of JSON or YAML.

The form is that of the community's list `known_aws_accounts` (fwdcloudsec, Apache-2.0): entries
with a `name` and their `accounts`. The list itself is not part of this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verifier import documents
from verifier.errors import InputError, Place
from verifier.snapshot.building import ACCOUNT_ID

_REMEDY = "a list of entries with `name` and `accounts`, or a table from accounts to names"


def read(path: Path) -> dict[str, str]:
    """Read a file of known accounts; raise `InputError` with the place if it is none."""
    value = _yaml(path) if path.suffix in (".yaml", ".yml") else documents.read(path).value
    return checked(value, str(path))


def checked(value: Any, source: str) -> dict[str, str]:
    """Return the accounts of a list of any of the forms; raise `InputError` if it is none."""
    entries = value.get("vendors", value) if isinstance(value, dict) else value
    if isinstance(entries, dict):
        entries = [{"name": name, "accounts": [account]} for account, name in entries.items()]
    if not isinstance(entries, list) or not entries:
        raise InputError("holds no known accounts", _REMEDY, Place(source))
    found: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        name, accounts = _entry(entry, number, source)
        found |= dict.fromkeys(accounts, name)
    return found


def _entry(entry: Any, number: int, source: str) -> tuple[str, list[str]]:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    accounts = entry.get("accounts") if isinstance(entry, Mapping) else None
    if not isinstance(name, str) or not isinstance(accounts, list):
        raise InputError(f"entry {number} has no name or no accounts", _REMEDY, Place(source))
    for account in accounts:
        if not isinstance(account, str) or not ACCOUNT_ID.fullmatch(account):
            problem = f"`{account}` of {name} is no account"
            raise InputError(problem, "an account is 12 digits, as text", Place(source))
    return name, accounts


def _yaml(path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InputError(f"is not valid YAML: {error}", place=Place(str(path))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", place=Place(str(path))) from None
