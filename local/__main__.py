"""The commands of local mode: `python -m local up`, `down` and `drill`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

EPILOG = """\
Settings are environment variables, so that `make up NAME=value` passes them on:
  LOCAL_DIR    directory of the deployment (default .local)
  AWS_PORT     port of the embedded AWS (default 4570)
  GRAPH_PORT   port of the Graph emulator (default 4571)
  GRAPH_BASE   a Graph emulator of your own, instead of the one included
  HOST         0.0.0.0 opens the site to other devices in this network (default: this machine only)
  PHOTOS       up: a folder with the pictures to load (default: drawn samples)
  EVENT        up: the event to load them into (default 2026-04-29)
  CONTEXT      up: settings of the stage, as "name=value ..."
  KEEP         down: 1 keeps the data
  ALARM        drill: the alarm to trigger
"""


# Heavy imports are within functions: Ctrl-C during them is caught as at any other time.
def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. Print help if none is named."""
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Runs the site on this machine, on an embedded AWS.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("up", help="start, deploy, and load sample data; safe to repeat")
    commands.add_parser("down", help="stop everything and remove the deployment's data")
    commands.add_parser("drill", help="cause an alarm's real fault, then remove it")
    command = parser.parse_args(arguments).command
    if command is None:
        parser.print_help()
        return 0
    from local.deployment import LocalDeployment, forget_aws_settings

    deployment = LocalDeployment.from_env(os.environ)
    forget_aws_settings(os.environ)
    if command == "up":
        from local.up import up

        return up(deployment, os.environ.get("PHOTOS"), os.environ.get("EVENT"))
    if command == "down":
        from local.down import down

        return down(deployment, keep=os.environ.get("KEEP") == "1")
    from local.drill import drill

    return drill(deployment, os.environ.get("ALARM", ""))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print(
            "\ndaybook: interrupted. Run it again to continue, or `make down` to stop everything."
        )
        sys.exit(130)
    except Exception as error:
        from local.errors import advice_for

        advice = advice_for(error)
        if advice is None:
            raise
        sys.exit(f"\ndaybook: {advice}")
