"""Names are found by letters: from any syllable on, by first letters, and never by what lies inside of a syllable."""

from __future__ import annotations

from itertools import combinations
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pypinyin import lazy_pinyin

from tests.support import office
from tests.support.pages import Browser
from webapp.queries.worklist_picks import search_of
from webapp.search import SYLLABLES, finds, keys_of, letters_of, reads
from webapp.unit_of_work import sql

REVIEWER = "qianwei"
PHARMACY = "江城（示范区）安康大药房有限公司"


def pinyin(name: str) -> str:
    """As it is kept with a case."""
    return " ".join(lazy_pinyin(name))


FOUND = ("ankangdayaofang", "akdyf", "AKDYF", "kang", "kangda", "kangd", "anda", "an kang", "yaof", "yxgs", "gongsi")


@pytest.mark.parametrize("typed", [*FOUND, "andayaof", "jcsfqak", "ａｎｄａ", "a", "g", "xian"])
def test_a_name_is_found_from_any_syllable_on_and_by_first_letters(typed: str) -> None:
    assert reads(letters_of(typed), pinyin(PHARMACY))


@pytest.mark.parametrize(
    "typed", ["ang", "ngda", "angda", "ongsi", "jczf", "kandg", "daan", "gsyx", "ankdyf", "i", "v", ""]
)
def test_what_lies_inside_of_a_syllable_or_in_another_order_finds_nothing(typed: str) -> None:
    assert not reads(letters_of(typed), pinyin(PHARMACY))


SHARP = "江城市锐略虐待防治中心"


@pytest.mark.parametrize("typed", ["ruilve", "ruilue", "lue", "lve", "luenue", "lvenue", "nuedai", "ruilu", "lu", "lv"])
def test_the_sound_of_u_with_dots_is_typed_with_u_or_with_v(typed: str) -> None:
    assert reads(typed, pinyin(SHARP))
    assert not reads("ue", pinyin(SHARP))


def test_every_character_is_read_with_a_known_syllable() -> None:
    read = {lazy_pinyin(chr(code))[0] for code in range(0x4E00, 0xA000)}
    assert {one for one in read if one.isascii()} <= SYLLABLES


@pytest.mark.parametrize("typed", ["安康", "akdyf（", "ak1", "kang。", "😀", "ünd"])
def test_what_is_not_letters_alone_is_no_pinyin(typed: str) -> None:
    assert letters_of(typed) == ""
    assert keys_of(letters_of(typed)) == keys_of("")


def test_letters_that_can_be_cut_apart_in_very_many_ways_are_read_all_the_same() -> None:
    letters = "xian" * 60
    assert len(keys_of(letters).syllables) == 60
    assert reads(letters, " ".join(["xi an"] * 60))
    assert reads(letters, " ".join(["xian"] * 60))
    assert not reads(letters, " ".join(["xian"] * 59))


NAMES = (
    PHARMACY,
    SHARP,
    "Lue药房",
    "西安先锋药店",
    "北京大学医院",
    "天健连锁",
    "ABC药房（12店）",
    "二分店·恩平",
    "鹅",
    "",
)


def test_the_index_knows_whatever_the_letters_read(db: object) -> None:
    """The keys that a search asks for are those of the name: nothing that `reads` finds is missed."""
    for name in NAMES:
        syllables = [one for one in pinyin(name).split() if one.isalpha() and one in SYLLABLES]
        typed = {"".join(some)[:cut] for n in (1, 2, 3) for some in combinations(syllables, n) for cut in (99, -1, -2)}
        typed |= {"".join(one[0] for one in syllables[first:]) for first in range(len(syllables))}
        typed |= {one.replace("ve", "ue") for one in typed}
        for letters in sorted(one for one in typed if one and reads(one, pinyin(name))):
            values: dict[str, object] = {"pinyin": pinyin(name)}
            condition = search_of(letters, values).replace("found.search_tokens", "'{}'::text[]")
            condition = condition.replace("found.applicant_pinyin", "x.pinyin")
            row = sql().execute(f"select {condition} from (select %(pinyin)s::text) x(pinyin)", values)
            assert row.fetchone() == (True,), (name, letters)


def test_a_search_by_letters_reads_the_index(db: object) -> None:
    office.received("refused-item")
    sql().execute("set local enable_seqscan = off")
    for letters in ("anda", "akdyf", "kang"):
        values: dict[str, object] = {}
        condition = search_of(letters, values)
        plan = "\n".join(row[0] for row in sql().execute(f"explain select from cases found where {condition}", values))
        assert "case_pinyin_keys" in plan, plan
        assert "Seq Scan" not in plan, plan


@pytest.fixture
def case(db: object) -> office.Handle:
    """A case of 江城济民药房有限公司."""
    return office.received("refused-item")


@pytest.mark.parametrize("text", ["jimin", "jmyf", "yaofang", "minyao", "jiyao", "yxgs", "gongs", "jiangcheng", "cjm"])
def test_the_inbox_finds_an_applicant_from_any_syllable_on(case: office.Handle, client: FlaskClient, text: str) -> None:
    page = Browser(client, REVIEWER).open(f"/inbox?q={quote(text)}")
    assert [row[1] for row in page.rows()[:1]] == [case.number]
    assert "本部门参与的办件" in page.words()  # the cases of the department, found in the same way


@pytest.mark.parametrize("text", ["iangcheng", "engji", "imin", "minji", "zzz"])
def test_the_inbox_finds_nothing_inside_of_syllables(case: office.Handle, client: FlaskClient, text: str) -> None:
    page = Browser(client, REVIEWER).open(f"/inbox?q={quote(text)}")
    assert page.rows() == []
    assert "没有符合条件的任务" in page.words()


def test_what_one_has_done_is_found_by_letters_too(case: office.Handle, client: FlaskClient) -> None:
    office.act(case.id, "accept", "P2", by=office.person(REVIEWER))
    screen = Browser(client, REVIEWER)
    assert screen.open("/inbox?tab=done&q=yaofang").rows()[0][1] == case.number
    assert screen.open("/inbox?tab=done&q=minji").rows() == []


def test_a_colleague_is_found_by_name_title_and_letters() -> None:
    who = ("张三丰", "zhang san feng", "药品审批科")
    for typed in ("张三", "三丰", "药品", "zsf", "sanf", "zhangfeng", "feng", ""):
        assert finds(typed, *who), typed
    for typed in ("李", "hang", "sfz", "anfeng"):
        assert not finds(typed, *who), typed
