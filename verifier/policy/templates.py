"""Strings of a policy, split into text, wildcards and policy variables (R2.40-R2.46)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Wildcard(Enum):
    """`*` stands for any run of characters, `?` for exactly one (R2.3, R2.21)."""

    RUN = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """`${key}` or `${key, 'default'}`; the key is lower-cased, for keys ignore case (R2.43)."""

    key: str
    default: str | None = None


Token = str | Wildcard | Variable


@dataclass(frozen=True, slots=True)
class Template:
    """A string of a policy as written, and its tokens in order; adjacent texts are merged."""

    text: str
    tokens: tuple[Token, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The policy variables of the template, in order."""
        return tuple(token for token in self.tokens if isinstance(token, Variable))


_SPECIAL = re.compile(
    r"\$\{(?P<literal>[*?$])\}"
    r"|\$\{(?P<key>[^\s${}*?,'][^\s{},']*)(?:, '(?P<default>[^']*)')?\}"
    r"|(?P<wildcard>[*?])"
)
_COLONS_BEFORE_THE_RESOURCE = 5


def template(text: str, *, wildcards: bool, variables: bool, arn: bool = False) -> Template:
    """Split `text`; what is not a live wildcard or variable is plain text.

    Without `variables` (version 2008-10-17) `${...}` is plain text whose `*` and `?` stay
    wildcards (R1.3, R1.4). With `arn`, variables count only after the fifth colon (R2.41).
    An unterminated or misspelt `${` is plain text (R2.43).
    """
    if "*" not in text and "?" not in text and "$" not in text:
        return Template(text, (text,) if text else ())
    tokens: list[Token] = []
    position = 0
    for match in _SPECIAL.finditer(text):
        here = variables and not (
            arn and text.count(":", 0, match.start()) < _COLONS_BEFORE_THE_RESOURCE
        )
        token: Token
        if match["wildcard"]:
            if not wildcards:
                continue
            token = Wildcard(match["wildcard"])
        elif here:
            token = match["literal"] or Variable(match["key"].lower(), match["default"])
        else:
            tokens += _plain(text[position : match.start()])
            tokens += _without_variables(match[0], wildcards)
            position = match.end()
            continue
        tokens += _plain(text[position : match.start()])
        tokens.append(token)
        position = match.end()
    tokens += _plain(text[position:])
    return Template(text, _merged(tokens))


def _plain(text: str) -> list[Token]:
    return [text] if text else []


def _without_variables(text: str, wildcards: bool) -> tuple[Token, ...]:
    if not wildcards:
        return (text,)
    return tuple(
        Wildcard(part) if part in "*?" else part for part in re.split(r"([*?])", text) if part
    )


def _merged(tokens: list[Token]) -> tuple[Token, ...]:
    merged: list[Token] = []
    for token in tokens:
        if isinstance(token, str) and merged and isinstance(merged[-1], str):
            merged[-1] += token
        elif not (token is Wildcard.RUN and merged and merged[-1] is Wildcard.RUN):
            merged.append(token)
    return tuple(merged)
