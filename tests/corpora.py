"""The corpora of real policies and accounts, which lie beside a clone or are absent."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"

needs_corpora = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the corpora of real policies are not beside this clone"
)


def text(name: str) -> str:
    """Return the text of a file of the corpora, unpacked if it is packed."""
    path = CORPORA / name
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    return path.read_text("utf-8")


def rows(name: str) -> Iterator[Any]:
    """Return the values of a file of JSON lines."""
    return (json.loads(line) for line in text(name).splitlines() if line.strip())


def accounts(name: str) -> Iterator[tuple[str, Any]]:
    """Return the accounts of a file of `gaad/`: where each was found, and a snapshot file of it."""
    value = json.loads(text(f"gaad/{name}"))
    if "environments" in value:
        for environment in value["environments"]:
            yield environment["dir"], {"accounts": environment["accounts"]}
    elif "accounts" in value:
        yield name, {"accounts": value["accounts"]}
    else:
        yield name, value
