"""Block Public Access for whole organizations: the Amazon S3 policies in its tree (R9.22).

`aws organizations describe-effective-policy` tells what they come to for an account. Else they are
read as `describe-policy` prints them with their `Targets`: the one nearest to the account counts,
unless one above it locks it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.policy.reading import Location
from verifier.snapshot.building import Block, Building, Shape, validate

TYPE = "S3_POLICY"
_SETTING = "public_access_block_configuration"
_VALUES = {"all": True, "none": False}
_LOCK = "@@operators_allowed_for_child_policies"


class Effective(Shape):
    """What the policies of one type come to for an account."""

    PolicyContent: dict[str, Any] | str
    TargetId: str
    PolicyType: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What a policy sets, None if nothing, and whether those below it may set something else."""

    blocks: bool | None
    locks: bool


class S3Policies:
    """The Amazon S3 policies of an organization."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._effective: dict[str, bool] = {}
        self._policies: dict[str, tuple[_Said, Location]] = {}

    def add_effective(self, value: Any, location: Location) -> None:
        """Read what `describe-effective-policy` prints."""
        at = location.at("EffectivePolicy")
        found = validate(Effective, value["EffectivePolicy"], at)
        if found.PolicyType != TYPE:
            self._building.unread(f"`{found.PolicyType}` is not read", at)
            return
        said = self._read(found.PolicyContent, at.at("PolicyContent"))
        self._effective[found.TargetId] = bool(said.blocks)

    def add(self, identifier: str, content: dict[str, Any] | str, location: Location) -> None:
        """Read a policy."""
        self._policies[identifier] = self._read(content, location), location

    def _read(self, content: dict[str, Any] | str, location: Location) -> _Said:
        value = content
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                value = ""
        attributes = value.get("s3_attributes") if isinstance(value, dict) else None
        setting = attributes.get(_SETTING) if isinstance(attributes, dict) else None
        if setting is None:
            self._building.unread(f"an Amazon S3 policy without `{_SETTING}`", location)
            return _Said(None, locks=False)
        allowed = ["@@all"]
        if isinstance(setting, dict):
            allowed, setting = setting.get(_LOCK, allowed), setting.get("@@assign")
        if setting not in (*_VALUES, None):
            self._building.unread(f"`{setting}` is neither `all` nor `none`", location)
            setting = None
        locks = not {"@@all", "@@assign"} & set(allowed)
        return _Said(None if setting is None else _VALUES[setting], locks)

    def apply(self, paths: Mapping[str, Iterable[Iterable[str]]]) -> None:
        """Set what holds for the accounts; `paths` has the policies attached above and at each,
        level by level from the root down.

        What the organization says takes the place of the account's own settings, which S3 then
        takes from it.
        """
        for account, levels in paths.items():
            blocks = self._effective.get(account)
            if blocks is None:
                blocks = self._nearest(levels)
            if blocks is not None:
                self._building.blocks[account] = Block(blocks, blocks)

    def _nearest(self, levels: Iterable[Iterable[str]]) -> bool | None:
        found: bool | None = None
        for level in levels:
            said = [self._policies[name][0] for name in level if name in self._policies]
            settings = {item.blocks for item in said if item.blocks is not None}
            if settings:
                # Of policies side by side that disagree, none is taken to block.
                found = settings == {True}
            if any(item.locks for item in said):
                break
        return found

    def accounts(self) -> Iterator[str]:
        """Yield the accounts whose effective policy was given."""
        yield from self._effective
