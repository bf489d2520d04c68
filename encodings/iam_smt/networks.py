"""IP addresses and CIDR blocks: bit-vectors of 32 and 128 bits with a family (R4.49)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_interface
from typing import Any

from iam_smt.terms import TRUE, Atom, Term

BITS = {4: 32, 6: 128}
"""The width of an address of each family."""


@dataclass(frozen=True, slots=True)
class Network:
    """The addresses of `family` whose first `length` bits are `prefix`."""

    family: int
    prefix: int
    length: int


class AddressVariable:
    """An open IP address of either family.

    `ast` is the place where `theory` keeps what stands for it.
    """

    __slots__ = ("_atoms", "ast", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.ast: Any = None
        self._atoms: dict[Network | AddressVariable, Atom] = {}

    @property
    def atoms(self) -> set[Atom]:
        """The atoms that are about this variable."""
        return set(self._atoms.values())

    def within(self, network: Network) -> Within:
        """Return the atom that holds iff the address lies in the block."""
        atom = self._atoms.get(network)
        if not isinstance(atom, Within):
            atom = self._atoms[network] = Within(self, network)
        return atom

    def equals(self, other: AddressVariable) -> Term:
        """Return a term that holds iff both are the same address."""
        if other is self:
            return TRUE
        atom = self._atoms.get(other)
        if atom is None:
            atom = self._atoms[other] = other._atoms[self] = SameAddress(self, other)
        return atom


class Within(Atom):
    """Holds iff the address `variable` lies in `network`."""

    __slots__ = ("network", "variable")

    def __init__(self, variable: AddressVariable, network: Network) -> None:
        super().__init__()
        self.variable = variable
        self.network = network

    def __repr__(self) -> str:
        return f"{self.variable.name} in {self.network}"


class SameAddress(Atom):
    """Holds iff `left` and `right` are the same address."""

    __slots__ = ("left", "right")

    def __init__(self, left: AddressVariable, right: AddressVariable) -> None:
        super().__init__()
        self.left = left
        self.right = right

    def __repr__(self) -> str:
        return f"{self.left.name} = {self.right.name}"


@lru_cache(maxsize=1 << 14)
def read_network(text: str) -> Network | None:
    """Return the block; host bits are ignored, a bare address is one host; else None (R4.49)."""
    try:
        interface = ip_interface(text)
    except ValueError:
        return None
    length = interface.network.prefixlen
    bits = BITS[interface.version]
    if interface.version == 6 and interface.scope_id is not None:
        return None
    return Network(interface.version, int(interface.ip) >> (bits - length), length)


def contains(network: Network, address: str) -> bool:
    """Return whether the text is an address that lies in the block."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    shift = BITS[network.family] - network.length
    return parsed.version == network.family and int(parsed) >> shift == network.prefix


def write_address(family: int, value: int) -> str:
    """Return the usual text of an address."""
    return str(ip_address(value.to_bytes(BITS[family] // 8, "big")))
