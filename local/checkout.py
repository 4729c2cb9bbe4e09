"""The folders of the checkout, and the stamps of what was prepared in them.

`prepare.py` needs it before anything is installed, and says what it may use.
"""

import hashlib
import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "bin")
CACHE = os.path.join(ROOT, ".cache")
AWS_VENV = os.path.join(CACHE, "aws")


def is_done(name, inputs, place):
    """Return whether a step was done with the same inputs. The stamp is beside the result."""
    try:
        with open(stamp_of(name, place)) as file:
            return file.read() == digest_of(name, inputs)
    except OSError:
        return False


def stamp_of(name, place):
    return os.path.join(place, ".daybook-" + name.replace(" ", "-"))


def forget(stamp):
    if os.path.exists(stamp):
        os.remove(stamp)


def digest_of(name, inputs):
    digest = hashlib.sha256(name.encode())
    for path in inputs:
        with open(os.path.join(ROOT, path), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def static_folders():
    """Return the folders with scripts and styles of pages, relative to the checkout."""
    features = sorted(os.listdir(os.path.join(ROOT, "lambdas")))
    folders = [os.path.join("lambdas", feature, "static") for feature in features]
    return [folder for folder in folders if os.path.isdir(os.path.join(ROOT, folder))]
