"""The catalogue's pages: fields written back in place, faults beside their field, locks, colleagues, the order."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine.catalogue import Fault, Record, move_question
from tests.support.office import csrf_token, person, sign_in
from webapp.catalogue import current_releases
from webapp.queries.working_copies import changes_of, digests_of, file_of
from webapp.services import catalogue_edits, copy_ending, working_copies

DESIGNER, REVIEWER, PUBLISHER = "taoran", "zhaolin", "jiangwen"
Form = dict[str, str | list[str]]


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()["open-pharmacy"], "改目录", by=person(DESIGNER))


def text_of(copy_id: int, path: str) -> str:
    return file_of(copy_id, path)[0].decode()


def form_on(page: str) -> Form:
    """What a browser would send from the page's first form that was not filled in further."""
    inside = page.partition('<form class="stack" method="post"')[2].partition("</form>")[0]
    form: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", inside):
        name, kind = re.search(r' name="([^"]+)"', tag), re.search(r' type="([^"]+)"', tag)
        if name is None or "disabled" in tag or (kind and kind[1] == "checkbox" and " checked" not in tag):
            continue
        value = re.search(r' value="([^"]*)"', tag)
        form.setdefault(name[1], []).append(unescaped(value[1]) if value else "")
    for name, body in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', inside, re.S):
        form.setdefault(name, []).append(unescaped(body))
    for opening, body in re.findall(r"<select ([^>]*)>(.*?)</select>", inside, re.S):
        if "disabled" in opening:
            continue
        name = re.search(r'name="([^"]+)"', opening)
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        assert name is not None
        form.setdefault(name[1], []).append(unescaped(chosen[1]) if chosen else "")
    return dict(form)


def unescaped(text: str) -> str:
    for entity, mark in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, mark)
    return text


def saved(client: FlaskClient, address: str, **changed: object) -> tuple[int, str]:
    """The page as it is opened, with some fields changed ("__" for "."), sent; returns status and page."""
    form = form_on(client.get(address).text)
    form["csrf_token"] = [csrf_token(client)]
    for key, value in changed.items():
        form[key.replace("__", ".")] = value  # type: ignore[assignment]
    answer = client.post(address, data=form)
    return answer.status_code, answer.text


# ---------------------------------------------------------------- saving


def test_a_page_that_is_saved_as_it_was_opened_changes_nothing(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    before = working_copies.files_of(copy_id)
    for address in (
        *(f"items/P{number}" for number in range(1, 7)),
        "questions/drug_scope",
        "questions/class_ii_exempt",
        "materials/mandate",
        "materials/health-certificates",
    ):
        status, page = saved(client, f"/studio/copies/{copy_id}/catalogue/{address}")
        assert status == 302, (address, re.findall(r'field-error".*?</p>', page))
    assert working_copies.files_of(copy_id) == before
    assert changes_of(copy_id) == []


def test_a_shorter_promise_is_one_line_of_one_file_and_a_version_with_a_note(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    before = text_of(copy_id, "items/P2.toml")
    status, _ = saved(
        client, f"/studio/copies/{copy_id}/catalogue/items/P2", items__0__promised_value="10", note="承诺时限压到10日"
    )
    assert status == 302
    assert text_of(copy_id, "items/P2.toml") == before.replace("promised = { value = 12", "promised = { value = 10")
    (change,) = changes_of(copy_id)
    assert (change.path, change.by, change.note) == ("items/P2.toml", "陶然", "承诺时限压到10日")


def test_a_situation_is_added_and_its_overlap_is_found_on_the_page(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/items/P6"
    status, _ = saved(
        client,
        address,
        situations__2__situation="roof",
        situations__2__name="楼顶招牌",
        situations__2__name_en="On the roof",
        situations__2__when="signboard = true and food = true",
    )
    assert status == 302
    assert '"situations.roof.name" = "On the roof"' in text_of(copy_id, "texts/en.toml")
    page = client.get(address).text
    assert "可能同时成立，例如：是否销售预包装食品（含保健食品）？——是；是否设置户外招牌？——是" in page
    assert "同时成立" in page
    questions = client.get(f"/studio/copies/{copy_id}/catalogue?view=questions").text
    assert "楼顶招牌" in questions
    assert "可能同时成立" in client.get(f"/studio/copies/{copy_id}?view=findings").text


def test_what_is_typed_is_checked_before_it_is_saved(client: FlaskClient, copy_id: int) -> None:
    """The part of the page that a script fetches, and the button that does without."""
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/items/P3"
    form = form_on(client.get(address).text)
    form["csrf_token"] = [csrf_token(client)]
    form["situations.1.when"] = ["class_iii = true and class_iii = false"]
    part = client.post(f"/studio/copies/{copy_id}/catalogue/check/items?key=P3", data=form).text
    assert "没有任何回答导向这一情形" in part
    assert "<h1" not in part
    page = client.post(address, data={**form, "then": "check"})
    assert page.status_code == 200
    assert "没有任何回答导向这一情形" in page.text
    assert "class_iii = true and class_iii = false" in page.text
    assert changes_of(copy_id) == []


NEW_ITEM: Form = {
    "items.0.item": ["P7"],
    "items.0.code": ["JC-7"],
    "items.0.name": ["公章刻制备案"],
    "items.0.kind": ["filing"],
    "items.0.department": ["public-security"],
    "items.0.basis": ["licensing-34"],
    "items.0.refusal_basis": ["licensing-34"],
    "items.0.intake_post": ["public-security.review"],
    "items.0.review_post": ["public-security.review"],
    "items.0.decide_post": ["public-security.decide"],
    "items.0.verify_post": ["public-security.review"],
    "items.0.statutory_value": ["5"],
    "items.0.statutory_unit": ["working_days"],
    "items.0.statutory_basis": ["licensing-34"],
    "items.0.promised_value": ["3"],
    "items.0.promised_unit": ["working_days"],
    "items.0.promised_basis": ["demo-promise"],
    "situations.1.situation": ["first"],
    "situations.1.name": ["首次刻制"],
    "situations.1.when": ["existing_licence = false"],
}


def checked(client: FlaskClient, copy_id: int, **changed: str) -> tuple[str, str]:
    """What the button and the script say of a new item: the card of the page, and the part of it."""
    form = {**NEW_ITEM, "csrf_token": [csrf_token(client)], **{k.replace("__", "."): v for k, v in changed.items()}}
    page = client.post(f"/studio/copies/{copy_id}/catalogue/new/items", data={**form, "then": "check"})
    assert page.status_code == 200
    part = client.post(f"/studio/copies/{copy_id}/catalogue/check/items", data=form).text
    return page.text.partition('id="catalogue-found"')[2], part


def test_a_new_item_is_checked_before_it_is_saved_as_it_is_afterwards(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    for told in checked(client, copy_id):
        assert "question-tree" in told
        assert "首次刻制" in told
        assert "承诺时限长于法定时限" not in told
        assert "没有调用活动“call-P7”" in told  # what is still to be drawn
    for told in checked(client, copy_id, items__0__promised_value="30", situations__1__when="nosuch = true"):
        assert "承诺时限长于法定时限" in told
        assert "没有问题或者表单字段“nosuch”" in told
        assert "没有任何回答导向这一情形" in told
    for told in checked(client, copy_id, items__0__decide_post="food.decide"):
        assert "作出决定的岗位“food.decide”属于“approval-bureau”" in told
    assert changes_of(copy_id) == []


def test_an_item_that_is_there_is_checked_for_its_promise_and_names(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    form = form_on(client.get(f"/studio/copies/{copy_id}/catalogue/items/P6").text)
    form |= {"csrf_token": [csrf_token(client)], "items.0.promised_value": ["60"]}
    form["situations.1.when"] = ["signboard = true and nosuch = true"]
    part = client.post(f"/studio/copies/{copy_id}/catalogue/check/items?key=P6", data=form).text
    assert "承诺时限长于法定时限" in part
    assert "“nosuch”" in part


def test_a_new_item_is_saved_with_the_department_and_the_posts_that_are_chosen(
    client: FlaskClient, copy_id: int
) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/new/items"
    assert "江城市公安局 · 治安决定岗（首席代表）" in client.get(address).text
    answer = client.post(address, data={**NEW_ITEM, "csrf_token": [csrf_token(client)]})
    assert answer.status_code == 302
    text = text_of(copy_id, "items/P7.toml")
    for line in (
        'department = "public-security"',
        'supervised_by = "public-security"',
        "[groups]",
        'intake = "public-security.review"',
        'decide = "public-security.decide"',
        'call_activity = "call-P7"',
    ):
        assert line in text, line
    page = client.get(f"/studio/copies/{copy_id}?view=findings").text
    assert "缺少“groups”" not in page
    assert "办事指南没有提到事项 P7“公章刻制备案”" in page


def test_faults_stand_beside_their_fields_and_nothing_is_saved(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    status, page = saved(
        client,
        f"/studio/copies/{copy_id}/catalogue/items/P6",
        items__0__code=" ",
        items__0__promised_value="十",
        situations__1__when="signboard = ",
    )
    assert status == 422
    for name in ("items-0-code", "items-0-promised_value", "situations-1-when"):
        assert f'id="f-{name}-error"' in page
        assert f'href="#f-{name}"' in page
    assert 'value="十"' in page
    assert changes_of(copy_id) == []


def test_a_new_question_with_options_and_a_new_material(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    new = f"/studio/copies/{copy_id}/catalogue/new"
    status, _ = saved(
        client,
        f"{new}/questions",
        questions__0__question="size",
        questions__0__text="店多大？",
        questions__0__kind="one",
        options__1__option="small",
        options__1__label="不到40平方米",
        options__2__option="large",
        options__2__label="40平方米以上",
    )
    assert status == 302
    status, _ = saved(
        client,
        f"{new}/materials",
        materials__0__material="lease",
        materials__0__name="租赁备案",
        materials__0__source="applicant",
        materials__0__forms=["copy", "e-licence"],
        requirements__1__item="P2",
        requirements__1__basis="drug-materials",
        requirements__1__when='size = "large"',
    )
    assert status == 302
    text = text_of(copy_id, "bundle.toml")
    assert (
        '[questions.size]\ntext = "店多大？"\nkind = "one"\n\n[questions.size.options]\nsmall = "不到40平方米"' in text
    )
    assert 'forms = ["copy", "e-licence"]' in text
    assert 'P2 = { basis = "drug-materials", when = \'size = "large"\' }' in text
    status, page = saved(
        client,
        f"{new}/questions",
        questions__0__question="size",
        questions__0__text="再问",
        questions__0__kind="yes-no",
    )
    assert status == 422
    assert "已经有这个键" in page


def test_a_row_that_something_still_names_is_asked_about_once_and_goes_with_its_english(
    client: FlaskClient, copy_id: int
) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/questions/drug_scope"
    status, page = saved(client, address, options__4__remove="true", questions__0__text="卖什么药？")
    assert status == 200
    assert "要删去的内容，还有" in page
    assert "situations.cold-chain.when" in page
    assert changes_of(copy_id) == []
    assert 'value="卖什么药？"' in page
    again = form_on(page) | {"csrf_token": [csrf_token(client)]}
    assert client.post(address, data=again).status_code == 302
    assert "cold-chain = " not in text_of(copy_id, "bundle.toml")
    assert "卖什么药？" in text_of(copy_id, "bundle.toml")
    assert "questions.drug_scope.options.cold-chain" not in text_of(copy_id, "texts/en.toml")
    findings = client.get(f"/studio/copies/{copy_id}?view=findings").text
    assert "没有选项“cold-chain”，这里却与它比较。" in findings


def test_another_row_that_is_marked_later_is_asked_about_too(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/questions/drug_scope"
    _, page = saved(client, address, options__4__remove="true")
    again = form_on(page) | {"csrf_token": [csrf_token(client)], "options.3.remove": "true"}
    answer = client.post(address, data=again)
    assert (answer.status_code, changes_of(copy_id)) == (200, [])


def test_questions_are_asked_earlier_and_later(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    for to, order in (("later", ["drug_scope", "shop_type"]), ("earlier", ["shop_type", "drug_scope"])):
        client.post(
            f"/studio/copies/{copy_id}/catalogue/questions/shop_type/move",
            data={"csrf_token": csrf_token(client), "to": to},
        )
        assert re.findall(r"^\[questions\.(\w+)\]$", text_of(copy_id, "bundle.toml"), re.M)[:2] == order


def test_a_question_is_not_moved_over_what_a_colleague_saves_at_that_moment(
    client: FlaskClient, copy_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved_late(files: dict[str, bytes], key: str, by: int) -> dict[str, bytes]:
        made = move_question(files, key, by)
        base = digests_of(copy_id)["bundle.toml"]
        working_copies.save(copy_id, "bundle.toml", files["bundle.toml"] + b"# theirs\n", base, by=person(DESIGNER))
        return made

    monkeypatch.setattr("webapp.pages.studio.catalogue.move_question", moved_late)
    sign_in(client, DESIGNER)
    answer = client.post(
        f"/studio/copies/{copy_id}/catalogue/questions/shop_type/move",
        data={"csrf_token": csrf_token(client), "to": "later"},
    )
    assert answer.status_code == 409
    assert text_of(copy_id, "bundle.toml").endswith("# theirs\n")


@pytest.mark.parametrize("number", ["²", "１", "-1", "1.5", "99999", ""])
def test_a_row_with_no_number_is_none(client: FlaskClient, copy_id: int, number: str) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/questions/shop_type"
    form = {**form_on(client.get(address).text), f"options.{number}.option": "odd", f"options.{number}.text": "奇"}
    answer = client.post(address, data={**form, "csrf_token": csrf_token(client)})
    assert answer.status_code == 302
    assert "奇" not in text_of(copy_id, "bundle.toml")


def test_an_item_is_not_taken_out_by_a_field_that_no_page_has(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    status, _ = saved(client, f"/studio/copies/{copy_id}/catalogue/items/P2", items__0__remove="on")
    assert status == 302
    assert changes_of(copy_id) == []


def test_legal_sources_are_edited_together(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue"
    page = client.get(f"{address}?view=basis").text
    form = form_on(page)
    number = 1 + max(int(one) for one in re.findall(r'name="basis\.(\d+)\.there"', page))
    form |= {
        "csrf_token": [csrf_token(client)], f"basis.{number}.source": ["new-law"],
        f"basis.{number}.text": ["《新法》第一条"], f"basis.{number}.text_en": ["New Law, art. 1"],
    }  # fmt: skip
    assert client.post(address, data=form).status_code == 302
    assert 'new-law = "《新法》第一条"' in text_of(copy_id, "bundle.toml")
    form[f"basis.{number}.source"] = ["9 laws"]
    refused = client.post(address, data=form)
    assert refused.status_code == 422
    assert "不能用作键" in refused.text


# ---------------------------------------------------------------- a higher level


def test_what_the_province_binds_is_shown_locked_and_refused_when_it_is_sent_anyway(
    client: FlaskClient, copy_id: int
) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/items/P2"
    page = client.get(address).text
    assert re.search(r'<input [^>]*name="items\.0\.code"[^>]*disabled', page)
    assert "上级统一，本级不能改。" in page
    assert "规定不得长于15个工作日。" in page
    for field, value in (("code", "JC-1"), ("statutory_value", "25"), ("kind", "filing"), ("promised_value", "16")):
        status, page = saved(client, address, **{f"items__0__{field}": value})
        assert status == 422, field
        assert f'id="f-items-0-{field}-error"' in page
    status, page = saved(client, address, items__0__basis=["drug-51"])
    assert status == 422
    assert changes_of(copy_id) == []


def test_what_is_against_the_province_can_be_put_right(client: FlaskClient, copy_id: int) -> None:
    text = text_of(copy_id, "items/P2.toml").replace("JC-000172033000", "JC-1")
    digest = digests_of(copy_id)["items/P2.toml"]
    working_copies.save(copy_id, "items/P2.toml", text.encode(), digest, by=person(DESIGNER))
    sign_in(client, DESIGNER)
    assert "由省级统一的事项目录（虚构，示例）统一为" in client.get(f"/studio/copies/{copy_id}?view=findings").text
    address = f"/studio/copies/{copy_id}/catalogue/items/P2"
    assert "规定为：JC-000172033000" in client.get(address).text
    assert saved(client, address, items__0__code="JC-2")[0] == 422
    assert saved(client, address, items__0__code="JC-000172033000")[0] == 302


# ---------------------------------------------------------------- colleagues


def test_what_a_colleague_saved_meanwhile_is_shown_and_what_was_typed_is_kept(
    client: FlaskClient, copy_id: int
) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/items/P6"
    form = form_on(client.get(address).text)
    form |= {"csrf_token": [csrf_token(client)], "items.0.promised_value": ["3"]}
    theirs = text_of(copy_id, "items/P6.toml")
    promise = re.search(r"promised = \{ value = (\d+)", theirs)
    assert promise is not None
    theirs = theirs.replace(promise[0], "promised = { value = 4")
    digest = digests_of(copy_id)["items/P6.toml"]
    working_copies.save(copy_id, "items/P6.toml", theirs.encode(), digest, by=person(DESIGNER))
    refused = client.post(address, data=form)
    assert refused.status_code == 409
    assert "现在保存着的内容" in refused.text
    assert re.search(r'name="items\.0\.promised_value"[^>]*value="3"', refused.text)
    assert text_of(copy_id, "items/P6.toml") == theirs
    again = form_on(refused.text) | {"csrf_token": [csrf_token(client)]}
    assert client.post(address, data=again).status_code == 302
    assert "promised = { value = 3" in text_of(copy_id, "items/P6.toml")


def test_what_a_colleague_saved_elsewhere_in_the_same_file_stands_in_nobodys_way(
    client: FlaskClient, copy_id: int
) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/questions/food"
    form = form_on(client.get(address).text)
    form |= {"csrf_token": [csrf_token(client)], "questions.0.text": ["卖食品吗？"]}
    theirs = text_of(copy_id, "bundle.toml").replace('name = "开办药店申请表"', 'name = "药店申请表"')
    working_copies.save(
        copy_id, "bundle.toml", theirs.encode(), digests_of(copy_id)["bundle.toml"], by=person(DESIGNER)
    )
    assert client.post(address, data=form).status_code == 302
    after = text_of(copy_id, "bundle.toml")
    assert 'name = "药店申请表"' in after
    assert 'text = "卖食品吗？"' in after


def source_form(client: FlaskClient, copy_id: int) -> Form:
    """The form of the legal sources with a new one typed into it."""
    page = client.get(f"/studio/copies/{copy_id}/catalogue?view=basis").text
    number = 1 + max(int(one) for one in re.findall(r'name="basis\.(\d+)\.there"', page))
    return form_on(page) | {
        "csrf_token": [csrf_token(client)], f"basis.{number}.source": ["new-law"],
        f"basis.{number}.text": ["《新法》第一条"], "note": ["新法施行"],
    }  # fmt: skip


def assert_typed_source_is_kept(page: str) -> None:
    assert 'value="《新法》第一条"' in page
    assert 'value="新法施行"' in page
    assert "没有丢" in page


def test_legal_sources_saved_at_the_same_moment_stay_on_the_page(
    client: FlaskClient, copy_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague saves the file between the judging of what was typed and its saving."""
    sign_in(client, DESIGNER)
    form = source_form(client, copy_id)
    prepare = catalogue_edits.prepare

    def overtaken(copy_id: int, records: Sequence[Record], faults: Sequence[Fault] = ()) -> catalogue_edits.Prepared:
        made = prepare(copy_id, records, faults)
        theirs = file_of(copy_id, "bundle.toml")[0] + b"# theirs\n"
        working_copies.save(copy_id, "bundle.toml", theirs, digests_of(copy_id)["bundle.toml"], by=person(DESIGNER))
        return made

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(catalogue_edits, "prepare", overtaken)
        refused = client.post(f"/studio/copies/{copy_id}/catalogue", data=form)
    assert refused.status_code == 409
    assert "保存了此文件，您的修改没有保存" in refused.text
    assert_typed_source_is_kept(refused.text)
    again = form_on(refused.text) | {"csrf_token": [csrf_token(client)]}
    assert client.post(f"/studio/copies/{copy_id}/catalogue", data=again).status_code == 302
    assert 'new-law = "《新法》第一条"' in text_of(copy_id, "bundle.toml")
    assert "# theirs" in text_of(copy_id, "bundle.toml")


def test_legal_sources_typed_into_a_copy_that_ended_stay_on_the_page(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    form = source_form(client, copy_id)
    copy_ending.end(copy_id, by=person(DESIGNER))
    refused = client.post(f"/studio/copies/{copy_id}/catalogue", data=form)
    assert refused.status_code == 409
    assert "此工作稿已结束" in refused.text
    assert_typed_source_is_kept(refused.text)


def test_a_file_that_grew_too_large_keeps_what_was_typed(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    form = source_form(client, copy_id)
    room = 2 * 1024 * 1024 - len(text_of(copy_id, "bundle.toml").encode()) - 20
    theirs = text_of(copy_id, "bundle.toml").encode() + b"#" * room + b"\n"
    working_copies.save(copy_id, "bundle.toml", theirs, digests_of(copy_id)["bundle.toml"], by=person(DESIGNER))
    refused = client.post(f"/studio/copies/{copy_id}/catalogue", data=form)
    assert refused.status_code == 409
    assert "文件超过 2 MB" in refused.text
    assert_typed_source_is_kept(refused.text)


def test_a_catalogue_broken_meanwhile_keeps_what_was_typed(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    form = source_form(client, copy_id)
    working_copies.save(copy_id, "bundle.toml", b"format = ", digests_of(copy_id)["bundle.toml"], by=person(DESIGNER))
    refused = client.post(f"/studio/copies/{copy_id}/catalogue", data=form)
    assert refused.status_code == 409
    assert "不是有效的 TOML" in refused.text
    assert 'value="《新法》第一条"' in refused.text


def test_a_session_that_ended_shows_what_was_typed(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    form = source_form(client, copy_id)
    client.delete_cookie(client.application.config["SESSION_COOKIE_NAME"])
    refused = client.post(f"/studio/copies/{copy_id}/catalogue", data=form)
    assert refused.status_code in (400, 401)
    assert "《新法》第一条" in refused.text


def test_a_legal_source_that_is_still_named_is_asked_about(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    page = client.get(f"/studio/copies/{copy_id}/catalogue?view=basis").text
    number = re.search(r'name="basis\.(\d+)\.source" value="order-54-13"', page)
    assert number is not None
    form = form_on(page) | {"csrf_token": [csrf_token(client)], f"basis.{number[1]}.remove": ["true"]}
    asked = client.post(f"/studio/copies/{copy_id}/catalogue", data=form)
    assert (asked.status_code, changes_of(copy_id)) == (200, [])
    assert "limits.statutory.basis" in asked.text
    again = form_on(asked.text) | {"csrf_token": [csrf_token(client)]}
    assert client.post(f"/studio/copies/{copy_id}/catalogue", data=again).status_code == 302
    assert "order-54-13 = " not in text_of(copy_id, "bundle.toml")
    assert "没有“order-54-13”" in client.get(f"/studio/copies/{copy_id}?view=findings").text


# ---------------------------------------------------------------- who may


def test_others_read_and_do_not_edit(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, PUBLISHER)
    page = client.get(f"/studio/copies/{copy_id}/catalogue")
    assert page.status_code == 200
    assert f"/studio/copies/{copy_id}/catalogue/items/P2" not in page.text
    assert client.get(f"/studio/copies/{copy_id}/catalogue/items/P2").status_code in (403, 404)


def test_an_ended_copy_takes_nothing(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    address = f"/studio/copies/{copy_id}/catalogue/items/P2"
    form = form_on(client.get(address).text) | {"csrf_token": [csrf_token(client)], "items.0.promised_value": ["9"]}
    copy_ending.end(copy_id, by=person(DESIGNER))
    assert client.post(address, data=form).status_code == 409
    assert changes_of(copy_id) == []


def test_a_catalogue_that_cannot_be_read_says_so(client: FlaskClient, copy_id: int) -> None:
    working_copies.save(copy_id, "bundle.toml", b"format = ", digests_of(copy_id)["bundle.toml"], by=person(DESIGNER))
    sign_in(client, DESIGNER)
    for view in ("items", "questions", "materials", "basis"):
        assert client.get(f"/studio/copies/{copy_id}/catalogue?view={view}").status_code == 200
    assert client.get(f"/studio/copies/{copy_id}/catalogue/questions/food").status_code == 404
    assert client.get(f"/studio/copies/{copy_id}/catalogue/papers/x").status_code == 404


def test_a_department_that_the_office_does_not_have_is_shown_and_found(client: FlaskClient, copy_id: int) -> None:
    content, digest = file_of(copy_id, "items/P6.toml")
    wrong = content.replace(b'department = "urban-management"', 'department = "江城市城管执法局"'.encode(), 1)
    working_copies.save(copy_id, "items/P6.toml", wrong, digest, by=person(DESIGNER))
    sign_in(client, DESIGNER)
    page = client.get(f"/studio/copies/{copy_id}/catalogue/items/P6").text
    assert re.search(r'<option value="江城市城管执法局" selected>没有这个部门：江城市城管执法局', page)
    assert "没有部门“江城市城管执法局”" in client.get(f"/studio/copies/{copy_id}").text
