"""A bundle's file as text to be changed, in whatever encoding it says it is in."""

from __future__ import annotations

import codecs
import re

_SAID = re.compile(r"""^(<\?xml[^>]*?)\sencoding=["']([\w.:-]+)["']""")
_MARKS = {codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF16_LE: "utf-16"}
UTF_8 = "utf-8"
#: An XML declaration is shorter, and in ASCII unless a mark comes before it.
LONGEST_DECLARATION = 200


def text_of(content: bytes) -> str:
    """The file's text. Where it is XML in another encoding than UTF-8 (modellers elsewhere write GB18030), the
    declaration no longer names that: what is saved is UTF-8. Bytes that mean nothing become U+FFFD.
    """
    beginning = content[:LONGEST_DECLARATION].decode("ascii", "replace")
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "")
    said = _SAID.match(beginning)
    encoding = marked or (said[2] if said else UTF_8)
    try:
        if codecs.lookup(encoding).name != UTF_8:
            return _SAID.sub(r"\1", content.decode(encoding))
    except (LookupError, UnicodeDecodeError):
        pass  # not what it says: shown as UTF-8, with marks where that fails
    return content.decode(UTF_8, "replace")
