"""One unpacked copy of each package, shared by the execution environments of all functions.

MiniStack 1.5.33 unpacks a function's code and layers for each environment (150 MB here), in which
Python compiles every module again. That takes a second of processor time at every cold start, and
gigabytes of disk.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

# Read by MiniStack's environments of Python: directories to import from.
IMPORTED_FROM = "_LAMBDA_LAYERS_DIRS"


def share_packages() -> None:
    """Let environments of Python import from shared copies."""
    spawn = lambda_runtime.Worker._spawn
    nothing = _empty_zip()

    def spawned(worker: Any) -> None:
        config, code = worker.config, worker.code_zip
        if not str(config.get("Runtime")).startswith("python"):
            spawn(worker)
            return
        layers = [lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers", [])]
        folders = [str(_unpacked(package)) for package in (code, *layers) if package]
        variables = config.get("Environment", {}).get("Variables", {})
        shared = {**variables, IMPORTED_FROM: os.pathsep.join(folders)}
        worker.config = {**config, "Layers": [], "Environment": {"Variables": shared}}
        worker.code_zip = nothing
        try:
            spawn(worker)
        finally:
            worker.config, worker.code_zip = config, code

    lambda_runtime.Worker._spawn = spawned


def _copies() -> Path:
    return Path(tempfile.gettempdir()) / "packages"


@functools.lru_cache(maxsize=256)
def _unpacked(package: bytes) -> Path:
    """Return the directory of a package's copy, which is there whole or not at all."""
    target = _copies() / hashlib.sha256(package).hexdigest()
    _copies().mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=_copies()))
    with zipfile.ZipFile(io.BytesIO(package)) as content:
        content.extractall(fresh)
    try:
        fresh.rename(target)
    except OSError:
        # Another thread was faster.
        shutil.rmtree(fresh)
    return target


def _empty_zip() -> bytes:
    file = io.BytesIO()
    zipfile.ZipFile(file, "w").close()
    return file.getvalue()
