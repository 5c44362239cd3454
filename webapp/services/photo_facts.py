"""What a photo says of itself: when and where it was taken, as its EXIF data have it.

Anybody can write anything there. It is kept beside what the officer says, as stated, and nothing is decided by it.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Stated:
    """`at`: as the camera wrote it; `place`: latitude and longitude in degrees. Empty where the file says nothing."""

    at: str = ""
    place: str = ""


def stated_in(content: bytes) -> Stated:
    """What the picture says of itself; nothing where what it says cannot be read."""
    try:
        exif = Image.open(io.BytesIO(content), formats=("JPEG", "PNG")).getexif()
        own = exif.get_ifd(ExifTags.IFD.Exif)
        where = exif.get_ifd(ExifTags.IFD.GPSInfo)
        taken = own.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or ""
        return Stated(_line(taken), _place(where))
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        SyntaxError,
        ZeroDivisionError,
        struct.error,
    ):
        return Stated()


def _line(taken: object) -> str:
    """One printable line of what was written."""
    return "".join(one for one in str(taken) if one.isprintable()).strip()[:LONGEST]


def _place(where: Mapping[int, Any]) -> str:
    latitude = _degrees(where, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    longitude = _degrees(where, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    return f"{latitude:.5f}, {longitude:.5f}" if latitude is not None and longitude is not None else ""


def _degrees(where: Mapping[int, Any], value: int, side: int, negative: str, most: int) -> float | None:
    """Degrees, minutes and seconds as degrees; None for what is none on this globe."""
    parts = where.get(value)
    if not parts or len(parts) != 3:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    found = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(found) or not 0 <= found <= most:
        return None
    return -found if str(where.get(side, "")).upper() == negative else found
