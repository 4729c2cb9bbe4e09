"""What arrived: the published posts with all that was sent, and the containers behind them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TypedDict

from local.graph.container_record import EmulatedContainer
from local.graph.parameters import FLAGS
from local.graph.publishing import media_type, product_type
from local.graph.state import EmulatorState
from local.graph.timestamps import graph_time

LISTS = ("children", "collaborators", "branded_content_sponsor_ids")
FLAG_NAMES = ("is_ai_generated", "is_carousel_item", "share_to_feed", "is_paid_partnership")


class ContainerEntry(TypedDict):
    """A container, with the times at which its status was read."""

    id: str
    account: str
    kind: str
    made_at: str
    options: dict[str, object]
    children: list[str]
    failure: int | None
    published: str | None
    status_reads: list[str]


def published(state: EmulatorState, account_id: str | None) -> list[dict[str, object]]:
    """Return the posts that were published, of one account or of all, oldest first."""
    found = [one for one in _containers(state, account_id) if one.published]
    return [_post(state, one) for one in sorted(found, key=lambda one: str(one.published))]


def containers(state: EmulatorState, account_id: str | None) -> list[ContainerEntry]:
    """Return all containers, of one account or of all, oldest first."""
    return [_container(one) for one in _containers(state, account_id)]


def _containers(state: EmulatorState, account_id: str | None) -> list[EmulatedContainer]:
    everything = tuple(state.containers.values())
    return [one for one in everything if account_id in (None, one.account_id)]


def _post(state: EmulatorState, container: EmulatedContainer) -> dict[str, object]:
    account = state.accounts[container.account_id]
    parts = [state.containers[child] for child in container.children]
    return {
        "id": container.published,
        "account": container.account_id,
        "kind": media_type(container),
        "product_type": product_type(container),
        "caption": container.caption,
        "published_at": graph_time(container.published_at or container.made_at),
        "deleted": container.published in account.deleted,
        "options": decoded_options(container),
        "files": [_file(one) for one in parts or [container]],
        "cover": asdict(container.cover) if container.cover else None,
        "containers": [_container(one) for one in (*parts, container)],
        "comments": [
            {"id": comment_id, "text": one["text"], "username": one["username"]}
            for comment_id, one in account.comments.items()
            if one["media"] == container.published
        ],
    }


def _file(container: EmulatedContainer) -> dict[str, object]:
    """Return what arrived of one image or video, with the options of a carousel's item."""
    kind = "video" if container.is_video else "image"
    arrived: dict[str, object] = asdict(container.file) if container.file else {}
    options = decoded_options(container) if container.is_item else {}
    return {"type": kind, **arrived, "options": options}


def _container(container: EmulatedContainer) -> ContainerEntry:
    return {
        "id": container.id,
        "account": container.account_id,
        "kind": container.kind,
        "made_at": graph_time(container.made_at),
        "options": decoded_options(container),
        "children": list(container.children),
        "failure": container.failure,
        "published": container.published,
        "status_reads": [graph_time(moment) for moment in container.reads],
    }


def decoded_options(container: EmulatedContainer) -> dict[str, object]:
    """Return the parameters that were sent, with their values decoded."""
    return {name: _decoded(name, container.options[name]) for name in container.options}


def _decoded(name: str, text: str) -> object:
    if name in FLAG_NAMES:
        return FLAGS[text.lower()]
    if name != "caption" and text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text.split(",") if name in LISTS else text
