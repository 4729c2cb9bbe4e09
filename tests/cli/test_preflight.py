"""What the preflight finds missing in an account."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from cli.paths import ROOT
from cli.preflight import preflight
from cli.preflight.account import cdk_cli
from cli.preflight.finding import Finding
from stacks.config import StageConfig
from stacks.feature_classes import reserved_concurrency
from stacks.registry import FEATURES
from tests.cli.conftest import QUEUE, create_stack, function, stage
from tests.json_types import JsonObject

# Lambda keeps 100 unreserved beside these.
RESERVED = reserved_concurrency(FEATURES)

pytestmark = pytest.mark.usefixtures("moto_aws")


class NoSuchHostedZone(Exception):
    """As boto3 raises it."""


class Account:
    """The services in which moto cannot answer as a real account would."""

    exceptions = type("Exceptions", (), {"NoSuchHostedZone": NoSuchHostedZone})

    def __init__(self, limit: int = 1000, free: int | None = None, held: int = 0) -> None:
        self._limit, self._held = limit, held
        self._free = limit if free is None else free

    def client_of(self, service: str, region: str = "us-east-1") -> object:
        """Return this account for Lambda, and moto's client otherwise."""
        if service == "lambda":
            return self
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]

    def get_account_settings(self) -> JsonObject:
        unreserved = {"UnreservedConcurrentExecutions": self._free}
        return {"AccountLimit": {"ConcurrentExecutions": self._limit, **unreserved}}

    def get_function_concurrency(self, **_: str) -> JsonObject:
        return {"ReservedConcurrentExecutions": self._held}


def found(config: StageConfig, account: Account | None = None) -> dict[str, Finding]:
    client_of = (account or Account()).client_of
    findings = preflight(config, ROOT, client_of, lambda _: None)
    return {finding.what: finding for finding in findings}


def bootstrapped(*regions: str) -> None:
    for region in regions:
        boto3.client("ssm", region_name=region).put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
        )


def test_a_new_account_lacks_everything() -> None:
    findings = found(stage(stage="prod"), Account(limit=10))

    bootstrap = findings["CDK bootstrap in us-east-1"]
    assert bootstrap.missing == "make bootstrap STAGE=prod, with the same CONTEXT"
    assert f"limit of {100 + RESERVED}" in str(findings["Lambda concurrency"].missing)
    assert findings["App secret"].missing is None, "it comes with the first deployment"
    for finding in findings.values():
        assert finding.to_text().startswith("missing") == bool(finding.missing)


def test_a_prepared_account_passes() -> None:
    bootstrapped("us-east-1")

    findings = found(stage(stage="prod"))

    assert [finding for finding in findings.values() if finding.missing] == []


def test_tools_and_credentials_are_found() -> None:
    findings = found(stage())

    assert findings["Credentials"].missing is None
    assert findings["CDK CLI"].missing is None


def test_another_accounts_credentials_are_refused() -> None:
    findings = found(stage(account="999999999999"))

    assert findings.keys() == {"Credentials", "CDK CLI"}
    assert "999999999999" in findings["Credentials"].observed
    assert findings["Credentials"].missing


def test_the_pinned_cli_is_needed(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text((ROOT / "package.json").read_text())

    assert cdk_cli(tmp_path).missing == "Run `npm ci`."


def test_a_cdn_needs_the_global_region() -> None:
    bootstrapped("eu-central-1")
    zone = {"domain_name": "a.example.com", "hosted_zone_id": "Z1"}
    config = stage(region="eu-central-1", cdn="true", hosted_zone_name="example.com", **zone)

    findings = found(config)

    assert findings["CDK bootstrap in eu-central-1"].missing is None
    assert "STAGE=dev" in str(findings["CDK bootstrap in us-east-1"].missing)


@pytest.mark.parametrize(
    ("free", "held", "short"),
    [
        (100 + RESERVED, 0, False),
        (99 + RESERVED, 0, True),
        (100, RESERVED, False),
        (100, RESERVED - 1, True),
        (120, 0, True),
    ],
)
def test_reservations_of_others_count(free: int, held: int, short: bool) -> None:
    create_stack("daybook-prod-Guests", function("View"))
    account = Account(limit=300, free=free, held=held)

    finding = found(stage(stage="prod"), account)["Lambda concurrency"]

    assert bool(finding.missing) is short, finding


@pytest.mark.parametrize(
    ("secret", "missing"),
    [
        ({"instagram_app_id": ""}, "make app-secret STAGE=dev"),
        ({"instagram_app_id": "1", "instagram_app_secret": "hidden"}, None),
    ],
)
def test_an_empty_app_secret_is_seen(secret: dict[str, str], missing: str | None) -> None:
    secrets = boto3.client("secretsmanager")
    arn = secrets.create_secret(Name="app", SecretString=json.dumps(secret))["ARN"]
    create_stack("daybook-dev-Storage", {"One": QUEUE}, {"AppSecretArn": arn})

    finding = found(stage())["App secret"]

    assert finding.missing == missing
    assert not finding.required
    assert "hidden" not in finding.to_text()


def test_an_unreadable_service_is_reported() -> None:
    from botocore.exceptions import ClientError

    class Denied(Account):
        def get_account_settings(self) -> JsonObject:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Get")

    finding = found(stage(), Denied())["Lambda concurrency"]

    assert "deploy role" in str(finding.missing)
