"""Answers that are lists, as rows: callers, or actions, of which the same is true are one row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from verifier import catalogue
from verifier.catalogued_keys import key_name
from verifier.compile.strangers import ASSUMED
from verifier.finding import AccessLevel
from verifier.report.lines import OF_THE_CALLER
from verifier.report.words import is_service_linked, only
from verifier.verdict import Hop, Verdict, Way


@dataclass(frozen=True, slots=True)
class CallerRow:
    """Callers of whom the same is true: on what, under which conditions, by which statements.

    `chosen` are condition keys with the values of an example, where no condition was proved.
    """

    who: tuple[str, ...]
    on: tuple[str, ...]
    only: tuple[str, ...]
    by: tuple[str, ...]
    hops: int
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionRow:
    """Actions of one service and access level, of which the same is true.

    Without a level, all `actions` of the `services` are meant.
    """

    who: str
    services: tuple[str, ...]
    level: AccessLevel | None
    actions: tuple[str, ...]
    on: tuple[str, ...]
    only: tuple[str, ...]


def caller_rows(ways: Iterable[Way]) -> list[CallerRow]:
    """Return a row for all of whom the same is true, in the order of the answer."""
    found: dict[tuple[object, ...], list[str]] = {}
    rows: dict[tuple[object, ...], CallerRow] = {}
    for way in ways:
        if way.verdict is Verdict.YES:
            row = _caller_row(way)
            by = way.witness[-1].by if way.witness else ()
            key = row.on, row.only, row.by, row.hops, row.chosen, tuple(cause.place for cause in by)
            rows.setdefault(key, row)
            found.setdefault(key, []).append(way.who)
    return [replace(rows[key], who=tuple(dict.fromkeys(who))) for key, who in found.items()]


def _caller_row(way: Way) -> CallerRow:
    """Return the row of one way; whoever can without a request has no witness."""
    conditions, hops = tuple(only(way.provisos)), way.witness
    if is_service_linked(way.who):
        conditions += ("by the service of a service-linked role",)
    steps = tuple(dict.fromkeys(hop.action for hop in hops if hop.does))
    if steps or not hops:
        return CallerRow((way.who,), (), conditions, steps, len(hops))
    by = tuple(str(cause) for cause in hops[-1].by if cause.policy != ASSUMED.title)
    told = () if conditions or way.extents else tuple(dict.fromkeys(_chosen(hops)))
    on = tuple(_places(way, of_all=True))
    return CallerRow((way.who,), on, conditions, by, len(hops), told)


def _chosen(hops: Iterable[Hop]) -> Iterator[str]:
    for hop in hops:
        for key in hop.chosen:
            if key not in OF_THE_CALLER:
                yield f"{key_name(key)} = {', '.join(hop.context[key])}"


def action_rows(ways: Iterable[Way], *, complete: bool = False) -> list[ActionRow]:
    """Return a row for the actions of each service and access level of which the same is true.

    Services of which all actions are meant are one row, unless the list is to be `complete`.
    """
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], dict[str, None]] = {}
    for way in ways:
        if way.verdict is Verdict.YES:
            key = way.who, tuple(_places(way)), tuple(only(way.provisos))
            found.setdefault(key, {})[way.what] = None
    rows = [row for key, names in found.items() for row in _rows(*key, names, complete)]
    return sorted(rows, key=_order)


def _order(row: ActionRow) -> tuple[object, ...]:
    level = -1 if row.level is None else row.level.rank
    return row.who, len(row.services) == 1, row.services[0], level, row.on


def _rows(
    who: str,
    on: tuple[str, ...],
    conditions: tuple[str, ...],
    names: Iterable[str],
    complete: bool,
) -> Iterator[ActionRow]:
    services: dict[str, list[str]] = {}
    for name in names:
        services.setdefault(name.partition(":")[0], []).append(name)
    whole = [] if complete else [name for name in services if _is_whole(name, services[name])]
    if whole:
        every = tuple(name for service in whole for name in services.pop(service))
        yield ActionRow(who, tuple(sorted(whole)), None, every, on, conditions)
    for service, members in services.items():
        for level in AccessLevel:
            alike = tuple(sorted(name for name in members if _level(name) is level))
            if alike:
                yield ActionRow(who, (service,), level, alike, on, conditions)


def _is_whole(service: str, names: Sequence[str]) -> bool:
    return len(names) == sum(1 for _ in catalogue.actions(service))


@lru_cache(maxsize=1 << 15)
def _level(action: str) -> AccessLevel:
    return AccessLevel.of(catalogue.access_level(action))


def _places(way: Way, *, of_all: bool = False) -> Iterator[str]:
    """Yield on what a way is allowed, by account, which is told where it is not the caller's; with
    `of_all` also where it is everything of an account.
    """
    if not way.extents:
        yield _example(way)
    own = way.witness[0].request.principal.account
    for extent in way.extents:
        text = listed(extent.patterns)
        is_told = extent.account != own or (of_all and extent.patterns == ("*",))
        if is_told and f":{extent.account}:" not in text:
            is_plain = extent.account == own and f":{own}:" in way.who
            text += " of its account" if is_plain else f" of {extent.account}"
        yield text + (f" except {listed(extent.exceptions)}" if extent.exceptions else "")


def _example(way: Way) -> str:
    resource = way.witness[-1].resource
    return "itself" if resource == way.who else f"{resource} for example"


def listed(names: Sequence[str], most: int = 4) -> str:
    """Return names in a row, the number of those that are too many at the end."""
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"
