"""A finding in one sentence: who can do what with which resources, under which conditions."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.finding import AccessLevel, Exposure, Kind, Permission, WayIn
from verifier.report.phrases import called, listed
from verifier.report.words import only
from verifier.verdict import Proviso

_VERBS = {
    AccessLevel.PERMISSIONS: "manage the permissions of",
    AccessLevel.WRITE: "write to",
    AccessLevel.TAGGING: "tag",
    AccessLevel.READ: "read",
    AccessLevel.LIST: "list",
    AccessLevel.UNKNOWN: "act on",
}
_MOST_PATTERNS = 3


def sentence(
    kind: str, who: WayIn, permissions: Sequence[Permission], exposures: Sequence[Exposure]
) -> str:
    """Return the finding as a sentence."""
    resources = [exposure.resource for exposure in exposures]
    conditions = _common(permissions)
    limits = f", only {' and '.join(conditions)}" if conditions else ""
    what = _deeds(permissions, resources)
    if kind == Kind.ROLE:
        what = f"become {called(resources)}{_administrators(exposures)}"
    return f"{who.text[0].upper()}{who.text[1:]} can {what}{limits}"


def _administrators(exposures: Sequence[Exposure]) -> str:
    """Return how many of the roles are administrators, or may become one."""
    found = [item.powers for item in exposures if item.powers and item.powers.administrator]
    if not found:
        return ""
    if len(exposures) > 1:
        return f", {len(found)} of them with administrator access"
    return ", and with it an administrator" if found[0].becomes else ", an administrator"


_ANYBODY = {
    "saml:aud": ("https://signin.aws.amazon.com/saml", "https://signin.amazonaws.cn/saml"),
    ":aud": ("sts.amazonaws.com",),
}
"""What the audience always is: conditions that need not be told."""


def _is_telling(proviso: Proviso) -> bool:
    condition = proviso.condition
    values = [value.text for value in condition.values]
    usual = [texts for end, texts in _ANYBODY.items() if condition.key.endswith(end)]
    return not (usual and proviso.holds and any(value in usual[0] for value in values))


def _common(permissions: Sequence[Permission]) -> list[str]:
    """Return the conditions that all permissions have, in words."""
    first, *others = (only(filter(_is_telling, found.provisos)) for found in permissions)
    return [text for text in first if all(text in words for words in others)]


def _deeds(permissions: Sequence[Permission], resources: Sequence[str]) -> str:
    levels = {level for permission in permissions for level, _ in permission.actions}
    verbs = [_VERBS[level] for level in AccessLevel if level in levels]
    patterns = list(
        dict.fromkeys(
            pattern
            for permission in permissions
            for _, written in permission.actions
            for pattern in written
        )
    )
    shown = f" ({', '.join(patterns)})" if len(patterns) <= _MOST_PATTERNS else ""
    return f"{listed(verbs, len(verbs))} {called(resources)}{shown}"
