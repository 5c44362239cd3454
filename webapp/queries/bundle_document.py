"""The document of a bundle, for the legal office: what a release says, in words, tables and pictures.

It is made of the release's files and of the names of departments and posts, and of nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lxml import etree

from engine import Words
from engine.bpmn import draw
from engine.bundles import Bundle, Item, Limit, Requirement, form_file, inspect_bundle
from engine.expressions import Expression
from engine.law import amount
from webapp.catalogue import release_files
from webapp.errors import NotFound
from webapp.organisation_names import department_names
from webapp.printing import FAMILY
from webapp.queries.condition_words import Conditions, conditions_of
from webapp.queries.example_runs import FAMILY as SCREEN_FAMILY
from webapp.queries.field_words import field_kind
from webapp.queries.file_order import file_order
from webapp.queries.release_diagrams import BPMN, Diagram, diagrams_of, read_named, xml_root
from webapp.queries.release_tables import DecisionTable, Rule, decision_tables
from webapp.queries.releases import ReleaseRow, name_of
from webapp.queries.trials import bundle_of
from webapp.spacing import spaced
from webapp.unit_of_work import sql

NODES = frozenset(
    (
        *("task", "userTask", "serviceTask", "sendTask", "receiveTask", "manualTask", "businessRuleTask"),
        *("scriptTask", "callActivity", "subProcess", "transaction", "adHocSubProcess"),
        *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"),
        *("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"),
    )
)
KINDS = {
    "userTask": Words("人工环节", "task of a person"),
    "serviceTask": Words("系统环节", "done by the system"),
    "sendTask": Words("发送", "sends"),
    "receiveTask": Words("等待接收", "waits for a message"),
    "manualTask": Words("线下环节", "done by hand"),
    "businessRuleTask": Words("按决策表判断", "asks a decision"),
    "scriptTask": Words("计算", "computes"),
    "callActivity": Words("调用流程", "calls a process"),
    "startEvent": Words("开始", "start"),
    "endEvent": Words("结束", "end"),
    "boundaryEvent": Words("附着的事件", "attached event"),
    "intermediateCatchEvent": Words("等待", "waits"),
    "intermediateThrowEvent": Words("发出", "sends out"),
    "exclusiveGateway": Words("选一条路", "one of several ways"),
    "inclusiveGateway": Words("选一条或几条路", "one or several ways"),
    "parallelGateway": Words("同时进行", "side by side"),
    "eventBasedGateway": Words("先到先走", "whichever comes first"),
}
#: What the posts of an item are for (`[groups]` of an item, and of its handing up).
POSTS = {
    "intake": Words("受理", "acceptance"),
    "review": Words("审查", "review"),
    "decide": Words("决定", "ruling"),
    "verify": Words("事后核查", "verification"),
    "send": Words("上报", "handing up"),
    "receive": Words("上级审查", "review above"),
}
#: A post of the item for which the process runs, in an expression for candidate groups.
_OF_ITEM = re.compile(r"groups\.([a-z_]+)")
YES_NO = Words("是 / 否", "yes / no")
LIMITS = {"statutory": Words("法定时限", "Statutory limit"), "promised": Words("承诺时限", "Promised limit")}
SOURCES = {
    "applicant": Words("申请人", "applicant"),
    "government": Words("政府部门", "government"),
    "shared-data": Words("数据共享", "shared data"),
    "form": Words("申请表", "form"),
    "visit": Words("到场出示", "shown on the visit"),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the document. `kind`: heading, text, list, table, picture, letter."""

    kind: str
    text: str = ""
    level: int = 0
    items: Sequence[str] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    svg: str = ""
    width: int = 0
    path: str = ""  # the diagram's, of a picture

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BundleDocument:
    """Title, what stands under it, and the parts."""

    title: str
    under: tuple[str, ...]
    blocks: tuple[Block, ...]


def document_of(one: ReleaseRow, language: str) -> BundleDocument:
    """The document of a release in "zh" or "en"; what cannot be read of the files is left out, as its findings say."""
    files = release_files(one.id)
    read = inspect_bundle(files)
    writer = _Writer(language, files, read.bundle, conditions_of(read.bundle, files, read.forms))
    said = writer.said
    under = (
        said(
            Words(
                "说明书：情形、事项、材料、流程、决策表、表单、文书",
                "Questions, items, materials, processes, tables, forms and letters of the bundle",
            )
        ),
        said(Words(f"第 {one.number} 版", f"Release {one.number}")),
        said(Words(f"文件摘要 {one.digest[:16]}", f"Digest of the files {one.digest[:16]}")),
    )
    blocks = list(writer.catalogue()) if read.bundle is not None else []
    blocks += [*writer.diagrams(), *writer.decisions()]
    if read.forms:
        blocks.append(writer.heading("表单", "Forms"))
    for path, form in sorted(read.forms.items(), key=lambda one: file_order(one[0])):
        blocks += writer.form(path, form)
    return BundleDocument(said(name_of(one)), under, (*blocks, *writer.letters()))


def picture_of(one: ReleaseRow, path: str, language: str) -> str:
    """One of the pictures, as SVG in the browser's font. Raises NotFound."""
    content = release_files(one.id).get(path)
    named = read_named(path, content, language, bundle_of(one.id)) if content else None
    picture = draw(named.text.encode(), SCREEN_FAMILY, chinese=language == "zh") if named is not None else None
    if picture is None:
        raise NotFound()
    return picture.svg


@dataclass
class _Writer:
    language: str
    files: Mapping[str, bytes]
    bundle: Bundle | None
    conditions: Conditions
    departments: Mapping[str, Words] = field(default_factory=department_names)
    groups: Mapping[str, Words] = field(default_factory=lambda: _groups())

    def said(self, words: Words) -> str:
        return words.in_language(self.language)

    def named(self, names: Iterable[str]) -> str:
        """Several names in one cell."""
        return self.said(Words("、", ", ")).join(names)

    def listed(self, texts: Iterable[str]) -> str:
        """Several texts in one cell."""
        return self.said(Words("；", "; ")).join(texts)

    def heading(self, zh: str, en: str, level: int = 1) -> Block:
        return Block("heading", self.said(Words(zh, en)), level)

    def heads(self, *pairs: tuple[str, str]) -> list[str]:
        return [self.said(Words(zh, en)) for zh, en in pairs]

    def department(self, key: str) -> str:
        return self.said(self.departments.get(key, Words(key, key)))

    def limit(self, one: Limit) -> str:
        return spaced(self.said(amount(one.value, one.unit)))

    def when(self, condition: Expression | None) -> str:
        """A condition in words, as it is written where there are none for it; "" of one that is not there."""
        if condition is None:
            return ""
        words = self.conditions.told(condition)
        return condition.source if words is None else self.said(words)

    # ------------------------------------------------------------ catalogue

    def catalogue(self) -> Iterator[Block]:
        bundle = self.bundle
        assert bundle is not None
        yield self.heading("概况", "Overview")
        yield Block("text", self.said(bundle.summary))
        rows = [(self.heads(("牵头部门", "Lead department"))[0], self.department(bundle.lead_department), "")]
        if bundle.joint_limit:
            one = bundle.joint_limit
            rows.append((self.heads(("联办时限", "Joint limit"))[0], self.limit(one), self.said(one.basis)))
        yield Block("table", heads=self.heads(("内容", "What"), ("规定", "Is"), ("依据", "Basis")), rows=rows)
        yield self.heading("情形引导", "Guided questions")
        heads = self.heads(("问题", "Question"), ("选项", "Options"), ("何时问", "Asked when"))
        rows = [
            (
                self.said(one.text),
                self.listed(self.said(option.label) for option in one.options) or self.said(YES_NO),
                self.when(one.when),
            )
            for one in bundle.questions
        ]
        yield Block("table", heads=heads, rows=rows)
        yield self.heading("事项", "Items")
        for item in bundle.items:
            yield from self._item(item)
        yield from self._materials(bundle)

    def _item(self, item: Item) -> Iterator[Block]:
        yield Block("heading", f"{item.key} {self.said(item.name)}", 2)
        yield Block("text", f"{item.code} · {self.department(item.department)}")
        posts = [
            (self.said(POSTS.get(use, Words(use, use))), self.group(key))
            for use, key in {**item.groups, **(item.hand_up.groups if item.hand_up else {})}.items()
        ]
        yield Block("table", heads=self.heads(("环节", "Work"), ("岗位", "Post")), rows=posts)
        heads = self.heads(("时限", "Limit"), ("数值", "Value"), ("依据", "Basis"))
        rows = [
            (self.said(LIMITS.get(key, Words(key, key))), self.limit(one), self.said(one.basis))
            for key, one in item.limits.items()
        ]
        yield Block("table", heads=heads, rows=rows)
        heads = self.heads(("情形", "Situation"), ("什么情况", "When"))
        yield Block("table", heads=heads, rows=[(self.said(one.name), self.when(one.when)) for one in item.situations])
        for zh, en, texts in (
            ("设定依据", "Legal basis", item.basis),
            ("条件", "Conditions", item.conditions),
            ("审查要点", "Points of review", tuple(one.text for one in item.checklist)),
            ("核查要点", "Points of the visit", tuple(one.text for one in item.visit_checklist)),
            ("不予许可的依据", "Basis of a refusal", (item.refusal_basis,)),
        ):
            if texts:
                yield self.heading(zh, en, 3)
                yield Block("list", items=[self.said(one) for one in texts])
        if item.commitment:
            yield self.heading("告知承诺的条件", "Conditions of the commitment", 3)
            yield Block("list", items=[self.said(one) for one in item.commitment.conditions])

    def _materials(self, bundle: Bundle) -> Iterator[Block]:
        yield self.heading("材料", "Materials")
        heads = self.heads(
            ("材料和来源", "Material and source"), ("事项", "Items"), ("要求", "Asked"), ("依据", "Basis")
        )
        rows: dict[tuple[str, str, str], list[str]] = {}
        for material in bundle.materials:
            source = self.said(SOURCES.get(material.source, Words(material.source, material.source)))
            name = self.said(material.name)
            named = self.said(Words(f"{name}（{source}）", f"{name} ({source})"))
            for one in material.requirements:
                rows.setdefault((named, self._asked(one), self.said(one.basis)), []).append(one.item)
        told = [(named, self.named(items), asked, basis) for (named, asked, basis), items in rows.items()]
        yield Block("table", heads=heads, rows=told)

    def _asked(self, one: Requirement) -> str:
        main, second = Words("主要", "main"), Words("次要", "secondary")
        asked = self.said(main if one.main else second)
        if one.tolerance:
            within = self.limit(one.tolerance)
            asked += self.said(Words(f"，可容缺 {within}", f", may follow within {within}"))
        when = self.when(one.when)
        return self.said(Words(f"{asked}（{when}）", f"{asked} ({when})")) if when else asked

    # ------------------------------------------------------------ diagrams

    def diagrams(self) -> Iterator[Block]:
        yield self.heading("流程", "Processes")
        for diagram in diagrams_of(self.files, self.language, self.bundle):
            yield Block("heading", diagram.title, 2)
            picture = draw(diagram.text.encode(), FAMILY, chinese=self.language == "zh")
            if picture is not None:
                yield Block("picture", diagram.title, svg=picture.svg, width=picture.width, path=diagram.path)
            yield from self._steps(diagram)

    def _steps(self, diagram: Diagram) -> Iterator[Block]:
        root = xml_root(diagram.text.encode())
        if root is None:
            return
        nodes = [one for one in root.iter(f"{{{BPMN}}}*") if etree.QName(one).localname in NODES]
        leads: dict[str, list[str]] = {}
        for flow in root.iter(f"{{{BPMN}}}sequenceFlow"):
            target = diagram.called(str(flow.get("targetRef")))
            when = str(flow.get("name") or "") or self._condition(flow)
            leads.setdefault(str(flow.get("sourceRef")), []).append(
                self.said(Words(f"{target}（{when}）", f"{target} ({when})")) if when else target
            )
        heads = self.heads(("步骤", "Step"), ("种类", "Kind"), ("由谁办理", "By"), ("接着", "Then"))
        rows = [
            (
                diagram.called(str(node.get("id"))),
                self.said(KINDS.get(etree.QName(node).localname, Words("子流程", "subprocess"))),
                self._who(node),
                self.listed(leads.get(str(node.get("id")), [])),
            )
            for node in nodes
        ]
        yield Block("table", heads=heads, rows=rows)

    def _condition(self, flow: etree._Element) -> str:
        """Under which condition a flow without a name is taken."""
        told = next((str(one.text or "").strip() for one in flow.iter("{*}conditionExpression")), "")
        source = str(flow.get("sourceRef"))
        parent = flow.getparent()
        gateways = parent.iterchildren() if parent is not None else ()
        is_default = any(one.get("id") == source and one.get("default") == flow.get("id") for one in gateways)
        return self.said(Words("其他情况", "otherwise")) if is_default else told.removeprefix("=").strip()

    def _who(self, node: etree._Element) -> str:
        found = next(node.iter("{*}assignmentDefinition"), None)
        told = str(found.get("candidateGroups") or "").strip() if found is not None else ""
        if not told.startswith("="):
            return self.named(self.group(key.strip()) for key in told.split(",") if key.strip())
        posts = dict.fromkeys(_OF_ITEM.findall(told))
        if not posts or any(one not in POSTS for one in posts):
            return told
        named = self.said(Words("或", " or ")).join(self.said(POSTS[one]) for one in posts)
        return self.said(Words(f"该事项的{named}岗位", f"the item's post for: {named}"))

    def group(self, key: str) -> str:
        return self.said(self.groups.get(key, Words(key, key)))

    # ------------------------------------------------------------ the rest

    def decisions(self) -> Iterator[Block]:
        tables = decision_tables(self.files, self.bundle, self.language)
        if tables:
            yield self.heading("决策表", "Decision tables")
        for table in tables:
            yield Block("heading", table.name, 2)
            yield Block("text", self.said(table.policy_words))
            rows = [
                (
                    *_filled(self._asks(table, rule), len(table.inputs)),
                    *_filled(map(self._result, rule.outputs), len(table.outputs)),
                    *_filled(rule.notes, len(table.notes)),
                )
                for rule in table.rules
            ]
            yield Block("table", heads=[*table.inputs, *table.outputs, *table.notes], rows=rows)

    def _asks(self, table: DecisionTable, rule: Rule) -> Iterator[str]:
        """What a rule asks of each column; as it is written where there are no words for it."""
        for at, written in enumerate(rule.inputs):
            words = self.conditions.cell(table.reads[at] if at < len(table.reads) else "", written)
            yield self.said(words) if words is not None else "" if written == "-" else written

    def _result(self, written: str) -> str:
        truth = {"true": Words("是", "yes"), "false": Words("否", "no")}.get(written)
        return self.said(truth) if truth is not None else written

    def _called(self, path: str, form: Any) -> str:
        """The application's form, or what the one part of a form is called; else its path."""
        if self.bundle is not None and path == form_file(self.bundle.form_key, self.files):
            return self.said(Words("申请表", "Application form"))
        only = [self.said(one.label) for one in form.sections]
        return self.said(
            Words("表单：{name}", "Form: {name}").fill(name=only[0] if len(only) == 1 and only[0] else path)
        )

    def form(self, path: str, form: Any) -> Iterator[Block]:
        yield Block("heading", self._called(path, form), 2)
        yield Block("text", path)
        heads = self.heads(
            ("部分", "Part"),
            ("字段", "Field"),
            ("类型", "Type"),
            ("必填", "Needed"),
            ("哪些事项使用", "Used by the items"),
        )
        yes = self.said(Words("是", "yes"))
        rows = [
            (
                self.said(section.label),
                self.said(one.label),
                self.said(field_kind(one)),
                yes if one.required else "",
                self.named(one.items or section.items) or self.said(Words("全部", "all")),
            )
            for section in form.sections
            for one in section.fields
            if one.carries_answer
        ]
        yield Block("table", heads=heads, rows=rows)

    def letters(self) -> Iterator[Block]:
        own, shared = self._letters("documents/"), self._letters("_shared/documents/")
        if own or shared:
            yield self.heading("文书和信函", "Letters and documents")
        if own:
            told = Words(
                "双花括号里是占位项，制发时换成该办件的内容。",
                "What stands in double braces is filled in from the case when the letter is issued.",
            )
            yield Block("text", self.said(told))
        for path, title, body in own:
            yield Block("heading", title or path, 2)
            yield from self._letter(f"{path}\n{body}" if title else body)
        if shared:
            yield self.heading("各一件事共用的文书", "Letters that bundles share", 2)
            yield Block("list", items=[f"{title} · {path}" if title else path for path, title, _ in shared])

    def _letter(self, text: str) -> Iterator[Block]:
        """The text of a letter; its own headings are headings here too."""
        lines: list[str] = []
        for line in (*text.splitlines(), "# "):
            if not line.startswith("#"):
                lines.append(line)
                continue
            if any(one.strip() for one in lines):
                yield Block("letter", "\n".join(lines).strip())
            lines = []
            if title := line.lstrip("#").strip():
                yield Block("heading", title, 3)

    def _letters(self, folder: str) -> list[tuple[str, str, str]]:
        """(path, title, text without it) of the letters of a folder, in the language of the document."""
        found = []
        for path in sorted(one for one in self.files if one.startswith(folder) and one.endswith(".md")):
            if path.endswith(".en.md") is (self.language == "en"):
                lines = self.files[path].decode("utf-8", "replace").strip().splitlines()
                title = lines[0].removeprefix("# ").strip() if lines and lines[0].startswith("# ") else ""
                found.append((path, title, "\n".join(lines[1:] if title else lines).strip()))
        return found


def _filled(cells: Iterable[str], columns: int) -> list[str]:
    """A rule of a draft may have fewer cells than its table has columns, or more."""
    given = list(cells)[:columns]
    return given + [""] * (columns - len(given))


def _groups() -> dict[str, Words]:
    rows = sql().execute("select key, name_zh, name_en from candidate_group")
    return {key: Words(zh, en) for key, zh, en in rows}
