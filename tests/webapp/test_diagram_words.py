"""Diagrams in English: the bundle's names, on labels that hold them."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy
from lxml import etree

from webapp.catalogue import current_releases, published
from webapp.queries.diagram import BOUNDS, DIAGRAM, LABEL_WIDTH, diagram_xml


def labels(content: bytes) -> dict[str, tuple[float, float]]:
    """Element -> middle and width of the label beside it."""
    found = {}
    for drawn in etree.fromstring(content).iter(f"{DIAGRAM}BPMNShape", f"{DIAGRAM}BPMNEdge"):
        bounds = drawn.find(f"{DIAGRAM}BPMNLabel/{BOUNDS}")
        if bounds is not None:
            width = float(bounds.get("width"))
            found[str(drawn.get("bpmnElement"))] = (float(bounds.get("x")) + width / 2, width)
    return found


def test_english_labels_have_room_and_stay_where_they_were_drawn(db: SQLAlchemy) -> None:
    release = published(current_releases()["open-pharmacy"])
    chinese = labels(diagram_xml(release, "open-pharmacy", "zh"))
    english = labels(diagram_xml(release, "open-pharmacy", "en"))
    assert english.keys() == chinese.keys()
    assert all(abs(english[key][0] - chinese[key][0]) < 0.01 for key in chinese)
    assert all(chinese[key][1] <= english[key][1] <= max(LABEL_WIDTH, chinese[key][1]) for key in chinese)
    assert any(english[key][1] > chinese[key][1] for key in chinese)


def test_an_english_diagram_names_its_items_in_english(db: SQLAlchemy) -> None:
    text = diagram_xml(published(current_releases()["open-pharmacy"]), "open-pharmacy", "en").decode()
    assert 'name="Drug licence (retail)"' in text
