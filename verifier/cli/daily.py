"""`verifier can`, `who-can` and `what-can`: the daily questions, asked with arguments."""

from __future__ import annotations

import click

from verifier.cli.answering import Asking, asking, route_options


@click.command()
@click.argument("principal")
@click.argument("action")
@click.argument("resource", required=False)
@route_options
@asking
def can(
    asked: Asking, principal: str, action: str, resource: str | None, **parts: str | None
) -> None:
    """Tell whether PRINCIPAL can perform ACTION, on RESOURCE or on any.

    PRINCIPAL is a name, an ARN or a pattern of ARNs, the number of an account, a service, an
    identity provider, or words such as "any external principal" and anonymous.

    \b
    verifier can dora s3:DeleteBucket -s acme
    verifier can anonymous s3:GetObject 'arn:aws:s3:::acme-press-kit/*' -s acme
    verifier can 999988887777 s3:DeleteBucket --route "via role assumption" -s acme

    Exit status: 0 it cannot, 3 it can, 4 unknown, 2 the input or the command is wrong.
    """
    asked.about(principal, action, resource, **parts)


@click.command("who-can")
@click.argument("action")
@click.option("--on", "resource", help="The resource, an ARN or a pattern; default is any.")
@route_options
@asking
def who_can(asked: Asking, action: str, resource: str | None, **parts: str | None) -> None:
    """List who can perform ACTION: outsiders, services, and the principals of the snapshot.

    \b
    verifier who-can iam:CreateAccessKey -s acme
    verifier who-can s3:GetObject --on 'arn:aws:s3:::acme-data-lake/*' -s acme

    Exit status: 0 nobody can, 3 somebody can, 4 unknown, 2 the input or the command is wrong.
    """
    asked.about("", action, resource, **parts)


@click.command("what-can")
@click.argument("principal")
@click.option("--on", "resource", help="The resource, an ARN or a pattern; default is any.")
@route_options
@asking
def what_can(asked: Asking, principal: str, resource: str | None, **parts: str | None) -> None:
    """List what PRINCIPAL can do, by service and access level, and on what.

    \b
    verifier what-can dora -s acme
    verifier what-can role/LakeWriter --on 'arn:aws:s3:::acme-data-lake/*' -s acme

    Exit status: 0 nothing, 3 something, 4 unknown, 2 the input or the command is wrong.
    """
    asked.about(principal, "", resource, **parts)
