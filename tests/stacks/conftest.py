"""The templates of a stage, synthesised once."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass

import pytest

from local.deployment import ROOT
from tests.json_types import JsonObject


@dataclass(frozen=True)
class Synthesised:
    """An application's templates by stack name (without the stage), and the packs' findings.

    `needs` names the stacks that are deployed before a stack, as far as it says so itself.
    """

    templates: dict[str, JsonObject]
    findings: list[str]
    needs: dict[str, set[str]]

    def resources(self, kind: str) -> dict[str, JsonObject]:
        """All resources of a type, by stack and logical id."""
        return {
            f"{stack}.{logical_id}": resource
            for stack, template in self.templates.items()
            for logical_id, resource in template.get("Resources", {}).items()
            if resource["Type"] == kind
        }

    def after(self, stack: str) -> set[str]:
        """All stacks that are deployed after another one."""
        found = {stack}
        while more := {name for name, needs in self.needs.items() if needs & found} - found:
            found |= more
        return found - {stack}


@functools.cache
def synthesise(stage: str, *settings: tuple[str, str]) -> Synthesised:
    """Builds the application in this process, without its libraries."""
    import tempfile
    from pathlib import Path

    import aws_cdk as cdk

    from stacks.application import Application
    from stacks.check import findings
    from stacks.context import from_context
    from stacks.kit.guardrails import add_guardrails

    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    with tempfile.TemporaryDirectory() as output:
        context = {
            **flags,
            "aws:cdk:bundling-stacks": [],
            "@aws-cdk/core:failSynthOnValidationErrors": False,
        }
        app = cdk.App(outdir=output, context=context)
        application = Application(
            app, f"daybook-{stage}", from_context({"stage": stage, **dict(settings)})
        )
        add_guardrails(app)
        app.synth()
        assembly = application.synth()
        names = {
            one.id: one.stack_name.removeprefix(f"daybook-{stage}-") for one in assembly.stacks
        }
        templates = {names[one.id]: one.template for one in assembly.stacks}
        needs = {
            names[one.id]: {names[need.id] for need in one.dependencies if need.id in names}
            for one in assembly.stacks
        }
        return Synthesised(templates, findings(Path(output)), needs)


@pytest.fixture(scope="session")
def prod() -> Synthesised:
    """Production, on a domain of its own."""
    return synthesise("prod", *PROD)


@pytest.fixture(scope="session")
def local() -> Synthesised:
    """Local mode."""
    return synthesise(
        "local",
        ("graph_base", "http://127.0.0.1:4571"),
        ("cloudfront_base", "http://localhost:4570/_aws/cloudfront"),
        ("public_url", "http://localhost:4570/_aws/execute-api/{api_id}/$default"),
    )


PROD = (
    ("domain_name", "photos.example.com"),
    ("hosted_zone_id", "Z0000000000EXAMPLE"),
    ("hosted_zone_name", "example.com"),
    ("alarm_email", "oncall@example.com"),
)
