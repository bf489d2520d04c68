"""What must be allowed for a call: one request, with the policies that bear on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iam_smt.evaluation import Layers, Setting
from iam_smt.terms import Term
from verifier.compile.authorize import authorize, layers, setting
from verifier.compile.requests import SymbolicRequest
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy


@dataclass(frozen=True)
class Authorization:
    """One (action, resource) that must be allowed, with the policies that bear on it."""

    request: SymbolicRequest
    policies: ApplicablePolicies
    endpoints: Mapping[str, AttachedPolicy]

    def layers(self) -> Layers:
        """Return what each type of policy says."""
        return layers(self.request, self.policies, self.endpoints)

    def setting(self) -> Setting:
        """Return what the kinds of caller and resource mean."""
        return setting(self.request, self.policies)

    def term(self) -> Term:
        """Return a term that holds iff it is allowed."""
        return authorize(self.request, self.policies, self.endpoints)
