"""Models that import others (DMN 1.5, 6.3.3): which files belong together, and under which names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.dmn.xml import NAMESPACES, Element, Findings, children, parse
from engine.words import Words

#: Most files that one model is read with.
FILES_LIMIT = 200


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file. `home` stands before the ids of its elements: "" of the one that is asked for."""

    root: Element
    findings: Findings
    namespace: str
    home: str
    imports: dict[str, ModelFile] = field(default_factory=dict, repr=False)  # by the name they are used under

    def key(self, element_id: str) -> str:
        """The id of an element among those of all files."""
        return f"{self.home}{element_id}"

    def target(self, href: str) -> str:
        """The id of what an href means, among those of all files."""
        namespace, _, element_id = href.rpartition("#")
        if namespace in ("", self.namespace):
            return self.key(element_id)
        found = next((each for each in self.imports.values() if each.namespace == namespace), None)
        return f"{namespace}#{element_id}" if found is None else found.key(element_id)


def model_files(root: Element, findings: Findings, others: Mapping[str, bytes]) -> list[ModelFile]:
    """The file and all that it imports, directly or not. What cannot be imported becomes a finding."""
    first = ModelFile(root, findings, root.get("namespace", ""), "")
    found = {first.namespace: first}
    offered: dict[str, ModelFile] | None = None
    waiting = [first]
    while waiting:
        model = waiting.pop()
        for element in children(model.root, "import"):
            namespace = element.get("namespace", "")
            if not _is_dmn(model, element):
                continue
            if namespace not in found:
                offered = _offered(others) if offered is None else offered
                if namespace not in offered:
                    _missing(model, element)
                    continue
                found[namespace] = offered[namespace]
                waiting.append(found[namespace])
            model.imports[element.get("name", "").strip()] = found[namespace]
    return list(found.values())


def _offered(others: Mapping[str, bytes]) -> dict[str, ModelFile]:
    """The files that could be imported, by namespace; what is wrong in one counts where it is imported."""
    return {model.namespace: model for model in _readable(others)}


def _readable(others: Mapping[str, bytes]) -> Iterator[ModelFile]:
    for name in sorted(others)[:FILES_LIMIT]:
        findings = Findings(name)
        root = parse(others[name], findings)
        namespace = "" if root is None else root.get("namespace", "")
        if root is not None and namespace:
            yield ModelFile(root, findings, namespace, f"{namespace}#")


def _is_dmn(model: ModelFile, element: Element) -> bool:
    """Whether a DMN model is imported; a finding where it is anything else (types of XML Schema, PMML)."""
    kind = element.get("importType", "")
    if kind in NAMESPACES:
        return True
    model.findings.error(
        "unsupported-import",
        element,
        Words(f"不支持引入“{kind}”类型的文件", f"Files of the kind {kind!r} are not imported"),
        Words("只引入 DMN 模型", "Import DMN models only"),
    )
    return False


def _missing(model: ModelFile, element: Element) -> None:
    name, namespace = element.get("name", ""), element.get("namespace", "")
    model.findings.error(
        "missing-import",
        element,
        Words(
            f"找不到所引入的模型“{name}”（命名空间 {namespace}）",
            f"The imported model {name!r} (namespace {namespace}) is not there",
        ),
        Words("把该模型的文件一并提供，或删除这项引入", "Give its file as well, or remove the import"),
    )
