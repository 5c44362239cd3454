"""What a trial does for whoever tries: begins as the chosen example, takes its values over, says what is open."""

from __future__ import annotations

import json

import pytest

from tests.support.office import person
from tests.webapp.browsing import Browser
from tests.webapp.test_examples import DESIGNER, copy_id
from tests.webapp.test_trial import published
from tests.webapp.trying import acts, section
from webapp.queries.working_copies import digests_of
from webapp.services import working_copies
from webapp.services.trials import own_trial

ORDINARY = "examples/ordinary.json"
__all__ = ["copy_id"]


@pytest.fixture
def designer(client) -> Browser:
    return Browser.of(client, DESIGNER)


def test_a_chosen_example_gives_its_variables_without_being_filled_in(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"example": ORDINARY})
    assert "已用示例“" in designer.text
    assert "企业登记审查岗" in section(designer, "人工任务（2）")


def test_what_one_has_typed_is_not_replaced_by_an_example(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"example": ORDINARY, "process": "verification", "variables": '{"groups": {}}'})
    assert "已用示例“" not in designer.text
    assert "groups" in section(designer, "变量")


def test_another_example_replaces_the_variables_of_the_one_before(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"example": ORDINARY}, press=("fill", "1"))
    others = designer.page.xpath("//select[@name='example']/option[@value!='' and not(@selected)]/@value")
    before = designer.form("/trial").fields["variables"]
    designer.submit("/trial", {"example": others[0]})
    assert "已用示例“" in designer.text
    made = own_trial(int(designer.url.rsplit("/", 1)[-1]), by=person(DESIGNER))
    assert dict(made.beginning.variables) != json.loads(before.replace("@", ""))


def test_an_example_of_the_main_process_does_not_begin_another(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"process": "delivery", "example": ORDINARY})
    assert "示例只有主流程的变量" in designer.errors()[0]


def test_what_the_example_enters_is_taken_over_by_a_button(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"example": ORDINARY})
    button = designer.page.xpath("//button[@name='fill']")[0]
    form = next(button.iterancestors("form"))
    shown = dict(form.form_values()) | {"fill": button.get("value")}
    designer.send(form.get("action"), shown)
    field = designer.page.xpath(f"//form[input[@name='form' and @value='{shown['form']}']]//textarea")[0]
    assert "grant" in field.text
    assert len(acts(designer)) == 1


def test_an_example_that_would_end_halfway_is_told_anew_only_when_that_is_meant(client, designer, copy_id) -> None:
    before = json.loads(working_copies.files_of(copy_id)[ORDINARY])
    content = json.dumps(before | {"acts": before["acts"][:-1]}, ensure_ascii=False).encode()
    working_copies.save(copy_id, ORDINARY, content, digests_of(copy_id)[ORDINARY], by=person(DESIGNER))
    designer.open(f"/studio/copies/{copy_id}/trial?example={ORDINARY}")
    designer.submit("/trial")
    form = next(one for one in designer.page.forms if "over" in one.fields)
    typed = dict(form.form_values())
    designer.send(form.get("action"), typed)
    assert "这次模拟还没有走完，停在“" in designer.errors()[0]
    assert working_copies.files_of(copy_id)[ORDINARY] == content
    designer.send(form.get("action"), typed | {"unfinished": "1"})
    assert f"已更新示例 {ORDINARY}。" in designer.text
