"""Diagrams in English: the bundle's names, on labels that hold them."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy
from lxml import etree

from webapp.catalogue import current_releases, published
from webapp.queries.diagram import BOUNDS, DIAGRAM, diagram_xml


def labels(content: bytes) -> dict[str, tuple[float, float]]:
    """Element -> left edge and width of the label beside it."""
    found = {}
    for drawn in etree.fromstring(content).iter(f"{DIAGRAM}BPMNShape", f"{DIAGRAM}BPMNEdge"):
        bounds = drawn.find(f"{DIAGRAM}BPMNLabel/{BOUNDS}")
        if bounds is not None:
            found[str(drawn.get("bpmnElement"))] = (float(bounds.get("x")), float(bounds.get("width")))
    return found


def test_english_labels_have_room_where_they_were_drawn(db: SQLAlchemy) -> None:
    """Below an event they grow around its middle, beside it away from it."""
    release = published(current_releases()["open-pharmacy"])
    chinese = labels(diagram_xml(release, "open-pharmacy", "zh"))
    english = labels(diagram_xml(release, "open-pharmacy", "en"))
    assert english.keys() == chinese.keys()
    assert abs(sum(english["needs-registration"]) + english["needs-registration"][0] - 471) < 1  # of 210 to 260
    assert english["not-registered"][0] >= 618  # right of an event that reaches from 582 to 618
    assert english["not-registered"][1] > chinese["not-registered"][1]


def test_an_english_diagram_names_its_items_in_english(db: SQLAlchemy) -> None:
    text = diagram_xml(published(current_releases()["open-pharmacy"]), "open-pharmacy", "en").decode()
    assert 'name="Drug licence (retail)"' in text
