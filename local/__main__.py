"""The commands behind the Makefile: `python -m local up`, and so on."""

from __future__ import annotations

import os
import sys

from local.place import Place


def main(command: str, *rest: str) -> int:
    """Runs one command; its exit status."""
    place = Place.from_env(os.environ)
    if command == "up":
        from local.up import up

        up(place, os.environ.get("PHOTOS"), os.environ.get("EVENT"))
    elif command == "down":
        from local.down import down

        down(place, keep=os.environ.get("KEEP") == "1")
    elif command == "drill":
        from local.drill import drill

        return drill(place, os.environ.get("ALARM", ""))
    elif command in ("check", "test", "synth", "bootstrap", "deploy", "destroy", "lock"):
        from local import commands

        return int(getattr(commands, command)(*rest))
    else:
        sys.exit(f"daybook: there is no command {command}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\ndaybook: interrupted; `make down` stops what was started")
