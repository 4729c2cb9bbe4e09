"""What the site does with an account, and which permissions each of it takes."""

from __future__ import annotations

from collections.abc import Iterable

from lambdas.graph.flavour import Flavour

# What the Graph client calls the permissions behind a feature; those that a flavour lacks it does not need.
CAPABILITIES = {
    "insights": ("insights",),
    "comments": ("comments", "webhooks"),
    "publishing": ("publishing",),
    "messages": ("messages",),
}


def capabilities(flavour: Flavour, features: Iterable[str]) -> tuple[str, ...]:
    """The capabilities to ask for, so that these features work."""
    return tuple(name for feature in features for name in CAPABILITIES[feature] if name in flavour.scopes)


def missing_scopes(flavour: Flavour, features: Iterable[str], granted: Iterable[str]) -> dict[str, list[str]]:
    """For each feature that does not work the permissions it lacks; `posts` is the showing of posts itself."""
    have = set(granted)
    wanted = {"posts": list(flavour.always_asked)}
    wanted |= {feature: [flavour.scopes[name] for name in capabilities(flavour, [feature])] for feature in features}
    found = {feature: [scope for scope in scopes if scope not in have] for feature, scopes in wanted.items()}
    return {feature: scopes for feature, scopes in found.items() if scopes}
