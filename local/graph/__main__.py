"""Serve the emulator: `python -m local.graph --port 4571`."""

from __future__ import annotations

import argparse

import uvicorn

from local.graph.app import create_app


def main() -> None:
    """Parse the arguments and serve until stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m local.graph", description="Emulate the Instagram Graph API."
    )
    parser.add_argument("--port", type=int, default=4571)
    parser.add_argument("--host", default="127.0.0.1")
    arguments = parser.parse_args()
    app = create_app(f"http://{arguments.host}:{arguments.port}")
    uvicorn.run(
        app, host=arguments.host, port=arguments.port, log_level="warning", access_log=False
    )


if __name__ == "__main__":
    main()
