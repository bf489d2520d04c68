"""A request with open parts: what `semantics` reads concretely, `compile` reads of this."""

from __future__ import annotations

from dataclasses import dataclass

from iam_smt.context import SymbolicContext
from iam_smt.principals import SymbolicPrincipal
from iam_smt.texts import Text
from verifier.disputes import DEFAULT, Readings


@dataclass(frozen=True, slots=True)
class SymbolicRequest:
    """One authorization: the action is known, the rest may be open.

    `shape` is the resource itself or an ARN of its form: it tells the service, the account and
    the type, while `resource` may leave the name open. `same_account` says whether the caller's
    account owns the resource. Disputed points are read as `readings` say.
    """

    principal: SymbolicPrincipal
    action: str
    resource: Text
    shape: str
    same_account: bool
    context: SymbolicContext
    has_boundary: bool = False
    readings: Readings = DEFAULT
