"""QR codes as plain SVG: the policy of our pages forbids inline styles, and paper needs sharp edges."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup

from webapp.settings import current_settings

QUIET_ZONE = 4  # modules, as the standard asks
MODULE = 4  # pixels of one module on the screen
TRACKING_PATH = "/track"


def tracking_address(number: str | None = None) -> str:
    """The public address at which a case is followed; with the number filled in where there is one."""
    address = current_settings().public_url + TRACKING_PATH
    return f"{address}?number={number}" if number else address


def qr_svg(text: str) -> Markup:
    """The QR code of `text` (level M) as one <svg> with its own width and height."""
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        target, kind="svg", border=QUIET_ZONE, xmldecl=False, svgns=False, scale=MODULE, nl=False
    )
    return Markup(target.getvalue().decode())
