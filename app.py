"""Entry point of the CDK: one application, for the stage that `-c stage=...` names."""

import sys

import aws_cdk as cdk

from stacks.application import Application
from stacks.context import from_context
from stacks.kit.guardrails import add_guardrails
from stacks.validation import ConfigError

app = cdk.App()
try:
    config = from_context(app.node.get_all_context())
except ConfigError as error:
    sys.exit(f"daybook: {error}")
Application(app, f"daybook-{config.stage}", config)
add_guardrails(app)
app.synth()
