"""Items that say the same of several resources made one finding."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from verifier.finding import Finding, Permission, Suppression, WayIn, WayInKind
from verifier.findings.changes import Change
from verifier.findings.closing import closes, notes
from verifier.findings.fingerprints import combined
from verifier.findings.items import Item
from verifier.findings.naming import identities
from verifier.findings.sentences import sentence
from verifier.snapshot.intention import Intended
from verifier.snapshot.model import Snapshot
from verifier.verdict import Verdict


def findings(
    snapshot: Snapshot, items: Iterable[Item], entries: Sequence[Intended]
) -> list[Finding]:
    """Return the findings that items come to, the worst first."""
    alike: dict[Hashable, list[Item]] = {}
    for item in items:
        alike.setdefault(_content(item), []).append(item)
    found = [_finding(snapshot, _merged(group), entries) for group in alike.values()]
    return sorted(found, key=lambda item: (item.severity.rank, item.kind, item.resources))


def _content(item: Item) -> Hashable:
    """Return what an item says but for the resources, their accounts and what roles can do."""
    first = item.exposures[0]
    return (
        item.kind,
        item.who.kind,
        item.by,
        tuple(name.replace(first.account, "") for name in item.who.names),
        tuple(_said(permission, first.resource) for permission in item.permissions),
        item.intended,
        item.exceeded,
        item.expired,
        item.depends_on,
    )


def _said(permission: Permission, arn: str) -> Hashable:
    resources = tuple(text.replace(arn, "") for text in permission.resources)
    return permission.actions, resources, permission.exceptions, permission.provisos


def _merged(group: list[Item]) -> Item:
    exposures = sorted(
        (exposure for item in group for exposure in item.exposures),
        key=lambda exposure: exposure.resource,
    )
    names = tuple(dict.fromkeys(name for item in group for name in item.who.names))
    who = group[0].who
    if who.kind is WayInKind.IDENTITIES:
        who = WayIn(who.kind, names, identities(names, exposures[0].resource))
    return replace(
        group[0],
        severity=min((item.severity for item in group), key=lambda severity: severity.rank),
        who=who,
        exposures=tuple(exposures),
        still=_of_all([item.still for item in group]),
        restrictable=all(item.restrictable for item in group),
    )


def _of_all(found: Sequence[Mapping[Change, Verdict]]) -> dict[Change, Verdict]:
    """Return what is answered with changes made for several items together."""
    changes = [change for change in found[0] if all(change in still for still in found)]
    worst = (Verdict.YES, Verdict.UNKNOWN, Verdict.NO)
    return {change: min((still[change] for still in found), key=worst.index) for change in changes}


def _finding(snapshot: Snapshot, item: Item, entries: Sequence[Intended]) -> Finding:
    keys = {
        proviso.condition.key for permission in item.permissions for proviso in permission.provisos
    }

    def suppressions(numbers: Iterable[int]) -> tuple[Suppression, ...]:
        return tuple(_suppression(entries[number]) for number in numbers)

    return Finding(
        item.kind,
        item.severity,
        item.who,
        sentence(item.kind, item.who, item.permissions, item.exposures),
        item.permissions,
        item.exposures,
        tuple(closes(snapshot, item)),
        combined(item.kind, (exposure.fingerprint for exposure in item.exposures)),
        tuple(notes(item, keys)),
        suppressions(item.intended),
        suppressions(item.exceeded),
        suppressions(item.expired),
        depends_on=item.depends_on,
    )


def _suppression(entry: Intended) -> Suppression:
    return Suppression(entry.owner, entry.reason, entry.expires, str(entry.place))


def unused(items: Iterable[Item], entries: Sequence[Intended]) -> Iterator[str]:
    """Yield each entry that means nothing that was found."""
    used = {number for item in items for number in (*item.intended, *item.exceeded, *item.expired)}
    for number, entry in enumerate(entries):
        if number not in used:
            yield (
                f"{entry.place}: nothing that `{', '.join(entry.who)}` may do from outside matches"
                " this entry: remove it, or mend its patterns"
            )
