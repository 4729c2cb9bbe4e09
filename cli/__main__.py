"""The commands behind the Makefile: `python -m cli check-connection prod`, and so on."""

from __future__ import annotations

import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from cli.app_secret import enter_app_secret
from cli.connect_link import connect_link
from cli.connection_check import check_connection
from cli.site import enter_site
from cli.token_import import import_row, import_token


def main(command: str, stage: str) -> int:
    """Runs one command for a deployed stage; its exit status."""
    if command == "check-connection":
        return check_connection(stage, os.environ)
    site = enter_site(stage)
    if command == "app-secret":
        return enter_app_secret(site)
    if command == "import-token":
        return import_row(os.environ["TABLE"]) if os.environ.get("TABLE") else import_token()
    if command == "connect-link":
        return connect_link(os.environ)
    sys.exit(f"daybook: there is no command {command}")


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except (EOFError, KeyboardInterrupt):
        sys.exit("\ndaybook: stopped before anything was changed: this command asks, at a terminal")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"daybook: AWS refused: {str(error).splitlines()[0]}")
