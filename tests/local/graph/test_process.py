"""The emulator as a process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request

from local.deployment import ROOT

URL = "http://127.0.0.1:4599/_control/clock"


def test_start_from_command_line() -> None:
    command = [sys.executable, "-m", "local.graph", "--port", "4599"]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + 20
    try:
        while True:
            try:
                with urllib.request.urlopen(URL, timeout=1) as answer:
                    assert json.load(answer)["now"]
                    return
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    finally:
        process.terminate()
        process.wait(10)
