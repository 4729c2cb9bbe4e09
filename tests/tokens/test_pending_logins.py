"""Logins with several accounts or many Pages: choosing, the queue, and what interrupts it."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from lambdas.graph.transport import Answer, FakeTransport, Request
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State
from lambdas.tokens import handlers
from lambdas.tokens.login_state import hashed
from lambdas.tokens.pending_login import MAX_OFFERED, PendingLogin, Progress, Step
from lambdas.tokens.pending_logins import LEASE
from local.graph.data import ACCOUNT_ID
from local.graph.sample import PERSON_ID
from tests.conftest import Aws
from tests.lambda_events import Browser, Context, HttpAnswer, sqs_event
from tests.tokens.conftest import MAKER
from tests.tokens.site import Operator, Site, choose, path_of
from tests.tokens.test_privacy import DELETION, signed_request

MAKER_NUMBER, SHOP_NUMBER = "0", "1"
FACEBOOK_SECRET = "facebook-secret"


class Killed(Exception):
    """The function was killed."""


@pytest.fixture
def site(fake_aws: Aws) -> Site:
    return Site(fake_aws)


def begin(site: Site, **change: str) -> tuple[Operator, HttpAnswer]:
    """Log in with Facebook; return the browser and the redirect to the login's page."""
    browser = Operator(site.connect_entry)
    answer = browser.get("/instagram/connect", {"login_type": "facebook"})
    back = site.allow(answer.headers["location"], **change)
    return browser, browser.get("/instagram/callback", back, accept="text/html")


def offered(site: Site) -> tuple[Operator, str]:
    """Log in with two accounts; return the browser and the path of the choice."""
    browser, redirect = begin(site)
    assert redirect.status == 303
    return browser, path_of(redirect)


def shown(browser: Browser, path: str) -> HttpAnswer:
    return browser.get(path, accept="text/html")


def pending(site: Site, path: str) -> PendingLogin | None:
    return site.dependencies.logins.of_secret(path.rpartition("/")[2])


def connected(site: Site) -> set[str]:
    return {one.account_id for one in site.store.all() if one.state is not State.DISCONNECTED}


def run_again(site: Site, path: str) -> None:
    """Deliver a login's message once more."""
    message = {"login": hashed(path.rpartition("/")[2])}
    handlers.complete.using(site.dependencies)(sqs_event(message), Context())


def run_until_connected(site: Site) -> None:
    """Deliver the next message, and kill the function once it has stored an account."""

    class Dying:
        def add(self, *_: object, **__: object) -> None:
            raise SystemExit

    dying = Site(site.aws, site.bench, overrides={"audit": Dying()})
    message = site.next_completion()
    assert message
    with contextlib.suppress(SystemExit):
        handlers.complete.using(dying.dependencies)(sqs_event(message), Context())


def add_pages(site: Site, number: int) -> None:
    """Share more Pages, each linked to an account of its own."""
    state = site.bench.emulator_state
    for index in range(number):
        account_id = f"178414000001{index:05d}"
        # An account like another one, with its own id and name.
        known = state.accounts[MAKER]
        copy = type(known)(
            account_id, f"2500000001{index:07d}", f"shop_{index:03d}", known.account_type
        )
        state.accounts[account_id] = copy
        state.pages[f"2000000{index:08d}"] = {
            "name": f"Branch {index:03d}",
            "account": account_id,
            "business": None,
        }


def slow_site(aws: Aws, seconds: float, **overrides: object) -> Site:
    """Return the site while each call to Meta takes some time."""
    site = Site(aws)

    def answer(request: Request) -> Answer:
        site.clock.advance(timedelta(seconds=seconds))
        return site.bench._answer(request)

    return Site(aws, site.bench, overrides={"transport": FakeTransport(answer), **overrides})


class TestChoosing:
    def test_nothing_is_connected_before_the_choice(self, site: Site) -> None:
        browser, path = offered(site)

        page = shown(browser, path)

        assert (page.status, connected(site)) == (200, set())
        assert re.findall(r"<b>(.*?)</b>", page.text) == ["@example_maker", "@example_shop"]
        assert "Page of a business" in page.text
        assert "checked" not in page.text
        assert "form-action 'self'" in page.headers["content-security-policy"]
        assert site.queue.sent == []

    def test_chosen_account_alone_is_connected(self, site: Site) -> None:
        browser, path = offered(site)

        assert path_of(choose(browser, path, SHOP_NUMBER)) == path
        assert "reload" in shown(browser, path).text
        site.run_completions()

        assert connected(site) == {ACCOUNT_ID}
        assert "@example_shop is connected" in shown(browser, path).text
        assert site.live_token(site.now(site.store.all().__next__()))

    def test_connected_account_is_marked(self, site: Site) -> None:
        site.connect()
        browser, path = offered(site)

        page = shown(browser, path).text

        assert page.count(" checked") == 1
        assert page.index("connected already") < page.index("@example_maker")

    def test_left_out_account_stays_connected(self, site: Site) -> None:
        site.connect(MAKER)
        browser, path = offered(site)
        choose(browser, path, "1")
        site.run_completions()

        assert connected(site) == {ACCOUNT_ID, MAKER}

    def test_single_account_needs_no_choice(self, site: Site) -> None:
        _, page = begin(site, page="100000000000001")

        assert (page.status, connected(site)) == (200, {ACCOUNT_ID})

    def test_link_of_one_account_needs_no_choice(self, site: Site) -> None:
        record = site.connected(LoginType.FACEBOOK)
        ticket = site.states.issue_ticket(ACCOUNT_ID)
        browser = Browser(site.connect_entry)
        answer = browser.get(f"/instagram/reconnect/{ticket}")

        page = browser.get("/instagram/callback", site.allow(answer.headers["location"]))

        assert (page.status, connected(site)) == (200, {ACCOUNT_ID})
        assert site.now(record).version == record.version + 1

    def test_second_choice_changes_nothing(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, SHOP_NUMBER)

        assert choose(browser, path, MAKER_NUMBER).status == 303
        site.run_completions()
        assert choose(browser, path, MAKER_NUMBER).status == 303
        site.run_completions()

        assert connected(site) == {ACCOUNT_ID}
        assert site.trail() == ["connected"]

    def test_another_browser_cannot_choose(self, site: Site) -> None:
        _, path = offered(site)
        other = Browser(site.connect_entry)

        assert choose(other, path, SHOP_NUMBER).status == 403
        page = shown(other, path)
        assert "<form" not in page.text
        assert "@example_shop" not in page.text
        assert site.queue.sent == []

    def test_late_choice_is_refused(self, site: Site) -> None:
        browser, path = offered(site)
        site.clock.advance(timedelta(minutes=15))

        assert choose(browser, path, SHOP_NUMBER).status == 404
        assert "This login has ended" in shown(browser, path).text
        assert site.queue.sent == []

    @pytest.mark.parametrize("numbers", [(), ("7",), ("x",), ("-1",)])
    def test_empty_choice_is_asked_again(self, site: Site, numbers: tuple[str, ...]) -> None:
        browser, path = offered(site)

        answer = choose(browser, path, *numbers)

        assert (answer.status, "Choose at least one account" in answer.text) == (400, True)
        assert choose(browser, path, SHOP_NUMBER).status == 303

    def test_names_are_escaped(self, site: Site) -> None:
        state = site.bench.emulator_state
        state.pages["100000000000001"]["name"] = "<script>"
        browser, path = offered(site)

        page = shown(browser, path).text

        assert "<script>" not in page
        assert "&lt;script&gt;" in page

    def test_lost_message_is_sent_by_the_second_choice(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, SHOP_NUMBER)
        site.queue.sent.clear()

        choose(browser, path, SHOP_NUMBER)
        site.run_completions()

        assert connected(site) == {ACCOUNT_ID}


class TestSecrets:
    def test_no_token_leaves_its_row(self, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        before = site.everything_stored()
        messages = site.run_completions()
        seen = before + site.everything_stored() + capsys.readouterr().out + repr(messages) + path

        for secret in (*site.bench.emulator_state.tokens, path.rpartition("/")[2]):
            if secret not in path:
                assert secret not in seen

    def test_token_is_deleted_at_the_end(self, site: Site) -> None:
        browser, path = offered(site)
        assert "person_token" in site.everything_stored()
        choose(browser, path, SHOP_NUMBER)
        site.run_completions()

        assert "person_token" not in site.everything_stored()

    def test_secret_of_the_page_is_not_stored(self, site: Site) -> None:
        _, path = offered(site)

        assert path.rpartition("/")[2] not in site.everything_stored()


class TestManyPages:
    def test_rest_is_connected_by_the_queue(self, fake_aws: Aws) -> None:
        site = slow_site(fake_aws, 0.6)
        add_pages(site, 40)
        browser, path = offered(site)
        assert "was not read yet" in shown(browser, path).text
        choose(browser, path, all="yes")

        first, second = site.next_completion(), pending(site, path)
        assert first
        assert second
        assert len(second.waiting) == 42
        handlers.complete.using(site.dependencies)(sqs_event(first), Context())
        site.run_completions()

        assert len(connected(site)) == 42
        assert "42 accounts are connected" in shown(browser, path).text

    def test_progress_is_shown_by_name(self, fake_aws: Aws) -> None:
        site = slow_site(fake_aws, 2)
        add_pages(site, 40)
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.run_completions(most=1)

        page = shown(browser, path).text

        assert 0 < len(connected(site)) < 42
        assert f"{42 - len(connected(site))} Pages are still being searched" in page
        assert "<h2>Connected</h2>" in page
        assert 'http-equiv="refresh"' in page
        site.run_completions()
        assert len(connected(site)) == 42

    def test_lists_that_take_long_are_read_by_the_queue(self, fake_aws: Aws) -> None:
        site = slow_site(fake_aws, 6)
        browser, path = offered(site)
        assert "Your Pages are being searched" in shown(browser, path).text
        site.run_completions(most=1)

        page = shown(browser, path)

        assert "Which accounts should be connected?" in page.text
        assert connected(site) == set()

    @pytest.mark.parametrize(
        ("account_id", "ids"), [(MAKER, {MAKER}), ("17841400000000009", set())]
    )
    def test_link_of_one_account_connects_no_other(
        self, fake_aws: Aws, account_id: str, ids: set[str]
    ) -> None:
        site = slow_site(fake_aws, 6)
        address = site.connector.begin(LoginType.FACEBOOK, "browser", account_id)
        result = site.connector.finish(site.allow(address), "browser")
        assert result.pending
        login = site.dependencies.logins.of_secret(result.pending)
        assert login
        site.queue.send(login.id)
        site.run_completions()

        assert connected(site) == ids
        done = site.dependencies.logins.get(login.id)
        assert done
        assert (done.step, bool(done.problem)) == (Step.DONE, not ids)

    def test_outage_is_waited_for(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.bench.control("fail", count=10, path="me/accounts", status=500, code=2)
        site.bench.control("fail", count=10, path="me/businesses", status=500, code=2)
        site.run_completions(most=1)
        assert connected(site) == set()
        assert site.queue.delays[-1] == timedelta(seconds=30)
        site.bench.emulator_state.faults.clear()
        site.run_completions()

        assert connected(site) == {ACCOUNT_ID, MAKER}

    def test_endless_outage_ends(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        for edge in ("me/accounts", "me/businesses"):
            site.bench.control("fail", count=9999, path=edge, status=500, code=2)

        messages = site.run_completions()

        assert len(messages) == 20
        login = pending(site, path)
        assert login
        assert login.step is Step.DONE
        assert "@example_shop" in shown(browser, path).text

    @pytest.mark.parametrize("code", [4, 17, 32])
    def test_throttle_is_waited_for(self, site: Site, code: int) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.bench.control("fail", count=99, path="1784", status=400, code=code)
        site.run_completions(most=3)
        assert connected(site) == set()
        assert timedelta(seconds=30) < max(site.queue.delays) <= timedelta(minutes=15)
        site.bench.emulator_state.faults.clear()
        site.clock.advance(timedelta(minutes=50))
        site.run_completions()

        assert connected(site) == {ACCOUNT_ID, MAKER}

    @pytest.mark.parametrize("code", [4, 17, 32])
    def test_throttled_login_is_continued_by_the_queue(self, site: Site, code: int) -> None:
        site.bench.control("fail", count=1, path="me/", status=400, code=code)

        browser, path = offered(site)

        assert "Your Pages are being searched" in shown(browser, path).text
        site.clock.advance(timedelta(minutes=10))
        site.run_completions()
        assert "@example_shop" in shown(browser, path).text

    def test_refused_page_is_named(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.bench.control("fail", count=9, path=MAKER, status=400, code=100)
        site.run_completions()

        page = shown(browser, path).text

        assert connected(site) == {ACCOUNT_ID}
        assert "Chosen, but not connected" in page
        assert "@example_maker: Instagram did not let us read" in page

    def test_page_that_is_no_longer_shared(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        del site.bench.emulator_state.pages["100000000000003"]
        site.run_completions()

        assert connected(site) == {ACCOUNT_ID}
        assert "Its Page is no longer shared" in shown(browser, path).text

    def test_declined_list_of_pages_is_named(self, site: Site) -> None:
        granted = "instagram_basic,business_management"

        _, page = begin(site, granted=granted)

        assert "The permission to see your Pages was not given" in page.text

    def test_many_results_fit_into_a_row(self, site: Site) -> None:
        _, path = offered(site)
        login = pending(site, path)
        assert login
        notes = ("A sentence of the usual length about how it went." * 20,)
        one = replace(login.accounts[0], progress=Progress.CONNECTED, notes=notes)
        many = tuple(replace(one, account_id=str(number)) for number in range(MAX_OFFERED))

        assert site.dependencies.logins.choose(replace(login, accounts=many))

    def test_dead_token_is_explained(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        for token in site.bench.emulator_state.tokens.values():
            token.dead = 458
        site.run_completions()

        assert connected(site) == set()
        assert "did not" in shown(browser, path).text


class TestInterruptions:
    def test_message_may_come_twice(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.run_completions()
        run_again(site, path)

        assert site.trail() == ["connected"]
        assert site.trail(MAKER) == ["connected"]

    def test_killed_round_is_continued(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        audit, calls = site.dependencies.audit, []

        class Dying:
            def add(self, *arguments: object, **details: object) -> None:
                calls.append(arguments)
                if len(calls) == 2:
                    raise Killed
                audit.add(*arguments, **details)  # type: ignore[arg-type]

        dying = Site(site.aws, site.bench, overrides={"audit": Dying()})
        message = site.next_completion()
        assert message
        with pytest.raises(BatchProcessingError):
            handlers.complete.using(dying.dependencies)(sqs_event(message), Context())
        # Both are stored; the round is not. Its message returns after the lease.
        run_again(site, path)
        assert len(site.queue.sent) == 1
        site.queue.sent.clear()
        site.clock.advance(LEASE)
        run_again(site, path)

        assert "are connected" in shown(browser, path).text
        versions = {one.account_id: one.version for one in site.store.all()}
        assert versions == {ACCOUNT_ID: 1, MAKER: 1}

    def test_kill_after_the_last_write_is_continued(self, fake_aws: Aws) -> None:
        site = slow_site(fake_aws, 2)
        add_pages(site, 40)
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.run_completions(most=1)
        # The next message was not sent; the present one is delivered again.
        site.queue.sent.clear()
        run_again(site, path)
        site.run_completions()

        assert len(connected(site)) == 42

    def test_running_round_is_not_doubled(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        login = pending(site, path)
        assert login
        assert site.dependencies.logins.acquire(login.id, "another")
        site.queue.sent.clear()

        run_again(site, path)

        assert connected(site) == set()
        assert (len(site.queue.sent), site.queue.delays[-1]) == (1, LEASE)

    def test_disconnected_account_stays_disconnected(self, site: Site) -> None:
        site.connect()
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}")
        site.run_completions()

        assert connected(site) == {MAKER}
        assert "was disconnected after this login" in shown(browser, path).text

    def test_earlier_disconnection_is_no_obstacle(self, site: Site) -> None:
        site.connect()
        site.operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}")
        site.clock.advance(timedelta(seconds=5))
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.run_completions()

        assert connected(site) == {ACCOUNT_ID, MAKER}

    @pytest.mark.parametrize("chosen", [True, False])
    def test_deletion_request_ends_the_login(self, site: Site, chosen: bool) -> None:
        browser, path = offered(site)
        if chosen:
            choose(browser, path, all="yes")
        call_back(site)
        if not chosen:
            assert choose(browser, path, all="yes").status == 404
        run_again(site, path)
        site.run_completions()

        assert connected(site) == set()
        assert "person_token" not in site.everything_stored()
        assert shown(browser, path).status == 404

    def test_deletion_takes_what_a_killed_round_connected(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        site.clock.advance(timedelta(seconds=10))
        requested = int(site.clock.now().timestamp())
        site.clock.advance(timedelta(seconds=10))
        run_until_connected(site)
        assert connected(site)

        call_back(site, issued_at=requested)
        run_again(site, path)

        assert connected(site) == set()

    def test_killed_round_connects_nothing_behind_a_deletion(self, site: Site) -> None:
        browser, path = offered(site)
        choose(browser, path, all="yes")
        encrypting, name = site.dependencies.aws.kms.meta.events, "before-call.kms.Encrypt"

        def call_back_once(**_: object) -> None:
            # A token is encrypted right before it is stored.
            encrypting.unregister(name, call_back_once)
            call_back(site, issued_at=int(site.clock.now().timestamp()))

        encrypting.register(name, call_back_once)
        run_until_connected(site)
        run_again(site, path)

        assert (connected(site), pending(site, path)) == (set(), None)

    def test_late_callback_spares_a_newer_login(self, site: Site) -> None:
        before = site.clock.now() - timedelta(minutes=1)
        _, path = offered(site)
        call_back(site, issued_at=int(before.timestamp()))

        assert pending(site, path)


def call_back(site: Site, issued_at: int = 4102444800) -> None:
    """Send the person's deletion request."""
    text = signed_request(PERSON_ID, FACEBOOK_SECRET, issued_at)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    browser = Browser(handlers.privacy.using(site.dependencies))
    answer = browser.send("POST", DELETION, None, headers, f"signed_request={text}")
    assert answer.status == 200, answer.text
