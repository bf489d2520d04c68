"""Patterns as regular expressions of SMT-LIB's theory of strings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from iam_smt.automata import Clause
from iam_smt.patterns import ANY, Characters, Item, Pattern, Run

_NO_HOLES: Mapping[str, str] = MappingProxyType({})


def literal(text: str) -> str:
    """Return a string literal; whatever is not plain ASCII is written by its code."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    if character == '"':
        return '""'
    if " " <= character <= "~" and character != "\\":
        return character
    return f"\\u{{{ord(character):x}}}"


def of_clause(of: Clause, holes: Mapping[str, str] = _NO_HOLES) -> str:
    """Return the union of the patterns; `holes` gives the expression of a letter for a hole."""
    parts = [_pattern(pattern, holes) for pattern in of.patterns]
    if not parts:
        return "re.none"
    return parts[0] if len(parts) == 1 else f"(re.union {' '.join(parts)})"


def _pattern(pattern: Pattern, holes: Mapping[str, str]) -> str:
    parts = [_item(item, holes) for item in pattern]
    if not parts:
        return '(str.to_re "")'
    return parts[0] if len(parts) == 1 else f"(re.++ {' '.join(parts)})"


def _item(item: Item, holes: Mapping[str, str]) -> str:
    match item:
        case str():
            return f"(str.to_re {literal(item)})"
        case Run(of=of):
            return "re.all" if of == ANY else f"(re.* {language(of)})"
    (letter, *others) = sorted(item.listed) or [""]
    if letter in holes and not others:
        return holes[letter]
    return language(item)


def language(characters: Characters) -> str:
    """Return the expression of one character of the set."""
    listed = _union(sorted(characters.listed))
    if not characters.others:
        return listed
    return "re.allchar" if not characters.listed else f"(re.diff re.allchar {listed})"


def _union(characters: list[str]) -> str:
    runs: list[list[str]] = []
    for character in characters:
        if runs and ord(character) == ord(runs[-1][-1]) + 1:
            runs[-1].append(character)
        else:
            runs.append([character])
    parts = [
        f"(str.to_re {literal(run[0])})"
        if len(run) == 1
        else f"(re.range {literal(run[0])} {literal(run[-1])})"
        for run in runs
    ]
    if not parts:
        return "re.none"
    return parts[0] if len(parts) == 1 else f"(re.union {' '.join(parts)})"
