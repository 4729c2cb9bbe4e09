"""Links in a text: with or without a scheme, also with the dot written as a word.

User names (`@user.name`), e-mail addresses, numbers and sentences without a space after the full
stop are no links. Neither is the bare name of a site that everyone knows: who writes "I saw it on
instagram.com" promotes nothing. With a path it is a link.
"""

from __future__ import annotations

import re

# Endings of domains that spam and shops use and that are no words after a full stop.
_ENDINGS = (
    "com|net|org|info|biz|dev|shop|store|online|website|xyz|club|vip|ly|gg|tech|icu|cc|ru|cn|uk|eu|"
    "de|fr|ch|nl|pl|cz|dk|pt|au|jp|kr|br|mx|tr|ua|ro|hu|gr|ie|nz|za|ng|ke|ph|vn|id|th|ar|cl|agency|"
    "casino|crypto|edu|gov"
)
# Endings that are also words: links only with a path, or after a name with a digit or a hyphen.
_WORDLIKE = (
    "me|it|is|to|at|in|am|be|us|my|so|no|es|la|do|tv|ai|fm|pro|guru|how|win|one|fun|now|se|ca|co|io|"
    "pe|ee|live|click|link|page|space|top|art|money|bet|loan|trade|finance|bio|app|site|digital"
)
_LABEL = r"[^\W_][\w-]{0,62}"
_DOT = r"[(\[{]\s?(?:dot|punkt|punto|point|ponto|\.)\s?[)\]}]"
# Capitals tell "Bonito.De donde" from a domain: an ending is all small or all capital.
_LINK = re.compile(
    rf"""
    (?i:https?)://[^\s/?#.]\S*
    | (?<![\w@.])(?i:www)\.{_LABEL}\.[\w./?=&%-]+
    | (?<![\w@.-])(?:{_LABEL}\.){{1,5}}(?:{_ENDINGS}|{_ENDINGS.upper()}|Com|Net|Org)
      (?![\w@-])(?!\.\w)(?:[/?:]\S*)?
    | (?<![\w@.-])(?:{_LABEL}\.){{1,5}}(?i:{_WORDLIKE})/[\w+@-]\S*
    | (?<![\w@.-])(?=[a-zA-Z]{{0,60}}[\d-])(?=[\d-]{{0,60}}[a-zA-Z])
      [a-zA-Z0-9-]{{1,62}}\.(?:{_WORDLIKE})(?![\w@.-])
    | (?<![\w@.-])(?i:{_LABEL}\s{{0,3}}{_DOT}\s{{0,3}}(?:{_ENDINGS}))(?![\w@-])
    | (?<![\w@.-])(?i:{_LABEL}\ dot\ (?:com|net|org|shop|xyz))(?![\w@-])
    """,
    re.VERBOSE,
)
_KNOWN = re.compile(
    r"(?:www\.)?(?:instagram|facebook|messenger|whatsapp|tiktok|youtube|google|gmail|pinterest|"
    r"twitter|threads|snapchat|linkedin|reddit|amazon|ebay|etsy|netflix|spotify|wikipedia|booking|"
    r"airbnb|tripadvisor|hotmail|outlook|yahoo|apple|paypal)"
    r"\.(?:com|net|org|co\.uk|com\.br|com\.mx|de|fr|es|it|pt|at|ch|nl|uk)[/?:.]?",
    re.IGNORECASE,
)
# Without one of these there is no link; most texts have none, and this is quick to see.
_HINT = re.compile(r"[^\s.][.]\w|://|\bdot\b|[(\[{]\s?(?:dot|punkt|punto|point|ponto|\.)", re.I)


def find_link(text: str) -> str | None:
    """Return the first link of a visible text, or None."""
    if _HINT.search(text) is None:
        return None
    links = (one[0] for one in _LINK.finditer(text))
    return next((one[:100] for one in links if _KNOWN.fullmatch(one) is None), None)
