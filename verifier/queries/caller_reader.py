"""What stands for callers in a sentence → `Who`."""

from __future__ import annotations

from typing import Any

from lark import Token, Transformer

from verifier.question import Who, WhoKind


class CallerReader(Transformer[Token, Any]):
    """Reads what stands for callers."""

    def external(self, _: list[Token]) -> Who:
        return Who(WhoKind.EXTERNAL)

    def anyone(self, _: list[Token]) -> Who:
        return Who(WhoKind.ANYONE)

    def outside(self, names: list[str]) -> Who:
        return Who(WhoKind.OUTSIDE, tuple(names))

    def anonymous(self, _: list[Token]) -> Who:
        return Who(WhoKind.ANONYMOUS)

    def federated(self, parts: list[Token | None]) -> Who:
        return Who(WhoKind.FEDERATED, tuple(str(part) for part in parts if part))

    def others(self, _: list[Token]) -> Who:
        return Who(WhoKind.OTHERS)

    def service(self, _: list[Token]) -> Who:
        return Who(WhoKind.SERVICE)

    def named_service(self, parts: list[Token]) -> Who:
        return Who(WhoKind.SERVICE, (str(parts[0]),))

    def users(self, parts: list[Any]) -> Who:
        return Who(WhoKind.USERS, (), parts[0], parts[1] or ())

    def roles(self, parts: list[Any]) -> Who:
        return Who(WhoKind.ROLES, (), parts[0], parts[1] or ())

    def workloads(self, parts: list[Any]) -> Who:
        return Who(WhoKind.WORKLOADS, (), parts[0], parts[1] or ())

    def named_user(self, parts: list[Token]) -> Who:
        return Who(WhoKind.USER, (str(parts[0]),))

    def named_role(self, parts: list[Token]) -> Who:
        return Who(WhoKind.ROLE, (str(parts[0]),))

    def account(self, parts: list[Token]) -> Who:
        return Who(WhoKind.ACCOUNT, (), str(parts[0]))

    def principal(self, parts: list[Token]) -> Who:
        return Who(WhoKind.PRINCIPAL, (str(parts[0]),))

    def inside(self, parts: list[Token]) -> str:
        return str(parts[0])

    def of_account(self, parts: list[Token]) -> str:
        return str(parts[0])

    def except_for(self, parts: list[Token]) -> tuple[str, ...]:
        return tuple(map(str, parts))
