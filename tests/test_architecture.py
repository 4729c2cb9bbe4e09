"""The rules of the project's shape; see docs/architecture.md."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deployment import ROOT
from tests.stacks.conftest import synthesise

LAMBDAS = ROOT / "lambdas"
FOUNDATION = ("kit", "api", "storage", "instagram", "graph", "pictures")
FEATURES = tuple(
    sorted(
        path.name
        for path in LAMBDAS.iterdir()
        if path.is_dir() and not path.name.startswith("_") and path.name not in FOUNDATION
    )
)
# Who may import whom, below the features.
BELOW = {
    "kit": {"kit"},
    "api": {"api", "kit"},
    "storage": {"storage", "kit"},
    "instagram": {"instagram", "storage", "graph", "kit"},
    "graph": {"graph", "kit"},
    "pictures": {"pictures"},
}
AWS_LIBRARIES = {"boto3", "botocore", "aws_lambda_powertools", "moto"}


def modules(folder: Path) -> Iterator[Path]:
    return (
        path
        for path in sorted(folder.rglob("*.py"))
        if "__pycache__" not in path.parts and "node_modules" not in path.parts
    )


def imports(path: Path) -> set[str]:
    """The full names of what a module imports, at its top or inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def parts_of_lambdas(path: Path) -> set[str]:
    """Which of the folders of `lambdas/` a module imports from."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("lambdas.")}


def test_features_are_there() -> None:
    assert FEATURES == ("feed", "guests", "tokens")


@pytest.mark.parametrize("folder", [*FOUNDATION, *FEATURES])
def test_imports_point_down_only(folder: str) -> None:
    allowed = BELOW.get(folder, {folder, *FOUNDATION})
    for path in modules(LAMBDAS / folder):
        assert parts_of_lambdas(path) <= allowed, path


def test_the_graph_client_knows_no_aws() -> None:
    for folder in ("graph", "pictures"):
        for path in modules(LAMBDAS / folder):
            assert not {name.split(".")[0] for name in imports(path)} & AWS_LIBRARIES, path


def test_the_writer_of_the_vault_belongs_to_the_tokens_feature() -> None:
    writers = {
        path.relative_to(LAMBDAS).as_posix()
        for path in modules(LAMBDAS)
        if any(name.startswith("lambdas.tokens.token_store") for name in imports(path))
    }

    assert {writer.split("/")[0] for writer in writers} == {"tokens"}


def test_functions_never_import_the_cdk_or_the_stacks() -> None:
    for path in modules(LAMBDAS):
        assert not {name.split(".")[0] for name in imports(path)} & {
            "aws_cdk",
            "constructs",
            "jsii",
            "cdk_nag",
            "stacks",
            "local",
            "cli",
            "tests",
        }, path


def test_stacks_import_settings_facts_and_keys_of_the_functions_only() -> None:
    for path in modules(ROOT / "stacks"):
        feature = path.stem
        allowed = {
            f"lambdas.{feature}.settings",
            "lambdas.kit.settings",
            "lambdas.kit.events",
            "lambdas.storage",
        }
        used = {name.rsplit(".", 1)[0] for name in imports(path) if name.startswith("lambdas.")}
        assert used <= allowed, path
        assert {name for name in imports(path) if name.startswith("lambdas.storage.")} <= {
            "lambdas.storage.keys"
        }, path


def test_stacks_import_downwards_only() -> None:
    for path in modules(ROOT / "stacks"):
        used = {name.split(".")[1] for name in imports(path) if name.startswith("stacks.")}
        if path.parent.name == "kit":
            assert used <= {"kit", "config"}, path
        elif path.stem in FEATURES:
            assert used <= {"kit", "config", "storage", "api", "instagram"}, path
        if path.stem != "application":
            assert "monitoring" not in used, path


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        path.relative_to(LAMBDAS).as_posix()
        for path in modules(LAMBDAS)
        if re.search(r"os\.environ|getenv", path.read_text())
    }

    # The clients' region and endpoint belong to the SDK, not to us.
    assert readers == {"kit/settings.py", "kit/aws.py"}


def test_the_cdk_is_no_part_of_what_the_functions_load() -> None:
    requirements = (LAMBDAS / "requirements.txt").read_text()

    assert "aws-cdk" not in requirements
    assert "jsii" not in requirements


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_every_handler_resolves_to_a_callable(stage: str) -> None:
    found = [
        resource["Properties"]["Handler"]
        for resource in synthesise(stage).resources("AWS::Lambda::Function").values()
    ]

    assert found
    for handler in found:
        module, name = handler.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), name))


def test_a_features_asset_holds_the_feature_and_the_foundation(tmp_path: Path) -> None:
    import aws_cdk as cdk

    from stacks.kit.assets import feature_code

    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.Stack(app, "Stack")
    feature_code("feed").bind(stack)
    app.synth()
    [asset] = [
        path for path in tmp_path.iterdir() if path.name.startswith("asset.") and path.is_dir()
    ]

    assert {path.name for path in (asset / "lambdas").iterdir()} == {
        "__init__.py",
        "feed",
        *FOUNDATION,
    }
    assert not list(asset.rglob("*.pyc"))


def test_every_setting_of_a_stage_is_documented() -> None:
    from dataclasses import fields

    from stacks.config import StageConfig

    readme = (ROOT / "README.md").read_text()
    for field in fields(StageConfig):
        assert f"`{field.name}`" in readme, field.name


def test_versions_are_locked_alike() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    deploy, develop, functions = (
        pins("requirements.txt"),
        pins("requirements-dev.txt"),
        pins("lambdas/requirements.txt"),
    )
    for part in (deploy, functions):
        assert {name: develop[name] for name in part} == part
    assert f'UV = "uv=={deploy["uv"]}"' in (ROOT / "local/prepare.py").read_text()


def test_node_packages_are_pinned_and_name_no_registry() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_every_test_folder_mirrors_a_folder_of_the_project() -> None:
    known = {
        path.name
        for folder in ("lambdas", "stacks", "local")
        for path in (ROOT / folder).iterdir()
        if path.is_dir()
    }
    folders = {
        path.name
        for path in (ROOT / "tests").iterdir()
        if path.is_dir() and not path.name.startswith("_")
    }

    assert folders - known <= {"bench", "e2e", "events", "local", "cli", "stacks"}
