"""The local rules of the office's place, changed for a story."""

from __future__ import annotations

from webapp.services.bundle_folders import read_tree, rule_files
from webapp.services.releases import load_rules
from webapp.settings import current_settings


def rule(key: str, value: str, *, basis: str = "江城市试验规定（虚构，示例）") -> None:
    """Put the choice `key` into the place's profile, as a new version that holds from now on."""
    files = rule_files(read_tree(current_settings()))
    ((kind, place),) = [name for name in files if name == ("profile", "fictional-city")]
    content = files[kind, place].decode()
    head, _, rest = content.partition(f"[parameters.{key}]\n")
    if rest:  # the place has one: ours instead
        content = head + rest[rest.index("\n[") + 1 :] if "\n[" in rest else head
    content += (
        f'\n[parameters.{key}]\nname = {{ zh = "{key}", en = "{key}" }}\nvalue = "{value}"\nunit = "rule"\n'
        f'basis = {{ zh = "{basis}", en = "Trial rules (fictional)" }}\n'
    )
    load_rules({(kind, place): content.encode()})


def tolerance_late(consequence: str) -> None:
    """What the city makes of a promised material that does not come, as a new version of its rules."""
    files = rule_files(read_tree(current_settings()))
    ((kind, place),) = [name for name in files if name == ("profile", "fictional-city")]
    content = files[kind, place].decode()
    before, _, rest = content.partition("[tolerance.late]\n")
    assert rest.startswith('consequence = "withdrawn"')
    changed = before + "[tolerance.late]\n" + rest.replace("withdrawn", consequence, 1)
    load_rules({(kind, place): changed.encode()})


def verifiers_apart_within(what: str) -> None:
    """Who took part in anything of the "case", or in the "item" alone, does not verify: new rules of the city."""
    files = rule_files(read_tree(current_settings()))
    ((kind, place),) = [name for name in files if name == ("profile", "fictional-city")]
    content = files[kind, place].decode()
    assert content.count('within = "case"') == 1
    load_rules({(kind, place): content.replace('within = "case"', f'within = "{what}"').encode()})


def acceptance_at_the_window_keeps_nobody_from_verifying() -> None:
    """In the city, by new rules, who accepted under a delegation is no part of granting."""
    files = rule_files(read_tree(current_settings()))
    ((kind, place),) = [name for name in files if name == ("profile", "fictional-city")]
    said, content = "delegated_acceptance = true", files[kind, place].decode()
    assert content.count(said) == 1
    load_rules({(kind, place): content.replace(said, "delegated_acceptance = false").encode()})


def number_confirmed_on_the_phone() -> None:
    """In the city too a QR code alone is not enough from now on, as a new version of its rules."""
    files = rule_files(read_tree(current_settings()))
    ((kind, place),) = [name for name in files if name == ("profile", "fictional-city")]
    content = files[kind, place].decode()
    assert "qr_alone = true" in content
    load_rules({(kind, place): content.replace("qr_alone = true", "qr_alone = false").encode()})


def short_grounds_are_enough() -> None:
    """The city asks for no more of facts and reasons than that something stands there, as new rules."""
    files = rule_files(read_tree(current_settings()))
    ((kind, place),) = [name for name in files if name == ("profile", "fictional-city")]
    before, _, rest = files[kind, place].decode().partition("[grounds]\n")
    changed = before + rest[rest.index("\n[") + 1 :]
    load_rules({(kind, place): changed.encode()})
