"""Captions in several languages, with and without hashtags."""

from __future__ import annotations

import random

# By language: a sentence, and hashtags of which a caption has some.
LANGUAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "en": ("New in the shop today", ("newin", "handmade", "shoplocal", "ootd")),
    "de": ("Heute frisch aus der Werkstatt", ("handgemacht", "größe", "kleinesglück")),
    "fr": ("Une journée à l’atelier", ("faitmain", "été", "déco")),
    "es": ("Mañana abrimos a las nueve", ("hechoamano", "diseño", "niños")),
    "tr": ("Bugün yeni ürünler geldi", ("elyapımı", "İstanbul", "ışık")),
    "ru": ("Новая коллекция уже здесь", ("ручнаяработа", "новинки")),
    "el": ("Καλημέρα από το εργαστήριο", ("χειροποίητο", "καλοκαίρι")),
    "ar": ("صباح الخير من ورشتنا", ("صناعة_يدوية", "جديد")),
    "hi": ("आज की नई चीज़ें", ("हस्तनिर्मित", "नया")),
    "ja": ("今日の新作です", ("手作り", "新作", "カフェ")),
    "ko": ("오늘의 신상품", ("핸드메이드", "신상")),
}
COMMON_HASHTAGS = ("example", "Example_Shop", "2026")


def caption(index: int, rng: random.Random) -> str | None:
    """Return the caption of post number `index`; every tenth has none, every fifth no hashtags."""
    if index % 10 == 9:
        return None
    language = tuple(LANGUAGES)[index % len(LANGUAGES)]
    sentence, own = LANGUAGES[language]
    text = f"{sentence} {rng.choice(('✨', '🧵', '❤️', '!', ''))}".strip()
    if index % 5 == 4:
        return text
    tags = rng.sample(own, rng.randint(1, len(own))) + rng.sample(COMMON_HASHTAGS, 1)
    # Both ways to write them: after the text, and on a line of their own.
    separator = "\n.\n" if index % 3 == 0 else " "
    return text + separator + " ".join(f"#{tag}" for tag in tags)
