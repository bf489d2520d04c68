"""Phrases of sentences: lists as people write them, and what people call resources and callers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from verifier.finding import Powers

_NOUNS = {
    "s3": ("bucket", "buckets"),
    "sqs": ("queue", "queues"),
    "sns": ("topic", "topics"),
    "kms": ("key", "keys"),
    "lambda": ("function", "functions"),
    "secretsmanager": ("secret", "secrets"),
    "ecr": ("repository", "repositories"),
    "dynamodb": ("table", "tables"),
    "es": ("domain", "domains"),
    "iam": ("role", "roles"),
}
_MOST_NAMES = 4
_MOST_SERVICES = 6


def listed(names: Iterable[str], most: int = _MOST_NAMES) -> str:
    """Return names as people list them: `a, b and c`, `a, b, c, d and 7 more`."""
    names = list(names)
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def counted(number: int, what: str) -> str:
    """Return a number of things: `1 role`, `2 roles`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def called(arns: Iterable[str]) -> str:
    """Return how people call resources: `bucket logs`, `roles a, b and 3 more`."""
    arns = list(arns)
    nouns = {_nouns(arn) for arn in arns}
    found = nouns.pop() if len(nouns) == 1 else None
    if found is None:
        return listed(arns)
    names = [_name(arn) for arn in arns]
    return f"{found[len(names) > 1]} {listed(names)}"


def _nouns(arn: str) -> tuple[str, str] | None:
    """Return what a resource is, as one and as many."""
    _, _, service, region, _, name = arn.split(":", 5)
    if service == "s3" and (region or "/" in name):
        return None if region else ("object", "objects")
    return _NOUNS.get(service)


def _name(arn: str) -> str:
    parts = arn.split(":", 5)
    if parts[2] == "s3":
        return parts[5]
    return parts[5].rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def principals(names: Iterable[str], account: Callable[[str], str] = str) -> str:
    """Return how people call principals: accounts by number, others by name and account.

    `account` tells what the account of a number is called.
    """
    names = list(names)
    accounts = [account(name) for name in names if name.isdigit()]
    found = [_principal(name, account) for name in names if not name.isdigit()]
    if accounts:
        found.insert(0, f"account{'s' if len(accounts) > 1 else ''} {listed(accounts)}")
    return listed(found)


def _principal(name: str, account: Callable[[str], str]) -> str:
    parts = name.split(":", 5)
    if len(parts) < 6:
        return f"the account with the canonical id {name}"
    kind, _, rest = parts[5].partition("/")
    if kind in ("user", "role"):
        return f"{kind} {rest.rsplit('/', 1)[-1]} of account {account(parts[4])}"
    if kind == "assumed-role" and rest.count("/") == 1:
        role, session = rest.split("/")
        return f"session {session} of role {role} of account {account(parts[4])}"
    return name


def powers_in_words(powers: Powers) -> str:
    """Return what a role can do at most, in words."""
    if powers.administrator:
        return "administrator: every action on everything"
    if not powers.services:
        return "nothing: it has no permissions"
    return "; ".join(
        f"{level.value}: {listed(services, _MOST_SERVICES)}" for level, services in powers.services
    )
