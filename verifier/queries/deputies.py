"""Services as deputies: calls that one of their customers outside the zone made them do (R7.41)."""

from __future__ import annotations

from iam_smt.automata import clause, exactly
from iam_smt.keys import SingleKey
from iam_smt.patterns import ANYTHING, NOT_COLON, Run
from iam_smt.terms import Term, both, conjunction, negation
from iam_smt.texts import StringVariable, View, member
from verifier.compile.calls import Call
from verifier.queries.world import World


def driven_from_outside(world: World, call: Call) -> Term:
    """Return a term that holds iff a service calls for no resource of the zone: what it tells of
    its source, if anything, is none of the zone's accounts, organizations and buckets (R7.41).
    """
    zone = world.snapshot.zone
    accounts = exactly(*sorted(zone.accounts))
    ours = [
        arn
        for arn, resource in world.snapshot.resources.items()
        if arn.split(":")[4] == "" and resource.account in zone.accounts
    ]
    part = (Run(NOT_COLON), ":")
    arns = [("arn:", *part * 3, account, ":", ANYTHING) for account in sorted(zone.accounts)]
    inside = {
        "aws:sourceaccount": accounts,
        "aws:sourceowner": accounts,
        "aws:sourcearn": clause([*arns, *((arn,) for arn in ours)]),
        "aws:sourceorgid": exactly(*sorted(zone.organizations)),
    }
    terms: list[Term] = []
    for name, of in inside.items():
        key = call.context.key(name)
        if isinstance(key, SingleKey) and isinstance(key.value, str | StringVariable | View):
            terms.append(negation(both(key.present, member(key.value, of))))
    return conjunction(terms)
