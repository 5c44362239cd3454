"""A catalogue from spreadsheets: out and in again, a finding per row, the difference first; files that mean harm."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from openpyxl import Workbook, load_workbook

from engine.catalogue import SHEETS
from tests.support.office import csrf_token, person, sign_in
from webapp.catalogue import current_releases
from webapp.errors import FileRefused
from webapp.pages.studio import packed as packing
from webapp.queries.working_copies import changes_of, digests_of, file_of
from webapp.services import working_copies
from webapp.services.catalogue_rows import MOST_ROWS, Read, headed
from webapp.services.catalogue_sheets import LARGEST_WORKBOOK, read_catalogue
from webapp.services.catalogue_workbooks import LARGEST_UNPACKED

DESIGNER, PUBLISHER = "taoran", "jiangwen"
ITEM_HEADS = ["事项编号", "事项编码", "承诺时限"]


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()["open-pharmacy"], "改目录", by=person(DESIGNER))


def book(title: str, rows: list[list[object]]) -> bytes:
    made = Workbook()
    tab = made.active
    assert tab is not None
    tab.title = title
    for row in rows:
        tab.append(row)
    return saved(made)


def saved(made: Workbook) -> bytes:
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def parts_of(xlsx: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(xlsx)) as package:
        return {name: package.read(name) for name in package.namelist()}


def sent(client: FlaskClient, copy_id: int, name: str, content: bytes) -> tuple[int, str]:
    answer = client.post(
        f"/studio/copies/{copy_id}/catalogue/import",
        data={"csrf_token": csrf_token(client), "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()  # a large post lies in a temporary file, which the client leaves open
    return answer.status_code, answer.text


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def applied(client: FlaskClient, copy_id: int, page: str, note: str = "") -> tuple[int, str]:
    answer = client.post(
        f"/studio/copies/{copy_id}/catalogue/import",
        data={
            "csrf_token": csrf_token(client), "name": hidden(page, "name"), "packed": hidden(page, "packed"),
            "seen": hidden(page, "seen"), "then": "apply", "note": note,
        },
    )  # fmt: skip
    return answer.status_code, answer.text


# ---------------------------------------------------------------- out and in again


@pytest.mark.parametrize(("form", "language"), [("xlsx", "zh"), ("xlsx", "en"), ("json", "zh")])
def test_what_is_exported_comes_back_without_a_difference(
    client: FlaskClient, copy_id: int, form: str, language: str
) -> None:
    sign_in(client, DESIGNER)
    client.set_cookie("language", language)
    given = client.get(f"/studio/copies/{copy_id}/catalogue/export/{form}")
    assert given.status_code == 200
    status, page = sent(client, copy_id, f"catalogue.{form}", given.data)
    assert status == 200
    assert "与目录相同" in page or "Same as the catalogue" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_of_an_exported_file_is_read_back_as_what_it_is(
    client: FlaskClient, copy_id: int, language: str
) -> None:
    sign_in(client, DESIGNER)
    client.set_cookie("language", language)
    made = load_workbook(io.BytesIO(client.get(f"/studio/copies/{copy_id}/catalogue/export/xlsx").data))
    written = {}
    for sheet, tab in zip(SHEETS.values(), made.worksheets[1:], strict=True):
        written[sheet.key] = {column.key: f"{sheet.key} {column.key}" for column in sheet.columns}
        tab.append(list(written[sheet.key].values()))
    read = read_catalogue("a.xlsx", saved(made))
    assert read.left_out == []
    assert {one.sheet: one.cells for one in read.records if one.cells in written.values()} == written


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_renamed_in_an_exported_file_is_renamed_in_the_catalogue(
    client: FlaskClient, copy_id: int, language: str
) -> None:
    sign_in(client, DESIGNER)
    client.set_cookie("language", language)
    made = load_workbook(io.BytesIO(client.get(f"/studio/copies/{copy_id}/catalogue/export/xlsx").data))
    named = {"questions": "text", "options": "label", "situations": "name", "materials": "name"}
    tabs = dict(zip(SHEETS, made.worksheets[1:], strict=True))
    for key, column in named.items():
        at = next(at for at, one in enumerate(SHEETS[key].columns, start=1) if one.key == column)
        tabs[key].cell(2, at).value = f"改名 {key}"
    example = [cell.value for cell in tabs["materials"][2]]
    tabs["materials"].append(["site-sketch", "门前草图", "Sketch of the front", *example[3:6]])
    status, page = sent(client, copy_id, "a.xlsx", saved(made))
    assert status == 200
    assert 'id="faults"' not in page
    assert [key for key in named if f"改名 {key}" not in page] == []
    assert applied(client, copy_id, page)[0] == 302
    bundle = file_of(copy_id, "bundle.toml")[0].decode()
    assert [key for key in ("questions", "options", "materials") if f"改名 {key}" not in bundle] == []
    assert "门前草图" in bundle


def test_the_template_has_the_headings_and_says_what_goes_where(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    template = client.get(f"/studio/copies/{copy_id}/catalogue/export/template").data
    made = load_workbook(io.BytesIO(template))
    assert made.sheetnames == ["说明", "依据", "问题", "选项", "事项", "情形", "材料", "材料要求"]
    assert [cell.value for cell in made["情形"][1]] == [
        "事项编号", "情形键", "情形名称", "情形名称（英文）", "成立条件"
    ]  # fmt: skip
    assert made["情形"].max_row == 1
    assert sent(client, copy_id, "template.xlsx", template)[0] == 422
    assert client.get(f"/studio/copies/{copy_id}/catalogue/export/pdf").status_code == 404


def test_the_difference_is_shown_and_then_saved_as_one_version(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    made = load_workbook(io.BytesIO(client.get(f"/studio/copies/{copy_id}/catalogue/export/xlsx").data))
    for row in made["事项"].iter_rows(min_row=2):
        if row[0].value == "P2":
            row[[cell.value for cell in made["事项"][1]].index("承诺时限")].value = 8
    made["情形"].append(["P6", "roof", "楼顶招牌", "On the roof", "signboard = true and food = true"])
    status, page = sent(client, copy_id, "目录.xlsx", saved(made))
    assert status == 200
    assert "2 处改动" not in page  # a new row is told with its cells
    assert re.search(r"P2</code>.*?承诺时限.*?12.*?8", page, re.S)
    assert "楼顶招牌" in page
    assert "改动后检查会发现" in page
    assert "可能同时成立" in page
    assert changes_of(copy_id) == []
    status, _ = applied(client, copy_id, page, "按新目录")
    assert status == 302
    changes = changes_of(copy_id)
    assert {one.path for one in changes} == {"items/P2.toml", "items/P6.toml", "texts/en.toml"}
    assert {(one.by, one.note) for one in changes} == {("陶然", "按新目录")}
    assert "promised = { value = 8," in file_of(copy_id, "items/P2.toml")[0].decode()


def test_a_copy_that_changed_since_shows_the_difference_anew(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    _, page = sent(client, copy_id, "a.xlsx", book("事项", [ITEM_HEADS, ["P6", "JC-9", 1]]))
    text = file_of(copy_id, "items/P6.toml")[0] + b"\n# theirs\n"
    working_copies.save(copy_id, "items/P6.toml", text, digests_of(copy_id)["items/P6.toml"], by=person(DESIGNER))
    status, again = applied(client, copy_id, page)
    assert status == 409
    assert "差异已重新计算" in again
    assert applied(client, copy_id, again)[0] == 302
    after = file_of(copy_id, "items/P6.toml")[0].decode()
    assert "# theirs" in after
    assert 'code = "JC-9"' in after


# ---------------------------------------------------------------- findings


def test_every_bad_row_is_named_with_row_and_column_and_nothing_is_saved(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    rows: list[list[object]] = [
        ITEM_HEADS,
        ["P2", "JC-1", 8],  # bound by the province
        ["P6", "", 3],
        [None, None, None],
        ["P6", "JC-6", 3],  # the same item again
        ["P1", "JC-2", "三天"],
        ["P9 !", "JC-2", 1],
        ["P4", "=1+1", 1],
    ]
    status, page = sent(client, copy_id, "a.xlsx", book("事项", rows))
    assert status == 200
    table = page.partition('id="faults"')[2].partition("</table>")[0]
    told = [
        re.sub(r"<[^>]+>|\s+", " ", row).split()
        for row in re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.S)
    ]
    assert [(row[0], row[1]) for row in told] == [
        ("事项", "8"),
        ("事项", "3"),
        ("事项", "5"),
        ("事项", "6"),
        ("事项", "7"),
    ]
    assert "公式" in page
    assert "与第 3 行重复" in page
    assert "导入这些改动" not in page
    assert changes_of(copy_id) == []


def test_what_the_province_binds_is_refused_at_its_row(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    _, page = sent(client, copy_id, "a.xlsx", book("事项", [ITEM_HEADS, ["P2", "JC-1", 16]]))
    assert page.count("省级统一的事项目录（虚构，示例）") == 2
    client.set_cookie("language", "en")
    _, page = sent(client, copy_id, "a.json", json.dumps({"items": [{"item": "P2", "code": "JC-1"}]}).encode())
    assert "it cannot be “JC-1” at this level" in page


def test_a_forged_second_step_is_judged_again(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    _, page = sent(client, copy_id, "a.xlsx", book("事项", [ITEM_HEADS, ["P6", "JC-9", 1]]))
    answer = client.post(
        f"/studio/copies/{copy_id}/catalogue/import",
        data={
            "csrf_token": csrf_token(client), "name": "a.json", "then": "apply", "seen": hidden(page, "seen"),
            "packed": "not packed at all",
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert changes_of(copy_id) == []


def test_only_designers_import(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, PUBLISHER)
    assert client.get(f"/studio/copies/{copy_id}/catalogue/import").status_code in (403, 404)
    assert client.get(f"/studio/copies/{copy_id}/catalogue/export/xlsx").status_code == 200


# ---------------------------------------------------------------- reading


def read_text(text: str, encoding: str, name: str = "事项.csv") -> Read:
    return read_catalogue(name, text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_is_read_as_chinese_spreadsheets_save_it(encoding: str, separator: str) -> None:
    lines = [["事项编号", "事项名称", "承诺时限"], ["P2", "药品经营许可（零售）", "8"], ["", "", ""]]
    read = read_text("\r\n".join(separator.join(line) for line in lines), encoding)
    (record,) = read.records
    assert (record.sheet, record.number) == ("items", 2)
    assert record.cells == {"item": "P2", "name": "药品经营许可（零售）", "promised_value": "8"}


def test_headings_in_either_language_and_strays_are_told() -> None:
    read = read_text("Item key,Item name*,Colour\nP2,A,red\n", "utf-8")
    assert read.records[0].cells == {"item": "P2", "name": "A"}
    assert "Colour" in read.left_out[0].en


@pytest.mark.parametrize(
    ("headings", "keys"),
    [
        ("material,name,name_en,source", ["material", "name", "name_en", "source"]),
        ("Material key,Material,Material (English),Source", ["material", "name", "name_en", "source"]),
        ("Material,Material key,Source", ["name", "material", "source"]),
        ("材料键,Material,来源", ["material", "name", "source"]),
        ("Material key,Material,Material,Source", ["material", "name", None, "source"]),
        ("material,material,name,source", ["material", None, "name", "source"]),
    ],
)
def test_a_word_that_is_a_key_and_a_label_is_read_as_the_other_headings_are_written(
    headings: str, keys: list[str | None]
) -> None:
    found = headed(headings.split(","), SHEETS["materials"])
    assert [column and column.key for column in found] == keys


def test_a_book_with_a_note_above_its_headings_and_a_sheet_of_its_own() -> None:
    made = load_workbook(
        io.BytesIO(book("情形", [["填写说明"], ["事项编号", "情形键", "情形名称"], ["P2", "a", "甲"]]))
    )
    made.create_sheet("随手记").append(["x"])
    read = read_catalogue("a.xlsx", saved(made))
    assert [(one.sheet, one.number) for one in read.records] == [("situations", 3)]
    assert "随手记" in read.left_out[0].zh


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "=cmd|' /C calc'!A0"])
def test_formulas_in_csv_are_faults(text: str) -> None:
    read = read_text(f"事项编号,事项名称\nP2,{text}\n", "utf-8")
    assert [(one.number, one.column) for one in read.faults] == [(2, "name")]


# ---------------------------------------------------------------- files that mean harm


def bomb() -> bytes:
    parts = parts_of(book("事项", [ITEM_HEADS]))
    parts["xl/sharedStrings.xml"] = b"<sst>" + b"<si><t>a</t></si>" * (LARGEST_UNPACKED // 17 + 1) + b"</sst>"
    return packed(parts)


def a_million_rows() -> bytes:
    parts = parts_of(book("事项", [ITEM_HEADS]))
    head = parts["xl/worksheets/sheet1.xml"].partition(b"</sheetData>")
    parts["xl/worksheets/sheet1.xml"] = head[0] + b"<row/>" * 1_000_000 + head[1] + head[2]
    return packed(parts)


def one_wide_row() -> bytes:
    parts = parts_of(book("事项", [ITEM_HEADS]))
    head = parts["xl/worksheets/sheet1.xml"].partition(b"</sheetData>")
    parts["xl/worksheets/sheet1.xml"] = head[0] + b"<row>" + b"<c/>" * 1_000_000 + b"</row>" + head[1] + head[2]
    return packed(parts)


def far_away() -> bytes:
    """One cell in the last row of all, in a sheet that claims to be full."""
    parts = parts_of(book("事项", [ITEM_HEADS]))
    sheet = parts["xl/worksheets/sheet1.xml"]
    sheet = re.sub(rb'<dimension ref="[^"]*" ?/>', b'<dimension ref="A1:XFD1048576"/>', sheet)
    last = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", last)
    return packed(parts)


def entities() -> bytes:
    parts = parts_of(book("事项", [ITEM_HEADS]))
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    parts["xl/workbook.xml"] = doctype + parts["xl/workbook.xml"]
    return packed(parts)


def under_another_name() -> bytes:
    """A sheet with entities that is not called .xml."""
    parts = parts_of(book("事项", [ITEM_HEADS]))
    sheet = parts.pop("xl/worksheets/sheet1.xml")
    parts["xl/worksheets/sheet1.dat"] = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + sheet
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(b"sheet1.xml", b"sheet1.dat")
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"sheet1.xml", b"sheet1.dat")
    return packed(parts)


def in_two_bytes() -> bytes:
    parts = parts_of(book("事项", [ITEM_HEADS]))
    text = parts["xl/workbook.xml"].decode().partition("?>")[2]
    return packed(parts | {"xl/workbook.xml": text.encode("utf-16")})


def macros() -> bytes:
    return packed(parts_of(book("事项", [ITEM_HEADS])) | {"xl/vbaProject.bin": b"\xd0\xcf"})


def many_parts() -> bytes:
    return packed(parts_of(book("事项", [ITEM_HEADS])) | {f"xl/media/{number}.png": b"x" for number in range(300)})


def broken_sheet() -> bytes:
    parts = parts_of(book("事项", [ITEM_HEADS]))
    return packed(parts | {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"})


def without_workbook() -> bytes:
    parts = parts_of(book("事项", [ITEM_HEADS]))
    del parts["xl/workbook.xml"]
    return packed(parts)


def too_many_rows() -> bytes:
    lines = "".join(f"P{number},A\n" for number in range(MOST_ROWS + 20))
    return f"事项编号,事项名称\n{lines}".encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b""),
        ("a.xlsx", b"PK\x03\x04 not a zip"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\x00" * 600),
        ("a.xlsx", packed({"a.txt": b"x"})),
        ("a.xlsx", bomb()),
        ("a.xlsx", a_million_rows()),
        ("a.xlsx", one_wide_row()),
        ("a.xlsx", far_away()),
        ("a.xlsx", entities()),
        ("a.xlsx", under_another_name()),
        ("a.xlsx", in_two_bytes()),
        ("a.xlsx", macros()),
        ("a.xlsx", many_parts()),
        ("a.xlsx", broken_sheet()),
        ("a.xlsx", without_workbook()),
        ("a.xlsx", b"x" * (2 * 1024 * 1024 + 1)),
        ("a.xlsm", book("事项", [ITEM_HEADS])),
        ("a.xls", b"x"),
        ("a.csv", b"\x00\x01\x02\xff\xfe"),
        ("a.csv", b"\x81\x00\x81"),
        ("a.csv", b"no,headings\n1,2\n"),
        ("a.csv", b'"' + b"x" * 200_000),
        ("a.csv", too_many_rows()),
        ("a.json", b"[1, 2]"),
        ("a.json", b'{"items": NaN}'),
        ("a.json", b'{"items": [{"item": "P2", "name": "\\ud800"}]}'),
        ("a.json", b'{"\\ud800": []}'),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"items": [{"item": ' + b"9" * 5_000 + b"}]}"),
        ("a.json", json.dumps({"items": [{}] * (MOST_ROWS + 1)}).encode()),
    ],
)
def test_a_hostile_file_is_refused_by_name_and_reason(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read_catalogue(name, content)
    assert refused.value.words.en.startswith(name) or name in refused.value.words.en


def padded(size: int) -> bytes:
    """A spreadsheet with one change and a picture, of so many bytes in all."""
    parts = parts_of(book("事项", [ITEM_HEADS, ["P6", "JC-9", 1]]))
    bare = len(packed(parts | {"xl/media/1.png": b""}))
    return packed(parts | {"xl/media/1.png": random.Random(5).randbytes(size - bare - 400)})


def test_what_is_as_large_as_is_said_can_be_imported_and_what_is_larger_is_refused_at_once(
    client: FlaskClient, copy_id: int
) -> None:
    sign_in(client, DESIGNER)
    status, page = sent(client, copy_id, "a.xlsx", padded(LARGEST_WORKBOOK))
    assert status == 200
    assert applied(client, copy_id, page)[0] == 302
    status, page = sent(client, copy_id, "a.xlsx", padded(LARGEST_WORKBOOK + 2_000))
    assert status == 422
    assert "表格超过 1 MB" in page


def test_what_does_not_fit_into_its_form_is_refused_before_anything_is_shown(
    client: FlaskClient, copy_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "MOST_CHARACTERS", 20)
    sign_in(client, DESIGNER)
    status, page = sent(client, copy_id, "a.csv", "事项编号,事项名称\nP2,改名\n".encode())
    assert status == 422
    assert "压缩后仍超过 1 MB" in page
    assert "导入这些改动" not in page


@pytest.mark.parametrize(
    "rows", [5, "x", [None], [{"item": {"a": 1}}], [{"item": ["a", 5]}], [{"colour": "red"}], [{"item": True}]]
)
def test_any_json_is_refused_or_has_faults_and_never_fails(client: FlaskClient, copy_id: int, rows: object) -> None:
    sign_in(client, DESIGNER)
    status, page = sent(client, copy_id, "a.json", json.dumps({"items": rows}).encode())
    assert status in (200, 422)
    assert "导入这些改动" not in page
    assert changes_of(copy_id) == []


@pytest.mark.parametrize("number", ["1e400", "-1e400", '["甲", 1e400]'])
def test_a_number_without_an_end_is_a_fault_of_its_row(number: str) -> None:
    rows = '{"items": [{"item": "P2", "name": "甲"}, {"item": "P3", "name": NUMBER}]}'.replace("NUMBER", number)
    read = read_catalogue("a.json", rows.encode())
    assert [(one.sheet, one.number, one.column) for one in read.faults] == [("items", 2, "name")]
    assert "inf" not in read.records[1].cells["name"]


def test_what_no_cell_holds_leaves_as_what_stands_for_it(client: FlaskClient, copy_id: int) -> None:
    item = 'format = 1\nkey = "P2"\nname = "甲\\u0001乙"\n[limits.promised]\nvalue = "²"\n'
    working_copies.save(
        copy_id, "items/P2.toml", item.encode(), digests_of(copy_id)["items/P2.toml"], by=person(DESIGNER)
    )
    sign_in(client, DESIGNER)
    given = client.get(f"/studio/copies/{copy_id}/catalogue/export/xlsx")
    assert given.status_code == 200
    rows = load_workbook(io.BytesIO(given.data))["事项"].iter_rows(values_only=True)
    assert next(row for row in rows if "甲\N{REPLACEMENT CHARACTER}乙" in row).count("²") == 1


def test_a_text_that_looks_like_a_formula_leaves_as_text(client: FlaskClient, copy_id: int) -> None:
    text = file_of(copy_id, "bundle.toml")[0].replace("开办药店申请表".encode(), b"=1+1")
    working_copies.save(copy_id, "bundle.toml", text, digests_of(copy_id)["bundle.toml"], by=person(DESIGNER))
    sign_in(client, DESIGNER)
    given = client.get(f"/studio/copies/{copy_id}/catalogue/export/xlsx").data
    assert load_workbook(io.BytesIO(given))["材料"]["B2"].data_type == "s"
    assert "与目录相同" in sent(client, copy_id, "a.xlsx", given)[1]


# ---------------------------------------------------------------- 检查文件


def checked(client: FlaskClient, name: str, content: bytes, within: str) -> tuple[int, str]:
    answer = client.post(
        "/studio/check",
        data={"csrf_token": csrf_token(client), "file": (io.BytesIO(content), name), "within": within},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.text


def test_a_file_of_the_catalogue_is_checked_within_its_bundle(client: FlaskClient, copy_id: int) -> None:
    """A question that drops an option leaves a situation of an item out of reach; a promise is too long."""
    sign_in(client, DESIGNER)
    questions = re.sub(rb'cold-chain = ".*?"\n', b"", file_of(copy_id, "bundle.toml")[0], count=1)
    status, page = checked(client, "bundle.toml", questions, "open-pharmacy")
    assert status == 200
    assert "没有任何回答导向这一情形" in page
    promise = file_of(copy_id, "items/P2.toml")[0].replace(b"value = 12", b"value = 18")
    assert "不得长于" in checked(client, "P2.toml", promise, "open-pharmacy")[1]
    status, page = checked(client, "P2.toml", promise, "")
    assert status == 422
    assert "请选择是哪一件" in page


# ---------------------------------------------------------------- departments


def test_a_department_is_named_by_its_name_or_key_and_another_is_a_fault(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    heads = ["事项编号", "决定部门"]
    _, page = sent(client, copy_id, "a.xlsx", book("事项", [heads, ["P6", "江城市城管执法局"]]))
    assert "没有部门“江城市城管执法局”" in page
    assert "江城市城市管理局（urban-management）" in page
    status, page = sent(client, copy_id, "a.xlsx", book("事项", [heads, ["P6", "江城市市场监督管理局"]]))
    assert status == 200
    assert applied(client, copy_id, page)[0] == 302
    assert 'department = "market-supervision"' in file_of(copy_id, "items/P6.toml")[0].decode()
    status, page = sent(client, copy_id, "a.xlsx", book("事项", [heads, ["P6", "market-supervision"]]))
    assert (status, "与目录相同" in page) == (200, True)
