"""What an opening permits: the patterns of its statement, by the access levels of real actions."""

from __future__ import annotations

from verifier.finding import AccessLevel, Permission
from verifier.findings.cases import level, written
from verifier.findings.openings import Opening
from verifier.verdict import Proviso


def permission(opening: Opening, provisos: tuple[Proviso, ...]) -> Permission:
    """Return what an opening permits under `provisos`."""
    statement = opening.statement
    names: dict[AccessLevel, list[str]] = {}
    for name in opening.actions:
        names.setdefault(level(name), []).append(name)
    resources = statement.resources
    on = tuple(pattern.text for pattern in resources.patterns) if resources else ()
    if resources and resources.negated:
        on = tuple(f"all but {text}" for text in on)
    return Permission(
        tuple(
            (found, written(statement.actions, names[found]))
            for found in AccessLevel
            if found in names
        ),
        on,
        provisos,
        opening.denied,
    )
