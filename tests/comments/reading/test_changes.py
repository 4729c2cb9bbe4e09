"""What changed of comments that are known."""

from __future__ import annotations

from msgspec.structs import replace as changed

from lambdas.comments.records import ItemState
from local.graph.data import ACCOUNT_ID
from tests.comments.reading.site import ReadingSite


class TestDeleted:
    def test_deleted_comment_is_marked(self, site: ReadingSite) -> None:
        gone, kept = site.comment("m1"), site.comment("m1")
        site.run()
        site.bench.control("delete_comment", account=ACCOUNT_ID, id=gone)
        site.later(hours=25)

        assert site.run().deleted == 1
        assert site.item(gone).deleted_at == site.clock.now()
        assert (site.item(gone).state, site.item(kept).deleted_at) == (ItemState.DONE, None)

    def test_comment_that_is_listed_again_is_open(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.run()
        stored = site.bench.emulator_state.accounts[ACCOUNT_ID].comments
        row = stored.pop(comment)
        site.later(hours=25)
        assert site.run().deleted == 1
        stored[comment] = row
        site.later(hours=25)

        site.run()

        assert (site.item(comment).deleted_at, site.item(comment).state) == (None, ItemState.OPEN)

    def test_comment_that_a_person_settled_stays_done(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.run()
        gone = {"deleted_at": site.clock.now(), "state": ItemState.DONE, "done_by": "Ana"}
        site.store.save(changed(site.item(comment), **gone))
        site.later(hours=25)

        site.run()

        assert (site.item(comment).deleted_at, site.item(comment).state) == (None, ItemState.DONE)

    def test_comment_that_is_only_not_listed_stays(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.comment("m1")
        site.run()
        stored = site.bench.emulator_state.accounts[ACCOUNT_ID].comments
        stored[comment]["media"] = "m2"
        site.later(hours=25)

        assert site.run().deleted == 0

    def test_refused_list_deletes_nothing(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.run()
        site.later(hours=25)
        site.bench.control("fail", status=400, code=100, subcode=33, path="/m1/comments")

        site.run()

        assert site.item(comment).deleted_at is None


class TestHidden:
    def test_hidden_in_the_app_is_hidden_here(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.run()
        site.bench.emulator_state.accounts[ACCOUNT_ID].comments[comment]["hidden"] = True
        site.later(hours=25)

        site.run()

        assert (site.item(comment).hidden, site.item(comment).state) == (True, ItemState.HIDDEN)


def test_comment_that_was_hidden_meanwhile_starts_no_rule(site: ReadingSite) -> None:
    comment = site.comment("m1")
    site.bench.emulator_state.accounts[ACCOUNT_ID].comments[comment]["hidden"] = True

    site.run()

    item = site.item(comment)
    assert (item.hidden, item.state, item.checked) == (True, ItemState.HIDDEN, True)


def test_reading_keeps_what_an_operator_changed_meanwhile(site: ReadingSite) -> None:
    site.comment("m1")
    site.run()
    seen_before = site.media.get(ACCOUNT_ID, "m1")
    assert seen_before

    site.media.set_enabled(ACCOUNT_ID, "m1", False)
    site.media.put(ACCOUNT_ID, changed(seen_before, after="p2"), site.account.connected_at)

    stored = site.media.get(ACCOUNT_ID, "m1")
    assert stored == changed(seen_before, after="p2", comments_enabled=False)


def test_change_makes_no_row_of_an_unknown_media_object(site: ReadingSite) -> None:
    site.media.set_enabled(ACCOUNT_ID, "m9", False)

    assert site.media.get(ACCOUNT_ID, "m9") is None
