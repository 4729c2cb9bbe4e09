"""Alarms and dashboard row of the tokens feature."""

from __future__ import annotations

from stacks.kit.alarms import (
    HOUR,
    LESS_THAN,
    MINUTE,
    AlarmSpec,
    CompositeSpec,
    Missing,
    Severity,
)
from stacks.kit.feature import FeatureStack
from stacks.kit.widgets import DashboardRow, Graph

REFRESH_FAILED = "token-refresh-failed"


def token_alarms(stack: FeatureStack) -> tuple[AlarmSpec | CompositeSpec, ...]:
    """Return the feature's alarms."""
    # The number of accounts whose last attempt failed, emitted at each failure and by each hourly
    # sweep: the alarm stays on until their next success.
    failing = AlarmSpec(
        name=f"{REFRESH_FAILED}-accounts",
        advice="Find the reason in the log of tokens.refresh",
        metric=stack.own_metric("AccountsFailing", "Maximum", MINUTE),
        threshold=1,
        missing=Missing.IGNORE,
    )
    refresh_failed = CompositeSpec(
        name=REFRESH_FAILED,
        advice="A token was not refreshed: find out which of the alarms below is active",
        severity=Severity.LOW,
        parts=(failing,),
    )
    silent = AlarmSpec(
        name="token-refresh-silent",
        advice="No daily sweep ran for 26 hours: check the rule DailyRefresh and tokens.sweep",
        metric=stack.own_metric("RefreshHeartbeat", "Sum", HOUR),
        threshold=1,
        comparison=LESS_THAN,
        periods=26,
        missing=Missing.BREACHING,
    )
    expires_soon = AlarmSpec(
        name="token-expires-soon",
        advice="An account's token or data access expires within 7 days: connect it again",
        metric=stack.own_metric("DaysToExpiry", "Minimum", MINUTE),
        threshold=7,
        comparison=LESS_THAN,
        missing=Missing.IGNORE,
    )
    reconnect = AlarmSpec(
        name="reconnect-required",
        advice="An account owner has to log in again: send them the link in the notice",
        metric=stack.own_metric("AccountsNeedingPerson", "Maximum", MINUTE),
        threshold=1,
        severity=Severity.CRITICAL,
        missing=Missing.IGNORE,
    )
    unreadable = AlarmSpec(
        name="feed-unreadable",
        advice="Instagram has refused an account's posts for a day: read the cause in the notice",
        metric=stack.own_metric("AccountsUnreadable", "Maximum", MINUTE),
        threshold=1,
        missing=Missing.IGNORE,
    )
    return (refresh_failed, silent, expires_soon, reconnect, unreadable)


def token_row(stack: FeatureStack) -> DashboardRow:
    """Return the feature's row of the dashboard."""
    accounts = ("ConnectedAccounts", "AccountsFailing", "AccountsNeedingPerson")
    refreshes = ("TokenRefreshed", "TokenRefreshFailed", "RefreshHeartbeat")
    return DashboardRow(
        "Are tokens healthy?",
        (
            Graph("Accounts", tuple(stack.own_metric(one, "Maximum", HOUR) for one in accounts)),
            Graph("Days to the next expiry", (stack.own_metric("DaysToExpiry", "Minimum", HOUR),)),
            Graph("Refreshes", tuple(stack.own_metric(one, "Sum", HOUR) for one in refreshes)),
        ),
    )
