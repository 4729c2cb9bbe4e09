"""Entry point of the CDK: the stage that `-c stage=...` names; without it, every cloud stage."""

import importlib.util
import os
import sys
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().with_name(".venv")


def main() -> None:
    """Synthesise, and exit with 1 if a setting, a build output or a security finding forbids it."""
    import aws_cdk as cdk

    from stacks.application import Application
    from stacks.check import findings
    from stacks.config import STAGES
    from stacks.context import from_context
    from stacks.kit.assets import BuildMissing
    from stacks.kit.guardrails import add_guardrails
    from stacks.validation import ConfigError

    # The report is printed here, in every mode of the CDK, and decides the exit status.
    app = cdk.App(context={"@aws-cdk/core:failSynthOnValidationErrors": False})
    context = app.node.get_all_context()
    stages = [context["stage"]] if "stage" in context else [one for one in STAGES if one != "local"]
    try:
        for config in [from_context({**context, "stage": stage}) for stage in stages]:
            Application(app, f"daybook-{config.stage}", config)
    except (ConfigError, BuildMissing) as error:
        sys.exit(f"daybook: {error}")
    add_guardrails(app)
    if found := findings(Path(app.synth().directory)):
        lines = "\n".join(found)
        sys.exit(f"{lines}\ndaybook: {len(found)} security findings without an acknowledgement")


if __name__ == "__main__":
    if importlib.util.find_spec("aws_cdk"):
        main()
    elif ENVIRONMENT.exists() and Path(sys.prefix).resolve() != ENVIRONMENT:
        # `npx cdk ...` after `make`: the libraries are in the checkout's own environment.
        python = str(ENVIRONMENT / "bin" / "python")
        os.execv(python, [python, *sys.argv])  # noqa: S606
    else:
        sys.exit("daybook: the CDK libraries are missing: run `pip install -r requirements.txt`")
