"""Values against templates whose variables are open: both are solved for at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from iam_smt.automata import clause, exactly
from iam_smt.holes import Hollow, can_be_hole, fits, hollow
from iam_smt.keys import Truth, Value
from iam_smt.networks import AddressVariable
from iam_smt.numbers import NumberVariable
from iam_smt.operators import TEXTS
from iam_smt.patterns import (
    ANYTHING,
    NOT_COLON,
    Characters,
    Item,
    Pattern,
    Run,
    merged,
    split_at_colons,
)
from iam_smt.terms import (
    Term,
    both,
    conjunction,
    disjunction,
)
from iam_smt.texts import Choice, StringVariable, Text, View, equal, member
from verifier.compile.matching import Hole

_PLAIN = {"StringEquals", "StringLike"}
_ARNS = {"ArnEquals", "ArnLike"}
_LENIENT = {f"{name} or glob" for name in _ARNS}
_ARN_PARTS = 6
_ARN = clause([(Run(NOT_COLON), ":") * (_ARN_PARTS - 1) + (ANYTHING,)])
_MOST_FILLINGS = 256


def fits_template(operator: str, value: Value, hole: Hole) -> Term | None:
    """Return a term that holds iff `value` satisfies a template whose variables are open; None if
    not encoded.
    """
    if isinstance(value, Truth | AddressVariable | NumberVariable):
        return None
    if operator in _PLAIN:
        return tie(value, hole)
    is_arn = operator in _ARNS | _LENIENT
    if is_arn and not any(isinstance(item, Characters | Run) for item in hole.items):
        # Without wildcards, part by part is as a whole.
        same = tie(value, hole)
        if same is not None:
            return both(same, member(value, _ARN)) if operator in _ARNS else same
    hollows = hollows_of(operator, hole)
    return None if hollows is None else _among(value, hollows)


def _among(value: Text, hollows: Sequence[Hollow]) -> Term | None:
    """Return a term that holds iff `value` fits one of the patterns."""
    match value:
        case Choice(cases=cases):
            terms = [_guarded(guard, _among(option, hollows)) for guard, option in cases]
        case str():
            terms = [_fills(value, found.items) for found in hollows]
        case StringVariable():
            terms = [fits(value, found) for found in hollows]
        case _:
            return None
    return disjunction(term for term in terms if term) if all(terms) else None


def _guarded(guard: Term, term: Term | None) -> Term | None:
    return None if term is None else both(guard, term)


def hollows_of(operator: str, hole: Hole) -> list[Hollow] | None:
    """Return the patterns with holes that an operator makes of a template (R4.51, R4.52).

    None where it reads the value of a hole in another way than as it stands: a value with a colon
    moves what follows it in an ARN to a later part, which matters to wildcards before the last,
    and where the template alone has fewer parts than an ARN.
    """
    found = hole.hollow
    if operator in _PLAIN:
        return [found]
    if operator not in _ARNS | _LENIENT:
        return None
    *head, _ = parts = split_at_colons(found.pattern, _ARN_PARTS)
    if len(parts) < _ARN_PARTS:
        return None
    items = [item for part in head for item in part if not isinstance(item, str)]
    holes = [place for place, item in enumerate(items) if found.has_hole((item,))]
    if holes and any(not found.has_hole((item,)) for item in items[holes[0] :]):
        return None
    return [Hollow(pattern, found.holes) for pattern in TEXTS[operator]([found.pattern])]


def tie(value: Text, hole: Hole) -> Term | None:
    """Return a term that holds iff `value` matches a template whose variables are open.

    Where the value is known, the one variable must be one of its parts; where the template is the
    variable alone, both must be equal; else an open value must fit around the variables'.
    """
    if isinstance(value, Choice):
        found = [_guarded(guard, tie(option, hole)) for guard, option in value.cases]
        return disjunction(term for term in found if term) if all(found) else None
    if isinstance(value, str):
        return _fills(value, hole.items)
    alone = hole.alone
    if alone is not None and not alone[0] and not alone[2]:
        same = equal(value, alone[1])
        if same is not None:
            return same
        if isinstance(alone[1], StringVariable) and can_be_hole(value):
            return fits(alone[1], hollow([value]))
        if isinstance(value, View) and isinstance(alone[1], View):
            return _same_part(value, alone[1])
    return fits(value, hole.hollow) if isinstance(value, StringVariable) else None


def _same_part(one: View, other: View) -> Term | None:
    """Return a term that holds iff two parts of the same characters are equal, each of which
    stands in its whole in one way only.
    """
    if one.characters != other.characters:
        return None
    return fits(one.base, hollow([*one.head, other, *one.tail]))


def _fills(text: str, items: Sequence[Item | Text]) -> Term | None:
    """Return a term that holds iff the values of the variables make `text` of the template."""
    places = [place for place, item in enumerate(items) if not isinstance(item, Item)]
    if len(places) == 1:
        before, of, after = _around(items, places[0])
        return member(of, exactly(*parts(text, before, after)))
    found: list[Term] = []
    for values in _fillings(text, items):
        if len(found) == _MOST_FILLINGS:
            return None
        found.append(conjunction(member(of, exactly(value)) for of, value in values))
    return disjunction(found)


def _around(items: Sequence[Item | Text], place: int) -> tuple[Pattern, Text, Pattern]:
    """Return what stands before a hole, the hole, and what stands after it."""
    before = merged(item for item in items[:place] if isinstance(item, Item))
    after = merged(item for item in items[place + 1 :] if isinstance(item, Item))
    return before, items[place], after  # type: ignore[return-value]


def parts(text: str, before: Pattern, after: Pattern) -> list[str]:
    """Return every middle part of `text` that stands between matches of two patterns."""
    head, tail = clause([before]), clause([after])
    starts = [index for index in range(len(text) + 1) if text[:index] in head]
    ends = [index for index in range(len(text) + 1) if text[index:] in tail]
    return [text[start:end] for start in starts for end in ends if start <= end]


_Filling = tuple[tuple[Text, str], ...]
"""What each hole is to be filled with."""


def _fillings(text: str, items: Sequence[Item | Text]) -> Iterator[_Filling]:
    """Yield every way to fill the holes so that the whole is `text`."""
    place = next((n for n, item in enumerate(items) if not isinstance(item, Item)), None)
    if place is None:
        if text in clause([tuple(item for item in items if isinstance(item, Item))]):
            yield ()
        return
    before, of, _ = _around(items, place)
    head = clause([before])
    for start in range(len(text) + 1):
        if text[:start] in head:
            for end in range(start, len(text) + 1):
                for others in _fillings(text[end:], items[place + 1 :]):
                    yield ((of, text[start:end]), *others)
