"""Access tokens: the first sweep after a deployment, and the faults of refreshing."""

from __future__ import annotations

import json
from datetime import timedelta

from lambdas.storage import keys
from local.alarms import Inbox, set_alarm
from local.clients import client
from local.drills import Drill
from local.graph.data import ACCOUNT_ID
from local.local_site import LocalSite, stamp

SWEEP_QUEUE = "Tokens.SweepQueue"
DEAD_LETTERS = "Tokens.RefreshDeadLetters"
RULE = "DailyRefresh"
# Meta's code for a user who removed the app.
APP_REMOVED = 458


def after_deploy(site: LocalSite) -> None:
    """Check the tokens at once: the alarms get their first data before the schedule's first run."""
    _sweep(site, "deployed")


def _sweep(site: LocalSite, kind: str = "hourly") -> None:
    site.put(SWEEP_QUEUE, {"sweep": kind})


def _connect(site: LocalSite) -> None:
    """Store the sample account: the bootstrap token is adopted at its first refresh."""
    site.operate("POST", "/instagram/token/refresh")


def _make_due(site: LocalSite) -> None:
    """Make the sample account's token 31 days old, in the table and at the emulator."""
    then = stamp(timedelta(days=-31))
    site.change_account(
        issued_at=then, next_refresh_at=then, attempted_at=None, attempted_before=None
    )
    site.control("token", account=ACCOUNT_ID, age_hours=31 * 24)


def _fail_refreshes(site: LocalSite) -> None:
    _connect(site)
    _make_due(site)
    site.control("fail", count=1, path="refresh_access_token", status=503, code=2)
    _sweep(site, "daily")


def _let_refreshes_pass(site: LocalSite, _: Inbox | None) -> None:
    # After an interruption the fault may still wait for its call: this is the one.
    _connect(site)
    site.remove_drill_messages(DEAD_LETTERS)
    _make_due(site)
    _sweep(site, "daily")


def _disable_schedule(site: LocalSite) -> None:
    for rule in _rules(site):
        client(site.deployment, "events").disable_rule(Name=rule)
    set_alarm(site.deployment, "token-refresh-silent", "drill: as after 26 hours without a sweep")


def _enable_schedule(site: LocalSite, _: Inbox | None) -> None:
    for rule in _rules(site):
        client(site.deployment, "events").enable_rule(Name=rule)
    _sweep(site, "daily")


def _rules(site: LocalSite) -> list[str]:
    rules = client(site.deployment, "events").list_rules()["Rules"]
    return [rule["Name"] for rule in rules if RULE in rule["Name"]]


def _shorten_life(site: LocalSite) -> None:
    _connect(site)
    site.change_account(expires_at=stamp(timedelta(days=5)))
    _sweep(site)


def _restore_life(site: LocalSite, _: Inbox | None) -> None:
    site.change_account(expires_at=stamp(timedelta(days=50)))


def _revoke(site: LocalSite) -> None:
    _connect(site)
    _make_due(site)
    site.control("token", account=ACCOUNT_ID, dead=APP_REMOVED)
    _sweep(site, "daily")


def _reconnect(site: LocalSite, inbox: Inbox | None) -> None:
    """Connect again with the link in the notice, or, after an interruption, as an operator."""
    if inbox is None:
        site.consent(site.connect_dialog())
        return
    notice = inbox.wait_for("must be connected again")
    print(f"\n--- the notice beside the alarm\n{notice['Subject']}\n\n{notice['Message']}\n")
    link = next(word for word in notice["Message"].split() if "/reconnect/" in word)
    site.consent(site.dialog_of(link))


def _refuse_posts(site: LocalSite) -> None:
    """Refuse the next check of the account, and record that this has lasted for a day."""
    _connect(site)
    # A new connection starts a new run of failures: this one must be older than the first failure.
    site.change_account(connected_at=stamp(timedelta(days=-2)))
    then = {"S": stamp(timedelta(days=-1))}
    error = {"M": {"at": then, "meaning": {"S": "the call was refused"}, "code": {"N": "100"}}}
    site.put_token_row(
        {
            keys.PARTITION: {"S": "READING#main"},
            keys.SORT: {"S": f"ACCOUNT#{ACCOUNT_ID}"},
            "account_id": {"S": ACCOUNT_ID},
            "failing_since": then,
            "last_error": error,
        }
    )
    site.control("fail", count=1, path=ACCOUNT_ID, status=400, code=100)
    _sweep(site)


def _accept_posts(site: LocalSite, _: Inbox | None) -> None:
    # Not that of the fault: data of a connection is refused that is older than a deletion.
    site.change_account(connected_at=stamp())
    # A fault that still waits for its call meets the check of this sweep; later ones succeed.
    _sweep(site)


def _use_up_limit(site: LocalSite) -> None:
    _connect(site)
    _set_usage(site, app=85, account=40)
    site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check")


def _free_limit(site: LocalSite, _: Inbox | None) -> None:
    _set_usage(site, app=1, account=1)


def _set_usage(site: LocalSite, app: int, account: int) -> None:
    """Set the percentages of the limits that Meta reports as used."""
    of_app, of_account = (
        {"call_count": percent, "total_time": 1, "total_cputime": 1} for percent in (app, account)
    )
    more = {"type": "instagram", "estimated_time_to_regain_access": 0}
    of_accounts = {ACCOUNT_ID: [of_account | more]}
    headers = {
        "X-App-Usage": json.dumps(of_app),
        "X-Business-Use-Case-Usage": json.dumps(of_accounts),
    }
    site.control("usage", **headers)


DRILLS = {
    "token-refresh-failed": Drill(
        "Meta answers a due refresh with 503", _fail_refreshes, _let_refreshes_pass, nudge=_sweep
    ),
    "token-refresh-silent": Drill(
        "the rule DailyRefresh is disabled",
        _disable_schedule,
        _enable_schedule,
        by_hand="the alarm's state is set, since it waits for 26 hours without a sweep",
    ),
    "token-expires-soon": Drill(
        "the sample account's token expires in five days",
        _shorten_life,
        _restore_life,
        by_hand="the stored expiry is changed: a token that is refreshed never comes so close",
        nudge=_sweep,
    ),
    "reconnect-required": Drill(
        "the owner of the sample account removes the app", _revoke, _reconnect, nudge=_sweep
    ),
    "feed-unreadable": Drill(
        "Instagram refuses the sample account's posts",
        _refuse_posts,
        _accept_posts,
        by_hand="the account was connected two days ago and first refused a day ago, since people "
        "are notified after a day",
        nudge=_sweep,
    ),
    "graph-quota-high": Drill(
        "Meta reports 85 % of the app's rate limit as used", _use_up_limit, _free_limit
    ),
}
