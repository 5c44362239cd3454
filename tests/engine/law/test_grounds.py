"""What facts and reasons must at least say is a place's rule, with its basis."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import DefinitionInvalid
from engine.law import read_profile

CITY = Path(__file__).parents[3] / "processes/_shared/profiles/fictional-city.toml"
GROUNDS = """
[grounds]
characters = 6
rule_marks = ["《", "art."]
basis = { zh = "说理规则", en = "Rules on giving reasons" }
"""


def with_grounds(grounds: str) -> bytes:
    """The demo city with other rules on reasons."""
    before, _, rest = CITY.read_text("utf-8").partition("\n[grounds]\n")
    return (before + grounds + "\n[parameters." + rest.split("\n[parameters.", 1)[1]).encode()


def test_signs_do_not_count_and_a_rule_is_named_by_its_mark() -> None:
    rules = read_profile(with_grounds(GROUNDS)).grounds
    assert rules is not None
    assert rules.too_short("不行。。。。。。")
    assert not rules.too_short("招牌设在二层外墙。")
    assert rules.names_rule("不符合《户外广告管理办法》")
    assert rules.names_rule("See Art. 5")
    assert not rules.names_rule("就是不行")
    assert rules.say_the_same(("招牌太高。", "招牌太高"))
    assert not rules.say_the_same(("招牌太高",))


def test_a_place_without_the_rule_asks_for_nothing_of_the_kind() -> None:
    assert read_profile(with_grounds("")).grounds is None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('basis = { zh = "说理规则", en = "Rules on giving reasons" }', "", "limit-without-basis"),
        ("characters = 6", "characters = 0", "wrong-value"),
        ("characters = 6", "characters = 6\ncolour = 1", "unknown-key"),
    ],
)
def test_a_faulty_rule_is_named(old: str, new: str, code: str) -> None:
    with pytest.raises(DefinitionInvalid) as fault:
        read_profile(with_grounds(GROUNDS.replace(old, new)))
    assert code in {finding.code for finding in fault.value.findings}
