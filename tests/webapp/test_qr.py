"""The QR code on papers: whole at every size, with its quiet zone."""

from __future__ import annotations

from lxml import etree

from webapp.pages.application.qr import MODULE, QUIET_ZONE, qr_svg


def test_a_code_scales_with_its_frame_and_keeps_its_quiet_zone() -> None:
    svg = etree.fromstring(str(qr_svg("http://127.0.0.1:8000/licences/ABCDEFGHJK")))
    left, top, width, height = (float(number) for number in svg.get("viewBox").split())
    assert (left, top) == (0, 0)
    assert width == height
    assert int(svg.get("width")) == width * MODULE
    path = svg.find("path")
    assert path.get("d").startswith(f"M{QUIET_ZONE} {QUIET_ZONE}.5h7")  # a finder pattern begins behind the zone
    assert path.get("transform") is None
