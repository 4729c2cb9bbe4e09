"""`make app-secret`: puts the ids and secrets of Meta's apps into the secret, without showing them or leaving them in a history."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable

from cli.site import Site
from lambdas.kit import aws

FIELDS = {
    "instagram_app_id": "Instagram app id (dashboard: Instagram, API setup with Instagram login)",
    "instagram_app_secret": "Instagram app secret",
    "meta_app_id": "Meta app id (dashboard: Settings, Basic; for the Facebook login)",
    "meta_app_secret": "Meta app secret",
}


def enter_app_secret(site: Site, ask: Callable[[str], str] = getpass.getpass) -> int:
    """Asks for each value; an empty answer keeps what is there. Exit status 1 if no app is complete at the end."""
    arn = site.environment["APP_SECRET_ARN"]
    values = json.loads(aws.secrets_manager().get_secret_value(SecretId=arn)["SecretString"])
    for name, label in FIELDS.items():
        kept = " [Enter keeps what is there]" if values.get(name) else " [Enter leaves it empty]"
        if answer := ask(f"{label}{kept}: ").strip():
            values[name] = answer
    aws.secrets_manager().put_secret_value(SecretId=arn, SecretString=json.dumps(values))
    complete = [
        kind
        for kind in ("instagram", "meta")
        if values.get(f"{kind}_app_id") and values.get(f"{kind}_app_secret")
    ]
    print(
        f"Stored. Complete: {', '.join(complete) or 'none'}. Functions take it up within five minutes.",
        file=sys.stderr,
    )
    return 0 if complete else 1
