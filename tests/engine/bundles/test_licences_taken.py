"""Which licences a bundle takes for a material, told from its one file."""

from engine.bundles import licences_taken, read_bundle
from tests.engine.bundles.test_affected import TREE, bundle_files


def test_it_is_what_the_whole_bundle_says() -> None:
    files = bundle_files(TREE, "open-pharmacy")
    whole = {use.licence for material in read_bundle(files).materials for use in material.satisfied_by}
    assert whole
    assert licences_taken(files["bundle.toml"]) == whole


def test_what_is_no_catalogue_takes_none() -> None:
    assert licences_taken(b"name =") == frozenset()
    assert licences_taken(b"\xff") == frozenset()
    assert licences_taken(b'materials = "none"') == frozenset()
    assert licences_taken(b"[materials]\na = 1\nb.satisfied_by = 2\nc.satisfied_by.x.basis = 'y'") == {"x"}
