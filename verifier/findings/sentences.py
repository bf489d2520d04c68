"""A finding in one sentence: who can do what with which resources, under which conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.finding import AccessLevel, Kind, Permission, Powers, WayIn
from verifier.findings.naming import listed
from verifier.report.words import only

_VERBS = {
    AccessLevel.PERMISSIONS: "manage the permissions of",
    AccessLevel.WRITE: "write to",
    AccessLevel.TAGGING: "tag",
    AccessLevel.READ: "read",
    AccessLevel.LIST: "list",
    AccessLevel.UNKNOWN: "act on",
}
_NOUNS = {
    "s3": ("bucket", "buckets"),
    "sqs": ("queue", "queues"),
    "sns": ("topic", "topics"),
    "kms": ("key", "keys"),
    "lambda": ("function", "functions"),
    "secretsmanager": ("secret", "secrets"),
    "ecr": ("repository", "repositories"),
    "dynamodb": ("table", "tables"),
    "iam": ("role", "roles"),
}
_MOST_PATTERNS = 3


def sentence(
    kind: str, who: WayIn, permissions: Sequence[Permission], resources: Sequence[str]
) -> str:
    """Return the finding as a sentence."""
    conditions = _common(permissions)
    limits = f", only {' and '.join(conditions)}" if conditions else ""
    what = f"become {called(resources)}" if kind == Kind.ROLE else _deeds(permissions, resources)
    text = f"{who.text} can {what}{limits}"
    return text[0].upper() + text[1:]


def _common(permissions: Sequence[Permission]) -> list[str]:
    """Return the conditions that all permissions have, in words."""
    first, *others = (only(permission.provisos) for permission in permissions)
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


def called(arns: Iterable[str]) -> str:
    """Return how people call resources: `bucket logs`, `roles a, b and 3 more`."""
    arns = list(arns)
    services = {arn.split(":")[2] for arn in arns}
    if len(services) != 1 or not services <= _NOUNS.keys():
        return listed(arns)
    one, many = _NOUNS[services.pop()]
    names = [_name(arn) for arn in arns]
    return f"{one if len(names) == 1 else many} {listed(names)}"


def _name(arn: str) -> str:
    return arn.split(":", 5)[5].rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def powers_in_words(powers: Powers) -> str:
    """Return what a role can do at most, in words."""
    if powers.administrator:
        return "administrator: every action on everything"
    if not powers.services:
        return "nothing: it has no permissions"
    return "; ".join(f"{level.value}: {listed(services, 6)}" for level, services in powers.services)
