"""The functions' code and libraries as assets, built without Docker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, IgnoreMode, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from stacks.config import StageConfig

ROOT = Path(__file__).resolve().parents[2]
LAMBDAS = ROOT / "lambdas"
REQUIREMENTS = "requirements.txt"
FOUNDATION = ("kit", "api", "storage", "instagram", "graph", "pictures")

# What Lambda's own runtime reports; wheels for it run on Amazon Linux 2023.
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}


class BuildMissing(Exception):
    """A build output that an asset needs does not exist. The message says how to make it."""


def feature_code(feature: str, root: Path = ROOT) -> lambda_.Code:
    """Return the asset of the shared packages and one feature, with the prefix `lambdas/` kept.

    Editing one feature changes the hash of no other feature's asset. Raises BuildMissing.
    """
    check_bundle(feature, root)
    kept = [f"!/lambdas/{folder}/" for folder in dict.fromkeys((*FOUNDATION, feature))]
    exclude = [
        "/*",
        "!/lambdas/",
        "/lambdas/*",
        "!/lambdas/__init__.py",
        *kept,
        "/lambdas/*/static/*",
        "!/lambdas/*/static/dist/",
        # The stamps of `local/prepare.py`: the asset is the same however its parts were built.
        ".daybook-*",
        "__pycache__",
        "*.pyc",
    ]
    return lambda_.Code.from_asset(str(root), exclude=exclude, ignore_mode=IgnoreMode.GIT)


def check_bundle(feature: str, root: Path = ROOT) -> None:
    """Raise BuildMissing if a feature has browser code and its bundle was not built."""
    static = root / "lambdas" / feature / "static"
    if any(static.glob("*.js")) and not (static / "dist" / "build.json").exists():
        where = (static / "dist").relative_to(root)
        raise BuildMissing(f"{where} is missing, without which pages fail: run `npm ci`")


def library_code(config: StageConfig, folder: Path) -> lambda_.Code:
    """Return the asset of a folder's requirements.txt, installed for the functions' platform."""
    bundling = BundlingOptions(
        # Never run: the local bundling works or fails. The command is part of the asset's hash.
        image=DockerImage.from_registry("none"),
        command=["uv", config.bundle_for, config.architecture, config.python_version],
        local=LibraryBundling(config, folder / REQUIREMENTS),
    )
    return lambda_.Code.from_asset(
        str(folder),
        exclude=["*", f"!/{REQUIREMENTS}"],
        ignore_mode=IgnoreMode.GIT,
        asset_hash_type=AssetHashType.SOURCE,
        bundling=bundling,
    )


@jsii.implements(ILocalBundling)
class LibraryBundling:
    """Installs the libraries with uv."""

    def __init__(self, config: StageConfig, requirements: Path) -> None:
        self._config = config
        self._requirements = requirements

    def try_bundle(self, output_dir: str, *args: object, **kwargs: object) -> bool:
        """Install into `output_dir` and return True.

        Raises CalledProcessError, which stops the synth, if uv fails; uv itself says why.
        """
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
        command += ["--require-hashes", "--only-binary", ":all:"]
        command += ["--target", f"{output_dir}/python", "--requirement", str(self._requirements)]
        if self._config.bundle_for == "lambda":
            command += ["--python-platform", PLATFORMS[self._config.architecture]]
            command += ["--python-version", self._config.python_version]
        subprocess.run(command, check=True)
        return True
