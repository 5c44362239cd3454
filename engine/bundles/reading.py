"""What every file of a bundle needs while it is read: English texts, legal sources, expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bundles.model import ExtensionTerms, Limit, Unit
from engine.errors import DefinitionInvalid, ExpressionInvalid
from engine.expressions import Expression, compile_expression
from engine.findings import Finding, Report
from engine.law.tables import UNITS, Table, read_toml, without_basis, without_unit
from engine.words import Words

NONE = Words("", "")
BUNDLE_FILE = "bundle.toml"


@dataclass
class Reading:
    """One pass over a bundle's files.

    `texts` are the lines of texts/<language>.toml by language and "<file>#<element>.<attribute>";
    `asked` collects the keys that something asked for, so that strays can be named.
    """

    files: Mapping[str, bytes]
    texts: Mapping[str, Mapping[str, str]]
    findings: list[Finding] = field(default_factory=list)
    basis: dict[str, Words] = field(default_factory=dict)
    basis_used: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)

    def open(self, file: str) -> Table | None:
        """The root table of a TOML file, or None after a finding."""
        report = Report(file, self.findings)
        if file not in self.files:
            report.error(
                "missing-file",
                "",
                Words(f"缺少文件 {file}。", f"The file {file} is missing."),
                Words("把文件放进一件事的文件夹。", "Put the file into the bundle's folder."),
            )
            return None
        try:
            root = read_toml(self.files[file], report)
        except DefinitionInvalid:
            return None  # the report has the finding already
        if root.integer("format", least=1, default=1) != 1:
            root.wrong("format", Words("只支持格式 1。", "Only format 1 is known."))
        return root

    # ------------------------------------------------------------ texts

    def words(self, file: str, element: str, attribute: str, chinese: str) -> Words:
        """As `Bundle.words`, remembering that the key was asked for."""
        key = f"{file}#{element}.{attribute}"
        self.asked[key] = chinese
        return Words(chinese, self.texts.get("en", {}).get(key, ""))

    def text_of(self, table: Table, key: str, *, required: bool = True) -> Words:
        """A lone text of a table: Chinese here, English in texts/en.toml."""
        chinese = table.text(key, required=required)
        if not chinese:
            return NONE
        top = "bundle" if table.report.file == BUNDLE_FILE else "item"
        return self.words(table.report.file, table.path or top, key, chinese)

    def texts_of(self, table: Table | None) -> dict[str, Words]:
        """A table that holds one text per key, in the order of the file."""
        if table is None:
            return {}
        return {key: self.text_of(table, key) for key in table.content}

    # ------------------------------------------------------------ sources and limits

    def basis_of(self, table: Table, code: str = "limit-without-basis") -> Words:
        """The legal source that a table names; without one nothing can be published."""
        name = table.text("basis", required=False)
        if not name.strip():
            without_basis(table.report, table.path, code)
            return NONE
        return self.source(table, name)

    def source(self, table: Table, name: str) -> Words:
        """The source of this key of the table [basis]."""
        self.basis_used.add(name)
        if name in self.basis:
            return self.basis[name]
        table.report.error(
            "unknown-basis",
            table.path,
            Words(f"[basis]里没有“{name}”。", f"The table [basis] has no “{name}”."),
            Words("把法律依据写进 bundle.toml 的[basis]。", "Write the legal source into [basis] of bundle.toml."),
        )
        return Words(name, name)

    def limit_of(self, table: Table) -> Limit:
        """`{ value, unit, basis }`; a limit without unit or basis is a fault of its own."""
        value = table.integer("value")
        unit = table.text("unit", required=False)
        if not unit:
            without_unit(table.report, table.path)
        elif unit not in UNITS:
            table.choice("unit", UNITS)
        basis = self.basis_of(table)
        table.finish()
        return Limit(value, Unit(unit) if unit in UNITS else Unit.WORKING_DAYS, basis)

    def extension_of(self, table: Table, clocks: tuple[str, ...]) -> ExtensionTerms:
        """A limit by which these clocks may be made longer, with the level and the post that may grant it."""
        level, group = table.text("level"), table.text("group")
        limit = self.limit_of(table)
        return ExtensionTerms(limit.value, limit.unit, limit.basis, level, group, clocks)

    # ------------------------------------------------------------ expressions

    def condition(self, table: Table, key: str = "when", *, required: bool = False) -> Expression | None:
        """A FEEL condition over the answers; None where none is written (or it does not parse)."""
        source = table.text(key, required=required)
        if not source.strip():
            return None
        element = f"{table.report.file}#{table.at(key)}"
        try:
            return compile_expression(source, element=element)
        except ExpressionInvalid as fault:
            table.report.error(
                "bad-expression",
                table.at(key),
                Words(
                    f"条件无法解析（第 {fault.line} 行第 {fault.column} 列）：{fault.expected.zh}",
                    f"The condition cannot be parsed (line {fault.line}, column {fault.column}): "
                    f"expected {fault.expected.en}",
                ),
                Words("改正 FEEL 表达式。", "Correct the FEEL expression."),
            )
            return None


def never() -> Expression:
    """Stands in for a condition that could not be read; the finding is made elsewhere."""
    return compile_expression("false")
