"""Pairs of policies with `count` statements, or `count` conditions in each, from a seed."""

from __future__ import annotations

from random import Random
from typing import Any

_ACTIONS = ("s3:Get*", "s3:Put*", "s3:*Object*", "s3:List*", "s3:DeleteObject*", "s3:*")
_NAMES = ("data", "logs", "reports", "archive", "images", "tmp")
_KEYS = ("aws:PrincipalTag/team", "aws:RequestTag/env", "aws:SourceVpce", "aws:UserAgent")
_VALUES = ("prod*", "*-eu", "team-?", "x", "a*b", "vpce-*")


def pair(count: int, seed: int, *, conditions: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two policies of `count` statements, each with so many condition entries."""
    random = Random(f"{count}/{seed}/{conditions}")
    first, second = (
        {
            "Version": "2012-10-17",
            "Statement": [_statement(random, conditions) for _ in range(count)],
        }
        for _ in range(2)
    )
    return first, second


def _statement(random: Random, conditions: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Effect": "Deny" if random.random() < 0.2 else "Allow",
        "Action": random.sample(_ACTIONS, random.randrange(1, 4)),
        "Resource": [_resource(random) for _ in range(random.randrange(1, 4))],
    }
    entries: dict[str, dict[str, Any]] = {}
    for _ in range(conditions):
        operator = random.choice(("StringLike", "StringNotLike", "StringLikeIfExists"))
        entries.setdefault(operator, {})[random.choice(_KEYS)] = random.sample(_VALUES, 2)
    if entries:
        found["Condition"] = entries
    return found


def _resource(random: Random) -> str:
    one, other = random.sample(_NAMES, 2)
    form = random.choice(("{0}/*", "{0}-*/{1}/*", "*-{0}/*", "{0}/*/{1}.???", "{0}*"))
    return "arn:aws:s3:::" + form.format(one, other)
