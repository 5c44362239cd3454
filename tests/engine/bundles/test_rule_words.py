"""Tables of a place's rules in words: what they are called in the file, and plain words for the sections around."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.bundles import places_of_rules

SHARED = Path("processes/_shared")
#: Keys of items stay: the places' catalogues name them so.
ITEM = re.compile(r"P\d")


@pytest.mark.parametrize("file", sorted(SHARED.glob("profiles/*.toml")) + sorted(SHARED.glob("supervision/*.toml")))
def test_no_key_of_a_section_is_left_in_the_shipped_rules(file: Path) -> None:
    for place in places_of_rules(file.name, file.read_bytes()):
        parts = [part for part in place.name.zh.split(" · ") if not ITEM.fullmatch(part)]
        assert parts, place.element
        assert not [part for part in parts if re.fullmatch(r"[a-z][a-z0-9_-]*", part)], place
        assert not re.search(r"[\u3400-\u9fff]", place.name.en), place


def names(text: str) -> dict[str, str]:
    return {place.element: place.name.zh for place in places_of_rules("profiles/x.toml", text.encode())}


def test_a_table_is_told_with_what_it_stands_in() -> None:
    found = names(
        '[tolerance.late]\nbasis = { zh = "某办法", en = "Rules" }\n'
        '[pauses.hearing]\nname = { zh = "听证会", en = "hearing" }\nbasis = { zh = "某法", en = "Act" }\n'
        '[verification.items.P4.facts.shop]\nname = { zh = "店名", en = "shop" }\n'
    )
    assert found == {
        "tolerance.late": "容缺受理 · 逾期的后果",
        "pauses.hearing": "暂停计时 · 听证会",
        "verification.items.P4.facts.shop": "事后核查 · P4 · 比对的内容 · 店名",
    }


def test_a_section_that_nobody_knows_keeps_its_key() -> None:
    assert names('[weather.wind]\nbasis = { zh = "某法", en = "Act" }\n') == {"weather.wind": "weather · wind"}
    assert names('[tolerance.moon]\nbasis = { zh = "某法", en = "Act" }\n') == {"tolerance.moon": "容缺受理 · moon"}


def test_a_name_that_is_no_words_is_not_shown() -> None:
    assert names('[tolerance.late]\nname = "late"\nbasis = { zh = "某法", en = "Act" }\n') == {
        "tolerance.late": "容缺受理 · 逾期的后果"
    }
