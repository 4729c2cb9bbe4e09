"""A feature describes itself: adding one touches its own folders and one line of the registry."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.deployment import ROOT
from tests.json_types import JsonObject

STACK = '''
"""Greets guests."""

from __future__ import annotations

from constructs import Construct

from lambdas.greetings.routes import ROUTES
from lambdas.greetings.settings import GreetingsSettings
from stacks.kit.alarms import HOUR, AlarmSpec, Severity
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.kit.grants import Rows, allow_rows
from stacks.kit.widgets import DashboardRow, Graph
from stacks.site import Site

GREET = FunctionSpec(
    name="greet", description="Greets", timeout_seconds=5, memory_mb=256, reserved_concurrency=3
)


class GreetingsStack(FeatureStack):
    """`/greetings`."""

    feature = "greetings"
    function_specs = (GREET,)
    permissions = ("messages",)
    tables = ("Greetings",)

    def __init__(self, scope: Construct, site: Site) -> None:
        super().__init__(scope, site.config, site.storage.foundation)
        table = site.storage.of_features["Greetings"]
        greet = self.add_function(GREET, GreetingsSettings(table_name=table.table_name))
        self.add_queue(QueueSpec(name="Greeting", max_receive_count=2), "greet")
        self.add_routes(site.api.api, ROUTES, site.api.operators_only)
        allow_rows(greet, table, Rows.PUT)
        missing = self.own_metric("GreetingsMissed", "Sum", HOUR)
        self.alarms.append(
            AlarmSpec(
                name="greeting-missed",
                advice="Greet the guest yourself",
                metric=missing,
                threshold=1,
                severity=Severity.LOW,
            )
        )
        self.dashboard_rows.append(
            DashboardRow("Are guests greeted?", (Graph("Missed", (missing,)),))
        )
'''
SETTINGS = '''
"""Settings of greetings."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.api.cdn import HttpSettings


@dataclass(frozen=True, kw_only=True)
class GreetingsSettings(HttpSettings):
    """Where greetings are kept."""

    table_name: str
'''
ROUTES = '''
"""Routes of greetings."""

from __future__ import annotations

from lambdas.api.routing import CachedPages, Limit, Method, Route

ROUTES = (
    Route(
        method=Method.POST,
        path="/greetings/{guest_id}",
        function="greet",
        handler="say_hello",
        summary="Greet a guest",
        limit=Limit(rate=1, burst=2),
    ),
)
'''
SYNTH = """
import json, sys
import aws_cdk as cdk
from stacks.application import Application
from stacks.context import from_context
from stacks.openapi import current

app = cdk.App(outdir=sys.argv[1], context={"aws:cdk:bundling-stacks": []})
Application(app, "daybook-prod", from_context({"stage": "prod", **json.loads(sys.argv[2])}))
app.synth()
print(json.dumps(sorted(current()["paths"])))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a copy of the project with the feature `greetings` added."""
    copy = tmp_path_factory.mktemp("project")
    for folder in ("stacks", "lambdas"):
        skip = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / folder, copy / folder, ignore=skip)
    registry = copy / "stacks" / "registry.py"
    line = next(one for one in registry.read_text().splitlines() if one.startswith("FEATURES"))
    registry.write_text(registry.read_text().replace(line, line.replace(")", ', "greetings")')))
    (copy / "stacks" / "features" / "greetings.py").write_text(STACK)
    code = copy / "lambdas" / "greetings"
    code.mkdir()
    for name, text in {"__init__": "", "settings": SETTINGS, "routes": ROUTES}.items():
        (code / f"{name}.py").write_text(text)
    (code / "handlers.py").write_text("def greet(event, context): return None\n")
    return copy


def synthesise(project: Path, **settings: str) -> tuple[JsonObject, list[str]]:
    """Return the templates by stack, and the paths of the OpenAPI document."""
    output = project / f"out-{len(list(project.glob('out-*')))}"
    command = [sys.executable, "-c", SYNTH, str(output), json.dumps(settings)]
    environment = os.environ | {"PYTHONPATH": str(project)}
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    files = output.rglob("*.template.json")
    templates = {
        file.name.split(".")[0].removeprefix("daybookprod")[:-8]: json.loads(file.read_text())
        for file in files
    }
    return templates, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def added(project: Path) -> tuple[JsonObject, list[str]]:
    return synthesise(project)


def test_feature_is_deployed_whole(added: tuple[JsonObject, list[str]]) -> None:
    templates, paths = added
    stack = json.dumps(templates["Greetings"])

    assert "POST /greetings/{guest_id}" in stack
    assert "/greetings/{guest_id}" in paths
    assert '"LIMITS_TABLE_NAME"' in stack
    assert '"ReservedConcurrentExecutions": 3' in stack
    table = templates["Storage"]["Resources"]["GreetingsTable"]
    assert table["DeletionPolicy"] == "Retain"
    assert '"dynamodb:PutItem"' in stack


def test_feature_is_monitored(added: tuple[JsonObject, list[str]]) -> None:
    monitoring = json.dumps(added[0]["Monitoring"])

    for name in ("greeting-missed", "function-errors-greetings-greet", "greeting-dead-letters"):
        assert name in monitoring, name
    assert "Are guests greeted?" in monitoring


def test_logins_ask_for_its_permission(added: tuple[JsonObject, list[str]]) -> None:
    functions = [
        resource["Properties"]["Environment"]["Variables"]["CAPABILITIES"]
        for resource in added[0]["Tokens"]["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]

    assert set(functions) == {"insights publishing comments messages"}


def test_feature_can_be_left_out(project: Path) -> None:
    templates, _ = synthesise(project, features="guests")

    assert "Greetings" not in templates
    # Its data waits for its return.
    assert "GreetingsTable" in templates["Storage"]["Resources"]
    assert "greeting" not in json.dumps(templates["Monitoring"]).lower()
