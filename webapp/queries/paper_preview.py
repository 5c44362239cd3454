"""预览: a template of a bundle as it would be printed, filled with samples. Nothing is numbered, sealed or kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine import Words
from engine.bundles import (
    Document,
    Example,
    Template,
    TemplatePlaces,
    TemplateUse,
    arrange,
    form_file,
    inspect_bundle,
    lists_in_sentences,
    markup_in,
    place_counts,
    read_kinds,
    render,
    template_at,
    template_places,
)
from engine.errors import DefinitionInvalid
from engine.trial import readable_examples
from engine.values import Value
from webapp import clock, moments, papers
from webapp.catalogue import Rules, rules_in_force
from webapp.errors import NotFound
from webapp.printing import NotPrintable, pdf_of
from webapp.queries.paper_bounds import PreviewNotPossible, ensured, rendered
from webapp.queries.paper_samples import NOTHING, Choice, Origin, Samples, Stage, Told, whole
from webapp.queries.paper_subjects import subject_name, subjects_of
from webapp.services.document_places import DEMO, LANGUAGES
from webapp.services.documents import title_of
from webapp.services.kept_documents import KeptDocument, SealState
from webapp.services.paper_files import TRANSLATION, sheet_of
from webapp.services.trials import Source

#: Characters of a value in the list beside the paper.
SHOWN = 80
#: What is not a worked example: samples everywhere.
NO_EXAMPLE = "none"
GUIDES = {"guide/zh.md": "zh", "guide/en.md": "en"}
ACROSS = Words("预览，无效力", "Preview, no effect")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown. `text`: as typed, None for the file as it stands; `example`: a path, "" for the first one,
    NO_EXAMPLE for samples; `variables` and `at`: of a trial, where there is one.
    """

    path: str
    text: str | None = None
    example: str = ""
    item: str = ""
    variables: Mapping[str, Value] | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in the list beside the paper: what it means and what it prints here."""

    name: str
    meaning: Words
    origin: Origin
    shown: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A filled template. `kept` is the document as it would be kept, without number, seal or digest of any.

    `is_cut`: it closes with its unit under a seal, as documents and licences do; letters and guides are all `body`.
    """

    asked: Asked
    language: str
    title: str
    text: papers.Sealed
    kept: KeptDocument
    use: TemplateUse | None  # None: a guide
    lines: tuple[PlaceLine, ...]
    further: tuple[PlaceLine, ...]
    faults: tuple[Words, ...]
    examples: Mapping[str, Words]
    example: str
    items: Mapping[str, Words]
    item: str
    tongues: Mapping[str, str]  # language -> path of the file that says the same in it

    @property
    def is_cut(self) -> bool:
        return self.use in (TemplateUse.DOCUMENT, TemplateUse.LICENCE)

    def pdf(self) -> bytes:
        """The paper as PDF, by what prints real ones. Raises PreviewNotPossible."""
        sheet = sheet_of(self.kept, self.language)
        notes = [*([TRANSLATION] if self.language == "en" else []), f"{ACROSS.zh} · {ACROSS.en}"]
        sheet = replace(sheet, across=(ACROSS.zh, ACROSS.en), notes=notes)
        if not self.is_cut:
            body = papers.plain_blocks(_untitled(self.text.body))
            sheet = replace(sheet, office="", body=body, signed=(), rest=(), centred=())
        try:
            return pdf_of(sheet)
        except NotPrintable as refused:
            raise PreviewNotPossible(
                Words(f"不能排成PDF：{refused.reason}", f"It cannot be set as PDF: {refused.reason}")
            ) from refused


def is_previewed(path: str) -> bool:
    """Whether a file of a bundle can be shown as a paper."""
    return path in GUIDES or template_at(path) is not None


def preview(source: Source, asked: Asked) -> Preview:
    """The paper. Raises NotFound for a path that is none, PreviewNotPossible."""
    template = template_at(asked.path)
    if template is None and asked.path not in GUIDES:
        raise NotFound()
    files = source.content()
    text = ensured(_text(files, asked))
    if template is None:
        return _guide(asked, text, {language: path for path, language in GUIDES.items() if path in files})
    stage = _stage(files, template)
    places = template_places(template.key, stage.kinds, stage.bundle)
    examples = _examples(files)
    example = examples.get(asked.example) if asked.example else next(iter(examples.values()), None)
    own = {found.key for path in files if (found := template_at(path)) is not None}
    pairs = subjects_of(stage.bundle, places, template.key, example, own)
    chosen = asked.item if asked.item in pairs else next(iter(pairs), "")
    item, material = pairs.get(chosen, (None, None))
    at = moments.local(asked.at or clock.now())
    samples = Samples(stage, places, Choice(at, example, item, material, asked.variables), template.language)
    names = {key: subject_name(*pair) for key, pair in pairs.items()}
    return _filled(asked, text, samples, examples, names, chosen, _tongues(template, files))


def _tongues(template: Template, files: Mapping[str, bytes]) -> dict[str, str]:
    """Language -> path of this template, for those that the bundle has."""
    stem = template.path.removesuffix(".md").removesuffix(f".{template.language}")
    paths = {language: f"{stem}.md" if language == "zh" else f"{stem}.{language}.md" for language in LANGUAGES}
    return {language: path for language, path in paths.items() if path in files}


# ---------------------------------------------------------------- what is asked for


def _text(files: Mapping[str, bytes], asked: Asked) -> str:
    if asked.text is not None:
        return asked.text.replace("\r\n", "\n")
    if asked.path not in files:
        raise NotFound()
    try:
        return files[asked.path].decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise PreviewNotPossible(
            Words("文件不是UTF-8文字，不能预览。", "The file is not UTF-8 text and cannot be shown.")
        ) from fault


def _stage(files: Mapping[str, bytes], template: Template) -> Stage:
    read, profile = inspect_bundle(files), _rules(template.place).profile
    bundle = read.bundle
    path = form_file(bundle.form_key, dict.fromkeys(read.forms, b"")) if bundle is not None else None
    try:
        kinds = read_kinds(files)
    except DefinitionInvalid:  # the check of the bundle says why; the law's own are known
        kinds = read_kinds({})
    return Stage(
        arrange(bundle, profile) if bundle is not None else None, read.forms[path] if path else None, kinds, profile
    )


def _rules(place: str) -> Rules:
    """Those of the place that the template is for, of the office where it has none."""
    try:
        return rules_in_force(place)
    except NotFound:
        return rules_in_force()


def _examples(files: Mapping[str, bytes]) -> dict[str, Example]:
    """The worked examples that have answers, by path."""
    return {one.file: one for one in readable_examples(files) if one.start is None}


# ---------------------------------------------------------------- the paper


def _filled(
    asked: Asked,
    text: str,
    samples: Samples,
    examples: Mapping[str, Example],
    items: Mapping[str, Words],
    item: str,
    tongues: Mapping[str, str],
) -> Preview:
    told, language, places = samples.told(), samples.language, samples.places
    known = {*places.fields, *samples.answer_names()}
    unknown = [name for name in place_counts(text) if name not in known]
    values: dict[str, object] = {name: one.value for name, one in told.items()}
    values |= {name: Words(f"〔没有占位项：{name}〕", f"[no such place: {name}]") for name in unknown}
    document = rendered(text, values, language, known)
    title = _title(samples, document)
    kept = _as_kept(document, samples, title)
    cut = places.use in (TemplateUse.DOCUMENT, TemplateUse.LICENCE)
    used, further = _lines(text, told, samples)
    return Preview(
        asked,
        language,
        title.in_language(language),
        papers.sealed(document, samples.unit.name.in_language(language)) if cut else _all_body(document),
        kept,
        places.use,
        used,
        further,
        tuple(_faults(text, unknown, places)),
        {path: Words(whole(one.name.zh), whole(one.name.en)) for path, one in examples.items()},
        samples.choice.example.file if samples.choice.example else NO_EXAMPLE,
        items,
        item,
        tongues,
    )


def _guide(asked: Asked, text: str, tongues: Mapping[str, str]) -> Preview:
    """The public guide: words for reading, with no places, number or seal."""
    language = GUIDES[asked.path]
    document = rendered(text, {}, language, ())
    kept = _kept(
        document,
        Words(document.title, document.title),
        NOTHING,
        "",
        SealState(NOTHING, "", None, "", "", ""),
        clock.now(),
    )
    faults = tuple(_markup_faults(text))
    text_of = _all_body(document)
    return Preview(
        asked, language, document.title, text_of, kept, None, (), (), faults, {}, NO_EXAMPLE, {}, "", tongues
    )


def _title(samples: Samples, document: Document) -> Words:
    kind, item = samples.places.kind, samples.choice.item
    if kind is None:
        name = document.title or Words("文书", "document").in_language(samples.language)
        return Words(name, name)
    return title_of(kind, item) if item is not None else kind.title


def _all_body(document: Document) -> papers.Sealed:
    return papers.Sealed(document, Document(()), Document(()))


def _untitled(document: Document) -> Document:
    """Without the heading that is the paper's title."""
    return Document(tuple(block for block in document.blocks if (block.kind, block.level) != ("heading", 1)))


def _as_kept(document: Document, samples: Samples, title: Words) -> KeptDocument:
    """With the drawn seal of a demo where a paper of its kind bears one; what another system issues bears none."""
    unit, places, item = samples.unit, samples.places, samples.choice.item
    assert unit.seal is not None  # a preview's unit has the drawn one
    own = item is None or item.decided_in != "external"
    bears = bool(places.kind.seal) if places.kind is not None else places.use is TemplateUse.LICENCE and own
    seal = SealState(unit.seal.name, DEMO if bears else "", None, "", "", "")
    return _kept(document, title, unit.name, samples.number, seal, samples.choice.at)


def _kept(document: Document, title: Words, office: Words, number: str, seal: SealState, at: datetime) -> KeptDocument:
    """As a document is read back once it is issued; this one never is."""
    return KeptDocument(
        id=0,
        case_id=0,
        item_case_id=None,
        kind="",
        number=number,
        case_number="",
        title=title,
        zh=document,
        en=document,
        digest="",
        issued_at=at,
        issued_by="",
        unit_key="",
        office=office,
        public_code="",
        template="",
        template_digest="",
        seal=seal,
        unit_signed=True,
    )


# ---------------------------------------------------------------- what stands beside it


def _lines(
    text: str, told: Mapping[str, Told], samples: Samples
) -> tuple[tuple[PlaceLine, ...], tuple[PlaceLine, ...]]:
    """The places that the template names, in order, and the further ones that it may name."""
    known = dict.fromkeys((*samples.places.fields, *samples.answer_names()))
    used = place_counts(text)
    lines = [_line(name, told.get(name), samples, is_known=name in known) for name in used]
    return tuple(lines), tuple(_line(name, told.get(name), samples) for name in known if name not in used)


def _line(name: str, told: Told | None, samples: Samples, *, is_known: bool = True) -> PlaceLine:
    if not is_known:
        return PlaceLine(name, NOTHING, Origin.UNKNOWN, "")
    if told is None or told.origin is Origin.EMPTY:
        return PlaceLine(name, samples.meaning(name), Origin.EMPTY, "")
    shown = str(render(f"{{{{ {name} }}}}", {name: told.value}, language=samples.language)).strip().replace("\n", " ")
    return PlaceLine(name, samples.meaning(name), told.origin, shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…")


def _faults(text: str, unknown: Iterable[str], places: TemplatePlaces) -> Iterator[Words]:
    for name in unknown:
        yield Words(
            f"没有占位项“{name}”：保存后检查不会通过，出具时也填不上。",
            f"There is no place “{name}”: the check refuses it, and nothing could fill it.",
        )
    for name in lists_in_sentences(text, places.fields):
        yield Words(
            f"占位项“{name}”是列表或者表格，应当独占一段。",
            f"The place “{name}” holds a list or a table: it must stand alone in its paragraph.",
        )
    if places.kind is not None:
        for name in sorted(set(places.kind.must) - set(place_counts(text))):
            yield Words(
                f"“{places.kind.title.zh}”应当载明“{name}”，模板中没有。",
                f"“{places.kind.title.en}” must print “{name}”, and the template does not.",
            )
    if places.use is TemplateUse.OTHER:
        yield Words(
            "没有事项或者文书种类使用这份模板，系统不会出具它。",
            "No item and no kind of document uses this template: it is never issued.",
        )
    yield from _markup_faults(text)


def _markup_faults(text: str) -> Iterator[Words]:
    if shown := markup_in(text):
        yield Words(
            f"“{shown}”是网页标记或者脚本：不会运行，会原样印出来；检查不会通过。",
            f"“{shown}” is markup or a script: never run, printed as it stands, and refused by the check.",
        )
