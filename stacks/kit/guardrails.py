"""The packs of rules that every synth is checked against, and how a finding is acknowledged."""

from __future__ import annotations

from aws_cdk import Acknowledgment, App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from constructs import IConstruct


def add_guardrails(app: App) -> None:
    """Makes the synth report any finding that was not acknowledged."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Acknowledges one finding on a construct and all below it. `rule` is what the finding itself says to use."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
