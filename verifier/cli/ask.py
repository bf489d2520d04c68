"""`verifier ask`: a question as a sentence or as options."""

from __future__ import annotations

import click

from verifier.cli.answering import Asking, asking, route_options


def _complete(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[click.shell_completion.CompletionItem]:
    """Complete the sentence word by word from the grammar."""
    from click.shell_completion import CompletionItem

    from verifier.queries.grammar import next_words

    return [CompletionItem(text) for text in next_words(incomplete)]


@click.command()
@click.argument("sentence", required=False, shell_complete=_complete)
@click.option("--who", help="Instead of a sentence: who asks.")
@click.option("--action", help="Instead of a sentence: the action.")
@click.option("--on", "resource", help="Instead of a sentence: the resource, a pattern or *.")
@route_options
@click.option("--grammar", is_flag=True, help="Print the grammar of the sentence, and stop.")
@asking
def ask(
    asked: Asking,
    sentence: str | None,
    who: str | None,
    action: str | None,
    resource: str | None,
    grammar: bool,
    **parts: str | None,
) -> None:
    """Answer a question: a sentence, or the same in options.

    \b
    verifier ask "can any external principal reach s3:DeleteBucket via role assumption" -s acme
    verifier ask "who can iam:CreateAccessKey" -s acme
    verifier ask --who anonymous --action s3:GetObject --on 'arn:aws:s3:::acme-site/*' -s acme

    Exit status: 0 no, 3 yes, 4 unknown, 2 the input or the command is wrong.
    """
    if grammar:
        from verifier.queries.grammar import GRAMMAR

        click.echo(GRAMMAR, nl=False)
    elif sentence and any((who, action, resource, *parts.values())):
        raise click.UsageError("a sentence and parts of one: say all in one of the two")
    elif sentence:
        asked.answer(lambda snapshot: sentence)
    elif who or action:
        asked.about(who or "", action or "", resource, **parts)
    else:
        raise click.UsageError("no question: give a sentence, or --who and --action")
