"""The CDK's own resources in an account, which every deployment needs."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws import ClientOf, clients_of, short
from cli.errors import CommandError
from cli.paths import CACHE
from cli.process import run_cdk
from stacks.config import StageConfig


def prepare_account(config: StageConfig, client_of: ClientOf | None = None) -> int:
    """Bootstrap the stage's regions and return the exit status.

    Raises CommandError if the credentials do not work or are of another account.
    """
    client_of = client_of or clients_of(config)
    try:
        account = client_of("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"the credentials do not work: {short(error)}") from None
    if config.account not in (None, account):
        message = f"the credentials are of account {account}, the stage is of {config.account}"
        raise CommandError(message)
    # Outside the checkout: with its cdk.json the CLI would synthesise everything first.
    CACHE.mkdir(exist_ok=True)
    places = [f"aws://{account}/{region}" for region in config.regions]
    return run_cdk("bootstrap", *places, cwd=CACHE)
