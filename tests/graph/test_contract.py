"""The client against the emulator: every edge, in both login types where both have it."""

from __future__ import annotations

import gc
import io
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from lambdas.graph.errors import (
    NotReady,
    ObjectLag,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    RetryLater,
    StartAgain,
    Throttled,
    UnknownOutcome,
)
from lambdas.graph.login import code_of_redirect
from lambdas.graph.login_type import FACEBOOK, INSTAGRAM, LOGIN_TYPES
from lambdas.graph.media import Media
from lambdas.graph.publishing import ContainerState
from local.graph.data import ACCOUNT_ID, SAMPLE_DAY, TOKEN
from tests.graph.conftest import APPS, TOKENS, Bench

DAY = (SAMPLE_DAY, SAMPLE_DAY + timedelta(days=1))
CALLBACK = "http://localhost:4570/instagram/callback"
PICTURE = "https://photos.example.com/a.jpg"


def jpeg(size: tuple[int, int] = (1080, 1080), kind: str = "JPEG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size).save(target, kind)
    return target.getvalue()


class TestLibrary:
    def test_the_profile_has_both_ids(self, bench: Bench) -> None:
        instagram, facebook = (
            bench.account("instagram").library.profile(),
            bench.account("facebook").library.profile(),
        )

        assert (instagram.user_id, instagram.scoped_id, instagram.is_professional) == (
            ACCOUNT_ID,
            "25000000000000001",
            True,
        )
        assert (facebook.user_id, facebook.scoped_id, facebook.is_professional) == (
            ACCOUNT_ID,
            None,
            None,
        )
        assert instagram.username == facebook.username == "example_shop"

    def test_a_personal_account_is_no_professional_one(self, bench: Bench) -> None:
        bench.control(
            "account",
            id="17841400000000009",
            username="somebody",
            account_type="PERSONAL",
            token="IGAApersonaltoken",
        )

        assert (
            bench.account(token="IGAApersonaltoken", account_id="me")
            .library.profile()
            .is_professional
            is False
        )

    def test_the_media_of_a_window_and_no_others(self, bench: Bench, login_type: str) -> None:
        media = list(bench.account(login_type).library.media(*DAY))

        assert [one.media_type for one in media] == [
            "IMAGE",
            "VIDEO",
            "CAROUSEL_ALBUM",
            "IMAGE",
            "IMAGE",
        ]
        assert media[-1].timestamp == DAY[0]
        assert [child.media_type for child in media[2].children] == ["IMAGE", "VIDEO", "IMAGE"]
        assert (media[1].product_type, media[1].username) == ("REELS", "example_shop")

    def test_media_with_licensed_music_have_no_address(self, bench: Bench) -> None:
        new = {
            "id": "5",
            "media_type": "VIDEO",
            "product_type": "REELS",
            "taken_at": DAY[0].isoformat(),
            "copyrighted": True,
        }
        bench.control("media", account=ACCOUNT_ID, media=[new])

        one = bench.account().library.one_media("5")

        assert (one.media_url, one.caption) == (None, None)
        assert one.thumbnail_url

    def test_stories_and_one_media(self, bench: Bench, login_type: str) -> None:
        [story] = bench.account(login_type).library.stories()

        assert story.product_type == "STORY"
        assert bench.account(login_type).library.one_media(story.id).id == story.id

    def test_an_unknown_media_is_object_lag(self, bench: Bench, login_type: str) -> None:
        with pytest.raises(ObjectLag):
            bench.account(login_type).library.one_media("123")

    def test_ten_thousand_media_are_paged_with_a_flat_memory_profile(self, bench: Bench) -> None:
        every = [
            {
                "id": f"{n}",
                "taken_at": (DAY[0] - timedelta(minutes=n)).isoformat(),
                "caption": "x" * 200,
            }
            for n in range(10_050)
        ]
        bench.control("media", account=ACCOUNT_ID, media=every)
        bench.emulator_state.journal.clear()
        peaks: list[int] = []
        tracemalloc.start()
        count = 0
        for count, _ in enumerate(bench.account().library.media(), 1):
            if count % 2000 == 0:
                # What hangs in circles until the collector happens to come is not held.
                gc.collect()
                peaks.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()

        assert count == 10_000
        assert bench.calls("media") == 200
        # The emulator's journal and the log grow by a line for each call; the media must not.
        assert peaks[-1] - peaks[0] < 2_000_000


class TestInsights:
    def media(self, product: str = "FEED", media_id: str = "17900000000000020") -> Media:
        return Media(media_id, "IMAGE", None, None, product)

    def test_each_product_type_has_its_numbers(self, bench: Bench, login_type: str) -> None:
        insights = bench.account(login_type).insights

        feed, reel = (
            insights.of_media(self.media()),
            insights.of_media(self.media("REELS", "17900000000000040")),
        )
        story = insights.of_media(self.media("STORY", "17900000000009001"))

        assert "saved" in feed
        assert "ig_reels_avg_watch_time" in reel
        assert "navigation" in story
        for metrics in (feed, reel, story):
            assert all(
                metric.value is not None and metric.missing is None for metric in metrics.values()
            )
        assert bench.calls("insights") == 3

    def test_a_refused_metric_is_learned_and_does_not_fail_the_others(self, bench: Bench) -> None:
        insights = bench.account().insights
        wanted = ["views", "navigation", "reach"]

        first = insights.of_media(self.media(), wanted)
        calls = bench.calls("insights")
        again = insights.of_media(self.media("FEED", "17900000000000011"), wanted)

        assert (first["navigation"].value, first["navigation"].missing) == (None, "not_supported")
        assert first["views"].value is not None
        assert again["navigation"].missing == "not_supported"
        assert bench.calls("insights") == calls + 1

    def test_what_is_not_there_is_none_and_never_zero(self, bench: Bench) -> None:
        when = DAY[0].isoformat()
        bench.control(
            "media",
            account=ACCOUNT_ID,
            media=[
                {"id": "61", "taken_at": when, "before_business": True},
                {"id": "62", "taken_at": when, "viewers": 0},
                {"id": "63", "taken_at": when, "product_type": "STORY", "viewers": 3},
            ],
        )
        insights = bench.account().insights

        assert {m.missing for m in insights.of_media(self.media("FEED", "61")).values()} == {
            "no_data"
        }
        assert {m.missing for m in insights.of_media(self.media("FEED", "62")).values()} == {
            "not_told"
        }
        assert {m.missing for m in insights.of_media(self.media("STORY", "63")).values()} == {
            "no_data"
        }
        assert {m.value for m in insights.of_media(self.media("FEED", "62")).values()} == {None}

    def test_a_missing_permission_is_named(self, bench: Bench) -> None:
        with pytest.raises(PermissionMissing) as refused:
            bench.account(token="IGAAlocalnoinsights").insights.of_media(self.media())

        assert refused.value.permission == "instagram_business_manage_insights"

    def test_account_numbers_come_in_windows_of_thirty_days(
        self, bench: Bench, login_type: str
    ) -> None:
        since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)

        found = list(
            bench.account(login_type).insights.of_account(since, until, ["reach", "likes"])
        )

        assert [(end - start).days for start, end, _ in found] == [30, 30, 30]
        assert all(metrics["reach"].value is not None for _, _, metrics in found)

    def test_series_keep_their_end_times(self, bench: Bench) -> None:
        [(_, _, metrics)] = bench.account().insights.of_account(*DAY, ["reach"], series=True)

        assert [point.end_time for point in metrics["reach"].points] == [DAY[1]]

    def test_breakdowns_and_demographics(self, bench: Bench, login_type: str) -> None:
        insights = bench.account(login_type).insights
        [(_, _, metrics)] = insights.of_account(*DAY, ["reach"], breakdown="media_product_type")
        ages = insights.demographics("follower_demographics", "age")

        assert {part.values for part in metrics["reach"].breakdowns} == {
            ("post",),
            ("reel",),
            ("story",),
        }
        assert ages.value is None
        assert ages.missing is None
        assert sum(part.value for part in ages.breakdowns) == 1250

    def test_a_missing_permission_is_none_of_too_few_viewers(self, bench: Bench) -> None:
        story = self.media("STORY", "17900000000009001")
        with pytest.raises(PermissionMissing):
            bench.account(token="IGAAlocalnoinsights").insights.of_media(story)

        bench.emulator_state.accounts[ACCOUNT_ID].stories[0].__dict__["viewers"] = 2
        insights = bench.account().insights
        assert {metric.missing for metric in insights.of_media(story).values()} == {"no_data"}
        assert insights.media_breakdown(story, "navigation").missing == "no_data"
        # Whether the token may read numbers at all was asked once.
        assert bench.calls(f"{ACCOUNT_ID}/insights") == 2

    def test_the_parts_of_a_storys_navigation(self, bench: Bench, login_type: str) -> None:
        navigation = bench.account(login_type).insights.media_breakdown(
            self.media("STORY", "17900000000009001"), "navigation"
        )

        assert {part.values for part in navigation.breakdowns} == {
            ("tap_forward",),
            ("tap_back",),
            ("tap_exit",),
        }

    def test_follows_come_in_parts_only(self, bench: Bench, login_type: str) -> None:
        [(_, _, follows)] = bench.account(login_type).insights.follows(*DAY)

        assert follows.value is None
        assert follows.missing is None
        assert {part.values for part in follows.breakdowns} == {("follower",), ("non_follower",)}

    def test_when_followers_are_online(self, bench: Bench, login_type: str) -> None:
        first, second = bench.account(login_type).insights.online_followers()

        assert first.followers[23] == 109
        assert len(first.followers) == 24
        assert second.followers == {}

    def test_what_only_the_other_login_type_counts_is_not_supported(self, bench: Bench) -> None:
        wanted = ["views", "total_views", "link_clicks"]
        story = self.media("STORY", "17900000000009001")

        instagram = bench.account("instagram").insights.of_media(story, wanted)
        facebook = bench.account("facebook").insights.of_media(story, wanted)

        assert [instagram[name].missing for name in wanted] == [
            None,
            "not_supported",
            "not_supported",
        ]
        assert [facebook[name].missing for name in wanted] == [None, None, None]

    def test_new_followers_are_the_last_thirty_days_alone(self, bench: Bench) -> None:
        now = bench.clock.now()
        insights = bench.account().insights

        assert len(insights.new_followers(now - timedelta(days=10), now).points) == 10
        with pytest.raises(RequestRefused):
            insights.new_followers(now - timedelta(days=60), now - timedelta(days=50))


class TestPublishing:
    def test_an_image_is_published_once(self, bench: Bench, login_type: str) -> None:
        bench.files[PICTURE] = jpeg()
        publishing = bench.account(login_type).publishing

        container = publishing.create_image(PICTURE, "Hello & welcome", alt_text="A hall")
        media_id = publishing.publish(container)

        assert publishing.status(container).state is ContainerState.PUBLISHED
        assert bench.account(login_type).library.one_media(media_id).caption == "Hello & welcome"
        assert publishing.limit().used == 1
        assert publishing.limit().window == timedelta(days=1)

    def test_a_reel_is_published_when_it_is_finished(self, bench: Bench) -> None:
        publishing = bench.account().publishing
        container = publishing.create_reel("https://photos.example.com/v.mp4", "Moving")

        with pytest.raises(NotReady):
            publishing.publish(container)
        bench.clock.advance(timedelta(minutes=1))

        assert publishing.status(container).state is ContainerState.FINISHED
        assert publishing.publish(container)

    def test_a_carousel_and_a_story(self, bench: Bench) -> None:
        bench.files[PICTURE] = jpeg()
        publishing = bench.account().publishing
        items = [publishing.create_carousel_item(image_url=PICTURE) for _ in range(2)]

        assert publishing.publish(publishing.create_carousel(items, "Two"))
        assert publishing.publish(publishing.create_story(image_url=PICTURE))
        for wrong in (items[:1], items * 6):
            with pytest.raises(RequestRefused):
                publishing.create_carousel(wrong)

    @pytest.mark.parametrize("body", [jpeg(kind="PNG"), jpeg((1000, 2000)), jpeg((3000, 1000))])
    def test_an_image_that_instagram_does_not_take_is_refused(
        self, bench: Bench, body: bytes
    ) -> None:
        bench.files[PICTURE] = body

        with pytest.raises(RequestRefused):
            bench.account().publishing.create_image(PICTURE)

    def test_an_expired_container_means_to_start_again(self, bench: Bench) -> None:
        bench.files[PICTURE] = jpeg()
        publishing = bench.account().publishing
        container = publishing.create_image(PICTURE)
        bench.clock.advance(timedelta(hours=25))

        assert publishing.status(container).state is ContainerState.EXPIRED
        with pytest.raises(StartAgain):
            publishing.publish(container)

    def test_a_container_is_published_once_however_often_it_is_asked_for(
        self, bench: Bench
    ) -> None:
        bench.files[PICTURE] = jpeg()
        publishing = bench.account().publishing
        container = publishing.create_image(PICTURE)
        publishing.publish(container)

        with pytest.raises(NotReady):
            publishing.publish(container)
        assert publishing.status(container).state is ContainerState.PUBLISHED
        assert publishing.limit().used == 1

    def test_a_failed_container_tells_its_subcode(self, bench: Bench) -> None:
        bench.files[PICTURE] = jpeg()
        container = bench.account().publishing.create_image(PICTURE)
        bench.control("container", id=container, failure=2207026)

        status = bench.account().publishing.status(container)

        assert (status.state, status.subcode) == (ContainerState.ERROR, 2207026)

    def test_the_quota_is_over_tomorrow(self, bench: Bench) -> None:
        bench.files[PICTURE] = jpeg()
        publishing = bench.account().publishing
        bench.emulator_state.accounts[ACCOUNT_ID].published_at = [bench.clock.now()] * 50

        with pytest.raises(RetryLater) as refused:
            publishing.publish(publishing.create_image(PICTURE))

        assert refused.value.retry_after == timedelta(hours=24)


class TestComments:
    MEDIA = "17900000000000020"

    def test_comments_are_listed_answered_hidden_and_deleted(
        self, bench: Bench, login_type: str
    ) -> None:
        comments = bench.account(login_type).comments
        theirs = bench.control("comment", account=ACCOUNT_ID, media=self.MEDIA, text="How lovely")[
            "id"
        ]

        mine = comments.create(self.MEDIA, "Thank you all")
        reply = comments.reply(theirs, "Thank you!")
        listed = list(comments.of_media(self.MEDIA))

        assert [one.id for one in listed] == [mine, theirs]
        assert (
            [one.id for one in listed[1].replies]
            == [one.id for one in comments.replies(theirs)]
            == [reply]
        )
        assert (listed[1].text, listed[1].username, listed[1].hidden) == (
            "How lovely",
            "a_guest",
            False,
        )
        comments.hide(theirs)
        assert [one.hidden for one in comments.of_media(self.MEDIA)] == [False, True]
        comments.delete(mine)
        assert [one.id for one in comments.of_media(self.MEDIA)] == [theirs]

    def test_closing_comments_and_private_replies(self, bench: Bench, login_type: str) -> None:
        comments = bench.account(login_type).comments
        theirs = bench.control("comment", account=ACCOUNT_ID, media=self.MEDIA, text="Price?")["id"]

        assert comments.private_reply(theirs, "Hello")
        with pytest.raises(PermissionMissing):
            comments.private_reply(theirs, "Hello again")
        comments.enable(self.MEDIA, False)
        with pytest.raises(PermissionMissing):
            comments.create(self.MEDIA, "Too late")
        comments.enable(self.MEDIA)
        assert comments.reply_to_mention(self.MEDIA, "Nice to meet you")


class TestFacebookOnly:
    def test_pages_tell_which_account_they_are_linked_to(self, bench: Bench) -> None:
        pages = bench.account("facebook").pages.shared()

        assert [(page.id, page.instagram_id) for page in pages] == [
            ("100000000000003", "17841400000000002"),
            ("100000000000001", ACCOUNT_ID),
            ("100000000000002", None),
        ]
        assert pages[1].token is not None
        assert pages[1].token not in repr(pages)
        assert (
            bench.account("facebook", token=pages[1].token).library.profile().user_id == ACCOUNT_ID
        )

    def test_permissions_and_their_revocation(self, bench: Bench) -> None:
        pages = bench.account("facebook").pages

        assert pages.permissions()["instagram_basic"] is True
        pages.revoke()
        with pytest.raises(ReconnectRequired):
            pages.permissions()

    def test_hashtags_other_accounts_mentions_and_batches(self, bench: Bench) -> None:
        account = bench.account("facebook")

        assert (
            len(list(account.discovery.hashtag_media(account.discovery.hashtag_id("flowers")))) == 3
        )
        assert account.discovery.profile_of("example_maker").username == "example_maker"
        assert account.library.mentioned_media("17900000000070001").id == "17900000000070001"
        first, second = account.batches.read([f"{ACCOUNT_ID}?fields=username", "nothing?fields=id"])
        assert first == {"id": ACCOUNT_ID, "username": "example_shop"}
        assert isinstance(second, ObjectLag)

    def test_batches_are_not_sent_where_the_host_has_none(self, bench: Bench) -> None:
        with pytest.raises(RequestRefused):
            bench.account("instagram").batches.read(["me"])
        assert bench.calls() == 0


class TestLogin:
    def consent(
        self, bench: Bench, login_type: str, decision: str = "allow", **change: str
    ) -> dict[str, str]:
        """Clicks through the consent page; the query of the redirect back."""
        graph = bench.graph(login_type)
        url = graph.login.authorize_url(CALLBACK, "state-1", tuple(LOGIN_TYPES[login_type].scopes))
        page = bench._http.get(url)
        assert page.status_code == 200, page.text
        granted = change.pop("granted", parse_qs(urlsplit(url).query)["scope"][0]).split(",")
        query = {
            **{k: v[0] for k, v in parse_qs(urlsplit(url).query).items()},
            "account": ACCOUNT_ID,
            "decision": decision,
        }
        answer = bench._http.get(
            urlsplit(url).path,
            params={**query, **change, "granted": granted},
            follow_redirects=False,
        )
        assert answer.status_code == 302, answer.text
        return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def test_from_consent_to_a_long_lived_token(self, bench: Bench, login_type: str) -> None:
        login = bench.graph(login_type).login
        back = self.consent(bench, login_type)
        assert back["state"] == "state-1"

        short = login.exchange_code(code_of_redirect(back), CALLBACK)
        long = login.long_lived(short.token)

        # Instagram's code exchange does not tell how long the short token lives; it is an hour.
        assert short.expires_in == (timedelta(hours=1) if login_type == "facebook" else None)
        assert long.expires_in is not None
        assert long.expires_in > timedelta(days=59)
        assert (
            bench.account(login_type, token=long.token).library.profile().username == "example_shop"
        )

    @pytest.mark.parametrize("shape", ["documented", "observed"])
    def test_both_envelopes_are_read(self, bench: Bench, shape: str) -> None:
        bench.control("envelope", shape=shape)

        short = bench.graph().login.exchange_code(
            self.consent(bench, "instagram")["code"], CALLBACK
        )

        assert (short.user_id, "instagram_business_basic" in short.permissions) == (
            "25000000000000001",
            True,
        )
        assert (
            bench.account(token=short.token, account_id="me").library.profile().user_id
            == ACCOUNT_ID
        )

    def test_what_was_declined_and_which_pages_were_shared(self, bench: Bench) -> None:
        graph = bench.graph("facebook")
        asked = FACEBOOK.scope_set("insights", "comments")
        back = self.consent(
            bench,
            "facebook",
            scope=",".join(asked),
            granted=",".join(asked[:-1]),
            page="100000000000003",
        )
        token = graph.login.exchange_code(back["code"], CALLBACK).token

        info = graph.login.debug_token(token)

        assert graph.account("me", token).pages.permissions()["instagram_manage_comments"] is False
        assert info.granular_scopes["instagram_basic"] == ("17841400000000002",)
        assert [page.id for page in graph.account("me", token).pages.shared()] == [
            "100000000000003"
        ]

    def test_data_access_lapses_although_the_token_lives(self, bench: Bench) -> None:
        bench.control("token", token=TOKENS["facebook"], data_access_in_hours=-1)

        assert bench.graph("facebook").login.debug_token(TOKENS["facebook"]).is_valid
        with pytest.raises(PermissionMissing):
            list(bench.account("facebook").library.media())

    def test_standard_access_hides_accounts_without_a_role(self, bench: Bench) -> None:
        bench.control("app", id="1000000001", standard_access=True)
        bench.emulator_state.accounts[ACCOUNT_ID].has_role = False

        with pytest.raises(RequestRefused) as refused:
            bench.account().library.profile()
        assert (refused.value.cause.code, refused.value.cause.edge) == (100, "profile")

    def test_the_short_token_of_instagram_tells_who_and_what(self, bench: Bench) -> None:
        short = bench.graph().login.exchange_code(
            self.consent(bench, "instagram")["code"] + "#_", CALLBACK
        )

        assert short.user_id == "25000000000000001"
        assert "instagram_business_basic" in short.permissions

    def test_a_code_works_once_and_for_its_own_address(self, bench: Bench, login_type: str) -> None:
        login, code = bench.graph(login_type).login, self.consent(bench, login_type)["code"]
        login.exchange_code(code, CALLBACK)

        with pytest.raises((StartAgain, RequestRefused)):
            login.exchange_code(code, CALLBACK)
        with pytest.raises((StartAgain, RequestRefused)):
            login.exchange_code(
                self.consent(bench, login_type)["code"], "http://localhost:4570/other"
            )

    def test_cancelling_is_no_code(self, bench: Bench, login_type: str) -> None:
        back = self.consent(bench, login_type, decision="cancel")

        assert back["error"] == "access_denied"
        with pytest.raises(RequestRefused):
            code_of_redirect(back)

    def test_scopes_of_the_login_types_are_never_mixed(self) -> None:
        for login_type in (INSTAGRAM, FACEBOOK):
            for scope in login_type.scope_set(*login_type.scopes):
                assert scope.startswith("instagram_business_") is (login_type is INSTAGRAM)
        assert not {*INSTAGRAM.scope_set(*INSTAGRAM.scopes)} & {
            *FACEBOOK.scope_set(*FACEBOOK.scopes)
        }

    def test_a_refresh_needs_a_day_of_age(self, bench: Bench) -> None:
        login = bench.graph().login
        fresh = login.refresh(TOKEN)
        assert "instagram_business_basic" in fresh.permissions

        with pytest.raises(RequestRefused):
            login.refresh(fresh.token)
        bench.clock.advance(timedelta(hours=24))
        assert login.refresh(fresh.token).token != fresh.token

    @pytest.mark.parametrize("subcode", [458, 459, 460, 463, 467])
    def test_a_dead_token_needs_a_person(self, bench: Bench, login_type: str, subcode: int) -> None:
        bench.control("token", token=TOKENS[login_type], dead=subcode)

        for call in (
            lambda: bench.account(login_type).library.profile(),
            lambda: bench.graph(login_type).login.refresh(TOKENS[login_type]),
        ):
            with pytest.raises(ReconnectRequired) as dead:
                call()
            assert dead.value.cause.subcode == subcode
        assert bench.slept == []

    def test_a_token_dies_with_time(self, bench: Bench) -> None:
        bench.clock.advance(timedelta(days=61))

        with pytest.raises(ReconnectRequired):
            bench.graph().login.refresh(TOKEN)

    def test_what_meta_says_of_a_token(self, bench: Bench) -> None:
        info = bench.graph("facebook").login.debug_token(TOKENS["facebook"])

        assert (info.is_valid, info.app_id, info.type) == (True, APPS["facebook"].id, "USER")
        assert info.data_access_expires_at
        assert "pages_show_list" in info.scopes
        assert info.error_subcode is None
        bench.control("token", token=TOKENS["facebook"], dead=460)
        dead = bench.graph("facebook").login.debug_token(TOKENS["facebook"])
        assert (dead.is_valid, dead.error_subcode) == (False, 460)

    def test_a_token_of_the_other_login_type_is_not_accepted(self, bench: Bench) -> None:
        with pytest.raises(ReconnectRequired):
            bench.account("facebook", token=TOKEN).library.profile()


class TestBehaviour:
    def test_twenty_identical_reads_are_one_call(self, bench: Bench) -> None:
        bench.emulator_state.latency = 0.3
        account = bench.account()

        with ThreadPoolExecutor(20) as pool:
            profiles = list(pool.map(lambda _: account.library.profile(), range(20)))

        assert len(set(profiles)) == 1
        assert bench.calls() == 1

    def test_accounts_of_one_client_share_reads_but_not_answers(self, bench: Bench) -> None:
        graph = bench.graph()
        names = {
            graph.account("me", token).library.profile().username
            for token in (TOKEN, "IGAAlocalcreatortoken")
        }

        assert names == {"example_shop", "example_maker"}

    @pytest.mark.parametrize("code", [17, 613, 80002])
    def test_a_throttled_account_waits_while_another_goes_on(self, bench: Bench, code: int) -> None:
        graph = bench.graph()
        shop, maker = (
            graph.account(ACCOUNT_ID, TOKEN),
            graph.account("17841400000000002", "IGAAlocalcreatortoken"),
        )
        bench.control("throttle", account=ACCOUNT_ID, code=code, minutes=19)
        for _ in range(5):
            with pytest.raises(Throttled) as throttled:
                shop.library.profile()
            assert throttled.value.retry_after is not None
        assert bench.calls() == 1

        assert maker.library.profile().username == "example_maker"
        bench.control("throttle", account=ACCOUNT_ID)
        bench.clock.advance(timedelta(minutes=18))
        with pytest.raises(Throttled):
            shop.library.profile()
        bench.clock.advance(timedelta(minutes=2))
        assert shop.library.profile().username == "example_shop"

    def test_a_throttled_app_stops_all_accounts(self, bench: Bench) -> None:
        graph = bench.graph()
        bench.control("throttle", account="app", code=4)
        with pytest.raises(Throttled):
            graph.account(ACCOUNT_ID, TOKEN).library.profile()
        with pytest.raises(Throttled) as blocked:
            graph.account("17841400000000002", "IGAAlocalcreatortoken").library.profile()

        assert blocked.value.of_app
        assert bench.calls() == 1

    def test_high_usage_slows_down_and_very_high_usage_stops(self, bench: Bench) -> None:
        account = bench.account()
        bench.control(
            "usage", **{"X-App-Usage": '{"call_count":85,"total_time":10,"total_cputime":1}'}
        )
        account.library.profile()
        account.library.profile()
        assert bench.slept
        assert sum(bench.slept) < 3
        assert bench.measured == [("GraphUsage", 85), ("GraphUsage", 85)]

        bench.control(
            "usage", **{"X-App-Usage": '{"call_count":97,"total_time":10,"total_cputime":1}'}
        )
        account.library.profile()
        with pytest.raises(Throttled):
            account.library.profile()

    @pytest.mark.parametrize(
        "fault",
        [
            {"status": 500, "code": 2},
            {"status": 502, "body": "<html>"},
            {"drop": "before"},
            {"status": 200, "body": ""},
        ],
    )
    def test_reads_are_tried_again(self, bench: Bench, fault: dict[str, Any]) -> None:
        bench.control("fail", count=2, **fault)

        assert bench.account().library.profile().username == "example_shop"
        assert len(bench.slept) == 2

    def test_an_object_that_is_missing_once_is_asked_for_once_more(self, bench: Bench) -> None:
        bench.control("fail", count=1, status=400, code=100, subcode=33)
        assert bench.account().library.one_media("17900000000000020").id == "17900000000000020"

        with pytest.raises(ObjectLag):
            bench.account().library.one_media("404404")
        assert bench.calls("404404") == 2

    def test_too_much_data_is_asked_for_in_smaller_pages(self, bench: Bench) -> None:
        every = [
            {"id": f"{n}", "taken_at": (DAY[0] - timedelta(minutes=n)).isoformat()}
            for n in range(91)
        ]
        bench.control("media", account=ACCOUNT_ID, media=every)
        bench.control("fail", count=1000, status=500, code=1, path="media", above_limit=20)

        assert len(list(bench.account().library.media())) == 100

    def test_a_read_ends_with_its_deadline(self, bench: Bench) -> None:
        bench.control("fail", count=1000, status=503, code=2)
        started = bench.clock.now()

        with pytest.raises(RetryLater):
            bench.account().library.profile()

        assert bench.clock.now() - started <= timedelta(seconds=20)
        left = [request.max_seconds for request in bench.transport.requests]
        assert left == sorted(left, reverse=True)
        assert left[-1] < left[0] <= 20

    @pytest.mark.parametrize(
        "fault",
        [
            {"status": 500, "code": 2},
            {"drop": "before"},
            {"drop": "after"},
            {"status": 200, "body": "{}"},
        ],
    )
    def test_changes_are_made_once_whatever_happens(
        self, bench: Bench, fault: dict[str, Any]
    ) -> None:
        bench.control("fail", count=1, method="POST", **fault)

        with pytest.raises(UnknownOutcome):
            bench.account().comments.create("17900000000000020", "Hello")

        assert bench.calls("comments") == 1
        assert bench.slept == []

    def test_another_version_is_noticed_and_counted(self, bench: Bench) -> None:
        bench.graph(version="v18.0").account(ACCOUNT_ID, TOKEN).library.profile()

        assert set(bench.counted) == {"GraphVersionEnding", "GraphVersionMismatch"}
        assert (
            "warning",
            "another API version answered",
            {"asked": "v18.0", "served": "v21.0"},
        ) in bench.log.lines

    def test_every_call_is_a_line_of_its_own(self, bench: Bench) -> None:
        bench.control("fail", count=1, status=500, code=2, subcode=None)
        bench.account().library.profile()

        failed, answered = [
            extra for _, msg, extra in bench.log.lines if msg.startswith("graph call")
        ]
        assert (failed["outcome"], failed["code"], failed["attempt"], failed["trace_id"]) == (
            "RetryLater",
            2,
            1,
            "AEmulatorTrace",
        )
        assert (answered["method"], answered["edge"], answered["status"], answered["attempt"]) == (
            "GET",
            "profile",
            200,
            2,
        )

    def test_the_token_is_in_a_header_wherever_that_is_enough(
        self, bench: Bench, login_type: str
    ) -> None:
        account = bench.account(login_type)
        calls: list[Callable[[], object]] = [
            account.library.profile,
            lambda: list(account.library.media()),
            lambda: list(account.comments.of_media("17900000000000020")),
            account.publishing.limit,
        ]
        for call in calls:
            call()

        for request in bench.transport.requests:
            assert request.headers["Authorization"] == f"Bearer {TOKENS[login_type]}"
            assert TOKENS[login_type] not in str(dict(request.query)) + str(dict(request.form))
