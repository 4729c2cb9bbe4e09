"""`make drill ALARM=name`: makes the real fault happen in the local stack, shows what the responder gets, and heals it.

What the embedded AWS cannot do is done by hand, and the output says so.
"""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lambdas.storage import keys
from local.alarms import Inbox, wait_for_alarm
from local.clients import client
from local.graph.data import ACCOUNT_ID
from local.place import ROOT, STAGE, Place

RUNBOOK = ROOT / "docs" / "operations.md"
HEALS_WITHIN = 150.0


class LocalSite:
    """A running local stack, with what a drill does to it."""

    def __init__(self, place: Place) -> None:
        if not place.outputs_file.exists():
            sys.exit("daybook: nothing is deployed locally; `make up` does that")
        self.place = place
        self.outputs: dict[str, Any] = json.loads(place.outputs_file.read_text())
        self.sqs = client(place, "sqs")

    def queue(self, name: str) -> str:
        """The address of a queue, such as `Tokens.SweepQueue`."""
        return str(self.outputs["queues"][name])

    def put(self, queue: str, message: object) -> None:
        """Puts a message into a queue."""
        self.sqs.send_message(QueueUrl=self.queue(queue), MessageBody=json.dumps(message))

    def purge(self, *queues: str) -> None:
        """Empties queues."""
        for queue in queues:
            self.sqs.purge_queue(QueueUrl=self.queue(queue))

    def sweep(self, kind: str = "hourly") -> None:
        """Has the schedule's rule do now what it does every hour, or every day."""
        self.put("Tokens.SweepQueue", {"sweep": kind})

    def knob(self, name: str, **body: Any) -> None:
        """Turns a knob of the Graph emulator."""
        request = urllib.request.Request(f"{self.outputs['graph_url']}/_control/{name}", json.dumps(body).encode())
        urllib.request.urlopen(request, timeout=10).close()

    def operate(self, method: str, path: str) -> tuple[int, Any]:
        """A call of an operators' route: status and JSON."""
        headers = {"Authorization": f"Bearer {self.outputs['operator']['token']}"}
        request = urllib.request.Request(self.outputs["api_url"] + path, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def connect(self) -> None:
        """Sees to it that the sample account is stored: the bootstrap token is adopted at its first refresh."""
        self.operate("POST", "/instagram/token/refresh")

    def row(self, **columns: str | None) -> None:
        """Changes times of the sample account's row; None removes one."""
        sets = [f"{name} = :{name}" for name, value in columns.items() if value]
        removes = [name for name, value in columns.items() if value is None]
        change = f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removes)}" if removes else "")
        client(self.place, "dynamodb").update_item(
            TableName=self.outputs["tables"]["Storage.TokensTable"],
            Key={name: {"S": value} for name, value in keys.account_key("main", ACCOUNT_ID).items()},
            UpdateExpression=change,
            ExpressionAttributeValues={f":{name}": {"S": value} for name, value in columns.items() if value},
        )

    def make_due(self) -> None:
        """Makes the sample account's token a month older, here and at the emulator."""
        then = stamp(timedelta(days=-31))
        self.row(issued_at=then, next_refresh_at=then, attempted_at=None, attempted_before=None)
        self.knob("token", account=ACCOUNT_ID, age_hours=31 * 24)

    def consent(self, link: str) -> None:
        """What a person does who opens the link of a notice and allows everything, without a browser's help."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), NoRedirects())
        dialog = redirect_of(opener, link)
        query = {name: values[0] for name, values in parse_qs(urlsplit(dialog).query).items()}
        pairs = [*query.items(), ("account", ACCOUNT_ID), ("decision", "allow")]
        pairs += [("granted", scope) for scope in query["scope"].split(",")]
        back = redirect_of(opener, f"{dialog.partition('?')[0]}?{urlencode(pairs)}")
        opener.open(back.partition("#")[0], timeout=30).close()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the caller."""

    def redirect_request(self, *_: Any) -> None:
        """None: the redirect is the answer."""


def redirect_of(opener: urllib.request.OpenerDirector, url: str) -> str:
    """Where an address leads to."""
    try:
        opener.open(url, timeout=30).close()
    except urllib.error.HTTPError as answer:
        if answer.code == 302:
            return str(answer.headers["Location"])
    raise RuntimeError("the login did not lead on")


def stamp(away: timedelta) -> str:
    """A time, as rows keep it."""
    return (datetime.now(UTC) + away).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Drill:
    """One fault. `by_hand` is what the embedded AWS cannot do by itself; `notice` is what the responder's message holds."""

    fault: str
    break_it: Callable[[LocalSite], None]
    heal_it: Callable[[LocalSite, Inbox], None]
    by_hand: str = ""
    nudge: Callable[[LocalSite], None] = lambda _: None


def _poison_the_forget_queue(site: LocalSite) -> None:
    site.put("Feed.ForgetQueue", {"detail": {"nonsense": True}})


def _drop_poison(site: LocalSite, _: Inbox) -> None:
    site.purge("Feed.ForgetQueue", "Feed.ForgetDeadLetters")


def _fail_refreshes(site: LocalSite) -> None:
    site.connect()
    site.make_due()
    site.knob("fail", count=1, path="refresh_access_token", status=503, code=2)
    site.sweep("daily")


def _refresh_again(site: LocalSite, _: Inbox) -> None:
    site.purge("Tokens.RefreshDeadLetters")
    site.make_due()
    site.sweep("daily")


def _silence(site: LocalSite) -> None:
    events = client(site.place, "events")
    [rule] = [rule["Name"] for rule in events.list_rules()["Rules"] if "DailyRefresh" in rule["Name"]]
    events.disable_rule(Name=rule)
    client(site.place, "cloudwatch").set_alarm_state(
        AlarmName=f"{STAGE}-token-refresh-silent", StateValue="ALARM", StateReason="drill: as after 26 hours without a heartbeat"
    )


def _speak_again(site: LocalSite, _: Inbox) -> None:
    events = client(site.place, "events")
    for rule in events.list_rules()["Rules"]:
        if "DailyRefresh" in rule["Name"]:
            events.enable_rule(Name=rule["Name"])
    site.sweep("daily")


def _age(site: LocalSite) -> None:
    site.connect()
    site.row(expires_at=stamp(timedelta(days=5)))
    site.sweep()


def _young_again(site: LocalSite, _: Inbox) -> None:
    site.row(expires_at=stamp(timedelta(days=50)))


def _revoke(site: LocalSite) -> None:
    site.connect()
    site.make_due()
    site.knob("token", account=ACCOUNT_ID, dead=458)
    site.sweep("daily")


def _log_in_again(site: LocalSite, inbox: Inbox) -> None:
    notice = inbox.wait_for("must be connected again")
    print(f"\n--- the notice beside the alarm\nSubject: {notice['Subject']}\n\n{notice['Message']}\n")
    site.consent(next(word for word in notice["Message"].split() if "/reconnect/" in word))


def _use_the_limit_up(site: LocalSite) -> None:
    site.connect()
    _usage(site, app=85, account=40)
    _check(site)


def _give_the_limit_back(site: LocalSite, _: Inbox) -> None:
    _usage(site, app=1, account=1)


def _usage(site: LocalSite, app: int, account: int) -> None:
    """Has Meta say how many percent of the limits are used."""
    of_app, of_account = ({"call_count": percent, "total_time": 1, "total_cputime": 1} for percent in (app, account))
    of_accounts = {ACCOUNT_ID: [of_account | {"type": "instagram", "estimated_time_to_regain_access": 0}]}
    site.knob("usage", **{"X-App-Usage": json.dumps(of_app), "X-Business-Use-Case-Usage": json.dumps(of_accounts)})


def _check(site: LocalSite) -> None:
    site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check")


def _count_api_errors(site: LocalSite) -> None:
    api = urlsplit(site.outputs["api_url"]).path.split("/")[3]
    data = [{"MetricName": "5xx", "Value": 9, "Dimensions": [{"Name": "ApiId", "Value": api}]}]
    client(site.place, "cloudwatch").put_metric_data(Namespace="AWS/ApiGateway", MetricData=data)


def _put_a_dead_photo(site: LocalSite) -> None:
    site.put("Guests.ProcessingDeadLetters", {"detail": {"object": {"key": "originals/2026-04-29/drill"}}})


def _redrive(site: LocalSite, _: Inbox) -> None:
    site.purge("Guests.ProcessingDeadLetters")


def _nothing(_: LocalSite, __: Inbox) -> None:
    """It heals by itself."""


_ERRORS = Drill("a message that is no request and makes feed.forget fail", _poison_the_forget_queue, _drop_poison)
_STUCK = Drill(
    "a photo in the dead letters",
    _put_a_dead_photo,
    _redrive,
    by_hand="the message is put where five failures would have put it, since waiting for those takes half an hour",
)
DRILLS: dict[str, Drill] = {
    "function-errors": _ERRORS,
    "api-5xx": Drill(
        "nine answers with 5xx",
        _count_api_errors,
        _nothing,
        by_hand="the metric is written by the drill, since the embedded AWS counts no requests of the API",
    ),
    "photo-processing-stuck": _STUCK,
    "token-refresh-failed": Drill("Meta answers a due refresh with 503", _fail_refreshes, _refresh_again, nudge=LocalSite.sweep),
    "token-refresh-silent": Drill(
        "the rule DailyRefresh is switched off",
        _silence,
        _speak_again,
        by_hand="the alarm's state is set, since 26 hours are too long to wait; the rule is really off until it is healed",
    ),
    "token-expires-soon": Drill(
        "the sample account's token ends in five days",
        _age,
        _young_again,
        by_hand="the row's end is moved, since nothing else brings a token that is refreshed so near to its end",
        nudge=LocalSite.sweep,
    ),
    "reconnect-required": Drill("the sample account's owner removes the app", _revoke, _log_in_again, nudge=LocalSite.sweep),
    "graph-quota-high": Drill("Meta says that 85 % of the app's limit is used", _use_the_limit_up, _give_the_limit_back),
    "page-somebody": _STUCK,
    "look-tomorrow": _ERRORS,
}
# What rolls others up tells nobody by itself: the notification is that of the alarm below it.
TOLD_BY = {"page-somebody": "photo-processing-stuck", "look-tomorrow": "function-errors"}


def drill(place: Place, alarm: str) -> int:
    """Runs one drill; 1 if the alarm did not go on, told nobody, or did not end."""
    if alarm not in DRILLS:
        sys.exit(f"daybook: ALARM={alarm}: use one of {', '.join(DRILLS)}")
    chosen, site, started = DRILLS[alarm], LocalSite(place), time.monotonic()
    inbox = Inbox(place, site.outputs["topic"])
    try:
        wait_for_alarm(place, alarm, "OK", HEALS_WITHIN, lambda: chosen.nudge(site))
        print(f"Fault: {chosen.fault}." + (f"\nBy hand: {chosen.by_hand}." if chosen.by_hand else ""))
        chosen.break_it(site)
        _watch(place, alarm, inbox, started)
        chosen.heal_it(site, inbox)
        wait_for_alarm(place, alarm, "OK", HEALS_WITHIN, lambda: chosen.nudge(site))
        print(f"Healed: OK again after {time.monotonic() - started:.0f} s in all.")
    except TimeoutError as error:
        print(f"Failed: {error}")
        return 1
    finally:
        inbox.close()
    return 0


def _watch(place: Place, alarm: str, inbox: Inbox, started: float) -> None:
    """Waits for the alarm and shows what the responder gets: the notification, and the section to read."""
    notice = inbox.wait_for(f'"{STAGE}-{TOLD_BY.get(alarm, alarm)}"', 40)
    told = json.loads(notice["Message"])
    print(f"Alarm after {time.monotonic() - started:.0f} s.\n\n--- the notification\n{told['AlarmName']}: {told['NewStateValue']}")
    print(f"{told['AlarmDescription']}\n\n--- docs/operations.md\n{section(alarm)}")
    if alarm in TOLD_BY:
        wait_for_alarm(place, alarm, "ALARM")


def section(alarm: str) -> str:
    """An alarm's section of the runbook."""
    found = re.search(rf"^## {re.escape(alarm)}$.*?(?=^## |\Z)", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL)
    return found[0].strip() if found else ""
