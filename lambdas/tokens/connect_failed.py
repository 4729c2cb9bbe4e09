"""Why a login connected nothing, in words for the account owner who logs in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lambdas.graph.found_account import ConnectProblem, NoUsableAccount

SEE_PAGES = "pages_show_list"
NOTHING_CHANGED = "Nothing was changed."
ALLOW_ALL = "Start again, and leave all permissions switched on in the dialog."


class ConnectFailed(Exception):
    """Nothing was connected, and what was connected before is unchanged.

    `advice` says what to do, step by step. With `passing` the same login may succeed later.
    """

    def __init__(self, code: str, title: str, *advice: str, passing: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.title = title
        self.advice = advice
        self.passing = passing


@dataclass(frozen=True)
class Explanation:
    """What a page says about a cause."""

    code: str
    title: str
    advice: tuple[str, ...]

    def error(self, *more: str) -> ConnectFailed:
        """Return the error, with further advice."""
        return ConnectFailed(self.code, self.title, *self.advice, *more)


PROBLEMS = {
    ConnectProblem.PERSONAL_ACCOUNT: Explanation(
        "personal_account",
        "This is a personal account",
        (
            "Instagram lets apps work with professional accounts only.",
            "In the Instagram app, open Settings, Account type and tools, Switch to professional "
            "account. Choose business or creator; it is free.",
            "Then start again.",
        ),
    ),
    ConnectProblem.BASIC_PERMISSION_MISSING: Explanation(
        "permission_missing",
        "The permission to read the account's posts was not given",
        (f"{ALLOW_ALL} Without this one nothing works.",),
    ),
    ConnectProblem.NO_PAGE_SHARED: Explanation(
        "no_page",
        "No Page was shared",
        (
            "In Facebook's dialog, choose Edit settings and select the Page that your Instagram "
            "account is linked to.",
            "You need a role on that Page that lets you manage its content.",
        ),
    ),
    ConnectProblem.PAGE_NOT_LINKED: Explanation(
        "page_not_linked",
        "No Instagram account is linked to the Page",
        (
            "In the Instagram app, open Edit profile, Page, and choose the Page. The account must "
            "be a professional one.",
            "Then start again, or use the Instagram login, which needs no Page.",
        ),
    ),
    ConnectProblem.PAGE_WITHOUT_TOKEN: Explanation(
        "page_without_access",
        "Your role on the Page does not give access to it",
        (
            "Ask an admin of the Page for a role that lets you manage its content (Meta Business "
            "Suite, Settings, Page access).",
            "Then start again.",
        ),
    ),
}


def passing_failure() -> ConnectFailed:
    """Return the failure of a login during which Meta did not respond."""
    return ConnectFailed(
        "instagram_unavailable",
        "Instagram is not responding at the moment",
        NOTHING_CHANGED,
        "Start again in a few minutes.",
        passing=True,
    )


def nothing_found(error: NoUsableAccount) -> ConnectFailed:
    """Return the failure of a login that worked but gave no account."""
    details = []
    if error.page_names:
        details.append(f"These Pages were shared: {', '.join(error.page_names[:5])}.")
    if error.missing_scopes:
        details.append(f"Permissions that were not given: {', '.join(error.missing_scopes)}.")
    known = PROBLEMS[error.problem]
    is_basic = error.problem is ConnectProblem.BASIC_PERMISSION_MISSING
    if is_basic and SEE_PAGES in error.missing_scopes and not _lacks_basic(error):
        known = replace(known, title="The permission to see your Pages was not given")
    return known.error(*details)


def _lacks_basic(error: NoUsableAccount) -> bool:
    return any("basic" in scope for scope in error.missing_scopes)


def login_ended() -> ConnectFailed:
    """Return the failure of a login whose person removed the app while it was finished."""
    return ConnectFailed(
        "login_ended",
        "This login has ended",
        "The app was removed from this account, or the deletion of its data was requested, while "
        "the login was being finished. Nothing was connected.",
        "To connect the account, start again.",
    )
