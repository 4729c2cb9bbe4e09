"""The faults that drills make happen, one for each alarm, and how each is healed.

What the embedded AWS cannot do is done by hand, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from local.alarms import Inbox
from local.clients import client
from local.deployment import STAGE
from local.graph.data import ACCOUNT_ID
from local.local_site import LocalSite, stamp
from local.sample import SAMPLE_EVENT


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
    events = client(site.deployment, "events")
    [rule] = [
        rule["Name"] for rule in events.list_rules()["Rules"] if "DailyRefresh" in rule["Name"]
    ]
    events.disable_rule(Name=rule)
    client(site.deployment, "cloudwatch").set_alarm_state(
        AlarmName=f"{STAGE}-token-refresh-silent",
        StateValue="ALARM",
        StateReason="drill: as after 26 hours without a heartbeat",
    )


def _speak_again(site: LocalSite, _: Inbox) -> None:
    events = client(site.deployment, "events")
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
    print(
        f"\n--- the notice beside the alarm\nSubject: {notice['Subject']}\n\n{notice['Message']}\n"
    )
    site.consent(next(word for word in notice["Message"].split() if "/reconnect/" in word))


def _use_the_limit_up(site: LocalSite) -> None:
    site.connect()
    _usage(site, app=85, account=40)
    _check(site)


def _give_the_limit_back(site: LocalSite, _: Inbox) -> None:
    _usage(site, app=1, account=1)


def _usage(site: LocalSite, app: int, account: int) -> None:
    """Has Meta say how many percent of the limits are used."""
    of_app, of_account = (
        {"call_count": percent, "total_time": 1, "total_cputime": 1} for percent in (app, account)
    )
    of_accounts = {
        ACCOUNT_ID: [of_account | {"type": "instagram", "estimated_time_to_regain_access": 0}]
    }
    site.knob(
        "usage",
        **{"X-App-Usage": json.dumps(of_app), "X-Business-Use-Case-Usage": json.dumps(of_accounts)},
    )


def _check(site: LocalSite) -> None:
    site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check")


def _take_the_pages_rights(site: LocalSite) -> None:
    """Takes the page's function its policy, and looks at an event nine times."""
    site.take_rights("Guests.View")
    for _ in range(9):
        site.look(f"/g/{SAMPLE_EVENT}")


def _give_the_pages_rights_back(site: LocalSite, _: Inbox) -> None:
    site.give_rights_back()


def _put_a_dead_photo(site: LocalSite) -> None:
    site.put(
        "Guests.ProcessingDeadLetters",
        {"detail": {"object": {"key": "originals/2026-04-29/drill"}}},
    )


def _redrive(site: LocalSite, _: Inbox) -> None:
    site.purge("Guests.ProcessingDeadLetters")


_ERRORS = Drill(
    "a message that is no request and makes feed.forget fail",
    _poison_the_forget_queue,
    _drop_poison,
)
_STUCK = Drill(
    "a photo in the dead letters",
    _put_a_dead_photo,
    _redrive,
    by_hand="the message is put where five failures would have put it, since waiting for those takes half an hour",
)
DRILLS: dict[str, Drill] = {
    "function-errors": _ERRORS,
    "api-5xx": Drill(
        "the page's function loses its rights to the table",
        _take_the_pages_rights,
        _give_the_pages_rights_back,
    ),
    "photo-processing-stuck": _STUCK,
    "token-refresh-failed": Drill(
        "Meta answers a due refresh with 503",
        _fail_refreshes,
        _refresh_again,
        nudge=LocalSite.sweep,
    ),
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
    "reconnect-required": Drill(
        "the sample account's owner removes the app", _revoke, _log_in_again, nudge=LocalSite.sweep
    ),
    "graph-quota-high": Drill(
        "Meta says that 85 % of the app's limit is used", _use_the_limit_up, _give_the_limit_back
    ),
    "severity-critical": _STUCK,
    "severity-low": _ERRORS,
}
# What rolls others up tells nobody by itself: the notification is that of the alarm below it.
TOLD_BY = {"severity-critical": "photo-processing-stuck", "severity-low": "function-errors"}
