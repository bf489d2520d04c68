"""What every real request satisfies: the keys of the call itself (section 5.2, requests)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from iam_smt.automata import EVERYTHING, NOTHING, Clause, clause
from iam_smt.context import KeyType, free_key
from iam_smt.holes import hollow
from iam_smt.keys import ABSENT, Key, SetKey, SingleKey, Truth, known
from iam_smt.networks import AddressVariable, read_network
from iam_smt.numbers import Form, NumberVariable
from iam_smt.organizations import unknown_membership
from iam_smt.patterns import fold_case
from iam_smt.principals import ACCOUNT_KINDS, Kind
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, conjunction, either, implies, negation
from iam_smt.texts import Choice, StringVariable, member

_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")
_PRIVATE_6 = ("fc00::/7", "fe80::/10", "::1")


class NetworkKeys:
    """Where the call comes from: a public address, or through a VPC endpoint (R5.30-R5.32).

    A forward access session drops the endpoint keys of the first call; its address is kept or
    not (R5.51, X-15). Calls of services carry no network keys (R5.34).
    """

    def __init__(self, label: str, kind: Kind, via_service: Term) -> None:
        self._label = label
        self._redacted = kind is Kind.SERVICE
        self._through_endpoint = Flag(f"{label} comes through a VPC endpoint")
        self._via_service = via_service
        self._owner = Flag(f"{label} has the owner of the endpoint")
        self._membership = unknown_membership(f"{label} endpoint")
        self._address: AddressVariable | None = None

    def key(self, name: str) -> Key | None:
        """Return the network key `name`."""
        endpoint = both(self._through_endpoint, negation(self._via_service))
        owned = both(endpoint, self._owner)
        match name:
            case "aws:sourcevpce" | "aws:sourcevpc" | "aws:vpcsourceip":
                present = endpoint
            case "aws:vpceaccount" | "aws:sourcevpcarn":
                present = owned
            case "aws:vpceorgid" | "aws:vpceorgpaths":
                return self._organization(name, owned)
            case "aws:sourceip":
                return self._source_ip()
            case _:
                return None
        if self._redacted:
            return ABSENT
        key_type = KeyType.ADDRESS if name == "aws:vpcsourceip" else KeyType.TEXT
        return free_key(self._label, name, key_type, present)

    def _organization(self, name: str, owned: Term) -> Key:
        if self._redacted:
            return ABSENT if name == "aws:vpceorgid" else SetKey(FALSE, ())
        found = self._membership
        key = found.organization if name == "aws:vpceorgid" else found.paths
        present = both(owned, key.present)
        if isinstance(key, SingleKey):
            return SingleKey(present, key.value)
        return SetKey(present, key.members)

    def _source_ip(self) -> Key:
        if self._redacted:
            return ABSENT
        self._address = AddressVariable(f"{self._label}.aws:sourceip")
        kept = either(negation(self._via_service), Flag(f"{self._label} keeps the first address"))
        return SingleKey(both(negation(self._through_endpoint), kept), self._address)

    def axioms(self) -> list[Term]:
        """The public address of a caller is not a private one (R4.50)."""
        if self._address is None:
            return []
        networks = [read_network(text) for text in (*_PRIVATE, *_PRIVATE_6)]
        return [negation(self._address.within(block)) for block in networks if block]


class CallKeys:
    """When and how the call is made: time, transport, region, on whose behalf (R5.50, R5.51, R5.53,
    R5.55).

    `is_of` gives a term that holds iff the call is of one of the services named; `plain_time` is
    the time in seconds since 1970 where no policy asks for it.
    """

    def __init__(
        self,
        label: str,
        kind: Kind,
        is_of: Callable[..., Term],
        partition: str,
        plain_time: Fraction,
    ) -> None:
        self._label = label
        self._is_of = is_of
        self._partition = partition
        can_forward = kind in ACCOUNT_KINDS
        self.via_service: Term = (
            Flag(f"{label} is a forward access session") if (can_forward) else FALSE
        )
        self.clock = NumberVariable(f"{label}.time", Form.DATE, plain_time)
        self._epoch: NumberVariable | None = None
        self._called_via: SetVariable | None = None
        self._forwarders_named = Flag(f"{label} names the forwarding services")
        self._ends: list[StringVariable] = []

    def key(self, name: str) -> Key | None:
        """Return the key `name` of the call."""
        match name:
            case "aws:currenttime":
                return SingleKey(TRUE, self.clock)
            case "aws:epochtime":
                self._epoch = NumberVariable(f"{self._label}.epoch", Form.EPOCH, self.clock.plain)
                return SingleKey(TRUE, self._epoch)
            case "aws:securetransport":
                encrypted = either(self._is_of("iam", "sts"), Flag(f"{self._label}.{name}"))
                return SingleKey(TRUE, Truth(encrypted))
            case "aws:requestedregion":
                return self._region()
            case "aws:useragent":
                return free_key(self._label, name, KeyType.TEXT, TRUE)
            case "aws:viaawsservice":
                return SingleKey(TRUE, Truth(self.via_service))
            case "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast":
                return self._called(name)
        return None

    def _region(self) -> Key:
        free = free_key(self._label, "aws:requestedregion", KeyType.TEXT, TRUE)
        single = self._is_of("iam", "organizations") if self._partition == "aws" else FALSE
        if single is FALSE or not isinstance(free, SingleKey):
            return free
        if single is TRUE or not isinstance(free.value, StringVariable):
            return known("us-east-1")
        return known(Choice(((single, "us-east-1"), (negation(single), free.value))))

    def _called(self, name: str) -> Key:
        if self.via_service is FALSE:
            return SetKey(FALSE, ()) if name == "aws:calledvia" else ABSENT
        if self._called_via is None:
            self._called_via = SetVariable(f"{self._label}.aws:calledvia")
        present = both(self.via_service, self._forwarders_named)
        if name == "aws:calledvia":
            return SetKey(present, self._called_via)
        end = StringVariable(f"{self._label}.{name}")
        self._ends.append(end)
        return SingleKey(present, end)

    def axioms(self) -> list[Term]:
        """Both clocks tell one time; first and last service are among the services."""
        found: list[Term] = []
        if self._epoch is not None:
            found += [self.clock.at_most(self._epoch), self._epoch.at_most(self.clock)]
        if self._called_via is not None:
            present = both(self.via_service, self._forwarders_named)
            found.append(implies(self._forwarders_named, self._called_via.some(EVERYTHING)))
            for end in self._ends:
                found.append(implies(present, _is_among(end, self._called_via)))
        return found


def _is_among(text: StringVariable, of: SetVariable) -> Term:
    """Return a term that holds iff `text` is a member: what is asked of members is told of it."""
    terms = [of.some(NOTHING, hollows=(hollow([text]),))]
    for atom in of.memberships:
        if not atom.hollows:
            inside = member(text, atom.clause)
            terms.append(implies(negation(inside) if atom.outside else inside, atom))
    return conjunction(terms)


class ListedKeys:
    """Pairs of a call whose names one key lists, while each has a key of its own for its value.

    So `aws:TagKeys` lists every `aws:RequestTag/K` (R5.52), and `kms:EncryptionContextKeys` every
    `kms:EncryptionContext:K`. A call without pairs has no list, or an empty one. The list `some`
    has no other names (R7.61).
    """

    def __init__(self, label: str, listing: str, prefix: str, some: str = "") -> None:
        self._label = label
        self._listing = listing
        self._prefix = prefix
        self._some = some
        self._part = SetVariable(f"{label}.{some}") if some else None
        self._listed = SetVariable(f"{label}.{listing}", EVERYTHING, self._part)
        self._named = Flag(f"{label} has {listing}")

    def key(self, name: str) -> Key | None:
        """Return the key `name` of the pairs."""
        if name == self._listing:
            return SetKey(either(self._named, self._listed.some(EVERYTHING)), self._listed)
        if self._part is not None and name == self._some:
            return SetKey(self._part.some(EVERYTHING), self._part)
        own = name.removeprefix(self._prefix)
        if own == name or not own:
            return None
        return free_key(self._label, name, KeyType.TEXT, self._listed.some(tag_key(own)))

    def axioms(self) -> list[Term]:
        """The names of the smaller list are in the other."""
        return [] if self._part is None else [self._listed.includes]


def tags_of(label: str) -> ListedKeys:
    """Return the tags that a call passes (R5.52), and which of them are transitive (R7.61)."""
    return ListedKeys(label, "aws:tagkeys", "aws:requesttag/", "sts:transitivetagkeys")


def encryption_context_of(label: str) -> ListedKeys:
    """Return the encryption context of a call of AWS KMS."""
    return ListedKeys(label, "kms:encryptioncontextkeys", "kms:encryptioncontext:")


def tag_key(name: str) -> Clause:
    """Return the spellings of a tag key that condition keys treat as `name` (R4.4)."""
    return clause([fold_case((name,))])
