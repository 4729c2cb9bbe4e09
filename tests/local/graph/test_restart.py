"""Tokens outlive the emulator's process, as Meta's outlive any server."""

from __future__ import annotations

import pytest

from local.graph.data import ACCOUNT_ID, TOKEN
from local.graph.emulator import Emulator
from local.graph.errors import GraphError
from local.graph.state import EmulatorState


def restarted() -> EmulatorState:
    """Return the state of an emulator that has just been started."""
    return Emulator("http://graph.test").emulator_state


def test_issued_tokens_outlive_a_restart() -> None:
    before, after = restarted(), restarted()

    issued = before.exchange(before.tokens[TOKEN])

    assert after.token(issued.value, "graph.instagram.com").account_id == ACCOUNT_ID


def test_page_tokens_outlive_a_restart() -> None:
    before, after = restarted(), restarted()
    page_id = next(one for one, page in before.pages.items() if page["account"])

    value = before.page_token(page_id, before.tokens["EAAlocalpersontoken"])

    found = after.token(value[:-6] + "0a0b0c", "graph.facebook.com")
    assert (found.page_id, found.expires_at) == (page_id, None)


@pytest.mark.parametrize("value", ["", "IGAAother", "IGAAof1x" + "0" * 16, "EAAlocalpage1aaaaaa"])
def test_foreign_tokens_stay_unknown(value: str) -> None:
    with pytest.raises(GraphError):
        restarted().token(value, "graph.instagram.com")
