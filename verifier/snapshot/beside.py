"""Files that `snapshot.toml` names: they may lie beside the folder of the snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def known_accounts(value: Any, folder: Path) -> list[Path]:
    """Return the files that `known_accounts` of a manifest in `folder` names."""
    named = value.get("files", []) if isinstance(value, dict) else value
    return [folder / name for name in ([named] if isinstance(named, str) else named or [])]
