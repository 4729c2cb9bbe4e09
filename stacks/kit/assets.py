"""The functions' code and libraries as assets, made without Docker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, IgnoreMode, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from stacks.config import StageConfig

ROOT = Path(__file__).resolve().parents[2]
FOUNDATION = ("kit", "api", "storage", "instagram", "graph", "pictures")

# What Lambda's own runtime reports; wheels for it run on Amazon Linux 2023.
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}


def feature_code(feature: str) -> lambda_.Code:
    """The foundation and one feature, with the prefix `lambdas/` kept: another feature's edit leaves the asset as it was."""
    kept = [f"!/lambdas/{folder}/" for folder in dict.fromkeys((*FOUNDATION, feature))]
    sources = ["/lambdas/*/static/*", "!/lambdas/*/static/dist/"]
    exclude = [
        "/*",
        "!/lambdas/",
        "/lambdas/*",
        "!/lambdas/__init__.py",
        *kept,
        *sources,
        "__pycache__",
        "*.pyc",
    ]
    return lambda_.Code.from_asset(str(ROOT), exclude=exclude, ignore_mode=IgnoreMode.GIT)


def library_code(config: StageConfig) -> lambda_.Code:
    """The libraries of `lambdas/requirements.txt`, installed for the platform that the functions run on."""
    bundling = BundlingOptions(
        # Never run: the local bundling either works or fails. The command is part of the asset's hash.
        image=DockerImage.from_registry("none"),
        command=["uv", config.bundle_for, config.architecture, config.python_version],
        local=LibraryBundling(config),
    )
    exclude = ["*", "!/requirements.txt"]
    return lambda_.Code.from_asset(
        str(ROOT / "lambdas"),
        exclude=exclude,
        ignore_mode=IgnoreMode.GIT,
        asset_hash_type=AssetHashType.SOURCE,
        bundling=bundling,
    )


@jsii.implements(ILocalBundling)
class LibraryBundling:
    """Installs the libraries with uv."""

    def __init__(self, config: StageConfig) -> None:
        self._config = config

    def try_bundle(self, output_dir: str, *args: Any, **kwargs: Any) -> bool:
        """Installs into `output_dir`; True, or the synth stops with what uv said."""
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--quiet",
            "--target",
            f"{output_dir}/python",
        ]
        command += [
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--requirement",
            str(ROOT / "lambdas" / "requirements.txt"),
        ]
        if self._config.bundle_for == "lambda":
            command += [
                "--python-platform",
                PLATFORMS[self._config.architecture],
                "--python-version",
                self._config.python_version,
            ]
        subprocess.run(command, check=True)
        return True
