"""A place's own rules, and the words of rulings."""

from datetime import date, time

import pytest

from engine.bundles.model import ItemKind
from engine.errors import DefinitionInvalid
from engine.law import DecidingUnit, LimitMissing, read_profile, remedy_paragraph, remedy_terms, ruling_words
from engine.words import Words

PROFILE = """
format = 1
key = "somewhere"
valid_from = 2026-01-01
demo = true
name = { zh = "某市", en = "Somewhere" }
region_code = "0001"
document_prefix = "某"
time_zone = "Asia/Shanghai"
government = { zh = "某市人民政府", en = "Government of Somewhere" }
[office_hours]
morning = ["09:00", "12:00"]
afternoon = ["13:30", "17:30"]
basis = { zh = "公告", en = "Notice" }
[commitment]
items = ["P2"]
basis = { zh = "清单", en = "List" }
[parameters.intake-limit]
name = { zh = "受理审查期限", en = "Limit for the intake decision" }
value = 5
unit = "working_days"
basis = { zh = "第三十二条", en = "art. 32" }
[parameters.day-of-event-counts]
name = { zh = "当日计入", en = "First day counts" }
value = false
unit = "rule"
basis = { zh = "示例", en = "Example" }
"""
REMEDY = """
[parameters.reconsideration-limit]
name = { zh = "复议期限", en = "Time for reconsideration" }
value = 60
unit = "calendar_days"
basis = { zh = "行政复议法第二十条", en = "Reconsideration Law, art. 20" }
[parameters.suit-limit]
name = { zh = "起诉期限", en = "Time to sue" }
value = 6
unit = "months"
basis = { zh = "行政诉讼法第四十六条", en = "Litigation Law, art. 46" }
"""
KINDS = """
[kinds.licence]
intake = { zh = "第三十二条", en = "art. 32" }
[kinds.licence.outcomes]
correction = { zh = "第三十二条第四项", en = "art. 32 (4)" }
[kinds.licence.silence]
value = 5
unit = "working_days"
basis = { zh = "第三十二条第四项", en = "art. 32 (4)" }
[kinds.licence.limits.intake-limit]
value = 2
unit = "working_days"
basis = { zh = "承诺", en = "promise" }
[kinds.filing]
intake = { zh = "备案办法", en = "filing rules" }
"""


def codes(text: str) -> set[tuple[str, str]]:
    with pytest.raises(DefinitionInvalid) as refused:
        read_profile(text.encode(), "profiles/somewhere.toml")
    return {(finding.code, finding.element) for finding in refused.value.findings}


def test_a_figure_that_is_no_limit_is_no_clock():
    figure = '\n[parameters.holidays]\nname = { zh = "节日", en = "Holidays" }\nvalue = 13\nunit = "count"\n'
    figure += 'basis = { zh = "放假办法", en = "Holidays" }\n'
    profile = read_profile((PROFILE + figure).encode())
    assert profile.parameters["holidays"].value == 13
    with pytest.raises(KeyError):
        profile.terms("holidays")
    assert codes(PROFILE + figure.replace("13", '"many"')) == {("wrong-value", "parameters.holidays.value")}


def test_a_profile_is_read():
    profile = read_profile(PROFILE.encode())
    assert profile.jurisdiction == Words("某市", "Somewhere")
    assert profile.demo
    assert profile.valid_from == date(2026, 1, 1)
    assert profile.commitment_list == ("P2",)
    assert (profile.office_hours.opens, profile.office_hours.closes) == (time(9), time(17, 30))
    intake = profile.terms("intake-limit", "intake")
    assert (intake.name, intake.value, intake.unit, intake.basis.en) == (
        "intake",
        5,
        "working_days",
        "art. 32",
    )
    assert profile.rule("day-of-event-counts", True) is False
    assert profile.rule("after-hours", "same-day") == "same-day"


def test_a_rule_is_no_limit():
    with pytest.raises(KeyError):
        read_profile(PROFILE.encode()).terms("day-of-event-counts")


def test_a_limit_without_unit_or_basis_is_refused():
    lame = PROFILE.replace('unit = "working_days"\n', "").replace('basis = { zh = "示例", en = "Example" }', "")
    assert codes(lame) == {
        ("limit-without-unit", "parameters.intake-limit"),
        ("limit-without-basis", "parameters.day-of-event-counts"),
    }
    assert codes(PROFILE.replace("第三十二条", " ")) == {("limit-without-basis", "parameters.intake-limit")}


def test_each_kind_of_item_stands_on_its_own_texts():
    profile = read_profile((PROFILE + KINDS).encode())
    licence, filing = profile.kinds["licence"], profile.kinds["filing"]
    assert (licence.basis_of("correction").en, licence.basis_of("accepted").en) == ("art. 32 (4)", "art. 32")
    assert filing.basis_of("correction").en == "filing rules"
    silence = profile.silence("licence")
    assert silence is not None
    assert (silence.value, silence.unit, silence.basis.en) == (5, "working_days", "art. 32 (4)")
    assert profile.silence("filing") is None
    assert profile.silence("confirmation") is None  # of which the place says nothing
    assert profile.terms("intake-limit", kind="licence").value == 2
    assert profile.terms("intake-limit", kind="filing").value == 5


def test_what_a_kind_states_has_a_basis_and_a_unit_or_is_refused():
    assert codes(PROFILE + KINDS.replace('zh = "备案办法"', 'zh = ""')) == {
        ("intake-without-basis", "kinds.filing.intake")
    }
    without_unit = KINDS.replace('value = 2\nunit = "working_days"\n', "value = 2\n")
    assert codes(PROFILE + without_unit) == {("limit-without-unit", "kinds.licence.limits.intake-limit")}
    assert codes(PROFILE + KINDS.replace("correction = ", "postponed = ")) == {
        ("wrong-value", "kinds.licence.outcomes.postponed")
    }


def test_other_faults_are_named_together():
    bad = (
        PROFILE.replace("value = 5", "value = -5")
        .replace("Asia/Shanghai", "Mars/Base")
        .replace('"12:00"', '"noon"')
        .replace("demo = true", 'demo = "yes"')
    )
    assert codes(bad) == {
        ("wrong-value", "parameters.intake-limit.value"),
        ("wrong-value", "time_zone"),
        ("wrong-value", "office_hours.morning"),
        ("wrong-value", "demo"),
    }


# ---------------------------------------------------------------- rulings

UNIT = DecidingUnit(
    Words("某市行政审批服务管理局", "the Approval Bureau of Somewhere"),
    Words("某市人民政府", "the Government of Somewhere"),
    Words("某市人民法院", "the People's Court of Somewhere"),
)


@pytest.mark.parametrize("kind", ItemKind)
def test_every_kind_has_its_words_in_both_languages(kind):
    words = ruling_words(kind)
    for ruling in ("grant", "refuse"):
        for text in (words.ruling(ruling), words.proposal(ruling), words.document_title(ruling)):
            assert text.zh
            assert text.en


def test_a_filing_is_not_licensed():
    assert ruling_words("filing").ruling("refuse").zh == "不予备案"
    assert ruling_words("licence").proposal("grant").zh == "建议准予许可"
    assert ruling_words("registration").document_title("refuse").zh == "不予登记通知书"


def test_the_remedy_names_body_court_and_both_periods():
    paragraph = remedy_paragraph(UNIT, remedy_terms(read_profile((PROFILE + REMEDY).encode())))
    assert "60日内" in paragraph.zh
    assert "6个月内" in paragraph.zh
    assert "某市人民政府" in paragraph.zh
    assert "某市人民法院" in paragraph.zh
    assert "60 calendar days" in paragraph.en


def test_how_long_a_remedy_is_open_is_said_by_the_profile_or_not_at_all():
    own = read_profile((PROFILE + REMEDY.replace("value = 6", "value = 3")).encode())
    assert "3个月内" in remedy_paragraph(UNIT, remedy_terms(own)).zh
    with pytest.raises(LimitMissing) as missing:
        remedy_terms(own, reconsideration_first=True)
    assert missing.value.key == "suit-after-reconsideration-limit"
    with pytest.raises(LimitMissing):
        remedy_terms(read_profile(PROFILE.encode()))


TOLERANCE = """
[tolerance]
items = ["P2"]
basis = { zh = "规定", en = "Rules" }
[tolerance.limit]
value = 5
unit = "working_days"
basis = { zh = "规定", en = "Rules" }
[tolerance.late]
consequence = "withdrawn"
basis = { zh = "规定", en = "Rules" }
[tolerance.check]
value = 2
unit = "working_days"
basis = { zh = "规定", en = "Rules" }
[tolerance.put_right]
value = 3
unit = "working_days"
basis = { zh = "规定", en = "Rules" }
"""


def test_how_long_a_check_of_what_was_brought_takes_is_read_with_its_basis() -> None:
    rules = read_profile((PROFILE + TOLERANCE).encode()).tolerance
    assert rules is not None
    assert rules.check is not None
    assert rules.put_right is not None
    assert (rules.check.name, rules.check.value, rules.put_right.value) == ("tolerance-check", 2, 3)
    bare = TOLERANCE.replace('[tolerance.check]\nvalue = 2\nunit = "working_days"\nbasis', "[tolerance.check]\n#")
    assert ("limit-without-basis", "tolerance.check") in codes(PROFILE + bare)
    assert ("limit-without-unit", "tolerance.check") in codes(PROFILE + bare)


def test_that_a_qr_code_alone_suffices_needs_a_basis_and_is_not_so_where_nothing_is_said() -> None:
    assert read_profile(PROFILE.encode()).qr_alone is None
    with_phone = PROFILE.replace(
        "[parameters.intake-limit]", "[commitment.phone]\nqr_alone = true\n[parameters.intake-limit]"
    )
    assert ("limit-without-basis", "commitment.phone") in codes(with_phone)
    said = with_phone.replace("qr_alone = true", 'qr_alone = true\nbasis = { zh = "办法", en = "Rules" }')
    assert read_profile(said.encode()).qr_alone == Words("办法", "Rules")
    assert read_profile(said.replace("= true\nbasis", "= false\nbasis").encode()).qr_alone is None
