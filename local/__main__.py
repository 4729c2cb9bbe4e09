"""The commands behind the Makefile: `python -m local up`, and so on."""

from __future__ import annotations

import os
import sys

from local.deployment import LocalDeployment


def main(command: str, *rest: str) -> int:
    """Runs one command; its exit status."""
    deployment = LocalDeployment.from_env(os.environ)
    if command == "up":
        from local.up import up

        up(deployment, os.environ.get("PHOTOS"), os.environ.get("EVENT"))
    elif command == "down":
        from local.down import down

        down(deployment, keep=os.environ.get("KEEP") == "1")
    elif command == "drill":
        from local.drill import drill

        return drill(deployment, os.environ.get("ALARM", ""))
    elif command in ("check", "test", "synth", "bootstrap", "deploy", "destroy", "lock"):
        from cli import deployment as commands

        return int(getattr(commands, command)(*rest))
    else:
        sys.exit(f"daybook: there is no command {command}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\ndaybook: interrupted; `make down` stops what was started")
