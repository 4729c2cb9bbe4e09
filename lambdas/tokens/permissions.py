"""What the site does with an account, and which permissions each of it takes."""

from __future__ import annotations

from collections.abc import Iterable

from lambdas.graph.login_type import LoginType

# What the Graph client calls the permissions behind a feature; those that a login type lacks it does not need.
CAPABILITIES = {
    "insights": ("insights",),
    "comments": ("comments", "webhooks"),
    "publishing": ("publishing",),
    "messages": ("messages",),
}


def supported(login_type: LoginType, capabilities: Iterable[str]) -> tuple[str, ...]:
    """The capabilities to ask for, so that these features work."""
    return tuple(
        name
        for capability in capabilities
        for name in CAPABILITIES[capability]
        if name in login_type.scopes
    )


def missing_scopes(
    login_type: LoginType, capabilities: Iterable[str], granted: Iterable[str]
) -> dict[str, list[str]]:
    """For each feature that does not work the permissions it lacks; `posts` is the showing of posts itself."""
    have = set(granted)
    wanted = {"posts": list(login_type.always_asked)}
    wanted |= {
        capability: [login_type.scopes[name] for name in supported(login_type, [capability])]
        for capability in capabilities
    }
    found = {
        capability: [scope for scope in scopes if scope not in have]
        for capability, scopes in wanted.items()
    }
    return {capability: scopes for capability, scopes in found.items() if scopes}
