"""The rules of the project's shape; see docs/architecture.md."""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from lambdas.graph.capability import Capability
from local.deployment import ROOT
from stacks.config import StageConfig
from stacks.registry import FEATURES
from tests.stacks.conftest import synthesise

LAMBDAS = ROOT / "lambdas"
SHARED = ("kit", "api", "storage", "instagram", "graph", "pictures")
# What each shared folder may import from, below the features.
BELOW = {
    "kit": {"kit"},
    "api": {"api", "storage", "kit"},
    "storage": {"storage", "kit"},
    "instagram": {"instagram", "storage", "graph", "kit"},
    "graph": {"graph", "kit"},
    "pictures": {"pictures"},
}
AWS_LIBRARIES = {"boto3", "botocore", "aws_lambda_powertools", "moto"}
# Modules that a stack may read from the functions: what both ends must agree on.
SHARED_BY_BOTH_ENDS = re.compile(
    r"lambdas\.(\w+\.(routes|settings|keys|object_keys)|kit\.(events|settings|login_type)|api\.(routing|openapi))"
)
PROJECT = ("stacks", "lambdas", "local", "cli")
# Folders in which a feature keeps what is its own.
OWN_FOLDERS = {
    *(f"lambdas/{feature}" for feature in FEATURES),
    "stacks/features",
    "local/features",
    "cli/features",
}


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if "node_modules" not in path.parts))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the full names of what a module imports, at its top or inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def libraries(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def lambda_folders(path: Path) -> set[str]:
    """Return the folders of `lambdas/` that a module imports from."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("lambdas.")}


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_features_have_folders() -> None:
    folders = {path.name for path in LAMBDAS.iterdir() if (path / "__init__.py").exists()}

    assert folders - set(SHARED) == set(FEATURES)
    for feature in FEATURES:
        assert (ROOT / "stacks" / "features" / f"{feature}.py").exists()
        assert (ROOT / "tests" / feature).is_dir()
        for name in ("settings", "dependencies", "handlers"):
            assert (LAMBDAS / feature / f"{name}.py").exists(), (feature, name)


@pytest.mark.parametrize("folder", [*SHARED, *FEATURES])
def test_imports_point_down(folder: str) -> None:
    allowed = BELOW.get(folder, {folder, *SHARED})
    for path in modules(f"lambdas/{folder}"):
        assert lambda_folders(path) <= allowed, path


@pytest.mark.parametrize("folder", ["graph", "pictures"])
def test_client_knows_no_aws(folder: str) -> None:
    for path in modules(f"lambdas/{folder}"):
        assert not libraries(path) & AWS_LIBRARIES, path


def test_only_tokens_writes_tokens() -> None:
    store = "lambdas.tokens."
    writers = {place(path).split("/")[1] for path in modules("lambdas") for name in imports(path)
               if name.startswith(store) and "token_store" in name}  # fmt: skip

    assert writers == {"tokens"}


def test_functions_know_no_stacks() -> None:
    forbidden = {"aws_cdk", "constructs", "jsii", "cdk_nag", "stacks", "local", "cli", "tests"}
    for path in modules("lambdas"):
        assert not libraries(path) & forbidden, path


def test_stacks_read_only_shared_declarations() -> None:
    for path in modules("stacks"):
        used = {name for name in imports(path) if name.startswith("lambdas.")}
        assert all(SHARED_BY_BOTH_ENDS.match(name + ".") for name in used), (path, used)


def test_routes_need_only_the_standard_library() -> None:
    ours = ("lambdas.", "stacks.")
    for path in LAMBDAS.rglob("*routes.py"):
        names = {name for name in imports(path) if not name.startswith(ours)}
        assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names, path


def test_stacks_import_downwards() -> None:
    shared = {"kit", "config", "storage", "api", "instagram", "site", "features", "waf", "zone"}
    for path in modules("stacks"):
        used = {name.split(".")[1] for name in imports(path) if name.startswith("stacks.")}
        if path.parent.name == "kit":
            assert used <= {"kit", "config"}, path
        elif path.parent.name == "features":
            assert used <= shared, path
        if path.name != "application.py":
            assert "monitoring" not in used, path


def test_local_imports_no_cli() -> None:
    for path in modules("local"):
        assert "cli" not in libraries(path), path


def test_modules_form_no_circle() -> None:
    names = {place(path)[:-3].replace("/", "."): path for path in modules(*PROJECT)}
    graph = {
        name: {one if one in names else one.rpartition(".")[0] for one in imports(path)}
        & names.keys()
        for name, path in names.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"circle: {' -> '.join((*trail, name))}"
        if name not in done:
            for other in graph[name] - {name}:
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_shared_files_name_no_feature() -> None:
    for path in modules(*PROJECT):
        own = any(place(path).startswith(f"{folder}/") for folder in OWN_FOLDERS)
        if own or place(path) == "stacks/registry.py":
            continue
        for feature in FEATURES:
            home = (f"lambdas.{feature}.", f"stacks.features.{feature}", f"cli.features.{feature}")
            assert not any(name.startswith(home) for name in imports(path)), (path, feature)
        if place(path).startswith("local/graph/"):
            continue  # Meta's own names: a webhook of Pages is called `feed`.
        texts = {node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)}
        found = {text for text in texts if isinstance(text, str) and _names_feature(text)}
        # What an account may be used for is asked of Meta, whatever features there are.
        found -= set(Capability)
        assert not found, (path, found)


def _names_feature(text: str) -> bool:
    """Return whether a text is a feature's name, its module, or a resource of its stack."""
    return any(
        text == feature
        or text.startswith((f"lambdas.{feature}", f"{feature}.", f"{feature.capitalize()}."))
        for feature in FEATURES
    )


def test_environment_is_read_in_one_place() -> None:
    readers = {
        path.relative_to(LAMBDAS).as_posix()
        for path in modules("lambdas")
        if re.search(r"os\.environ|getenv", path.read_text())
    }

    # The clients' region and endpoint belong to the SDK.
    assert readers == {"kit/settings.py", "kit/aws.py"}


def test_constructors_are_short() -> None:
    for path in modules(*PROJECT):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                arguments = [*node.args.args, *node.args.kwonlyargs]
                assert len(arguments) <= 6, f"{path}:{node.lineno}"


def test_any_stays_at_the_borders() -> None:
    uses = sum(
        isinstance(node, ast.Name) and node.id == "Any"
        for path in modules(*PROJECT)
        for node in ast.walk(tree(path))
    )

    assert uses <= MAX_ANY


MAX_ANY = 60


def test_layer_holds_no_cdk() -> None:
    requirements = (LAMBDAS / "requirements.txt").read_text()

    assert "aws-cdk" not in requirements
    assert "jsii" not in requirements


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_handlers_are_callable(stage: str) -> None:
    functions = synthesise(stage).resources("AWS::Lambda::Function").values()
    found = [resource["Properties"]["Handler"] for resource in functions]

    assert found
    for handler in found:
        module, name = handler.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), name))


def test_asset_holds_one_feature(tmp_path: Path) -> None:
    import aws_cdk as cdk

    from stacks.kit.assets import feature_code

    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.Stack(app, "Stack")
    feature_code("feed").bind(stack)
    app.synth()
    [asset] = [path for path in tmp_path.glob("asset.*") if path.is_dir()]

    kept = {path.name for path in (asset / "lambdas").iterdir()}
    assert kept == {"__init__.py", "feed", *SHARED}
    assert not list(asset.rglob("*.pyc"))


def test_readme_describes_every_setting() -> None:
    readme = (ROOT / "README.md").read_text()
    for field in fields(StageConfig):
        assert f"`{field.name}`" in readme, field.name


def test_versions_are_locked_alike() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text()
        return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))

    develop = pins("requirements-dev.txt")
    locked = ("requirements.txt", "lambdas/requirements.txt", "lambdas/publishing/requirements.txt")
    for name in (*locked, "local/requirements.txt"):
        part = pins(name)
        assert {one: develop[one] for one in part} == part


def test_node_packages_are_pinned() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_tests_mirror_the_project() -> None:
    def folders(place: Path) -> Iterator[str]:
        return (path.name for path in place.iterdir() if path.is_dir())

    known = {name for folder in ("lambdas", "stacks", "local") for name in folders(ROOT / folder)}
    mine = {name for name in folders(ROOT / "tests") if not name.startswith("_")}
    assert mine - known <= {"bench", "e2e", "events", "local", "cli", "stacks"}


WORDS = re.compile(
    r"\b(whoever|somebody|nobody|anew|mends?|mended|told|flavours?|rooms?)\b", re.IGNORECASE
)
TEXTS = ("*.py", "*.md", "*.html", "*.js")


def test_language_is_plain() -> None:
    places = [path for folder in (*PROJECT, "tests", "docs") for kind in TEXTS
              for path in (ROOT / folder).rglob(kind)]  # fmt: skip
    places += [*ROOT.glob("*.md"), ROOT / "app.py"]
    skipped = ("node_modules", "dist", "__pycache__")
    found = [
        f"{place(path)}: {line.strip()}"
        for path in places
        if not set(skipped) & set(path.parts) and path != Path(__file__)
        for line in path.read_text().splitlines()
        if WORDS.search(line)
    ]

    assert len(found) <= 10, "\n".join(found)
