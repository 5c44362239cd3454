"""Which files of a repository belong to one bundle, under the paths that they have inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from engine.bundles.field_dictionary import DICTIONARY_FILE
from engine.bundles.reading import BUNDLE_FILE, Reading
from engine.bundles.texts import read_texts

_FORM_ATTRIBUTES = frozenset({"formKey", "formId"})


def bundle_keys(tree: Mapping[str, bytes]) -> list[str]:
    """The keys of the bundles of a repository: the folders of processes/ that hold a bundle.toml."""
    parts = (path.split("/") for path in tree)
    return sorted(part[1] for part in parts if len(part) == 3 and part[0] == "processes" and part[2] == BUNDLE_FILE)


def bundle_files(tree: Mapping[str, bytes], key: str) -> dict[str, bytes]:
    """A bundle's files by their path inside it; `tree` has paths from the repository's root.

    The bundle's own folders; of the shared ones the diagrams that it calls, their texts, the templates of documents,
    the field dictionary, and the forms that its diagrams name, by form key or by step.
    """
    files = _under(tree, f"processes/{key}/", "")
    files |= _under(tree, f"forms/{key}/", "forms/")
    shared = _under(tree, "processes/_shared/", "_shared/")
    for name in _called(files):
        path = f"_shared/{name}.bpmn"
        if path in shared:
            files[path] = shared[path]
    whole = ("_shared/texts/", "_shared/documents/", DICTIONARY_FILE)
    files |= {path: content for path, content in shared.items() if path.startswith(whole)}
    forms = _under(tree, "forms/_shared/", "forms/_shared/")
    for name in set(_forms_named(files)):
        path = f"forms/_shared/{name}.form"
        if path in forms:
            files[path] = forms[path]
    return dict(sorted(files.items()))


def _under(tree: Mapping[str, bytes], folder: str, put_under: str) -> dict[str, bytes]:
    return {put_under + path.removeprefix(folder): content for path, content in tree.items() if path.startswith(folder)}


def _called(files: Mapping[str, bytes]) -> tuple[str, ...]:
    texts, _ = read_texts(files)
    root = Reading(files, texts).open(BUNDLE_FILE)
    process = root.table("process", required=False) if root is not None else None
    return () if process is None else process.texts("shared", required=False)


def _forms_named(files: Mapping[str, bytes]) -> Iterable[str]:
    """The form keys that the diagrams name; a user task without one is served by its step's form."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for path, content in files.items():
        if not path.endswith(".bpmn"):
            continue
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError:
            continue  # the check of the diagram names it
        for element in root.iter():
            for name, value in element.attrib.items():
                if etree.QName(name).localname in _FORM_ATTRIBUTES:
                    yield str(value).rpartition("/")[2]
            if element.get("name") == "step":
                yield element.get("value", "")
