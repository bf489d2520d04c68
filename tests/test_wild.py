"""Policies in the wild: what is refused, and what is not encoded, stays as it is."""

from __future__ import annotations

from benchmarks.works.wild import tallies, total
from tests.corpora import needs_corpora

REFUSED = {
    "a resource control policy must name the service of an action;"
    ' write for example "s3:*" (R1.14)': 4,
    "a principal is ... or an object, not a list;"
    ' write {"AWS": ...}, {"Service": ...} or {"Federated": ...} (R3.10)': 3,
    'a service control policy needs a ...; write "2012-10-17" (R1.14)': 2,
    "... is not a statement element; did you mean ...": 1,
    "... is not a policy element; legal are Version, Id, Statement": 1,
    "a statement of a resource control policy needs a ...; add one, ... for all (R1.14)": 1,
}
"""Documents that AWS would not store: each was read, and is refused by the rule that it breaks."""

UNKNOWN = {
    "its type or variable in ... is not encoded": 14,
    "the condition key ... is none that AWS documents": 4,
    "... lists only a part of the chain account, role, session (X-3)": 4,
}


@needs_corpora
def test_policies_in_the_wild() -> None:
    """Of 11,797 real statements 22 hold something that is not encoded; of 3,397 documents 12
    are refused.
    """
    found = total(tallies(history=False))
    assert dict(found.refused) == REFUSED
    assert dict(found.unknown) == UNKNOWN
    assert found.open_statements == sum(UNKNOWN.values())
    assert (found.documents, found.statements) == (3397, 11797)
