"""Which resources can have a policy of their own, as far as the catalogue tells (R6.74)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from iam_smt.automata import Clause, clause
from iam_smt.patterns import ANYTHING
from verifier import catalogue
from verifier.catalogue import ResourceType
from verifier.compile.arns import type_pattern

_SETS_POLICY = re.compile(
    r"(Put|Set|Add|Create|Update|Modify|Attach)\w*(Policy|Permissions?|Acl|TopicAttributes"
    r"|QueueAttributes)"
)
_OF_IDENTITIES = frozenset({"iam", "organizations", "ram", "sso"})
"""Services whose policies say what principals may do, not who may come to a resource."""


@lru_cache(maxsize=1 << 12)
def may_have_policy(arn: str) -> bool:
    """Return whether a resource, or one that it lies in, can have a policy that admits callers:
    whether some action of its service sets one. Trust policies of roles do not count.
    """
    if arn == "*":
        return False
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] not in _services():
        return True
    if parts[2] in _OF_IDENTITIES:
        return False
    found = _guarded(parts[2])
    return found is None or arn in found


@lru_cache(maxsize=1)
def _services() -> frozenset[str]:
    return frozenset(catalogue.services())


@lru_cache(maxsize=1 << 9)
def _guarded(service: str) -> Clause | None:
    """Return the ARNs of a service that can have a policy, None if that is not known of each."""
    kinds: set[ResourceType] = set()
    for action in _setting(service):
        types = catalogue.resource_types(action)
        if not types:
            return None
        kinds.update(types)
    patterns = [type_pattern(kind) for kind in sorted(kinds, key=lambda kind: kind.name)]
    return clause(
        (*item, *rest) for item in patterns for rest in ((), ("/", ANYTHING), (":", ANYTHING))
    )


def _setting(service: str) -> Iterator[str]:
    for action in catalogue.actions(service):
        if _SETS_POLICY.fullmatch(action.partition(":")[2]):
            yield action
