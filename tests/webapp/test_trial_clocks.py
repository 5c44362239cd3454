"""The limits on a trial's page: of the whole case and of each item, and what people do to them beside the diagram."""

from __future__ import annotations

import json
import re

import pytest

from engine import Words
from tests.support.office import person
from tests.webapp.browsing import Browser
from tests.webapp.test_examples import DESIGNER, copy_id
from tests.webapp.test_trial import published
from tests.webapp.trying import act, acts, section
from webapp.pages.studio.trial_words import property_words
from webapp.services import working_copies
from webapp.services.trials import own_trial

ORDINARY = "examples/ordinary.json"
REASONS = "需要调取外省档案"
__all__ = ["copy_id"]


@pytest.fixture
def designer(client) -> Browser:
    return Browser.of(client, DESIGNER)


def begun(designer: Browser, at: str = "2026-03-02T09:00") -> Browser:
    """The ordinary example, with its registration entered; drugs and devices wait for acceptance."""
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"example": ORDINARY, "jobs": "done", "at": at})
    return act(designer, "complete", "backfill", variables='{"ruling": "grant"}')


def done(designer: Browser, item: str, element: str, variables: str) -> Browser:
    """Completes the open task of this element in the process of the item."""
    name = {"P2": "药品", "P6": "招牌"}[item]
    forms = [one for one in designer.page.forms if one.fields.get("element") == element]
    folds = {next(one.iterancestors("details")).find("summary").text_content(): one for one in forms}
    [form] = [one for said, one in folds.items() if name in said]
    return designer.send(form.get("action"), dict(form.form_values()) | {"variables": variables})


def pressed(designer: Browser, kind: str, item: str, clock: str, **typed: str) -> Browser:
    """The form of an act on a limit, as it stands on the page."""
    [form] = [
        one
        for one in designer.page.forms
        if (one.fields.get("kind"), one.fields.get("key"), one.fields.get("name")) == (kind, item, clock)
    ]
    return designer.send(form.get("action"), dict(form.form_values()) | typed)


def offered(designer: Browser) -> set[tuple[str, str, str]]:
    kinds = ("extend", "await-delivery", "deliver")
    fields = [one.fields for one in designer.page.forms if one.fields.get("kind") in kinds]
    return {(one["kind"], one["key"], one["name"]) for one in fields}


def test_the_joint_limit_stands_before_those_of_the_items(designer):
    limits = section(begun(designer), "办理时限")
    assert limits.index("整件事") < limits.index("受理时限")
    assert "联办时限：45 个工作日" in limits


def begins(designer: Browser, clock: str) -> list[str]:
    """How each clock of this name that runs says from when it counts."""
    folds = designer.page.xpath(
        f"//section[contains(@class, 'trial-limits')]/details[ul][contains(summary, '{clock}')]"
    )
    return [one.xpath(".//li")[0].text_content().split("（")[1].split("）")[0] for one in folds]


def test_each_limit_says_what_began_it(designer):
    begun(designer)
    assert begins(designer, "联办时限") == ["首个事项开始办理"]
    done(designer, "P6", "accept", '{"intake_outcome": "accepted"}')
    assert set(begins(designer, "受理时限")) == {"收件"}
    assert "受理" in begins(designer, "承诺办结时限")
    for _ in range(2):
        designer.submit("/take-back")
    assert begins(designer, "承诺办结时限") == ["收件"]  # registration is decided elsewhere, and forwarded at receipt


def test_a_task_shows_the_limit_that_it_is_done_under(designer):
    begun(designer)
    assert "受理时限 到期 2026-03-09" in section(designer, "人工任务")
    done(designer, "P6", "accept", '{"intake_outcome": "correction"}')
    assert "补正期限 到期 2026-03-23" in section(designer, "人工任务")
    pressed(designer, "await-delivery", "P6", "correction")
    assert "补正期限 送达后起算" in section(designer, "人工任务")


def test_an_extension_is_granted_with_its_reasons_and_stands_among_the_acts(designer):
    begun(designer)
    done(designer, "P2", "accept", '{"intake_outcome": "accepted"}')
    assert {("extend", "", "joint"), ("extend", "P2", "promised")} <= offered(designer)
    assert ("extend", "P6", "promised") not in offered(designer)  # none is laid down for it
    before = section(designer, "办理时限")
    assert "延长：" not in before
    pressed(designer, "extend", "P2", "promised", text=REASONS)
    assert "已延长 10 个工作日（本行政机关负责人批准）" in section(designer, "办理时限")
    assert ("extend", "P2", "promised") not in offered(designer)
    assert REASONS in acts(designer)[-1]
    assert "药品经营许可" in acts(designer)[-1]


def test_an_extension_without_reasons_is_refused_at_its_field(designer):
    begun(designer)
    pressed(designer, "extend", "", "joint", text=" ")
    assert designer.status == 422
    assert "申请延期应当说明理由" in designer.errors()[0]
    [field] = designer.page.xpath("//input[@name='text' and @aria-invalid='true']")
    assert designer.page.xpath(f"//*[@id='{field.get('aria-describedby')}']")
    assert len(acts(designer)) == 2


def test_a_forged_extension_says_why_it_is_refused(designer):
    begun(designer)
    done(designer, "P6", "accept", '{"intake_outcome": "accepted"}')
    [form] = [one for one in designer.page.forms if one.fields.get("kind") == "extend"]
    designer.send(form.get("action"), dict(form.form_values()) | {"key": "P6", "text": REASONS})
    assert designer.status == 422
    assert "没有规定可以延长这个期限" in designer.text


def test_a_limit_waits_for_the_delivery_of_its_paper(designer):
    begun(designer)
    done(designer, "P6", "accept", '{"intake_outcome": "correction"}')
    pressed(designer, "await-delivery", "P6", "correction")
    assert "送达后起算" in section(designer, "办理时限")
    assert "没有日期，只能手工触发" in section(designer, "定时器")
    act(designer, "advance", amount="30", unit="days")
    pressed(designer, "deliver", "P6", "correction")
    limits = section(designer, "办理时限")
    assert "送达后起算" not in limits
    assert "告知文书送达" in limits
    assert not {one for one in offered(designer) if one[0] != "extend"}


def test_what_was_done_to_limits_is_recorded_in_the_example_and_played_again(designer, copy_id):
    designer.open(f"/studio/copies/{copy_id}/trial?example={ORDINARY}")
    designer.submit("/trial", {"jobs": "done", "at": "2026-03-02T09:00"})
    act(designer, "complete", "backfill", variables='{"ruling": "grant"}')
    pressed(designer, "extend", "", "joint", text=REASONS)
    done(designer, "P6", "accept", '{"intake_outcome": "correction"}')
    pressed(designer, "await-delivery", "P6", "correction")
    act(designer, "advance", amount="2", unit="days")
    pressed(designer, "deliver", "P6", "correction")
    [form] = [one for one in designer.page.forms if one.fields.get("form") == "record"]
    typed = {"name": "延期", "name_en": "Extended", "file": "extended", "copy": str(copy_id)}
    designer.send(form.get("action"), dict(form.form_values()) | typed)
    told = json.loads(working_copies.files_of(copy_id)["examples/extended.json"])
    beside = [one for one in told["acts"] if one.get("kind") in ("extend", "await-delivery", "deliver")]
    assert [one["kind"] for one in beside] == ["extend", "await-delivery", "deliver"]
    assert beside[0] == {"kind": "extend", "instance": 1, "text": REASONS}
    assert beside[1] == {"kind": "await-delivery", "instance": 1, "key": "P6", "name": "correction"}
    designer.open(f"/studio/copies/{copy_id}/examples")
    row = next(one for one in designer.page.xpath("//li | //tr") if "延期" in one.text_content())
    assert "不符" not in row.text_content()


def test_both_cores_do_the_acts_on_limits(designer):
    begun(designer)
    designer.submit("/take-back")
    pressed(designer, "extend", "", "joint", text=REASONS)
    made = own_trial(int(designer.url.split("?")[0].rsplit("/", 1)[-1]), by=person(DESIGNER))
    designer.open(f"/studio/trials/{made.id}/compare")
    assert "延长“整件事（全部事项）”的期限" in designer.text
    assert "没有差别" in designer.text


def test_the_limits_speak_english(designer):
    begun(designer)
    done(designer, "P6", "accept", '{"intake_outcome": "correction"}')
    address = designer.url
    designer.client.set_cookie("language", "en")
    limits = section(designer.open(address), "Legal clocks")
    assert "The whole case (all items)" in limits
    assert "Extend by 15 working days" in limits
    assert "Paper sealed later: runs from delivery" in limits


def test_acts_on_two_items_are_told_apart(designer):
    begun(designer)
    done(designer, "P2", "accept", '{"intake_outcome": "accept"}')
    done(designer, "P6", "accept", '{"intake_outcome": "accept"}')
    registered, drugs, sign = acts(designer)[1:]
    waiting = section(designer, "人工任务")
    assert "可退回到" in waiting
    assert not {"not:", "no-relatives", "returns", "separate"} & set(re.findall(r"[a-z-]+:?", waiting))
    assert registered.startswith("办结“结果回填”（市场主体设立登记）")
    assert (drugs.startswith("办结“受理审查”（"), sign.startswith("办结“受理审查”（")) == (True, True)
    assert "药品" in drugs
    assert "招牌" in sign
    tabs = [" ".join(one.text_content().split()) for one in designer.page.xpath("//nav//a[contains(@href, 'run=')]")]
    labels = [one.rstrip("0123456789 ") for one in tabs]
    assert len(set(labels)) == len(labels)


def test_what_a_diagram_says_of_a_task_is_told_in_words(app) -> None:
    def called(element: str) -> Words:
        return Words(f"环节{element}", f"step {element}")

    separate = "not:examine not:review no-relatives"
    with app.test_request_context():
        assert property_words("returns", "window a", called) == ("可退回到", "收件的窗口、环节a")
        assert property_words("separate", separate, called) == (
            "职责分离",
            "经办过这些环节的人不办：资料审查、审查；先问是否涉及本人或亲属",
        )
        assert property_words("own", "x", called) == ("own", "x")
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert property_words("separate", separate, called)[1].startswith(
            "not by who did Examination of papers, Review;"
        )
