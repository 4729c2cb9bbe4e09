"""What Instagram says of mentions and media may be odd: it is stored all the same."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from lambdas.comments.taking.media_finder import MediaFinder
from lambdas.comments.taking.mentions import MentionReader
from lambdas.comments.taking.patience import Patience
from lambdas.comments.updates import Mentioned
from lambdas.graph.login_type import LoginType
from lambdas.graph.transport import Request
from local.graph.data import ACCOUNT_ID
from tests.comments.inbox_world import World
from tests.graph.scripted import Scripted

LONG = "x" * 500_000


def test_mentions_are_cut_and_have_no_odd_author() -> None:
    said = {"id": "5", "text": LONG, "username": LONG, "from": {"id": "no id"}}
    scripted = Scripted(lambda _: (200, {"mentioned_comment": said}), LoginType.FACEBOOK)
    world = World()
    reader = MentionReader(lambda _: scripted.account, Patience(world.clock))
    mention = Mentioned(account_id=ACCOUNT_ID, at=world.clock.now(), media_id="1", comment_id="5")

    found = reader.read(mention)

    assert found.author_id is None
    assert len(found.text or "") + len(found.username or "") < 11_000


def test_media_with_an_odd_id_keep_that_of_the_webhook() -> None:
    def answer(_: Request) -> tuple[int, object]:
        return 200, {"id": "9" * 5000, "media": {"id": "no id"}}

    world, scripted = World(), Scripted(answer)
    finder = MediaFinder(
        store=world.media,  # type: ignore[arg-type]
        account=lambda _: scripted.account,
        patience=Patience(world.clock),
        clock=world.clock,
        logger=Logger(),
    )
    account = world.accounts.of(ACCOUNT_ID)
    assert account

    found = finder.find(account, "1", "5")

    assert found
    assert found.id == "1"
    assert world.media.get(ACCOUNT_ID, "1") == found
