"""The results of logins that the queue has finished, after a request of their person."""

from __future__ import annotations

from datetime import timedelta

from local.graph.sample import PERSON_ID
from tests.conftest import Aws
from tests.tokens.site import Site
from tests.tokens.test_early_deletion import ask, delete_posts


def test_result_goes_with_a_request(fake_aws: Aws) -> None:
    site = Site(fake_aws)
    assert site.connect(login_type="facebook").status == 200
    assert "Example Page" in site.everything_stored()
    site.clock.advance(timedelta(minutes=20))

    code = ask(site, PERSON_ID)
    delete_posts(site)

    assert site.dependencies.privacy.status(code).done_at
    left = site.everything_stored()
    assert "Example Page" not in left
    assert PERSON_ID not in left
