"""What a site costs in a month: `python -m cli.cost` prints docs/cost.md.

Prices are those of us-east-1 as published by AWS and known at PRICES_OF; what is free for every account is taken off where it matters. They
were not looked up by this script: compare them with https://aws.amazon.com/pricing before relying on a figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PRICES_OF = "2025-06"
GIGABYTE = 1024.0

LAMBDA_GB_SECOND, LAMBDA_REQUEST = 0.0000133334, 0.20e-6
API_REQUEST = 1.00e-6
S3_GB, S3_PUT, S3_GET = 0.023, 0.005e-3, 0.0004e-3
TRANSFER_GB, TRANSFER_FREE_GB = 0.09, 100.0
DYNAMO_WRITE, DYNAMO_READ, DYNAMO_GB = 0.625e-6, 0.125e-6, 0.25
QUEUE_REQUEST = 0.40e-6
EVENT = 1.00e-6
KMS_KEY, KMS_REQUEST = 1.00, 0.03e-4
SECRET, SECRET_READ = 0.40, 0.05e-4
ALARM, COMPOSITE, METRIC, LOG_GB, TRACE = 0.10, 0.50, 0.30, 0.50, 5.0e-6
FREE_TRACES = 100_000
# A snapshot of 1 GB is paid for as long as its version is there, and each start from it.
SNAPSHOT_GB_SECOND, RESTORE_GB, MONTH_SECONDS = 0.0000015046, 0.0001397998, 30 * 86_400
CDN_GB, CDN_FREE_GB, CDN_REQUEST, CDN_FREE_REQUESTS = 0.085, 1024.0, 1.00e-6, 10e6
FIREWALL, FIREWALL_RULE, FIREWALL_REQUEST = 5.00, 1.00, 0.60e-6

# What the templates of production hold; a test counts them.
ALARMS, COMPOSITES, KEYS, SECRETS = 24, 5, 4, 3
METRICS = 10
# What the edge's templates hold beside them; a test counts these too.
FIREWALL_RULES, CDN_KEYS = 5, 1
# Of a month's photos those of how many months lie in the bucket.
KEPT_MONTHS = 12
LOG_KB = 1.2


@dataclass(frozen=True)
class Usage:
    """A month. Sizes are megabytes for each photo: as it was sent, and as it is shown in three sizes."""

    name: str
    events: int
    accounts: int
    guests: int = 100
    photos: int = 10
    sent_mb: float = 4.0
    shown_mb: float = 0.55
    views: int = 10
    """Visits of a guest to the page, each with the page open for six minutes, which asks for news every four seconds and a bit."""
    news: int = 85
    pictures: int = 60
    """Thumbnails and larger pictures that a visit loads and the browser has not kept."""
    picture_mb: float = 0.04


@dataclass
class Bill:
    """Dollars for each thing that is paid for."""

    lines: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, dollars: float) -> None:
        """Adds to a line."""
        self.lines[name] = self.lines.get(name, 0.0) + dollars

    @property
    def total(self) -> float:
        """All lines together."""
        return sum(self.lines.values())


def bill(usage: Usage) -> Bill:
    """A month's bill."""
    made, guests = Bill(), usage.events * usage.guests
    photos, visits = guests * usage.photos, guests * usage.views
    requests = visits * (2 + usage.news) + photos * 2
    made.add(
        "Alarms, metrics, dashboard", ALARMS * ALARM + COMPOSITES * COMPOSITE + METRICS * METRIC
    )
    made.add("Keys and secrets", KEYS * KMS_KEY + SECRETS * SECRET)
    made.add("API requests", requests * API_REQUEST)
    # 1 GB for 60 ms to show, 2 GB for 1.5 s to make three sizes, 1.75 GB for 3 s for each reading of an event's posts.
    readings = usage.events * 24
    seconds = requests * 0.06 + photos * 1.5 * 2.0 + readings * 3.0 * 1.75
    made.add(
        "Functions", seconds * LAMBDA_GB_SECOND + (requests + photos + readings) * LAMBDA_REQUEST
    )
    made.add(
        "Storage of photos",
        photos * KEPT_MONTHS * (usage.sent_mb + usage.shown_mb) / GIGABYTE * S3_GB,
    )
    made.add("Requests to the bucket", photos * 5 * S3_PUT + visits * usage.pictures * S3_GET)
    transferred = visits * usage.pictures * usage.picture_mb / GIGABYTE
    made.add("Transfer to guests", max(0.0, transferred - TRANSFER_FREE_GB) * TRANSFER_GB)
    made.add(
        "Tables",
        photos * 12 * DYNAMO_WRITE
        + requests * 6 * DYNAMO_READ
        + photos * KEPT_MONTHS * 2e-6 * DYNAMO_GB,
    )
    made.add("Queues and events", photos * 6 * QUEUE_REQUEST + (photos + readings) * EVENT)
    made.add(
        "Logs and traces",
        requests * LOG_KB / GIGABYTE / GIGABYTE * LOG_GB
        + max(0, requests - FREE_TRACES) * TRACE * 0.05,
    )
    # The page's function starts from its snapshot about once in a hundred visits.
    made.add("Snapshot", MONTH_SECONDS * SNAPSHOT_GB_SECOND + visits * 0.01 * RESTORE_GB)
    _tokens(made, usage)
    return made


def cdn_bill(usage: Usage) -> Bill:
    """What the edge adds: its requests and its firewall. What it sends in place of the bucket and the API is cheaper by its free part."""
    made, visits = Bill(), usage.events * usage.guests * usage.views
    requests = (
        visits * (2 + usage.news + usage.pictures) + usage.events * usage.guests * usage.photos * 2
    )
    sent = visits * usage.pictures * usage.picture_mb / GIGABYTE
    made.add(
        "Firewall",
        FIREWALL
        + FIREWALL_RULES * FIREWALL_RULE
        + CDN_KEYS * KMS_KEY
        + requests * FIREWALL_REQUEST,
    )
    made.add("Requests to the edge", max(0.0, requests - CDN_FREE_REQUESTS) * CDN_REQUEST)
    made.add(
        "Transfer from the edge",
        max(0.0, sent - CDN_FREE_GB) * CDN_GB - max(0.0, sent - TRANSFER_FREE_GB) * TRANSFER_GB,
    )
    return made


def _tokens(made: Bill, usage: Usage) -> None:
    """A refresh a month for each account, a look at it each day, and sweeps that read all rows every hour."""
    refreshes, sweeps = usage.accounts * 31, 30 * 25
    rows_read = sweeps * usage.accounts * 0.25
    one = (
        2.0 * 0.5 * LAMBDA_GB_SECOND
        + 4 * DYNAMO_WRITE
        + 4 * KMS_REQUEST
        + 6 * QUEUE_REQUEST
        + SECRET_READ
    )
    made.add("Tokens", refreshes * one)
    made.add(
        "Tokens",
        rows_read * DYNAMO_READ + sweeps * (1 + usage.accounts / 2000) * 0.5 * LAMBDA_GB_SECOND,
    )


USAGES = (
    Usage("10 events, 100 guests each, 1 account", 10, 1),
    Usage("1,000 events, 100 guests each, 20 accounts", 1000, 20),
    Usage("10 events, 10,000 accounts", 10, 10_000),
)

OPTIONAL = (
    (
        "A stage without the feature `tokens`",
        "less its part above, 10 alarms and 5 metrics: about $3",
    ),
    ("A stage without the feature `feed`", "less the readings of posts: cents"),
    (
        "Logs kept for ten years in place of 90 days (`log_retention_days=3653`)",
        "$0.03 a month for each gigabyte that is kept",
    ),
    (
        "A second stage beside it (`dev`)",
        "its fixed part again: alarms, keys, secrets and the snapshot, about $17",
    ),
)


def document() -> str:
    """docs/cost.md."""
    bills = [bill(usage) for usage in USAGES]
    names = list(dict.fromkeys(name for one in bills for name in one.lines))
    head = "| dollars a month | " + " | ".join(usage.name for usage in USAGES) + " |"
    rows = [
        f"| {name} | " + " | ".join(f"{one.lines.get(name, 0.0):,.2f}" for one in bills) + " |"
        for name in names
    ]
    total = "| **all together** | " + " | ".join(f"**{one.total:,.2f}**" for one in bills) + " |"
    dominating = [max(one.lines, key=lambda name: one.lines[name]) for one in bills]
    most = "\n".join(
        f"- {usage.name}: {name}." for usage, name in zip(USAGES, dominating, strict=True)
    )
    edges = "; ".join(f"{cdn_bill(usage).total:,.2f} for {usage.name}" for usage in USAGES)
    more = f"| The edge (`edge=true`): firewall, requests, and the difference in transfer | dollars a month: {edges} |\n"
    more += "\n".join(f"| {what} | {cost} |" for what, cost in OPTIONAL)
    usage = USAGES[0]
    return f"""# Cost

Made by `python -m cli.cost`, which holds the model. Prices of us-east-1 as of {PRICES_OF}; what AWS gives every account for free is
taken off for transfer and traces only. They were written down by hand: compare them with https://aws.amazon.com/pricing before you rely on
a figure. A guest sends {usage.photos} photos of {usage.sent_mb:.0f} MB, comes {usage.views} times and keeps
the page open for six minutes each time. Photos are kept for {KEPT_MONTHS} months.

{head}
|---|{"---:|" * len(USAGES)}
{chr(10).join(rows)}
{total}

What dominates:

{most}

| optional | adds or saves |
|---|---|
{more}
"""


if __name__ == "__main__":
    print(document(), end="")
