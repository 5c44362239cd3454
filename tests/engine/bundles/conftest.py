"""A small bundle as files: a stall with a registration, a food licence and a signboard filing."""

import json

import pytest

from engine.bundles.checks.documents import ALWAYS
from engine.bundles.document_kinds import national_kinds

BUNDLE = """
format = 1
key = "open-stall"
name = "开办小摊"
summary = "一件事"
life_cycle = "enterprise"
life_cycle_name = "企业经营"
lead_department = "bureau"
case_prefix = "XT"
refused_item_policy = "continue"
demo = true
items = ["A", "B", "C"]
case_variables = ["kinds", "sign"]
[process]
entry = "stall"
file = "stall.bpmn"
[form]
key = "application"
applicant_name_field = "applicant"
subject_field = "stall_name"
identity_fields = ["id_number"]
collector_fields = ["id_number"]
collector_name_fields = ["applicant"]
[eligibility]
decision = "may-commit"
[baseline]
working_days = 30
steps = 9
materials = 12
visits = 3
basis = "survey"
[basis]
act = "《摊贩法》第三条"
survey = "调查（示例）"
[questions.kinds]
text = "卖什么？"
hint = "可多选"
kind = "many"
[questions.kinds.options]
fruit = "水果"
hot = "热食"
[questions.fire]
text = "用明火吗？"
hint = "煤气、木炭"
kind = "yes-no"
when = 'list contains(kinds, "hot")'
[questions.sign]
text = "挂招牌吗？"
hint = "任何招牌"
kind = "yes-no"
[materials.identity]
name = "身份证明"
source = "shared-data"
forms = ["e-licence", "exempt"]
copies = 1
exempt_reason = "数据共享核验"
[materials.identity.required]
A = { basis = "act" }
B = { basis = "act" }
[materials.registration]
name = "登记证"
source = "government"
forms = ["e-licence"]
copies = 1
result_of = "A"
[materials.registration.required]
B = { basis = "act" }
C = { basis = "act", main = false }
[materials.health]
name = "健康证明"
source = "applicant"
forms = ["original-returned", "copy"]
copies = 2
[materials.health.required]
B = { basis = "act", when = 'list contains(kinds, "hot")' }
[materials.photo]
name = "招牌照片"
source = "applicant"
forms = ["copy"]
copies = 1
[materials.photo.required]
C = { basis = "act", main = false }
"""

ITEM = """
key = "{key}"
code = "X-{key}"
name = "{name}"
kind = "{kind}"
department = "bureau"
supervised_by = "bureau"
decided_in = "here"
accepts = "department"
immediate = false
basis = ["act"]
refusal_basis = "act"
needs_result_of = {needs}
call_activity = "call-{key}"
[groups]
intake = "stall.review"
review = "stall.review"
decide = "stall.decide"
verify = "stall.verify"
[limits]
statutory = {{ value = 20, unit = "working_days", basis = "act" }}
promised = {{ value = 5, unit = "working_days", basis = "act" }}
[conditions]
place = "有固定摊位"
"""

SITUATIONS = {
    "A": '[situations.new]\nname = "新设"\nwhen = "count(kinds) > 0"\n',
    "B": '[situations.cold]\nname = "不用明火"\nwhen = "count(kinds) > 0 and (fire = null or fire = false)"\n'
    '[situations.fire]\nname = "用明火"\nwhen = "fire = true"\n',
    "C": '[situations.sign]\nname = "招牌"\nwhen = "sign = true"\n',
}

#: What a registration or filing gives.
RECEIPT = """
[licence]
key = "receipt-{key}"
name = "凭证"
number = "{key}{{year}}{{serial:04}}"
template = "food-licence"
[licence.fields]
applicant = "名称"
"""

LICENCE = """
[licence]
key = "food"
name = "许可证"
number = "T{region}{year}{serial:04}"
template = "food-licence"
validity = { value = 12, unit = "months", basis = "act" }
[licence.fields]
applicant = "名称"
[commitment]
letter = "commitment-B"
replaces = ["health"]
verification_parameter = "verification-limit"
representative_may_sign = false
[commitment.conditions]
clean = "每日清洗"
[commitment.told]
check = "事后核查"
"""

FORM = {
    "type": "default",
    "schemaVersion": 19,
    "components": [
        {"type": "textfield", "key": "applicant", "label": "姓名", "validate": {"required": True}},
        {"type": "textfield", "key": "stall_name", "label": "摊名", "properties": {"items": "A,B"}},
        {"type": "textfield", "key": "id_number", "label": "身份证号", "properties": {"format": "id-number"}},
        {
            "type": "textarea",
            "key": "fuel",
            "label": "燃料",
            "validate": {"required": True},
            "conditional": {"hide": "=fire != true"},
        },
    ],
}

DECISION = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
    id="commitment" name="告知承诺" namespace="n">
  <decision id="may-commit" name="能否承诺">
    <decisionTable id="table" hitPolicy="FIRST">
      <input id="i1">
        <inputExpression id="e1" typeRef="string"><text>credit</text></inputExpression></input>
      <input id="i2">
        <inputExpression id="e2" typeRef="boolean"><text>fire</text></inputExpression></input>
      <output id="o1" name="eligible" typeRef="boolean">
        <defaultOutputEntry><text>false</text></defaultOutputEntry></output>
      <output id="o2" name="rule" typeRef="string"/>
      <output id="o3" name="basis" typeRef="string"/>
      <rule id="barred">
        <inputEntry id="a1"><text>"barred"</text></inputEntry><inputEntry id="a2"><text>-</text></inputEntry>
        <outputEntry id="a3"><text>false</text></outputEntry>
        <outputEntry id="a4"><text>"credit"</text></outputEntry>
        <outputEntry id="barred-basis"><text>"信用不良"</text></outputEntry></rule>
      <rule id="fine">
        <inputEntry id="b1"><text>-</text></inputEntry><inputEntry id="b2"><text>not(true)</text></inputEntry>
        <outputEntry id="b3"><text>true</text></outputEntry>
        <outputEntry id="b4"><text>"no-fire"</text></outputEntry>
        <outputEntry id="fine-basis"><text>"不用明火"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="n">'
)


def flow(source: str, target: str, condition: str = "") -> str:
    inside = (
        f'<conditionExpression xsi:type="tFormalExpression">={condition}</conditionExpression>' if condition else ""
    )
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{source}-{target}" {ends}>{inside}</sequenceFlow>'


def call(key: str) -> str:
    return (
        f'<callActivity id="call-{key}" name="办理{key}"><extensionElements>'
        '<zeebe:calledElement processId="decide" propagateAllChildVariables="false"/><zeebe:ioMapping>'
        f'<zeebe:input source="=&quot;{key}&quot;" target="item"/>'
        f'<zeebe:input source="=items.{key}.groups" target="groups"/>'
        f'<zeebe:output source="=outcome" target="result_{key}"/>'
        "</zeebe:ioMapping></extensionElements></callActivity>"
        f'<boundaryEvent id="ended-{key}" attachedToRef="call-{key}"><conditionalEventDefinition id="ended-{key}-when">'
        f'<condition xsi:type="tFormalExpression">=terminated_{key} = true</condition></conditionalEventDefinition>'
        f'</boundaryEvent><endEvent id="taken-back-{key}"/>' + flow(f"ended-{key}", f"taken-back-{key}")
    )


PARENT = (
    HEAD
    + '<process id="stall" name="小摊" isExecutable="true"><startEvent id="start"/>'
    + call("A")
    + '<inclusiveGateway id="split" default="split-join"/>'
    + call("B")
    + call("C")
    + '<inclusiveGateway id="join"/><userTask id="hand-out" name="发证"><extensionElements>'
    '<zeebe:assignmentDefinition candidateGroups="stall.review"/>'
    '<zeebe:properties><zeebe:property name="step" value="record"/></zeebe:properties>'
    '</extensionElements></userTask><endEvent id="end"/>'
    + flow("start", "call-A")
    + flow("call-A", "split")
    + flow("split", "call-B", "items.B.applies")
    + flow("split", "call-C", "items.C.applies")
    + flow("split", "join")
    + flow("call-B", "join")
    + flow("call-C", "join")
    + flow("join", "hand-out")
    + flow("hand-out", "end")
    + '</process><process id="decide" name="决定" isExecutable="true"><startEvent id="begin"/>'
    '<userTask id="rule" name="作出决定"><extensionElements>'
    '<zeebe:assignmentDefinition candidateGroups="=groups.decide"/>'
    '<zeebe:properties><zeebe:property name="step" value="decide"/></zeebe:properties><zeebe:ioMapping>'
    '<zeebe:output source="=if ruling = &quot;grant&quot; then &quot;granted&quot; else &quot;refused&quot;" '
    'target="outcome"/></zeebe:ioMapping></extensionElements></userTask>'
    '<serviceTask id="write" name="制证"><extensionElements><zeebe:taskDefinition type="issue-licence"/>'
    "</extensionElements></serviceTask>"
    '<endEvent id="done"/>'
    + flow("begin", "rule")
    + flow("rule", "write")
    + flow("write", "done")
    + "</process></definitions>"
)

EXAMPLE = {
    "name": {"zh": "热食摊", "en": "A hot-food stall"},
    "guided": {"kinds": ["fruit", "hot"], "fire": True, "sign": False},
    "answers": {"applicant": "王五", "stall_name": "王记", "fuel": "煤气"},
    "ways": {},
    "credit": "good",
    "acts": [
        {"step": "decide", "item": "A", "variables": {"ruling": "grant"}},
        {"step": "decide", "item": "B", "variables": {"ruling": "refuse"}},
        {"step": "record", "variables": {}},
    ],
    "expect": {
        "results": {"A": "granted", "B": "refused"},
        "never_opened": ["correct"],
        "path": ["start", "call-A", "call-B", "join", "end"],
        "guide": {"items": ["A", "B"], "asked_materials": 1},
    },
}

ENGLISH = """
["bundle.toml"]
"bundle.name" = "Open a stall"
"questions.kinds.options.hot" = "Hot food"
"basis.act" = "Hawkers Act, art. 3"
["items/B.toml"]
"item.name" = "Food licence"
["commitment.dmn"]
"fine-basis.text" = "No open fire"
["forms/application.form"]
"applicant.label" = "Name"
"""

KINDS = national_kinds()
DOCUMENTS = (*ALWAYS, "food-licence", "commitment-B")


def item(key: str, name: str, kind: str, needs: str) -> str:
    return ITEM.format(key=key, name=name, kind=kind, needs=needs) + SITUATIONS[key]


@pytest.fixture
def files() -> dict[str, bytes]:
    """The whole bundle under the paths that files have inside it."""
    texts = {
        "bundle.toml": BUNDLE,
        "items/A.toml": item("A", "登记", "registration", "[]") + RECEIPT.format(key="A"),
        "items/B.toml": item("B", "食品许可", "licence", '["A"]') + LICENCE,
        "items/C.toml": item("C", "招牌备案", "filing", '["A"]') + RECEIPT.format(key="C"),
        "stall.bpmn": PARENT,
        "commitment.dmn": DECISION,
        "forms/application.form": json.dumps(FORM),
        "examples/hot.json": json.dumps(EXAMPLE),
        "texts/en.toml": ENGLISH,
        "guide/zh.md": "# 开办小摊\n\n| 事项 |\n|---|\n| 登记 |\n| 食品许可 |\n| 招牌备案 |\n",
    }
    for key in DOCUMENTS:
        must = "".join(f"\n{{{{ {place} }}}}\n" for place in KINDS[key].must) if key in KINDS else ""
        texts[f"documents/{key}.md"] = texts[f"documents/{key}.en.md"] = (
            f"# {{{{ applicant }}}}\n\n{{{{ demo_note }}}}\n{must}"
        )
    return {path: text.encode() for path, text in texts.items()}


@pytest.fixture
def change(files):
    """Replace a text in one file: `change("bundle.toml", "old", "new")`."""

    def replace(path: str, old: str, new: str) -> dict[str, bytes]:
        assert old.encode() in files[path], f"{old!r} is not in {path}"
        files[path] = files[path].replace(old.encode(), new.encode())
        return files

    return replace
