"""The form's HTML and the only validator agree: what the page offers passes, what it holds comes back, and no more."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from engine.forms import controls_on
from tests.support import forms, office
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from webapp.answers import answers_of
from webapp.form_values import shown_value
from webapp.pages.application.form import answers_on
from webapp.queries.application import draft_of
from webapp.queries.application_steps import form_context
from webapp.services.cleaning import sweep_files
from webapp.unit_of_work import sql

OF_THE_PAGE = {"csrf_token", "_shown", "_seen", "_told", "act"}
TYPED = st.sampled_from(
    ["", "康源", "13800138000", "120", "-1", "044000", "a@b.cn", "2026-12-01", "09:30", "<b>", "x" * 50]
)


@pytest.fixture
def case_id(client: FlaskClient) -> int:
    """A draft of the bundle whose form has every component."""
    return forms.draft_with(forms.publish_form())


@pytest.fixture
def browser(client: FlaskClient, case_id: int) -> Browser:
    return Browser.of(client, CLERK).open(f"/application/{case_id}/form")


def controls(page: HtmlElement) -> list[HtmlElement]:
    form = page.get_element_by_id("application-form")
    return [one for one in form.xpath(".//input | .//select | .//textarea") if one.get("name") not in OF_THE_PAGE]


def names(page: HtmlElement) -> set[str]:
    """The names of controls, lists by their own name."""
    return {one.get("name").removesuffix("[]").removesuffix("~remove") for one in controls(page)}


def offered(control: HtmlElement) -> list[str]:
    return [option.get("value") for option in control.xpath(".//option")]


def held(page: HtmlElement) -> dict[str, list[str]]:
    """What the controls hold, by name."""
    values: dict[str, list[str]] = {}
    for name, value in page.get_element_by_id("application-form").form_values():
        if name not in OF_THE_PAGE:
            values.setdefault(name, []).append(value)
    return values


def known_names(case_id: int) -> set[str]:
    """The names that the form itself knows over what was answered."""
    draft = draft_of(office.person(CLERK), case_id)
    page = draft.release.form.page(answers_on(draft), draft.guided, form_context())
    return {name for name, one in controls_on(page).items()}


def filled(data: st.DataObject, page: HtmlElement) -> dict[str, list[str]]:
    """Something in every control, as a person could leave it: typed, chosen from what is offered, ticked."""
    sent: dict[str, list[str]] = {}
    for one in controls(page):
        name, kind = one.get("name"), one.get("type") or one.tag
        if kind == "file" or one.get("disabled") is not None or name.endswith("~remove"):
            continue
        if kind == "hidden":
            sent.setdefault(name, []).append(one.get("value"))
        elif kind == "select":
            sent[name] = [data.draw(st.sampled_from(offered(one)), label=name)]
        elif kind in ("checkbox", "radio"):
            if data.draw(st.booleans(), label=f"{name}={one.get('value')}"):
                sent[name] = [*sent.get(name, ()), one.get("value")] if kind == "checkbox" else [one.get("value")]
        else:
            value = data.draw(TYPED, label=name)
            sent[name] = [value if kind in ("text", "textarea", "tel") else fit(kind, value)]
    return sent


def fit(kind: str, value: str) -> str:
    """What a browser's own control of this kind would hold."""
    fits = {"date": "2026-12-01", "time": "09:30", "datetime-local": "2026-12-01T09:30"}
    return fits[kind] if value else ""


def press(browser: Browser, sent: dict[str, list[str]], act: tuple[str, str]) -> None:
    form = browser.form("/form")
    marks: dict[str, Any] = {name: form.fields[name] for name in ("_shown", "_seen")}
    browser.send(browser.url, {"csrf_token": browser.token(), **marks, **sent, act[0]: act[1]})


#: A page takes its time: what fails is told as it was found.
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(data=st.data())
def test_the_page_and_the_validator_know_the_same_and_nothing_typed_is_lost(
    browser: Browser, case_id: int, data: st.DataObject
) -> None:
    case_id = forms.another_draft(case_id)
    browser.open(f"/application/{case_id}/form")
    for act in ("save", data.draw(st.sampled_from(["save", "next"])), "next"):
        assert names(browser.page) == known_names(case_id)
        sent = filled(data, browser.page)
        sent.pop("manager", None)  # one of the staff, whose names change in this very post
        press(browser, sent, ("act", act))
        if browser.heading != "填写申请表":
            return  # it passed
        there = held(browser.page)
        for name, values in sent.items():
            if name in there or name in {one.get("name") for one in controls(browser.page)}:
                assert said(there.get(name, ())) == said(values), name
        if act == "next":
            for error in browser.errors():
                assert "只能从列出的选项中选择" not in error
                assert "值类型不对" not in error


def said(values: Iterable[str]) -> list[str]:
    """What a control says, without the spaces around it and the zeros that a number does not need."""
    return sorted(value.strip().lstrip("0") for value in values if value.strip())


NAMES = st.sampled_from(
    [
        *("applicant_name", "staff", "staff[]", "staff[0].name", "staff[9].duties", "premises.area", "plan"),
        *("plan~remove", "_shown", "_seen", "_add", "_remove", "act", "premises", "headcount", "manager", "x\0y"),
    ]
)
JUNK = st.text(max_size=8) | st.sampled_from(["staff", "staff[0]", "staff[", "9" * 5000, "\0", "１２", "next", "-1"])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(sent=st.dictionaries(NAMES | st.text(max_size=5), st.lists(JUNK, min_size=1, max_size=3), max_size=8))
def test_whatever_is_posted_the_page_answers(browser: Browser, case_id: int, sent: dict[str, list[str]]) -> None:
    for path in ("", "/draft", "/sections"):
        browser.send(f"/application/{case_id}/form{path}", {**sent, "csrf_token": browser.token()}, follow=False)
        assert browser.status in (200, 302, 400, 422), (path, browser.status)
        browser.open(f"/application/{case_id}/form")
    assert browser.status == 200


def test_a_value_that_no_control_offers_is_refused_beside_the_control(browser: Browser) -> None:
    for name, value in {
        "kind": "other",
        "premises.rooms": "attic",
        "manager": "nobody",
        "premises.shared": "maybe",
    }.items():
        press(browser, {"staff[]": ["0"], name: [value]}, ("act", "next"))
        assert browser.status == 422
        control = browser.page.get_element_by_id("f-" + name.replace(".", "-"))
        assert control.xpath("ancestor-or-self::*[contains(@class, 'has-error')]"), name


def test_rows_come_and_go_without_script_and_only_their_section_is_sent_with_it(browser: Browser, case_id: int) -> None:
    browser.submit("/form", {"staff[0].name": "张三"}, press=("_add", "staff"))
    assert {"staff[0].name", "staff[1].name"} <= names(browser.page)
    browser.submit("/form", {"staff[1].name": "李四"}, press=("_remove", "staff[0]"))
    assert browser.form("/form").fields["staff[0].name"] == "李四"
    form = browser.form("/form")
    sent = {"csrf_token": browser.token(), **dict(form.form_values()), "_add": "staff"}
    browser.send(f"/application/{case_id}/form/sections", sent, headers={"HX-Request": "true"})
    assert browser.page.xpath("//section[@hx-swap-oob]/@id") == ["section-group-staff"]
    assert browser.page.xpath("//*[@autofocus]/@id") == ["f-staff-1"]
    assert [row["name"] for row in answers_of(case_id)["staff"]] == ["李四", None]


def test_what_goes_takes_nothing_typed_with_it(browser: Browser, case_id: int) -> None:
    browser.submit("/form", {"kind": "chain"}, press=("act", "save"))
    form = browser.form("/form")
    sent = {"csrf_token": browser.token(), **dict(form.form_values()), "head_office": "总部", "kind": "single"}
    browser.send(f"/application/{case_id}/form/sections", sent, headers={"HX-Request": "true"})
    assert browser.page.xpath("//section/@id") == ["section-group-who", "section-group-place"]  # and a limit there
    assert not browser.page.xpath("//*[@name='head_office']")
    assert answers_of(case_id)["head_office"] == "总部"


def test_a_file_of_the_form_belongs_to_the_case(browser: Browser, case_id: int) -> None:
    browser.submit("/form", files={"plan": [office.picture("平面图.png")]}, press=("act", "save"))
    link = browser.links(containing=f"/application/{case_id}/files/")[0]
    assert browser.client.get(link).mimetype == "image/png"
    (reference,) = answers_of(case_id)["plan"]
    assert reference["metadata"] == {
        "fileName": "平面图.png",
        "contentType": "image/png",
        "size": reference["metadata"]["size"],
    }
    sql().execute("update stored_file set at = at - interval '90 days'")
    sweep_files()
    assert browser.client.get(link).status_code == 200
    browser.submit("/form", {"plan~remove": reference["documentId"]}, press=("act", "save"))
    assert answers_of(case_id)["plan"] == []


def test_a_file_that_may_not_come_in_is_refused_beside_its_place_and_the_rest_is_kept(
    browser: Browser, case_id: int
) -> None:
    bad = office.Upload("程序.pdf", io.BytesIO(b"MZ\x90\x00").getvalue())
    browser.submit("/form", {"applicant_name": "康源"}, files={"plan": [bad, office.pdf()]}, press=("act", "next"))
    assert browser.status == 422
    assert any("程序.pdf" in error for error in browser.errors())
    assert browser.form("/form").fields["applicant_name"] == "康源"
    assert len(answers_of(case_id)["plan"]) == 1


def test_a_list_is_read_by_people_row_by_row(case_id: int) -> None:
    form = draft_of(office.person(CLERK), case_id).release.form
    rows = [{"name": "张三", "pharmacist": True, "duties": ["check", "keep"]}, {}]
    text = shown_value(form.field("staff"), rows, "zh")
    assert text.startswith("1. 姓名：张三；执业药师：是；")
    assert "验收、养护" in text
    assert text.endswith("\n2. —")
