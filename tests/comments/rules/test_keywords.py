from __future__ import annotations

import pytest

from lambdas.comments.rules.keywords import Keywords, UnclearKeyword, forms
from lambdas.comments.rules.text_view import TextView


def found(keyword: str, text: str) -> str | None:
    match = Keywords((keyword,)).find(TextView(text))
    return match.text if match else None


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("café", "CAFE!"),
        ("price", "Price😍"),
        ("price(s)", "Prices?"),
        ("colo(u)r", "which color"),
        ("ship|ships|shipping", "Shipping to us"),
        ("wedding*", "two weddings"),
        ("straße", "STRASSE 5"),
        ("how much", "How\n   much?"),
        ("follow for follow", "follow-for-follow"),
        ("price?", "the price ?"),
        ("don't", "I dont know"),
        ("envoi", "l’envoi est gratuit"),
        ("@anna.b", "hi @Anna.B."),
        ("send it on @*", "Send it on @page.x"),
        ("#promo", "so #promo"),
        ("promo", "so #promo"),
        ("50%", "-50% off"),
        ("🔥", "so🔥🔥"),
        ("👍", "ok👍🏽"),
        ("❤", "❤️"),
        ("価格", "この価格は"),
        ("ราคา", "บอกราคาหน่อย"),
        ("iphone", "新iPhone価格"),
        ("سعر", "ما سِعْر هذا"),
        ("שלום", "שָׁלוֹם לך"),
        ("कीमत", "कीमत क्या है"),
        ("가격", "가격 얼마"),
        ("истек", "ИСТЁК"),
        ("قیمت", "قيمت؟"),
        ("قيمت", "قیمت"),
        ("کتاب", "كتاب"),
        ("ціна", "яка цiна?"),
        ("цена", "Цeна"),
        ("fiyat", "FİYAT ne?"),
        ("πόσος", "ΠΌΣΟΣ"),
    ],
)
def test_keyword_is_found(keyword: str, text: str) -> None:
    assert found(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("price", "priceless"),
        ("ship", "friendship"),
        ("how much", "I know how. Much love!"),
        ("price", "by @price_tag"),
        ("wedding*", "newlywedding"),
        ("price(s)", "priced"),
        ("कम", "कमल"),
        ("🔥", "❤️"),
        ("price", ""),
    ],
)
def test_keyword_is_not_found(keyword: str, text: str) -> None:
    assert found(keyword, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "p\u200br\u00adice",
        "ｐｒｉｃｅ",
        "𝗽𝗿𝗶𝗰𝗲",
        "p.r.i.c.e",
        "рriсе",
        "\u202eprice\u202c",
        "p\u0336r\u0336ice",
        "pr\u2800ice",
        "pric\U0001d173e",
    ],
)
def test_disguises_are_seen_through(text: str) -> None:
    assert found("price", text) == "price"


def test_explanation_names_the_characters() -> None:
    assert found("価格", "この価格は") == "価格"
    assert found("wedding*", "Two WEDDINGS") == "weddings"


@pytest.mark.parametrize(
    ("keyword", "sentence"),
    [
        ("f*ck", "* can only stand at the end"),
        ("how much|price", "it is not clear what | separates"),
        ("price|", "it is not clear what | separates"),
        ("a*", "at least 3 characters"),
        ("how *", "* needs a word before it"),
        (":)", "brackets hold letters"),
        ("price((s))", "brackets hold letters"),
        ("a(b)c(d)e(f)g(h)", "at most 3 parts"),
        ("価格*", "* is not needed"),
        ("-", "nothing to look for"),
        ("(s)", "nothing to look for"),
        (" ", "cannot be empty"),
        ("x" * 101, "at most 100 characters"),
    ],
)
def test_unclear_keyword_is_explained(keyword: str, sentence: str) -> None:
    with pytest.raises(UnclearKeyword) as refused:
        forms(keyword)
    assert sentence in str(refused.value)


def test_many_keywords_find_the_first_by_name() -> None:
    keywords = Keywords(tuple(f"word{number}" for number in range(200)))

    match = keywords.find(TextView("here is WORD77 of them"))

    assert match is not None
    assert match.keyword == "word77"
