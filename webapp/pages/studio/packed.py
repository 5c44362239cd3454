"""A file that is not kept goes along in its page's form, so that it can be tried from there."""

from __future__ import annotations

import binascii
import zlib
from base64 import b64decode, b64encode

from engine import Words
from webapp.errors import FileRefused
from webapp.services.release_uploads import LARGEST_FILE

#: Characters of a form's field; what compresses to more does not go along.
MOST_CHARACTERS = 1_500_000


def packed(content: bytes) -> str:
    """The content as text for a hidden field; "" where it is too much for one."""
    text = b64encode(zlib.compress(content)).decode("ascii")
    return text if len(text) <= MOST_CHARACTERS else ""


def unpacked(name: str, text: str) -> bytes:
    """The content again, never more than a file may have. Raises FileRefused."""
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(b64decode(text, validate=True), LARGEST_FILE + 1)
    except (binascii.Error, ValueError, zlib.error) as unreadable:
        raise FileRefused(name, Words("请重新选择文件。", "choose the file again.")) from unreadable
    return content  # one byte too many is refused with all files that are too large
