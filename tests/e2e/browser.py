"""Find Chromium on the PATH, or install it from Debian's packages."""

from __future__ import annotations

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium's own services must not wait for a network that is not there.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """Return Chromium's path; install it where that needs no password.

    Raises RuntimeError, which says what to do, if there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True, stdout=subprocess.DEVNULL)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL, env=env)
        if installed := shutil.which("chromium"):
            return installed
    raise RuntimeError(
        "The browser tests need Chromium: apt-get install chromium, or put one on the PATH."
    )
