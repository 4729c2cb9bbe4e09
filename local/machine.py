"""What the machine must have for a preparation, and advice for what it lacks.

`prepare.py` needs it before anything is installed, and says what it may use.
"""

import errno
import os
import shutil
import subprocess
import sys

from local.checkout import CACHE, ROOT, VENV, stamp_of

MIN_PYTHON = (3, 11)
MIN_FREE_MEGABYTES = 2100


def find_python():
    """Return the running Python if it is new enough, else a newer one on the PATH."""
    if sys.version_info >= MIN_PYTHON:
        return sys.executable
    for minor in (14, 13, 12, 11):
        found = shutil.which("python3.%d" % minor)
        if found:
            return found
    stop(
        "Python %d.%d or newer is needed, and this is %d.%d." % (MIN_PYTHON + sys.version_info[:2]),
        "Install one (Debian, Ubuntu: apt-get install python3.11 python3.11-venv; macOS: brew "
        "install python; anywhere: uv python install), or name it: make PYTHON=/path/to/python3 up",
    )


def use_writable_home():
    """Keep the caches of pip, uv and npm in the checkout if the home directory is read-only."""
    home = os.path.expanduser("~")
    if os.access(home, os.W_OK):
        return
    os.environ["HOME"] = os.path.join(CACHE, "home")
    os.makedirs(os.environ["HOME"], exist_ok=True)
    if not os.path.exists(stamp_of("libraries", VENV)):
        print("HOME (%s) is not writable: caches are kept in .cache/home." % home, flush=True)


def require_space():
    """Stop if the disk has too little space for the first run."""
    free = shutil.disk_usage(ROOT).free // 1000000
    if free < MIN_FREE_MEGABYTES:
        stop(
            "The first run needs %d MB of disk, and %d MB are free." % (MIN_FREE_MEGABYTES, free),
            "Free some space, then run it again.",
        )


def install_debian_package(name):
    """Install a package where that needs no password; return whether it worked."""
    if os.geteuid() or not shutil.which("apt-get"):
        return False
    quiet = {"stdout": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    return subprocess.run(["apt-get", "install", "-y", "-qq", name], **quiet).returncode == 0


def stop(problem, advice):
    """Exit with one line: a problem and what to do about it."""
    sys.exit("\ndaybook: %s %s" % (problem, advice))


def advise(error):
    """Exit with one line about an error of the machine."""
    place = error.filename or ROOT
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        stop("The disk is full.", "Free some space (`df -h` shows where), then run it again.")
    if error.errno == errno.EROFS:
        stop("%s is read-only." % place, "Clone the project to a writable directory.")
    if error.errno in (errno.EACCES, errno.EPERM):
        stop("%s is not writable." % place, "Change its owner or permissions, or clone elsewhere.")
    raise error
