"""What people do at the window: coming in, answering, filling the form, handing in materials."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.support import office


def open_visit(clerk: Person, answers: Mapping[str, Any], ticket: str) -> None:
    """登记到场: the legal representative stands at the counter."""
    page = clerk.page
    page.get_by_label("窗口", exact=True).select_option(index=1)
    page.get_by_label("排队号").fill(ticket)
    page.get_by_label("法定代表人（负责人）").check()
    page.get_by_label("人工核对证件").check()
    page.get_by_role("textbox", name="姓名").fill(answers["legal_representative"])
    page.get_by_label("身份证号码").fill(answers["legal_representative_id"])
    page.get_by_label("手机号码").fill(answers["legal_representative_mobile"])
    clerk.press("开始办理")


def answer_questions(clerk: Person, guided: Mapping[str, Any]) -> None:
    """情形引导: one question after the other; each answer brings the next one."""
    for key, value in guided.items():
        for chosen in _values(value):
            with clerk.page.expect_response(lambda answer: answer.url.endswith("/questions")):
                clerk.page.locator(f"#q-{key}-{chosen}").check()
    expect(clerk.page.get_by_role("button", name="生成告知单")).to_be_visible()


def fill_form(clerk: Person, answers: Mapping[str, Any]) -> None:
    """填表: every field by its key. Where an answer brings other fields, they are waited for."""
    for key, value in answers.items():
        controls = clerk.page.locator(f'#application-form [name="{key}"]')
        if is_chosen(controls, value):  # known already, from who came
            continue
        with _swapped(clerk, controls):
            put(controls, value)
        expect(clerk.page.locator(".htmx-request")).to_have_count(0)


def is_chosen(controls: Locator, value: Any) -> bool:
    """Whether a choice of one stands as it is to be: choosing it again would change nothing."""
    if controls.first.evaluate("control => control.type") != "radio":
        return False
    wanted = controls.and_(controls.page.locator(f'[value="{value}"]'))
    return wanted.count() > 0 and wanted.is_checked()


def put(controls: Locator, value: Any) -> None:
    """Type or choose one answer."""
    first = controls.first
    kind = first.evaluate("control => control.type")
    if kind in ("radio", "checkbox"):
        for chosen in _values(True if value is True else value):
            wanted = "true" if chosen in (True, "yes") and kind == "checkbox" else chosen
            controls.and_(first.page.locator(f'[value="{wanted}"]')).check()
    elif kind == "select-one":
        first.select_option(str(value))
    else:
        first.fill(str(value))


def hand_in(clerk: Person, material: str, *files: Path) -> None:
    """Upload the files of one material."""
    row = opened_row(clerk, material)
    row.get_by_label("选择文件").set_input_files(list(files))
    clerk.press("保存这份材料", row)


def opened_row(clerk: Person, material: str) -> Locator:
    """The line of a material, folded open."""
    row = row_of(clerk, material)
    if row.locator("details").get_attribute("open") is None:
        row.get_by_text("上传或登记").click()
    expect(row.locator("details")).to_have_attribute("open", "")
    return row


def row_of(clerk: Person, material: str) -> Locator:
    """The line of a material, by its name."""
    name = clerk.page.locator(".material-name").get_by_text(material, exact=True)
    return clerk.page.locator("li.material-row").filter(has=name)


def missing_materials(clerk: Person) -> list[str]:
    """Names of what was not handed in yet."""
    rows = clerk.page.locator("li.material-row", has_text="未收")
    return rows.locator(".material-name").all_inner_texts()


def papers(folder: Path) -> dict[str, Path]:
    """Real files: a PDF, a photograph, an executable that calls itself a PDF, an empty file."""
    contents = {
        "材料.pdf": office.pdf().content,
        "照片.png": office.picture().content,
        "合同.pdf": b"MZ\x90\x00" + b"\x00" * 60 + b"PE\x00\x00" + b"\x00" * 4000,
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents}


def _swapped(clerk: Person, controls: Locator) -> AbstractContextManager[Any]:
    if controls.first.get_attribute("hx-post") is None:
        return nullcontext()
    return clerk.page.expect_response(lambda answer: answer.url.endswith("/form/sections"))


def _values(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return list(value) if isinstance(value, (list, tuple)) else [value]
