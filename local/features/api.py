"""The API: the fault of refused requests, and of a site that does not answer."""

from __future__ import annotations

from local.alarms import Inbox, put_values
from local.drills import Drill
from local.local_site import LocalSite

# The site's check requests one of its pages.
PAGE_FUNCTION = "Guests.View"
REFUSED_PATH = "/drill-nothing-here"
REFUSALS = 1000
# Long enough to see the alarm; afterwards it ends without further steps.
REFUSED_SECONDS = 20


def after_deploy(site: LocalSite) -> None:
    """Check the site at once: the alarm gets its first data before the schedule's first run."""
    site.probe()


def _refuse_requests(site: LocalSite) -> None:
    site.view(REFUSED_PATH)
    put_values(site.deployment, "api-4xx", REFUSALS, REFUSED_SECONDS)


def _let_refusals_end(_: LocalSite, __: Inbox | None) -> None:
    """Do nothing: the values end after `REFUSED_SECONDS`."""


def _break_pages(site: LocalSite) -> None:
    site.take_rights(PAGE_FUNCTION)
    site.probe()


def _heal_pages(site: LocalSite, _: Inbox | None) -> None:
    site.give_rights_back()
    site.probe()


DRILLS = {
    "api-4xx": Drill(
        "a request is refused",
        _refuse_requests,
        _let_refusals_end,
        by_hand="the metric is set to 1,000 refused requests, which no drill should send",
    ),
    "site-unreachable": Drill(
        "the function that serves event pages loses its permissions: the site's check fails",
        _break_pages,
        _heal_pages,
        nudge=LocalSite.probe,
    ),
}
