"""The cost model: what a month of use adds up to."""

from __future__ import annotations

from dataclasses import dataclass, field

from cli.cost import prices

# The bucket holds the photos of this many months.
KEPT_MONTHS = 12
LOG_KB = 1.2


@dataclass(frozen=True)
class Usage:
    """A month of use. Sizes are megabytes per photo: as sent, and as shown in three sizes.

    A guest makes `views` visits. During each the page is open for six minutes, asks for news every
    four seconds or so (`news`), and loads `pictures` that the browser has not cached.
    """

    name: str
    events: int
    accounts: int
    guests: int = 100
    photos: int = 10
    sent_mb: float = 4.0
    shown_mb: float = 0.55
    views: int = 10
    news: int = 85
    pictures: int = 60
    picture_mb: float = 0.04


@dataclass
class Bill:
    """Dollars for each item."""

    lines: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, dollars: float) -> None:
        """Add to an item."""
        self.lines[name] = self.lines.get(name, 0.0) + dollars

    @property
    def total(self) -> float:
        """Return the sum of all items."""
        return sum(self.lines.values())


def bill(usage: Usage) -> Bill:
    """Return a month's bill without a CDN."""
    made = Bill()
    guests = usage.events * usage.guests
    photos, visits = guests * usage.photos, guests * usage.views
    requests = visits * (2 + usage.news) + photos * 2
    # The posts of an event are read once an hour for a day.
    reads = usage.events * 24
    _fixed(made)
    made.add("API requests", requests * prices.API_REQUEST)
    # 1 GB for 60 ms to answer, 2 GB for 1.5 s to make three sizes, 1.75 GB for 3 s to read posts.
    seconds = requests * 0.06 + photos * 1.5 * 2.0 + reads * 3.0 * 1.75
    calls = requests + photos + reads
    functions = seconds * prices.LAMBDA_GB_SECOND + calls * prices.LAMBDA_REQUEST
    made.add("Functions", functions)
    stored_gb = photos * KEPT_MONTHS * (usage.sent_mb + usage.shown_mb) / prices.GIGABYTE
    made.add("Storage of photos", stored_gb * prices.S3_GB)
    loads = visits * usage.pictures
    made.add("Requests to the bucket", photos * 5 * prices.S3_PUT + loads * prices.S3_GET)
    sent_gb = loads * usage.picture_mb / prices.GIGABYTE
    made.add("Transfer to guests", _over(sent_gb, prices.TRANSFER_FREE_GB) * prices.TRANSFER_GB)
    rows_gb = photos * KEPT_MONTHS * 2e-6
    made.add(
        "Tables",
        photos * 12 * prices.DYNAMO_WRITE
        + requests * 6 * prices.DYNAMO_READ
        + rows_gb * prices.DYNAMO_GB,
    )
    messages = photos * 6 * prices.QUEUE_REQUEST + (photos + reads) * prices.EVENT
    made.add("Queues and events", messages)
    logs_gb = requests * LOG_KB / prices.GIGABYTE / prices.GIGABYTE
    traces = _over(requests, prices.FREE_TRACES) * 0.05
    made.add("Logs and traces", logs_gb * prices.LOG_GB + traces * prices.TRACE)
    # About one visit in a hundred starts an instance from the snapshot.
    snapshot = prices.SNAPSHOTS * prices.MONTH_SECONDS * prices.SNAPSHOT_GB_SECOND
    made.add("Snapshot", snapshot + visits * 0.01 * prices.RESTORE_GB)
    _downloads(made, usage)
    _tokens(made, usage)
    _numbers(made, usage)
    _posts(made, usage)
    _comments(made, usage)
    return made


def cdn_bill(usage: Usage) -> Bill:
    """Return what a CDN adds: requests, firewall, and the difference in transfer."""
    made, guests = Bill(), usage.events * usage.guests
    visits = guests * usage.views
    requests = visits * (2 + usage.news + usage.pictures) + guests * usage.photos * 2
    sent_gb = visits * usage.pictures * usage.picture_mb / prices.GIGABYTE
    firewall = prices.FIREWALL + prices.FIREWALL_RULES * prices.FIREWALL_RULE
    firewall += prices.CDN_KEYS * prices.KMS_KEY + requests * prices.FIREWALL_REQUEST
    made.add("Firewall", firewall)
    made.add("Alarms", prices.CDN_ALARMS * prices.ALARM)
    paid_requests = _over(requests, prices.CDN_FREE_REQUESTS)
    made.add("Requests to the CDN", paid_requests * prices.CDN_REQUEST)
    direct = _over(sent_gb, prices.TRANSFER_FREE_GB) * prices.TRANSFER_GB
    made.add("Transfer from the CDN", _over(sent_gb, prices.CDN_FREE_GB) * prices.CDN_GB - direct)
    return made


def _fixed(made: Bill) -> None:
    alarms = prices.ALARMS * prices.ALARM + prices.COMPOSITES * prices.COMPOSITE
    made.add("Alarms, metrics, dashboard", alarms + prices.METRICS * prices.METRIC)
    made.add("Keys and secrets", prices.KEYS * prices.KMS_KEY + prices.SECRETS * prices.SECRET)


def _downloads(made: Bill, usage: Usage) -> None:
    """Add the originals of each event, made into zip files and downloaded once, kept for a week."""
    photos = usage.events * usage.guests * usage.photos
    sent_mb = photos * usage.sent_mb
    # 1 GB of memory at 30 MB a second; a request for each photo, and for each 16 MB that are sent.
    made.add("Downloads", sent_mb / 30 * 1.0 * prices.LAMBDA_GB_SECOND)
    made.add("Downloads", photos * prices.S3_GET + sent_mb / 16 * prices.S3_PUT)
    sent_gb = sent_mb / prices.GIGABYTE
    made.add("Downloads", sent_gb * (prices.S3_GB * 8 / 30 + prices.TRANSFER_GB))


def _tokens(made: Bill, usage: Usage) -> None:
    """Add a refresh a month and a check a day for each account, and hourly sweeps over all."""
    refreshes, sweeps = usage.accounts * 31, 30 * 25
    rows_read = sweeps * usage.accounts * 0.25
    one = 2.0 * 0.5 * prices.LAMBDA_GB_SECOND + 4 * prices.DYNAMO_WRITE
    one += 4 * prices.KMS_REQUEST + 6 * prices.QUEUE_REQUEST + prices.SECRET_READ
    made.add("Tokens", refreshes * one)
    sweeping = sweeps * (1 + usage.accounts / 2000) * 0.5 * prices.LAMBDA_GB_SECOND
    made.add("Tokens", rows_read * prices.DYNAMO_READ + sweeping)


def _numbers(made: Bill, usage: Usage) -> None:
    """Add the collection of numbers: 36 units a day and account, and a sweep every ten minutes."""
    units, sweeps = usage.accounts * 30 * 36, 30 * 24 * 6
    # 0.5 GB for 3 s; of 25 rows that change, each is written in a transaction at twice the price.
    one = 3.0 * 0.5 * prices.LAMBDA_GB_SECOND + 2 * 25 * prices.DYNAMO_WRITE
    one += 60 * prices.DYNAMO_READ + 4 * prices.QUEUE_REQUEST
    made.add("Numbers of accounts", units * one)
    sweeping = sweeps * (1 + usage.accounts / 500) * 0.5 * prices.LAMBDA_GB_SECOND
    reads = sweeps * usage.accounts * 0.75 * prices.DYNAMO_READ
    # 25 months of an account that posts 15 times a month.
    rows_gb = usage.accounts * 25 * 15 * 60 * 0.4e-6
    made.add("Numbers of accounts", sweeping + reads + rows_gb * prices.DYNAMO_GB)


def _posts(made: Bill, usage: Usage) -> None:
    """Add 15 posts a month and account, and a sweep over open posts every five minutes."""
    posts, sweeps = usage.accounts * 15, 30 * 24 * 12
    # Eight steps of a second, each with a choice and a wait; 2 GB for 5 s to prepare the media.
    one = 30 * prices.STATE_TRANSITION + prices.SCHEDULE + 6 * prices.QUEUE_REQUEST
    one += (8 * 1.0 * 0.5 + 5.0 * 2.0) * prices.LAMBDA_GB_SECOND
    # Twenty changes of four rows each, in transactions at twice the price.
    one += 2 * 20 * 4 * prices.DYNAMO_WRITE + 60 * prices.DYNAMO_READ
    # Instagram fetches a file a few times.
    one += 3 * prices.S3_PUT + 4 * (prices.CDN_REQUEST + prices.S3_GET)
    made.add("Posts", posts * one)
    sweeping = sweeps * (1 + usage.accounts / 1000) * 0.5 * prices.LAMBDA_GB_SECOND
    made.add("Posts", sweeping + sweeps * (1 + usage.accounts / 50) * prices.DYNAMO_READ)


def _comments(made: Bill, usage: Usage) -> None:
    """Add 600 comments and messages a month and account, hourly readings, and sweeps."""
    items, readings, sweeps = usage.accounts * 600, usage.accounts * 30 * 24, 30 * 24 * 12
    # 0.5 GB for 0.3 s to receive, 0.5 s to take; every other one is answered, within 2 s.
    one = (0.3 + 0.5 + 0.5 * 2.0) * 0.5 * prices.LAMBDA_GB_SECOND + prices.API_REQUEST
    # An item is written three times, into the table and four indexes, in transactions at twice the
    # price; an action as often, with the claim of what it made.
    one += (2 * 3 * 5 + 0.5 * 2 * 4) * prices.DYNAMO_WRITE + 20 * prices.DYNAMO_READ
    one += 6 * prices.QUEUE_REQUEST
    made.add("Comments and messages", items * one)
    reading = 3.0 * 0.5 * prices.LAMBDA_GB_SECOND + 20 * prices.DYNAMO_READ
    reading += 4 * prices.DYNAMO_WRITE + 4 * prices.QUEUE_REQUEST
    made.add("Comments and messages", readings * reading)
    sweeping = sweeps * (1 + usage.accounts / 500) * 0.5 * prices.LAMBDA_GB_SECOND
    made.add("Comments and messages", sweeping + sweeps * usage.accounts * prices.DYNAMO_READ)
    # 400 days of items of 2 kB, each stored five times.
    rows_gb = usage.accounts * 600 * 13 * 5 * 2e-6
    made.add("Comments and messages", rows_gb * prices.DYNAMO_GB)


def _over(amount: float, free: float) -> float:
    return max(0.0, amount - free)
