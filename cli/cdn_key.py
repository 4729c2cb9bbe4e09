"""The key that the CDN sends along, in the secret and in the distribution: a new one in both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cli.aws import ClientOf
from cli.deployed import CDN, STORAGE, resources_of
from cli.errors import CommandError
from cli.site import stack_of
from lambdas.api.cdn import HEADER
from stacks.config import StageConfig

LENGTH = 48
# A distribution takes some minutes to reach all locations.
PATIENCE = {"Delay": 20, "MaxAttempts": 90}


def rotate_cdn_key(config: StageConfig, client_of: ClientOf, say: Callable[[str], None]) -> None:
    """Give API and CDN a new key while both go on, and end the one before.

    If the two differ, by an interruption or a change by hand, the CDN gets the API's key.
    CloudFormation would not notice: it reads the secret only when the distribution changes.
    Raises CommandError if the stage has no CDN.
    """
    distribution, secret = _distribution(config, client_of), _secret(config, client_of)
    secrets, cloudfront = client_of("secretsmanager"), client_of("cloudfront")
    key = str(secrets.get_secret_value(SecretId=secret)["SecretString"])
    if _sent_key(cloudfront, distribution) == key:
        key = secrets.get_random_password(PasswordLength=LENGTH, ExcludePunctuation=True)[
            "RandomPassword"
        ]
        # Functions accept this one and the one before, which the CDN still sends.
        secrets.put_secret_value(SecretId=secret, SecretString=key)
        say("The API accepts a new key.")
    else:
        say("The CDN does not send the API's key: it is given that one.")
    _send(cloudfront, distribution, key)
    say(f"The distribution {distribution} is being changed in all locations; some minutes.")
    cloudfront.get_waiter("distribution_deployed").wait(Id=distribution, WaiterConfig=PATIENCE)
    # The version before becomes one with this key: the old one is accepted nowhere any more.
    secrets.put_secret_value(SecretId=secret, SecretString=key)
    say("Done. Functions forget the key before within five minutes.")


def _secret(config: StageConfig, client_of: ClientOf) -> str:
    kind = "AWS::SecretsManager::Secret"
    found = dict(resources_of(stack_of(config, STORAGE, client_of), kind, client_of))
    return found["EdgeKey"]


def _distribution(config: StageConfig, client_of: ClientOf) -> str:
    kind = "AWS::CloudFront::Distribution"
    for _, distribution in resources_of(stack_of(config, CDN, client_of), kind, client_of):
        return distribution
    raise CommandError(f"{CDN} of {config.stage} has no distribution")


def _sent_key(cloudfront: Any, distribution: str) -> str | None:
    answer = cloudfront.get_distribution_config(Id=distribution)
    return next((one["HeaderValue"] for one in _headers(answer["DistributionConfig"])), None)


def _send(cloudfront: Any, distribution: str, key: str) -> None:
    answer = cloudfront.get_distribution_config(Id=distribution)
    changed = answer["DistributionConfig"]
    for header in _headers(changed):
        header["HeaderValue"] = key
    cloudfront.update_distribution(
        Id=distribution, IfMatch=answer["ETag"], DistributionConfig=changed
    )


def _headers(distribution: Any) -> list[dict[str, str]]:
    """Return the places in a distribution's configuration that hold the key."""
    return [
        header
        for origin in distribution["Origins"]["Items"]
        for header in origin.get("CustomHeaders", {}).get("Items", ())
        if header["HeaderName"].lower() == HEADER
    ]
