"""The ids and secrets of Meta's apps: entered without showing them or leaving them in a history."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cli.aws import ClientOf
from cli.preflight.finding import Finding
from cli.terminal import ask_secret
from stacks.config import StageConfig

if TYPE_CHECKING:
    from cli.features.tokens.site import TokensSite

FIELDS = {
    "instagram_app_id": "Instagram app id (dashboard: Instagram, API setup with Instagram login)",
    "instagram_app_secret": "Instagram app secret",
    "meta_app_id": "Meta app id (dashboard: Settings, Basic; for the Facebook login)",
    "meta_app_secret": "Meta app secret",
}
# The app of each login type, as the secret's fields begin.
APP_OF = {"instagram": "instagram", "facebook": "meta"}


def enter_app_secret(site: TokensSite, ask: Callable[[str], str] = ask_secret) -> int:
    """Ask for each value and store them; return 1 if no app is complete at the end.

    An empty answer keeps the stored value.
    """
    secrets, arn = site.client_of("secretsmanager"), site.settings.app_secret_arn
    values = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    for name, label in FIELDS.items():
        kept = "[Enter keeps the stored one]" if values.get(name) else "[Enter leaves it empty]"
        if answer := ask(f"{label} {kept}: ").strip():
            values[name] = answer
    secrets.put_secret_value(SecretId=arn, SecretString=json.dumps(values))
    complete = [app for app in APP_OF.values() if _complete(values, app)]
    print(
        f"Stored. Complete: {', '.join(complete) or 'none'}. "
        "The functions use it within five minutes.",
        file=sys.stderr,
    )
    return 0 if complete else 1


def filled(config: StageConfig, client_of: ClientOf) -> Finding:
    """Return whether the app of the stage's login type is complete. Never shows a value."""
    name = f"daybook-{config.stage}-Storage"
    try:
        [stack] = client_of("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError:
        return Finding("App secret", "comes with the first deployment")
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
    arn, values = outputs.get("AppSecretArn"), {}
    if arn:
        answer = client_of("secretsmanager").get_secret_value(SecretId=arn)
        values = json.loads(answer["SecretString"])
    if _complete(values, APP_OF[config.login_type]):
        return Finding("App secret", "filled in", required=False)
    return Finding("App secret", "empty", f"make app-secret STAGE={config.stage}", required=False)


def _complete(values: Mapping[str, object], app: str) -> bool:
    return bool(values.get(f"{app}_app_id") and values.get(f"{app}_app_secret"))
