"""The scripts in a real browser, under the policy of production. Needs Chromium and built assets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from email.message import Message
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from engine import Words
from tests.frontend.kit import AXE, DIST, form_field, render
from tests.support.chromium import CHROMIUM, ensure_nothing_is_missing, skipped_without_chromium
from webapp.headers import CONTENT_SECURITY_POLICY

pytestmark = [pytest.mark.slow, skipped_without_chromium]

LIST = """{% extends "base.html" %}{% from "_macros/tables.html" import data_table, row_select %}
{% block heading %}待办{% endblock %}
{% block content %}<form><label for="q">查找</label><input id="q" data-search>
<p>已选 <b data-select-count>0</b> 项</p>
{% call data_table("待办", ["项目", "认领"], keys=true, selectable=true) %}{% for name in names %}
<tr>{{ row_select("task", name, name) }}<th scope="row"><a href="#{{ name }}">{{ name }}</a></th>
<td><a data-claim href="#claim-{{ name }}">认领</a></td></tr>{% endfor %}{% endcall %}</form>{% endblock %}"""

FORM = """{% extends "base.html" %}
{% from "_macros/forms.html" import field, error_summary, file_drop, camera, signature, csrf %}
{% block heading %}填写表单{% endblock %}
{% block scripts %}<script type="module" src="{{ asset('camera.js') }}"></script>
<script type="module" src="{{ asset('signature.js') }}"></script>{% endblock %}
{% block content %}{{ error_summary({"name": ["请填写名称。"]}, {"name": "名称"}) }}
<form method="post" data-autosave-url="/draft">{{ csrf() }}{{ field(f, none, {"name": ["请填写名称。"]}) }}
{{ file_drop("plan", "平面图", max_mb=1) }}{{ signature("sign", "签名") }}
<p data-save-state role="status"></p></form>{{ camera("cam", "/pages") }}{% endblock %}"""

DIAGRAM = """{% extends "base.html" %}{% from "_macros/diagram.html" import case_diagram %}
{% block heading %}流程图{% endblock %}
{% block styles %}<link rel="stylesheet" href="{{ asset('case-diagram.css') }}">{% endblock %}
{% block scripts %}<script type="module" src="{{ asset('case-diagram.js') }}"></script>{% endblock %}
{% block content %}{{ case_diagram("d", "/diagram.bpmn", state, findings) }}
<ol class="findings"><li id="finding-1" data-element="review" tabindex="-1">缺少岗位</li></ol>
{% endblock %}"""

BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d"
 xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:dd="http://www.omg.org/spec/DD/20100524/DI"><process id="p"><startEvent id="start" name="收件"/>
<userTask id="review" name="审查"/><sequenceFlow id="go" sourceRef="start" targetRef="review"/></process>
<di:BPMNDiagram id="x"><di:BPMNPlane id="y" bpmnElement="p">
<di:BPMNShape id="s1" bpmnElement="start"><dc:Bounds x="0" y="22" width="36" height="36"/></di:BPMNShape>
<di:BPMNShape id="s2" bpmnElement="review"><dc:Bounds x="120" y="0" width="100" height="80"/></di:BPMNShape>
<di:BPMNEdge id="e" bpmnElement="go"><dd:waypoint x="36" y="40"/><dd:waypoint x="120" y="40"/></di:BPMNEdge>
</di:BPMNPlane></di:BPMNDiagram></definitions>"""


FORKED = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d"
 xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:dd="http://www.omg.org/spec/DD/20100524/DI"><process id="p"><startEvent id="start"/><inclusiveGateway id="fork"/>
<userTask id="review" name="审查"/><userTask id="visit" name="核查"/>
<sequenceFlow id="go" sourceRef="start" targetRef="fork"/>
<sequenceFlow id="to-review" sourceRef="fork" targetRef="review"/>
<sequenceFlow id="to-visit" sourceRef="fork" targetRef="visit"/></process>
<di:BPMNDiagram id="x"><di:BPMNPlane id="y" bpmnElement="p">
<di:BPMNShape id="s1" bpmnElement="start"><dc:Bounds x="0" y="22" width="36" height="36"/></di:BPMNShape>
<di:BPMNShape id="s2" bpmnElement="fork"><dc:Bounds x="80" y="15" width="50" height="50"/></di:BPMNShape>
<di:BPMNShape id="s3" bpmnElement="review"><dc:Bounds x="190" y="0" width="100" height="80"/></di:BPMNShape>
<di:BPMNShape id="s4" bpmnElement="visit"><dc:Bounds x="190" y="110" width="100" height="80"/></di:BPMNShape>
<di:BPMNEdge id="e1" bpmnElement="go"><dd:waypoint x="36" y="40"/><dd:waypoint x="80" y="40"/></di:BPMNEdge>
<di:BPMNEdge id="e2" bpmnElement="to-review"><dd:waypoint x="130" y="40"/><dd:waypoint x="190" y="40"/></di:BPMNEdge>
<di:BPMNEdge id="e3" bpmnElement="to-visit"><dd:waypoint x="105" y="65"/><dd:waypoint x="105" y="150"/>
<dd:waypoint x="190" y="150"/></di:BPMNEdge>
</di:BPMNPlane></di:BPMNDiagram></definitions>"""
#: `BPMN` in English, wider than a phone: the label's place was drawn for two Chinese characters.
TRANSLATED = (
    BPMN.replace('name="收件"', 'name="Received at the window"')
    .replace('name="审查"', 'name="Review and propose what to decide"')
    .replace(
        '<dc:Bounds x="0" y="22" width="36" height="36"/></di:BPMNShape>',
        '<dc:Bounds x="0" y="22" width="36" height="36"/><di:BPMNLabel><dc:Bounds x="7" y="2" width="22" height="14"/>'
        "</di:BPMNLabel></di:BPMNShape>",
    )
    .replace('x="120" y="0" width="100"', 'x="920" y="0" width="100"')
    .replace('<dd:waypoint x="120" y="40"/>', '<dd:waypoint x="920" y="40"/>')
)


class Office(SimpleHTTPRequestHandler):
    """Serves rendered pages and built assets; keeps what is posted."""

    posts: list[tuple[str, Message, bytes]]
    pages: Path

    def translate_path(self, path: str) -> str:
        built = path.removeprefix("/static/dist/")
        return str(DIST / built if built != path else self.pages / path.lstrip("/"))

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        super().end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posts.append((self.path, self.headers, body))
        answer = b'{"saved_at": "09:41", "message": "\xe5\xb7\xb2\xe6\x94\xb6 2 \xe9\xa1\xb5"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    pages = tmp_path_factory.mktemp("pages")
    field = form_field(label=Words("名称", "Name"))
    findings = [{"element": "review", "severity": "error", "text": "缺少岗位", "target": "finding-1"}]
    state = {"done": ["start"], "current": ["review"], "counts": {"review": 3}}
    (pages / "list.html").write_text(render(LIST, names=["甲店", "乙店", "丙店"]), "utf-8")
    (pages / "form.html").write_text(render(FORM, f=field), "utf-8")
    (pages / "case.html").write_text(render(DIAGRAM, state=state, findings=None), "utf-8")
    (pages / "check.html").write_text(render(DIAGRAM, state=None, findings=findings), "utf-8")
    (pages / "diagram.bpmn").write_text(BPMN, "utf-8")
    forked = {"done": ["start", "fork"], "current": ["review"], "counts": {}, "flows": ["go", "to-review"]}
    (pages / "forked.html").write_text(
        render(DIAGRAM, state=forked, findings=None).replace("/diagram.bpmn", "/forked.bpmn"), "utf-8"
    )
    (pages / "forked.bpmn").write_text(FORKED, "utf-8")
    english = render(DIAGRAM, state=state, findings=None).replace('lang="zh-CN"', 'lang="en"')
    (pages / "translated.html").write_text(english.replace("/diagram.bpmn", "/translated.bpmn"), "utf-8")
    (pages / "translated.bpmn").write_text(TRANSLATED, "utf-8")
    handler = type("Handler", (Office,), {"pages": pages, "posts": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", posts=handler.posts)  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    ensure_nothing_is_missing()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        )


@pytest.fixture
def tab(browser: Browser, office: SimpleNamespace) -> Iterator[Page]:
    """A page that must end without a violation of the policy and without a script error."""
    context = browser.new_context(permissions=["camera"], base_url=office.url)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Security" in said.text else None)
    yield page
    assert faults == []
    context.close()


@pytest.mark.parametrize("name", ["list", "form", "case", "check"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_for_axe_to_find_and_no_sideways_scroll(tab: Page, name: str, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(f"/{name}.html")
    if name in ("case", "check"):
        tab.wait_for_selector("[data-ready]")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate(AXE.read_text("utf-8"))
    found = tab.evaluate("axe.run().then(r => r.violations.map(v => [v.id, ...v.nodes.map(n => n.html)]))")
    assert found == []


def test_a_list_is_worked_by_keyboard(tab: Page) -> None:
    tab.goto("/list.html")
    for key in ("j", "j", "x", "k", "x"):
        tab.keyboard.press(key)
    expect(tab.get_by_role("link", name="甲店")).to_be_focused()
    expect(tab.locator("[data-select-count]")).to_have_text("2")
    tab.keyboard.press("Enter")
    assert tab.evaluate("decodeURI(location.hash)") == "#甲店"
    tab.keyboard.press("c")
    assert tab.evaluate("decodeURI(location.hash)") == "#claim-甲店"
    tab.keyboard.press("/")
    tab.keyboard.type("jx")
    expect(tab.get_by_label("查找")).to_have_value("jx")
    expect(tab.locator("[data-select-count]")).to_have_text("2")


def test_single_keys_can_be_switched_off(tab: Page) -> None:
    tab.goto("/list.html")
    tab.keyboard.press("?")
    tab.get_by_label("使用单键快捷键").uncheck()
    tab.keyboard.press("Escape")
    tab.keyboard.press("j")
    expect(tab.locator("tr[data-current]")).to_have_count(0)


def test_the_error_list_leads_to_the_field(tab: Page) -> None:
    tab.goto("/form.html")
    expect(tab.locator(".error-summary")).to_be_focused()
    tab.get_by_role("link", name="名称：请填写名称。").click()
    expect(tab.get_by_label("名称")).to_be_focused()


def test_a_draft_saves_itself_with_the_token_and_says_when(tab: Page, office: SimpleNamespace) -> None:
    tab.goto("/form.html")
    tab.get_by_label("名称").fill("凤兴大药房")
    expect(tab.locator("[data-save-state]")).to_have_text("已保存 09:41")
    path, headers, body = office.posts[-1]
    assert (path, headers["X-CSRFToken"], headers["X-Autosave"]) == ("/draft", "token", "1")
    assert "凤兴大药房".encode() in body


def test_files_that_cannot_be_sent_are_refused_by_name(tab: Page, tmp_path: Path) -> None:
    for name, content in (
        ("a.exe", b"x"),
        ("empty.pdf", b""),
        ("big.pdf", b"0" * 1_100_000),
        ("ok.pdf", b"%PDF"),
    ):
        (tmp_path / name).write_bytes(content)
    tab.goto("/form.html")
    tab.get_by_label("平面图").set_input_files(sorted(tmp_path.iterdir()))
    refused = tab.locator(".is-refused")
    expect(refused).to_have_count(3)
    expect(tab.locator(".file-drop-chosen li:not(.is-refused)")).to_contain_text("ok.pdf")
    assert tab.get_by_label("平面图").evaluate("input => [...input.files].map(({name}) => name)") == ["ok.pdf"]


def test_pages_are_taken_turned_put_in_order_and_sent_in_one_request(tab: Page, office: SimpleNamespace) -> None:
    tab.goto("/form.html")
    tab.get_by_role("button", name="打开高拍仪").click()
    pages = tab.locator(".camera-pages > li")
    for count in (1, 2, 3):
        tab.get_by_role("button", name="拍一页").click()
        expect(pages).to_have_count(count)
    tab.get_by_role("button", name="旋转 第 1 页").click()
    tab.get_by_role("button", name="后移 第 1 页").click()
    tab.get_by_role("button", name="删除 第 3 页").click()
    expect(pages).to_have_count(2)
    tab.get_by_role("button", name="合成一份 PDF 并上传").click()
    expect(tab.locator("[data-camera-message]")).to_have_text("已收 2 页")
    path, _headers, body = office.posts[-1]
    assert path == "/pages"
    assert body.count(b"Content-Type: image/jpeg") == 2


def test_a_drawn_signature_is_kept_as_a_picture_and_can_be_cleared(tab: Page) -> None:
    tab.goto("/form.html")
    canvas = tab.locator(".signature canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    tab.mouse.move(box["x"] + 20, box["y"] + 40)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 120, box["y"] + 90, steps=5)
    tab.mouse.up()
    expect(tab.locator("[data-signature-state]")).to_have_text("已签名")
    assert tab.locator("[name=sign]").input_value().startswith("data:image/png;base64,")
    tab.get_by_role("button", name="清除重签").click()
    expect(tab.locator("[name=sign]")).to_have_value("")


def test_the_diagram_marks_where_the_case_is(tab: Page) -> None:
    tab.goto("/case.html")
    expect(tab.locator("[data-element-id=start].is-done")).to_have_count(1)
    expect(tab.locator("[data-element-id=go].is-done")).to_have_count(1)
    expect(tab.locator("[data-element-id=review].is-current")).to_have_count(1)
    expect(tab.locator(".diagram-count")).to_have_text("3 件")
    expect(tab.locator(".bjs-powered-by")).to_be_visible()


def test_of_the_ways_out_of_a_gateway_those_that_were_taken_are_marked(tab: Page) -> None:
    tab.goto("/forked.html")
    expect(tab.locator("[data-element-id=to-review].is-done")).to_have_count(1)
    expect(tab.locator("[data-element-id=to-visit]")).to_have_count(1)
    expect(tab.locator("[data-element-id=to-visit].is-done")).to_have_count(0)


def test_translated_words_stand_beside_their_element(tab: Page) -> None:
    tab.goto("/translated.html")
    expect(tab.locator("[data-diagram][data-ready]")).to_have_count(1)
    event = tab.locator("[data-element-id=start] > .djs-visual > circle").bounding_box()
    label = tab.locator("[data-element-id=start_label] text").bounding_box()
    assert event is not None
    assert label is not None
    assert label["y"] + label["height"] <= event["y"] + 3  # above it, where the designer drew it
    assert abs(label["x"] + label["width"] / 2 - event["x"] - event["width"] / 2) < 4


def test_a_diagram_of_which_a_part_is_shown_says_so_and_shows_the_whole(tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto("/translated.html")
    note = tab.locator(".diagram-part")
    expect(note).to_be_visible()
    tab.locator(".diagram-tools button").last.click()
    expect(note).to_be_hidden()
    for part in ("start", "review"):
        expect(tab.locator(f"[data-element-id={part}]").first).to_be_in_viewport(ratio=0.9)
    tab.locator(".diagram-tools button").last.click()
    expect(note).to_be_visible()


def test_a_choice_opens_what_belongs_to_it(tab: Page) -> None:
    tab.goto("/form.html")
    tab.locator("form").first.evaluate(
        "form => form.insertAdjacentHTML('beforeend', '<input type=radio name=a value=x id=ax>"
        '<details data-opens-with="a=x"><summary>s</summary></details>\')'
    )
    tab.locator("#ax").check()
    expect(tab.locator("details[data-opens-with]")).to_have_attribute("open", "")


def test_a_finding_leads_from_the_picture_to_the_list_and_back(tab: Page) -> None:
    tab.goto("/check.html")
    tab.get_by_role("button", name="缺少岗位").click()
    expect(tab.locator("#finding-1")).to_be_focused()
    tab.locator("#finding-1").click()
    expect(tab.locator("[data-element-id=review].is-shown")).to_have_count(1)
