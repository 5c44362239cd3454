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
    """The QR code of `text` (level M) as one <svg>: a width and height of its own, whole at any other."""
    code = segno.make(text, error="m", micro=False)
    target = io.BytesIO()
    # Without the view box a style sheet's size would crop the picture instead of scaling it.
    code.save(target, kind="svg", border=QUIET_ZONE, xmldecl=False, svgns=False, omitsize=True, nl=False)
    width, height = code.symbol_size(scale=MODULE, border=QUIET_ZONE)
    sized = target.getvalue().decode().replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)
    return Markup(sized)
