"""Suggested hashtags: from the account's history and the caption's words, in any script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdas.analytics import keys
from lambdas.analytics.writer import Change, NumbersWriter, first_collection
from lambdas.publishing.hashtags import HashtagSuggestionsJson, suggestions
from lambdas.publishing.own_history import Basis, PastPost
from lambdas.publishing.plan import Plan
from tests.analytics.rows import COLLECTED, post
from tests.conftest import Aws
from tests.json_types import JsonObject
from tests.publishing.posts import ACCOUNT
from tests.publishing.settings import publishing_settings
from tests.publishing.site import Site, at


def suggested(
    caption: str, *posts: PastPost, basis: Basis = Basis.ANALYTICS, standing: tuple[str, ...] = ()
) -> HashtagSuggestionsJson:
    history = (basis if posts else Basis.NONE, list(posts))
    return suggestions(ACCOUNT, caption, history, standing)


def tags(found: HashtagSuggestionsJson) -> list[str]:
    return [one.hashtag for one in found.suggestions]


USUAL = [PastPost("nothing", 100.0)] * 9


def test_reach_and_word_are_reasons() -> None:
    posts = [PastPost("#Hochzeit", 140.0)] * 12 + [PastPost("", 100.0)] * 20

    found = suggested("Eine Hochzeit", *posts)

    assert found.suggestions[0].hashtag == "#Hochzeit"
    assert found.suggestions[0].reasons == [
        "used in 12 posts; median reach 1.4x of the account's",
        'the word "Hochzeit" is in the caption',
    ]


def test_better_reach_comes_first() -> None:
    posts = [PastPost("#weak", 50.0)] * 4 + [PastPost("#strong", 300.0)] * 4 + USUAL

    assert tags(suggested("", *posts)) == ["#strong", "#weak"]


def test_one_lucky_post_is_no_history() -> None:
    assert tags(suggested("", PastPost("#lucky", 9000.0), *USUAL)) == []


def test_order_does_not_depend_on_history_order() -> None:
    posts = [PastPost("#b #a", 10.0), PastPost("#a #B", 20.0), PastPost("#c #b", 30.0)] * 2

    assert suggested("c", *posts) == suggested("c", *reversed(posts))


def test_present_hashtags_are_left_out() -> None:
    posts = [PastPost("#Straße #fest", 10.0)] * 3

    assert tags(suggested("#STRASSE", *posts)) == ["#fest"]


def test_spelling_of_account_is_kept() -> None:
    posts = [PastPost("#SommerFest"), PastPost("#SommerFest"), PastPost("#sommerfest")]

    assert tags(suggested("", *posts)) == ["#SommerFest"]


def test_two_spellings_of_accents_are_one() -> None:
    posts = [PastPost("#cafe\u0301", 10.0), PastPost("#caf\u00e9", 10.0)]

    [one] = suggested("im CAFÉ", *posts).suggestions

    assert one.reasons[0].startswith("used in 2 posts")
    assert len(one.reasons) == 2


def test_adjacent_words_make_hashtag() -> None:
    found = suggested("Hochzeit in Berlin", PastPost("#hochzeitinberlin", 10.0))

    assert 'the words "Hochzeit in Berlin" are in the caption' in found.suggestions[0].reasons


@pytest.mark.parametrize(
    ("caption", "tag"),
    [
        ("今日は結婚式の写真です", "結婚式"),
        ("ภาพงานแต่งงานของเรา", "งานแต่งงาน"),
        ("我们的婚礼照片", "婚礼"),
    ],
)
def test_scripts_without_spaces_are_searched(caption: str, tag: str) -> None:
    found = suggested(caption, PastPost(f"#{tag}", 10.0))

    assert f'the word "{tag}" is in the caption' in found.suggestions[0].reasons


def test_short_tag_is_not_part_of_word() -> None:
    assert "#art" not in tags(suggested("Party in Stuttgart", PastPost("#art", 10.0)))


def test_no_history_suggests_caption_words() -> None:
    found = suggested("Ein Fest für @emma in https://a.test und 結婚式の写真 #fest")

    assert found.basis is Basis.NONE
    assert "no earlier posts" in found.note
    assert tags(found) == ["#写真", "#結婚式"]


def test_own_posts_count_without_analytics() -> None:
    found = suggested("", *[PastPost("#fest")] * 3, basis=Basis.POSTS)

    assert found.suggestions[0].reasons == ["used in 3 posts made here"]
    assert "Without numbers" in found.note


def test_limit_of_hashtags_is_kept() -> None:
    caption = " ".join(f"#tag{n}" for n in range(27))
    posts = [PastPost("#one #two #three #four #five", 10.0)] * 3

    found = suggested(caption, *posts, standing=("#house",))

    assert found.remaining == 2
    assert len(found.suggestions) == 2


def test_full_caption_gets_no_suggestion() -> None:
    caption = " ".join(f"#tag{n}" for n in range(31))

    assert tags(suggested(caption, *[PastPost("#one", 10.0)] * 3)) == []


def test_length_of_caption_is_kept() -> None:
    posts = [PastPost("#tenletters #abc", 10.0)] * 3

    assert tags(suggested("x " * 1097, *posts)) == ["#abc"]


def test_zero_reach_divides_by_nothing() -> None:
    found = suggested("", *[PastPost("#fest", 0.0)] * 3)

    assert found.suggestions[0].reasons == ["used in 3 posts; their reach is not known"]


SUGGESTIONS = "/instagram/hashtags/suggestions"


def asked(site: Site, caption: str = "") -> JsonObject:
    answer = site.operator.get(SUGGESTIONS, {"caption": caption, "account": ACCOUNT})
    assert answer.status == 200, answer.text
    found: JsonObject = answer.json
    return found


def measured(site: Site, *captions: str, reach: int = 100) -> None:
    """Write posts as the collection of numbers does."""
    found = site.dependencies
    table = found.aws.table(site.aws.numbers)
    writer = NumbersWriter(table, found.marks, "main", ACCOUNT, None)
    for number, caption in enumerate(captions):
        taken = f"2026-04-{number + 1:02}T12:00:00Z"
        one = post(taken, caption=caption, numbers={"reach": reach, "likes": 3})
        sort = keys.at("POST", one.taken_at, one.id)
        writer.write([Change(sort, COLLECTED, one)], first_collection(COLLECTED))


def test_stored_numbers_are_read(site: Site) -> None:
    measured(site, "#fest", "#fest und mehr", "")

    found = asked(site, "Ein Fest, mit Komma")

    assert (found["basis"], found["posts"]) == ("analytics", 3)
    assert found["suggestions"][0]["reasons"] == [
        "used in 2 posts; median reach 1.0x of the account's",
        'the word "Fest" is in the caption',
    ]
    assert found["suggestions"][1]["hashtag"] == "#Komma"


def test_posts_made_here_count_without_numbers(site: Site) -> None:
    for number in range(2):
        site.made(client_request_id=str(number), caption="#fest", publish_at=at())

    found = asked(site)

    assert (found["basis"], found["suggestions"][0]["hashtag"]) == ("posts", "#fest")


def test_site_without_numbers_has_no_table(fake_aws: Aws) -> None:
    site = Site(fake_aws, settings=replace(publishing_settings(fake_aws), analytics_table_name=""))
    site.connect()

    assert asked(site, "Hochzeit")["basis"] == "none"


def test_standing_hashtags_are_not_suggested(site: Site) -> None:
    measured(site, "#fest #berlin", "#fest #berlin")
    plan = Plan(zone="Europe/Berlin", standing_hashtags=("#fest",))
    site.dependencies.plans.write(ACCOUNT, plan, None)

    found = asked(site)

    assert [one["hashtag"] for one in found["suggestions"]] == ["#berlin"]
    assert found["remaining"] == 29


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"caption": "x"}, 400, "invalid_account"),
        ({"caption": "x", "account": "999"}, 404, "unknown_account"),
        ({"caption": "x" * 10_001, "account": ACCOUNT}, 400, "caption_too_long"),
    ],
)
def test_wrong_question_is_refused(
    site: Site, query: dict[str, str], status: int, code: str
) -> None:
    answer = site.operator.get(SUGGESTIONS, query)

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
