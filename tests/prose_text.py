"""What an issue says in sentences: the verdict, the headings and the paragraphs, a line each."""

from __future__ import annotations

import re
from html import unescape

_PARAGRAPH = re.compile(r'<h2[^>]*>(.*?)</h2>|<p(?: class="verdict")?>(.*?)</p>', re.DOTALL)


def prose_of(html: str) -> list[str]:
    found = (heading or paragraph for heading, paragraph in _PARAGRAPH.findall(html))
    return [unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in found]
