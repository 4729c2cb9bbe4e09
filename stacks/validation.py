"""What the settings of a stage may be. Each rule refuses a value in one line that names it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from stacks.config import LAMBDA_PYTHON, MEBIBYTE, StageConfig
from stacks.registry import FEATURES
from stacks.rules import ConfigError as ConfigError
from stacks.rules import between, is_address, is_origin, matches, one_of, some_of

# What `lambdas/tokens/permissions.py` knows; a test compares the two.
PERMISSIONS = ("insights", "comments", "publishing", "messages")

# What CloudWatch Logs accepts as RetentionInDays, from the reference of AWS::Logs::LogGroup.
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip


def _known_time_zone(config: StageConfig) -> None:
    if config.time_zone not in available_timezones() - {"localtime"}:
        raise ConfigError(
            f"time_zone={config.time_zone!r}: use a name of the IANA time zone database"
        )


def _has_features(config: StageConfig) -> None:
    if not config.features:
        raise ConfigError(f"features: name at least one of {', '.join(FEATURES)}")


def _origins_are_origins(config: StageConfig) -> None:
    for origin in config.allowed_origins:
        if not is_origin(origin):
            raise ConfigError(
                f"allowed_origins={origin!r}: use scheme://host[:port], without a path"
            )


def _urls_are_urls(config: StageConfig) -> None:
    for name in ("public_url", "graph_base", "cloudfront_base"):
        value = getattr(config, name)
        if value is None:
            continue
        if not is_address(value.replace("{api_id}", "id")):
            raise ConfigError(f"{name}={value!r}: use an http or https address without a query")
        if "{" in urlsplit(value).netloc:
            raise ConfigError(
                f"{name}={value!r}: {{api_id}} may only be in the path, since the host is part of "
                "the bucket's settings"
            )


def _domain_and_zone_go_together(config: StageConfig) -> None:
    zone = (config.hosted_zone_id, config.hosted_zone_name)
    if config.domain_name and not all(zone):
        raise ConfigError(
            f"domain_name={config.domain_name!r}: hosted_zone_id and hosted_zone_name are needed"
        )
    if any(zone) and not config.domain_name:
        raise ConfigError("hosted_zone_id or hosted_zone_name is set without domain_name")
    if config.domain_name and not f".{config.domain_name}".endswith(f".{config.hosted_zone_name}"):
        raise ConfigError(
            f"domain_name={config.domain_name!r} is not in the zone {config.hosted_zone_name!r}"
        )


def _cdn_has_a_domain(config: StageConfig) -> None:
    if config.cdn and not config.domain_name:
        raise ConfigError(
            "cdn=True: domain_name is needed too, since pages must know it before a CDN exists"
        )


def _cdn_is_the_address(config: StageConfig) -> None:
    # In local mode nothing resolves the domain; its address is a path of the embedded AWS.
    if (
        config.cdn
        and config.stage != "local"
        and config.public_url not in (None, f"https://{config.domain_name}")
    ):
        raise ConfigError(
            f"public_url={config.public_url!r}: with a CDN the site's address is "
            f"https://{config.domain_name}"
        )


@functools.cache
def _regions() -> list[str]:
    from botocore.loaders import create_loader
    from botocore.regions import EndpointResolver

    # A session would need the person's profile. Of the partition `aws`: other partitions have other
    # host names and lack some services.
    endpoints = EndpointResolver(create_loader().load_data("endpoints"))
    return endpoints.get_available_endpoints("dynamodb")


def _known_region(config: StageConfig) -> None:
    if config.region not in _regions():
        raise ConfigError(f"region={config.region!r}: use the name of an AWS region")


def _runs_where_it_is_installed_for(config: StageConfig) -> None:
    if config.stage != "local" and config.bundle_for == "host":
        raise ConfigError("bundle_for='host': that is for local mode; use lambda")
    if config.bundle_for == "lambda" and config.python_version != LAMBDA_PYTHON:
        raise ConfigError(
            f"python_version={config.python_version!r}: functions in the cloud run on "
            f"{LAMBDA_PYTHON}"
        )


def _start_date_exists(config: StageConfig) -> None:
    given = config.default_start_date
    try:
        # Python also reads other forms of ISO 8601, which requests do not take.
        exists = date.fromisoformat(given).isoformat() == given
    except ValueError:
        exists = False
    if not exists:
        raise ConfigError(f"default_start_date={given!r}: use a date, YYYY-MM-DD")


def _pager_is_in_the_region(config: StageConfig) -> None:
    # CloudWatch refuses an alarm with a topic of another region, late in the deployment.
    given = config.page_topic_arn
    if given and given.split(":")[3] != config.region:
        raise ConfigError(
            f"page_topic_arn={given!r}: use a topic in {config.region}, where the alarms are"
        )


def _budget_has_an_email(config: StageConfig) -> None:
    if config.monthly_budget_usd and not config.alarm_email:
        raise ConfigError("monthly_budget_usd: alarm_email is needed too, to send the mail to")


def _event_holds_a_file(config: StageConfig) -> None:
    if config.max_event_bytes < config.max_file_bytes:
        raise ConfigError(
            f"max_event_bytes={config.max_event_bytes}: must be at least "
            f"max_file_bytes={config.max_file_bytes}"
        )


HOST_NAME = (
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])"
)
EMAIL = r"[A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}"
# The longest name that a certificate may have. Sources: AWS::CertificateManager::Certificate and
# the upper bound of common names in RFC 5280.
CERTIFIED_NAME = r"(?=.{4,64}$)" + HOST_NAME

CHECKS: tuple[Callable[[StageConfig], None], ...] = (
    matches("stage", r"[a-z][a-z0-9]{0,15}", "use up to 16 lower-case letters and digits"),
    matches("account", r"\d{12}", "use the 12 digits of an AWS account"),
    _known_region,
    # Templates would take `${...}` for a reference.
    matches(
        "site_name", r"(?!.*\$\{)[^\x00-\x1f]{1,60}", "use 1 to 60 printable characters, and no ${"
    ),
    matches("domain_name", CERTIFIED_NAME, "use a lower-case host name of at most 64 characters"),
    matches("hosted_zone_id", r"Z[A-Z0-9]{1,31}", "use the id of a Route 53 zone"),
    matches("hosted_zone_name", HOST_NAME, "use a lower-case host name"),
    matches("graph_version", r"v\d{1,3}\.\d", "use a version such as v25.0"),
    matches(
        "alarm_email",
        EMAIL,
        "use one email address",
    ),
    matches("mail_from", f"({EMAIL})?", "use one email address, or nothing for no mails"),
    matches(
        "page_topic_arn", r"arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]+", "use the ARN of an SNS topic"
    ),
    _pager_is_in_the_region,
    matches(
        "cdn_page_topic_arn",
        r"arn:aws:sns:us-east-1:\d{12}:[\w-]+",
        "use the ARN of an SNS topic in us-east-1, where the CDN's alarms are",
    ),
    matches("runbook_url", r"[!-~]{1,200}", "use an address without spaces"),
    between("monthly_budget_usd", 0, 1_000_000),
    _budget_has_an_email,
    matches(
        "tenant", r"[a-z0-9][a-z0-9-]{0,31}", "use up to 32 lower-case letters, digits and hyphens"
    ),
    some_of("extra_permissions", PERMISSIONS),
    some_of("features", FEATURES),
    _has_features,
    one_of("date_uploads", ("anyone", "pin", "none")),
    # A token is valid for 60 days and cannot be refreshed on the first.
    between("refresh_lead_days", 1, 58),
    between("refresh_spread_minutes", 0, 15),
    between("confirm_minutes", 0, 60),
    one_of("architecture", ("arm64", "x86_64")),
    one_of("python_version", ("3.11", "3.12", "3.13", "3.14")),
    one_of("bundle_for", ("lambda", "host")),
    _runs_where_it_is_installed_for,
    one_of("log_retention_days", LOG_RETENTION_DAYS),
    one_of("removal_policy", ("retain", "destroy")),
    between("feed_freshness_minutes", 1, 24 * 60),
    _start_date_exists,
    # The decoder gets the whole file, so the function's memory limits its size.
    between("max_file_bytes", 1024, 100 * MEBIBYTE),
    between("max_event_files", 1, 1_000_000),
    between("max_event_bytes", 1024, 10 * 1024 * 1024 * MEBIBYTE),
    _known_time_zone,
    _origins_are_origins,
    _urls_are_urls,
    _domain_and_zone_go_together,
    _cdn_has_a_domain,
    _cdn_is_the_address,
    one_of("price_class", ("100", "200", "all")),
    _event_holds_a_file,
)


def validate(config: StageConfig) -> StageConfig:
    """Return the settings if they are valid. Raises ConfigError."""
    for check in CHECKS:
        check(config)
    return config
