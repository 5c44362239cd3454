"""The studio as its people see it: uploads, findings, differences, publishing by a second person."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.support import office
from tests.webapp.browsing import Browser
from tests.webapp.test_playground import TABLE
from webapp.catalogue import current_releases, release_files
from webapp.queries import release_diagrams
from webapp.queries import releases as queries
from webapp.queries.release_diagrams import read_diagram_file
from webapp.services.files import Upload
from webapp.services.releases import draft_from_upload, submit_release

DESIGNER, PUBLISHER, LEGAL, SUPERVISOR = "taoran", "jiangwen", "qixin", "xieguang"
LICENCE = "_shared/item-licence.bpmn"
HOSTILE = Path(__file__).parents[3] / "shared" / "conformance" / "hostile"
NO_GROUP = '<zeebe:assignmentDefinition candidateGroups="window.clerk" />'
VIEWS = ("findings", "content", "difference", "files")
PARTS = ("catalogue", "decisions", "forms", "papers")


def published() -> int:
    return current_releases()[office.BUNDLE]


def shipped() -> int:
    """The release that was published last when the demo was loaded."""
    return max(current_releases().values())


def licence(old: str = "", new: str = "") -> Upload:
    text = release_files(published())[LICENCE].decode()
    assert old in text
    return Upload("item-licence.bpmn", (text.replace(old, new, 1) if old else text).encode())


def renamed() -> Upload:
    return licence('name="补正材料"', 'name="补齐材料"')


def undrawn() -> Upload:
    text = licence().content.decode()
    start, end = text.index("<bpmndi:BPMNDiagram"), text.index("</bpmn:definitions>")
    return Upload("item-licence.bpmn", (text[:start] + text[end:]).encode())


def upload(browser: Browser, file: Upload, note: str = "") -> Browser:
    browser.open(f"/studio/releases/{published()}/upload")
    return browser.submit("/upload", {"note": note}, files={"file": [file]})


def check(browser: Browser, *files: Upload, within: str = "") -> Browser:
    browser.open("/studio/check")
    return browser.submit("/check", {"within": within}, files={"file": list(files)})


def marks(browser: Browser) -> list[dict[str, str]]:
    """What the picture on the page shows; where two stand beside each other, that of the version itself."""
    return json.loads(browser.page.xpath("//script[@data-findings]/text()")[-1])


def at_another_screen(client, login: str) -> Browser:
    """Someone else, in a browser of their own."""
    return Browser.of(client.application.test_client(), login)


@pytest.fixture
def designer(client) -> Browser:
    return Browser.of(client, DESIGNER)


# ---------------------------------------------------------------- start page


def test_the_start_page_shows_what_is_in_force_and_where_open_cases_run(designer):
    office.received("commitment")
    designer.open("/studio")
    assert designer.heading == "流程工作室"
    assert "现行第 1 版，姜雯于" in designer.text
    row, *_others = designer.page.xpath("//tbody/tr")  # of the bundle that has a case; others have none
    assert row.xpath("string(td[last()])").strip() == "1"


def test_what_waits_for_publishing_is_seen_at_once(designer):
    upload(designer, renamed(), "改名")
    designer.submit("/submit")
    designer.open("/studio")
    assert "1 个版本待发布" in designer.text
    assert "改名" in designer.text


# ---------------------------------------------------------------- uploads and findings


def test_an_upload_becomes_a_draft_with_its_findings_drawn_and_listed(designer):
    upload(designer, licence(NO_GROUP), "试改")
    assert designer.heading == "开办药店 第 2 版"
    assert "已存为第 2 版（草稿），没有发布。" in designer.text
    assert "试改" in designer.text
    entry = designer.page.xpath("//ol[contains(@class, 'findings')]/li")[0]
    words = " ".join(entry.text_content().split())
    for part in ("错误", "人工任务没有岗位", "补正材料", "correct", LICENCE, "行", "改法：", "在图上看"):
        assert part in words
    assert entry.get("data-element") == "correct"
    (mark,) = [one for one in marks(designer) if one["severity"] == "error"]
    assert (mark["element"], mark["target"]) == ("correct", entry.get("id"))
    assert "还有 1 个错误" in designer.text
    assert not designer.page.xpath("//form[contains(@action, '/submit')]")
    assert published() == 1


def test_the_findings_speak_english_too(designer):
    upload(designer, licence(NO_GROUP))
    designer.client.set_cookie("language", "en")
    designer.open(designer.url)
    assert "The user task has no candidate group" in designer.text or "candidate group" in designer.text
    assert "人工任务没有岗位" not in designer.text
    tabs = " ".join(
        designer.page.xpath("string(//nav[.//a[@aria-current='page' and contains(@href, 'diagram=')]])").split()
    )
    assert "Licence" in tabs or "licence" in tabs
    (source,) = designer.page.xpath("//*[@data-diagram]/@data-src")
    assert "补正材料" not in designer.client.get(source).get_data(as_text=True)


def test_a_finding_of_another_diagram_leads_to_that_diagram(designer):
    upload(designer, licence(NO_GROUP))
    other = next(link for link in designer.links(containing="element=visit-asked"))
    designer.open(other)
    assert marks(designer)[0]["element"] == "visit-asked"
    tab = designer.page.xpath("string(//nav[@aria-label='流程图']//a[@aria-current='page'])")
    assert tab.startswith("开办药店")


def test_a_diagram_without_a_picture_is_laid_out_and_said_so(designer):
    upload(designer, undrawn())
    assert "文件里没有图形，显示时自动排布" in designer.text
    designer.open(f"{designer.url}?diagram={LICENCE}")
    assert "文件里没有图形：下图由系统自动排布" in designer.text
    assert designer.page.xpath("//*[@data-diagram]")
    check(designer, undrawn(), within=office.BUNDLE)
    assert "文件里没有图形：下图由系统自动排布" in designer.text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("setup.exe", b"MZ\x90", "只接收 .bpmn"),
        ("empty.bpmn", b"", "空的"),
        ("large.bpmn", b"<" * (30 * 1024 * 1024), "超过 2 MB"),
        ("large.zip", b"<" * (30 * 1024 * 1024), "超过 20 MB"),
    ],
)
def test_a_refused_file_is_named_with_the_reason_and_the_note_stays(designer, name, content, reason):
    upload(designer, Upload(name, content), "我的说明")
    assert designer.status == 422
    (error,) = designer.errors()
    assert name in error
    assert reason in error
    assert designer.form("/upload").fields["note"] == "我的说明"
    assert queries.newest_id() == shipped()


def test_a_request_past_all_limits_is_refused_in_words(designer):
    upload(designer, Upload("film.zip", b"0" * (41 * 1024 * 1024)))
    assert designer.status == 413
    assert "超过 40 MB" in designer.text


def test_a_form_without_a_file_asks_for_one(designer):
    for address in (f"/studio/releases/{published()}/upload", "/studio/new", "/studio/check"):
        designer.open(address)
        designer.send(address, {"csrf_token": designer.token()})
        assert designer.status == 422
        assert "请选择文件" in designer.errors()[0]


def test_the_same_file_again_makes_no_release(designer):
    upload(designer, licence())
    assert "没有新建版本" in designer.text
    assert queries.newest_id() == shipped()


def test_an_export_is_a_zip_that_comes_back_as_the_same_release(designer):
    response = designer.client.get(f"/studio/releases/{published()}/export")
    content = response.get_data()
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == sorted(release_files(published()))
    assert content == designer.client.get(f"/studio/releases/{published()}/export").get_data()
    upload(designer, renamed())
    designer.open("/studio/new")
    designer.submit("/new", {"note": "恢复"}, files={"file": [Upload("open-pharmacy-1.zip", content)]})
    assert designer.heading == "开办药店 第 3 版"
    assert queries.release(queries.newest_id()).digest == queries.release(published()).digest


# ---------------------------------------------------------------- what a release says


@pytest.mark.parametrize("login", [DESIGNER, PUBLISHER, LEGAL, SUPERVISOR])
def test_every_view_opens_for_those_who_see_releases_and_shows_no_applicant(client, login):
    office.received("commitment")
    answers = office.example("commitment")["answers"]
    browser = Browser.of(client, login)
    addresses = ["/studio", f"/studio/bundles/{office.BUNDLE}", "/studio/check"]
    addresses += [f"/studio/releases/{published()}?view={view}" for view in VIEWS]
    addresses += [f"/studio/releases/{published()}?view=content&part={part}" for part in PARTS]
    addresses += [f"/studio/releases/{published()}/file?path=items/P2.toml"]
    for address in addresses:
        browser.open(address)
        assert browser.status == 200, address
        assert len(browser.page.xpath("//h1")) == 1
        assert browser.heading in browser.page.xpath("string(//title)")
        for key in ("applicant_name", "legal_representative", "legal_representative_id", "shop_name"):
            assert str(answers[key]) not in browser.response.get_data(as_text=True), (address, key)


def test_the_catalogue_is_readable(designer):
    designer.open(f"/studio/releases/{published()}?view=content")
    for words in ("药品经营许可", "20 个工作日", "第四十二条", "经营哪些药品", "平面", "主要", "免提交"):
        assert words in designer.text
    designer.open(f"/studio/releases/{published()}?view=content&part=decisions")
    assert "药品经营范围" in designer.text
    assert 'list contains(?, "rx-otc-a")' in designer.text
    designer.open(f"/studio/releases/{published()}?view=content&part=forms")
    assert "legal_representative_id" in designer.text


def test_the_difference_names_what_was_and_what_is(designer):
    upload(designer, renamed())
    designer.open(f"{designer.url}?view=difference")
    (entry,) = designer.page.xpath("//ol[contains(@class, 'findings')]/li")
    words = " ".join(entry.text_content().split())
    assert "修改" in words
    assert "人工任务" in words
    assert "名称：补正材料 → 补齐材料" in words
    assert [one["element"] for one in marks(designer)] == ["correct"]


def test_a_broken_catalogue_is_still_shown(designer):
    files = release_files(published())
    files["bundle.toml"] = b'key = "open-pharmacy"\nitems = 5'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    upload(designer, Upload("bundle.zip", target.getvalue()))
    assert designer.status == 200
    address = designer.url
    for view in VIEWS:
        assert designer.open(f"{address}?view={view}").status == 200


def test_a_diagram_goes_to_the_browser_as_plain_text_in_utf8(designer):
    content = licence().content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    upload(designer, Upload("item-licence.bpmn", content))
    response = designer.client.get(f"{designer.url}/diagram?path={LICENCE}")
    assert response.mimetype == "text/plain"
    assert "补正材料" in response.get_data().decode()


def test_what_is_not_there_is_not_found(designer):
    for address in (
        "/studio/releases/999",
        "/studio/releases/1/file?path=../../etc/passwd",
        "/studio/releases/1/diagram?path=bundle.toml",
        "/studio/releases/999/export",
        "/studio/bundles/nothing",
    ):
        assert designer.open(address).status == 404, address


# ---------------------------------------------------------------- publishing


def test_designer_submits_publisher_compares_and_publishes(client, designer):
    case = office.received("commitment")
    upload(designer, renamed(), "统一任务名称")
    address = designer.url
    designer.submit("/submit")
    assert "等待会签和发布" in designer.text
    assert not designer.page.xpath("//form[contains(@action, '/publish')]")

    publisher = at_another_screen(client, PUBLISHER)
    publisher.open("/studio")
    publisher.open(f"{address}?view=difference")
    assert "补正材料 → 补齐材料" in publisher.text
    assert "会签齐后由另一名发布人发布" in publisher.text
    assert not publisher.page.xpath("//form[contains(@action, '/publish')]")
    for login in ("gaozhiyuan", "zhudefu", LEGAL):  # the bureau, the signboards' department, legal review
        signer = at_another_screen(client, login)
        signer.open("/studio")
        assert "待我会签" in signer.text
        signer.open(f"{address}?view=difference")
        signer.submit("/sign", {"agrees": "yes", "comment": "任务名称已统一。"})
        assert "已会签" in signer.text
    publisher.open(address)
    publisher.submit("/publish")
    assert "已发布" in publisher.text
    assert publisher.page.xpath("//h1/following-sibling::span[contains(., '现行')]")
    assert case.number not in publisher.text
    publisher.open("/studio")
    rows = publisher.page.xpath("//tbody/tr")
    states = [[" ".join(cell.text_content().split()) for cell in row.xpath("th|td")] for row in rows]
    assert [(row[0], row[1], row[-1]) for row in states][:2] == [
        ("第 2 版", "现行", "0"),
        ("第 1 版", "已替代", "1"),
    ]


def test_the_publisher_returns_it_with_a_reason_that_the_designer_reads(client, designer):
    upload(designer, renamed())
    address = designer.url
    designer.submit("/submit")
    publisher = at_another_screen(client, PUBLISHER)
    publisher.open(address)
    publisher.submit("/return", {"reason": "名称与指南不一致。"})
    again = designer.open(address)
    assert "退回：名称与指南不一致。" in again.text
    again.open(f"/studio/bundles/{office.BUNDLE}")
    assert "名称与指南不一致。" in again.text


def test_a_release_with_errors_cannot_be_submitted_past_the_page(designer):
    upload(designer, licence(NO_GROUP))
    designer.send(f"{designer.url}/submit", {"csrf_token": designer.token()})
    assert designer.status == 409
    assert "1 个错误" in designer.text


def test_legal_signs_and_does_no_more(client):
    release_id = draft_from_upload(published(), "a.bpmn", renamed().content, by=office.person(DESIGNER))
    submit_release(release_id, by=office.person(DESIGNER))
    legal = Browser.of(client, LEGAL)
    legal.open(f"/studio/releases/{release_id}")
    assert [form.get("action").rsplit("/")[-1] for form in legal.page.xpath("//main//form")] == ["sign"]
    for act in ("publish", "return", "submit", "upload"):
        legal.send(f"/studio/releases/{release_id}/{act}", {"csrf_token": legal.token()})
        assert legal.status == 403


# ---------------------------------------------------------------- checking alone, and hostile files


def test_a_diagram_is_checked_on_its_own_and_kept_nowhere(designer):
    check(designer, licence(NO_GROUP), within=office.BUNDLE)
    assert designer.status == 200
    assert "文件没有保存" in designer.text
    assert [one["element"] for one in marks(designer) if one["severity"] == "error"] == ["correct"]
    (source,) = designer.page.xpath("//script[@data-source]/text()")
    assert "补正材料" in json.loads(source)
    assert queries.newest_id() == shipped()


def test_the_gravest_findings_stand_first(designer):
    check(designer, licence(NO_GROUP), within=office.BUNDLE)
    order = [entry.text_content().split()[0] for entry in designer.page.xpath("//ol[contains(@class, 'findings')]/li")]
    assert order == sorted(order, key=["错误", "警告", "提示"].index)


def test_a_checked_diagram_is_tried_from_its_findings(designer):
    check(designer, licence(NO_GROUP), within=office.BUNDLE)
    designer.submit("/check", press=("try", "1"))
    assert designer.heading.startswith("流程模拟")
    assert designer.form("/beginning").fields["process"] == "item-licence"
    designer.open("/studio/check")
    designer.send("/studio/check", {"csrf_token": designer.token(), "name": "a.bpmn", "packed": "?", "try": "1"})
    assert designer.status == 422
    assert "请重新选择文件" in designer.errors()[0]


DECIDING = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t"><process id="p" name="p" isExecutable="true">
<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="d"/><businessRuleTask id="d" name="d">
<extensionElements><zeebe:calledDecision decisionId="risk" resultVariable="等级"/></extensionElements>
</businessRuleTask>
<sequenceFlow id="b" sourceRef="d" targetRef="e"/><endEvent id="e"/></process></definitions>"""


def findings(browser: Browser) -> str:
    return " ".join(browser.page.xpath("string(//*[@id='findings'])").split())


def test_a_diagram_is_checked_together_with_its_decisions_and_forms(designer):
    diagram = Upload("p.bpmn", DECIDING.encode())
    check(designer, diagram)
    assert "决策“risk”不在所交文件中" in findings(designer)
    check(designer, diagram, Upload("risk.dmn", TABLE.encode()), Upload("a.form", b"{"))
    assert designer.heading == "检查结果：p.bpmn、risk.dmn、a.form"
    assert "决策“risk”" not in findings(designer)
    assert "没有适用的规则：年龄 = 18" in findings(designer)
    assert "不是有效的 JSON" in findings(designer)
    designer.open("/studio/check")
    designer.submit("/check", files={"file": [diagram, Upload("risk.dmn", TABLE.encode())]}, press=("try", "1"))
    assert "流程模拟一次只取一张流程图" in designer.text


def test_a_decision_file_or_a_form_is_checked_alone(designer):
    check(designer, Upload("risk.dmn", TABLE.encode()))
    assert designer.status == 200
    assert "没有适用的规则：年龄 = 18" in findings(designer)
    form = release_files(published())["forms/application.form"]
    check(designer, Upload("application.form", form), within=office.BUNDLE)
    assert designer.heading == "检查结果：forms/application.form"
    check(designer, Upload("a.txt", b"a"))
    assert designer.status == 422
    assert "只接收 .bpmn 流程图、.dmn 决策表和 .form 表单" in designer.errors()[0]


def test_a_decision_that_leaves_the_diagrams_without_it_is_told_within_a_bundle(designer):
    check(designer, Upload("commitment.dmn", TABLE.encode()), within=office.BUNDLE)
    assert "错误" in findings(designer)
    assert "bundle.toml" in findings(designer)


def test_no_picture_needs_no_legend(designer, monkeypatch):
    monkeypatch.setattr(release_diagrams, "MOST_LAID_OUT", 3)
    check(designer, undrawn())
    assert "此文件里没有图形" in designer.text
    assert not designer.page.xpath("//*[@class='diagram-legend']")


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not here")
def test_hostile_files_are_answered_with_findings_or_a_refusal(designer):
    designer.open("/studio/check")
    token = designer.token()
    for file in sorted(path for path in HOSTILE.iterdir() if path.suffix != ".json"):
        given = Upload(file.name, file.read_bytes())
        for address in ("/studio/check", f"/studio/releases/{published()}/upload"):
            upload_of = (io.BytesIO(given.content), given.name)
            designer.send(address, {"csrf_token": token, "file": upload_of, "within": ""})
            assert designer.status in (200, 422), (file.name, address, designer.status)
            assert "Traceback" not in designer.response.get_data(as_text=True)
            if designer.status == 422:
                assert given.name in designer.errors()[0] or "文件" in designer.errors()[0]
                continue
            assert not designer.page.xpath("//main//script[not(@type='application/json')]"), file.name
            assert not designer.page.xpath("//main//@onerror | //main//a[starts-with(@href, 'javascript')]")
        if designer.status == 200:
            assert designer.open(f"{designer.url}?view=difference").status == 200, file.name
    assert set(current_releases()) == {office.BUNDLE, "pharmacy-follow-up"}
    assert published() == 1


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not here")
def test_no_hostile_diagram_breaks_the_reading_for_the_picture():
    for file in HOSTILE.glob("*.bpmn"):
        found = read_diagram_file(file.name, file.read_bytes())
        assert found is None or "root:" not in found.text, file.name


def test_what_is_no_part_of_a_bundle_is_said_to_be_left_out_of_the_check(designer: Browser) -> None:
    rules = Upload("commitment.dmn", release_files(published())["commitment.dmn"])
    page = check(designer, rules, Upload("README.md", b"# Read me"))
    assert page.status == 200
    assert "没有检查：README.md。" in page.text
    assert "没有检查" not in check(designer, rules).text
