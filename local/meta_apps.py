"""The emulator's Meta apps: their credentials in the site's secret, their redirect addresses."""

from __future__ import annotations

import json

from lambdas.kit.decoded import JsonObject
from local.clients import client
from local.graph.data import APPS
from local.graph.state import CALLBACK
from local.local_site import LocalSite


def configure_apps(site: LocalSite) -> None:
    """Write the apps into the secret and, with the included emulator, register the redirects."""
    secrets = client(site.deployment, "secretsmanager")
    secret = site.outputs["app_secret"]
    known: JsonObject = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(known | APPS))
    if site.deployment.graph_base is None:
        redirects = [f"{site.outputs['api_url']}/instagram/callback", CALLBACK]
        for app_id in (APPS["instagram_app_id"], APPS["meta_app_id"]):
            site.control("app", id=app_id, redirect_uris=redirects)
