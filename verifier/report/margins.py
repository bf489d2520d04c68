"""How far an answer is from turning, in words: what closes a yes, what a no would need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.catalogued_keys import key_name
from verifier.report.lines import INDENT
from verifier.report.phrases import counted
from verifier.report.plain import plain
from verifier.report.words import only
from verifier.verdict import Margin, Miss, MissKind, Proviso

_DEMANDS = {
    "aws:multifactorauthpresent": "MFA",
    "aws:multifactorauthage": "recent MFA",
    "sts:externalid": "the external id",
    "aws:sourceip": "the source address",
    "aws:sourcevpc": "the VPC",
    "aws:sourcevpce": "the VPC endpoint",
    "aws:principalorgid": "the organization",
    "aws:principalaccount": "the account",
    "aws:principalarn": "the principal",
    "aws:sourceidentity": "the source identity",
    "sts:sourceidentity": "the source identity",
    "sts:rolesessionname": "the session name",
    "aws:requestedregion": "the region",
    "aws:securetransport": "TLS",
}
"""What conditions ask for, by their key, where one value has to be given."""

_TAGS = {
    "aws:principaltag": "the tag {} of the principal",
    "aws:requesttag": "the tag {} in the request",
    "aws:resourcetag": "the tag {} of the resource",
}


_MOST_STATEMENTS = 24


def closing(margin: Margin) -> Iterator[str]:
    """Yield the sets of statements without each of which the answer is no, and what was proved."""
    label = "closes it "
    for causes in margin.closes:
        for cause in causes[:_MOST_STATEMENTS]:
            yield _line(label, str(cause), cause.place)
            label = "and"
        if len(causes) > _MOST_STATEMENTS:
            yield _line(label, counted(len(causes) - _MOST_STATEMENTS, "more statement"))
        label = "or"
    again = f"asked again {counted(margin.asked, 'time')}"
    if margin.is_smallest:
        fewer = "no fewer statements do" if margin.at_least > 1 else "nothing smaller does"
        yield _line("", f"{fewer}: proved, {again}")
    elif not margin.at_least:
        yield _line(label, "no removal of statements does")
    else:
        least = counted(margin.at_least, "statement")
        told = f"{'' if margin.closes else 'not found: '}a set that does has at least {least}"
        yield _line("" if margin.closes else label, f"{told}; stopped {margin.stopped}, {again}")


def nearest(margin: Margin) -> Iterator[str]:
    """Yield the single changes that would make a no a yes; who may be admitted alike in one."""
    for miss, names in _alike(margin.misses):
        yield _line("nearly", f"would be reachable if {_change(miss, names)}")
        yield _line("  by", str(miss.statement), miss.statement.place)
    if margin.stopped:
        yield _line("", f"looked for {margin.stopped}, asked again {counted(margin.asked, 'time')}")
    elif not margin.misses:
        yield _line("nearly", "no single change was found that would open it")


def change(miss: Miss) -> str:
    """Return what would have to be otherwise, after `if`."""
    return _change(miss, miss.who)


def _alike(misses: Iterable[Miss]) -> Iterator[tuple[Miss, str]]:
    """Yield misses with the names of all to whom the same applies."""
    groups: dict[tuple[object, ...], list[Miss]] = {}
    for miss in misses:
        is_shared = miss.kind in (MissKind.ADMISSION, MissKind.GOAL)
        alike = (miss.kind, miss.action, miss.resource) if is_shared else id(miss)
        groups.setdefault((alike, miss.statement if not is_shared else None), []).append(miss)
    for found in groups.values():
        yield found[0], " or ".join(miss.who for miss in found)


def _change(miss: Miss, who: str) -> str:
    match miss.kind:
        case MissKind.CONDITION if miss.dropped is not None:
            return _demand(miss.dropped)
        case MissKind.DENY:
            return "this statement were gone"
        case MissKind.BOUNDARY:
            return f"{who} had no permissions boundary"
        case MissKind.ENDPOINT:
            return "no policy of a VPC endpoint did bind"
        case MissKind.SCPS | MissKind.RCPS:
            return f"no {miss.kind.value} did bind account {who}"
        case MissKind.PERMISSION | MissKind.GOAL:
            where = "any resource" if miss.resource == "*" else miss.resource
            return f"{who} were allowed {miss.action} on {where}"
    return f"the {miss.statement} let {who} in for {miss.action}"


def _demand(dropped: Proviso) -> str:
    """Return that a condition were not asked."""
    condition = dropped.condition
    name, operator = condition.key, condition.operator.name or ""
    prefix, slash, tag = key_name(name).partition("/")
    noun = _DEMANDS.get(name)
    if slash and prefix.lower() in _TAGS:
        noun = _TAGS[prefix.lower()].format(tag)
    false = operator == "Bool" and [value.text.lower() for value in condition.values] != ["true"]
    if noun is None or "Not" in operator or operator == "Null" or false:
        return f'"{only([dropped])[0]}" were not required'
    is_flag = operator == "Bool" or operator.startswith(("Numeric", "Date"))
    values = " or ".join(f'"{value.text}"' for value in condition.values)
    return f"{noun} were not required" if is_flag else f"{noun} {values} were not required"


def _line(label: str, text: str, place: str = "") -> str:
    return f"{INDENT}{label:<10}" + plain(f"{text}   {place}" if place else text)
