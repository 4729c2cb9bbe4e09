"""The security packs that every synth is checked against, and acknowledging a finding."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aws_cdk import Acknowledgment, App, Validations
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks
from constructs import IConstruct


@dataclass(frozen=True)
class Acknowledged:
    """One acknowledgement: where it applies (there and below), which rule, and why."""

    path: str
    rule: str
    reason: str


_recording: list[Acknowledged] | None = None


def add_guardrails(app: App) -> None:
    """Make the synth report every finding that is not acknowledged."""
    Validations.of(app).add_plugins(
        AwsSolutionsChecks(app), ServerlessChecks(app), NIST80053R5Checks(app)
    )


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Acknowledge one finding on a construct and everything below it.

    `rule` is the id that the finding itself says to use.
    """
    if _recording is not None:
        _recording.append(Acknowledged(construct.node.path, rule, reason))
        return
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


@contextmanager
def without_acknowledgements() -> Iterator[list[Acknowledged]]:
    """Record acknowledgements in place of applying them, so that a test sees what each is for."""
    global _recording
    _recording = []
    try:
        yield _recording
    finally:
        _recording = None
