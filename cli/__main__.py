"""`python -m cli`: without arguments it prints the commands."""

from __future__ import annotations

import os
import sys

import typer

from cli import commands
from cli.errors import CommandError
from cli.features import feature_commands
from cli.process import environment

app = typer.Typer(
    name="daybook",
    help="Commands of operators and of deployment.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in commands.COMMANDS:
    app.command()(command)
for feature in feature_commands().values():
    for command in feature.commands:
        app.command()(command)


def main() -> None:
    """Run one command. Failures that a person can act on are one line on standard error."""
    # The CDK's libraries look for Node as soon as they are imported.
    os.environ |= environment()
    try:
        app(sys.argv[1:] or ["--help"])
    except CommandError as error:
        print(f"daybook: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except Exception as error:
        # Imported here, since most commands never need it.
        from botocore.exceptions import BotoCoreError, ClientError

        from cli.aws import short

        if not isinstance(error, BotoCoreError | ClientError):
            raise
        sys.exit(f"daybook: AWS refused the call: {short(error)}")


if __name__ == "__main__":
    main()
