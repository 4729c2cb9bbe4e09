"""What the site does with an account, and which permissions that takes."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from lambdas.graph.capability import Capability
from lambdas.graph.platform import Platform

POSTS = "posts"


class SiteCapability(enum.StrEnum):
    """What a site may do with an account beyond showing its posts (the setting `capabilities`)."""

    INSIGHTS = "insights"
    COMMENTS = "comments"
    PUBLISHING = "publishing"
    MESSAGES = "messages"


# Of these permissions, a login type needs those that it has.
NEEDED = {
    SiteCapability.INSIGHTS: (Capability.INSIGHTS,),
    SiteCapability.COMMENTS: (Capability.COMMENTS, Capability.WEBHOOKS),
    SiteCapability.PUBLISHING: (Capability.PUBLISHING,),
    SiteCapability.MESSAGES: (Capability.MESSAGES,),
}


def requested(platform: Platform, capabilities: Iterable[str]) -> tuple[Capability, ...]:
    """Return the capabilities to request at login, so that the site's own work."""
    return tuple(
        needed
        for capability in capabilities
        for needed in NEEDED[SiteCapability(capability)]
        if needed in platform.scopes
    )


def missing_scopes(
    platform: Platform, capabilities: Iterable[str], granted: Iterable[str]
) -> dict[str, list[str]]:
    """Return the permissions that are missing, by what does not work without them.

    `posts` is the showing of posts, which every site does.
    """
    wanted = {POSTS: list(platform.required_scopes)}
    wanted |= {
        capability: [platform.scopes[one] for one in requested(platform, [capability])]
        for capability in capabilities
    }
    have = set(granted)
    found = {name: [one for one in scopes if one not in have] for name, scopes in wanted.items()}
    return {name: scopes for name, scopes in found.items() if scopes}
