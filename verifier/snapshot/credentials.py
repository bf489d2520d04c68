"""Which users have a password and access keys, by a credential report (P8.22, P8.23).

The report is a table; the AWS CLI prints it encoded, inside an object.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifier.errors import Place, SnapshotError
from verifier.policy.reading import Location
from verifier.snapshot.building import Building
from verifier.snapshot.model import Credentials, Remark

_COLUMNS = (
    "user",
    "arn",
    "password_enabled",
    "mfa_active",
    "access_key_1_last_rotated",
    "access_key_2_last_rotated",
)
_NO_KEY = ("N/A", "", "not_supported")
_FORMAT = "text/csv"


def recognises(value: Any) -> bool:
    """Return whether `value` looks like the output of `aws iam get-credential-report`."""
    return isinstance(value, dict) and value.get("ReportFormat") == _FORMAT and "Content" in value


def add(value: dict[str, Any], location: Location, building: Building) -> None:
    """Read a report as the AWS CLI prints it."""
    place = location.document.place(location.pointer)
    try:
        text = base64.b64decode(value["Content"], validate=True).decode()
    except (binascii.Error, TypeError, ValueError):
        raise SnapshotError(
            "`Content` is no text that was encoded in base64",
            "is this the unedited output of `aws iam get-credential-report`?",
            place,
        ) from None
    if not _add(text, place.file, building):
        raise SnapshotError("`Content` is no credential report", _missing(text), place)


def add_table(path: Path, name: str, building: Building) -> bool:
    """Read a report as a table; return whether the file was one."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    return _add(text, name, building)


def _add(text: str, name: str, building: Building) -> bool:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not set(_COLUMNS) <= set(rows.fieldnames or ()):
        return False
    for row in rows:
        if None in row or None in row.values():
            raise SnapshotError(
                "a row has not as many fields as the first line",
                "is this the unedited credential report?",
                Place(name, rows.line_num),
            )
        if row["user"] != "<root_account>":
            building.credentials[row["arn"]] = _of(row), Place(name, rows.line_num)
    return True


def _of(row: dict[str, str]) -> Credentials:
    said = row["password_enabled"].lower()
    keys = sum(row[f"access_key_{number}_last_rotated"] not in _NO_KEY for number in (1, 2))
    has_password = said == "true" if said in ("true", "false") else None
    return Credentials(has_password, keys, row["mfa_active"].lower() == "true")


def _missing(text: str) -> str:
    header = text.partition("\n")[0].split(",")
    return f"it lacks {', '.join(name for name in _COLUMNS if name not in header)}"


def attach(building: Building) -> None:
    """Give each user what the reports say of it; others that reports name are told."""
    for arn, (found, place) in building.credentials.items():
        user = building.users.get(arn)
        if user is None:
            text = f"{place}: `{arn}` is no user of the account details"
            building.remarks.append(Remark(text, None))
        else:
            building.users[arn] = replace(user, credentials=found)
