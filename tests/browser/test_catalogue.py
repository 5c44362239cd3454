"""The catalogue's editor: a situation typed and checked as one types, a promise shortened, a spreadsheet imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy

Somebody = Callable[..., Person]


def test_a_designer_edits_the_questions_and_sees_where_two_situations_meet(site: Site, somebody: Somebody) -> None:
    designer = somebody("taoran")
    page = designer.page
    begin_copy(designer, "目录调整")
    designer.follow("目录")
    designer.arrives("目录")
    designer.picture("catalogue-items")
    page.get_by_role("link", name="情形引导").click()
    designer.arrives("目录")
    tree = page.locator("#tree-P2")
    expect(tree).to_contain_text("只选乙类非处方药")
    designer.picture("catalogue-tree", at="#tree-P2")
    page.get_by_role("link", name="改情形 P6").click()
    designer.arrives("户外招牌设置许可")
    second = page.get_by_role("group", name="新增一行").first
    second.get_by_label("情形键").fill("roof")
    second.get_by_label("情形名称", exact=True).fill("楼顶招牌")
    second.get_by_label("成立条件").fill("signboard = true and food = true")
    found = page.locator("#catalogue-found")
    expect(found).to_contain_text("可能同时成立，例如：是否销售预包装食品（含保健食品）？——是")
    designer.look_over()
    designer.picture("catalogue-live", at="#coverage")
    page.get_by_label("成立条件").first.fill("signboard = true and food = false")
    expect(found).to_contain_text("每种回答都至多对应一种情形")
    page.get_by_label("改了什么").fill("楼顶招牌单列")
    designer.press("保存目录")
    designer.arrives("户外招牌设置许可")
    expect(page.get_by_role("status").first).to_contain_text("已保存")
    designer.open(f"{address_of(page)}?view=history", "目录调整")
    expect(page.get_by_role("table", name="修改记录").locator("tbody tr").first).to_contain_text("楼顶招牌单列")


def test_what_the_province_binds_cannot_be_typed_over(site: Site, somebody: Somebody) -> None:
    designer = somebody("taoran")
    page = designer.page
    begin_copy(designer, "压缩时限")
    designer.follow("目录")
    page.get_by_role("link", name="编辑 P2").click()
    designer.arrives("药品经营许可（零售）")
    expect(page.get_by_label("事项编码")).to_be_disabled()
    designer.picture("catalogue-locked")
    page.get_by_label("承诺时限", exact=True).fill("16")
    designer.press("保存目录")
    expect(page.locator(".error-summary")).to_contain_text("不得长于")
    designer.look_over()
    page.get_by_label("承诺时限", exact=True).fill("8")
    designer.press("保存并返回")
    designer.arrives("目录")
    expect(page.get_by_role("row", name="P2")).to_contain_text("8个工作日")


def test_a_spreadsheet_goes_out_is_filled_in_wrongly_and_then_rightly(
    site: Site, somebody: Somebody, tmp_path: Path
) -> None:
    designer = somebody("taoran")
    page = designer.page
    begin_copy(designer, "按表修改")
    designer.follow("目录")
    designer.follow("导入表格")
    designer.arrives("导入目录")
    with page.expect_download() as taken:
        designer.follow("导出表格")
    sheet = tmp_path / "目录.xlsx"
    taken.value.save_as(sheet)
    change(sheet, "事项", 2, "承诺时限", "三天")
    send(designer, sheet)
    expect(page.locator("#faults")).to_contain_text("应为 0 到 10000 的整数")
    designer.picture("catalogue-faults")
    change(sheet, "事项", 2, "承诺时限", 0)
    change(sheet, "材料", 2, "份数", 2)
    send(designer, sheet)
    expect(page.locator("#changes tbody tr")).to_have_count(2)
    designer.picture("catalogue-difference")
    designer.picture("catalogue-difference-phone", size=PHONE)
    designer.press("导入这些改动")
    designer.arrives("目录")
    expect(page.get_by_role("row", name="P1")).to_contain_text("0个工作日")


def test_everything_but_the_live_check_works_without_script(site: Site, somebody: Somebody, tmp_path: Path) -> None:
    designer = somebody("taoran", script=False)
    page = designer.page
    begin_copy(designer, "没有脚本")
    designer.follow("目录")
    page.get_by_role("link", name="情形引导").click()
    page.get_by_role("button", name="推后 开办哪种药店？").click()
    expect(page.locator("tbody tr").nth(1)).to_contain_text("开办哪种药店？")
    page.get_by_role("link", name="编辑 是否设置户外招牌？").click()
    designer.arrives("是否设置户外招牌？")
    page.get_by_label("问题", exact=True).fill("要挂招牌吗？")
    designer.press("只检查，不保存")
    expect(page.get_by_label("问题", exact=True)).to_have_value("要挂招牌吗？")
    designer.press("保存目录")
    designer.arrives("要挂招牌吗？")


def address_of(page: Page) -> str:
    return page.url.partition("/catalogue")[0]


def send(designer: Person, sheet: Path) -> None:
    designer.page.get_by_label("表格文件").set_input_files(sheet)
    designer.press("看看会改什么")
    designer.arrives("导入目录")


def change(sheet: Path, table: str, row: int, heading: str, value: str | int) -> None:
    book = load_workbook(sheet)
    headings = [cell.value for cell in book[table][1]]
    book[table].cell(row, headings.index(heading) + 1).value = value
    book.save(sheet)
