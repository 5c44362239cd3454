"""The organisation as data: departments, candidate groups, counters, people; loaded from one file."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pypinyin import lazy_pinyin

from engine import Words
from engine.law import reconsideration_body
from webapp.services.seals import load_seals
from webapp.services.sign_in import hash_password
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Account:
    """An account that was made, with its password: shown once."""

    login: str
    password: str
    name: str
    post: str


def load_organisation(content: bytes, *, password: str | None = None) -> list[Account]:
    """Write the organisation of an empty database, inside the running command. Passwords are random unless given."""
    data = tomllib.loads(content.decode())
    government = data.get("government", {})
    departments = {key: _department(key, table, government) for key, table in data["departments"].items()}
    for key, table in data["departments"].items():
        load_seals(key, table.get("seals", {}))
    sections = data["sections"]
    groups: dict[str, int] = {}
    leading = leading_posts(data)
    for key, table in data["groups"].items():
        department = departments[sections[table["section"]]["department"]]
        groups[key] = _insert(
            "candidate_group",
            key=key,
            department_id=department,
            name_zh=table["name"]["zh"],
            name_en=table["name"]["en"],
            role=table["role"],
            leads=key in leading,
        )
    for key, table in data.get("counters", {}).items():
        _insert(
            "counter",
            key=key,
            name_zh=table["name"]["zh"],
            name_en=table["name"]["en"],
            issuing=bool(table.get("issuing")),
            profile_key=table.get("profile", ""),
        )
    given = (password, hash_password(password)) if password else None
    return [_user(login, table, data, departments, groups, given) for login, table in data["users"].items()]


def leading_posts(data: Mapping[str, Any]) -> frozenset[str]:
    """The posts that lead their departments: those that say so (`leads`), and in a department none of whose posts does,
    those of the file's `leading_roles`.
    """
    of_department: dict[str, list[str]] = {}
    for key, table in data["groups"].items():
        of_department.setdefault(data["sections"][table["section"]]["department"], []).append(key)
    leading: set[str] = set()
    for keys in of_department.values():
        declared = [key for key in keys if data["groups"][key].get("leads")]
        usual = data.get("leading_roles", ())
        leading.update(declared or (key for key in keys if data["groups"][key]["role"] in usual))
    return frozenset(leading)


def _department(key: str, table: Mapping[str, Any], government: Mapping[str, str]) -> int:
    """A unit; who hears a reconsideration against it follows from the law unless the file names another body."""
    superior = table.get("superior")
    by_law, _ = reconsideration_body(_words(government), _words(superior) if superior else None)
    body = _words(table["reconsideration"]) if "reconsideration" in table else by_law
    return _insert(
        "department",
        key=key,
        name_zh=table["name"]["zh"],
        name_en=table["name"]["en"],
        document_mark=table.get("document_mark", ""),
        code=table.get("code", ""),
        phone=table["telephone"],
        address_zh=table["address"]["zh"],
        address_en=table["address"]["en"],
        reconsideration_body_zh=body.zh,
        reconsideration_body_en=body.en,
        court_zh=table["court"]["zh"],
        court_en=table["court"]["en"],
    )


def _words(table: Mapping[str, str]) -> Words:
    return Words(table.get("zh", ""), table.get("en", ""))


def _user(
    login: str,
    table: Mapping[str, Any],
    data: Mapping[str, Any],
    departments: Mapping[str, int],
    groups: Mapping[str, int],
    given: tuple[str, str] | None,
) -> Account:
    section = data["sections"][table["section"]]
    password = given[0] if given else secrets.token_urlsafe(9)
    name, title = table["name"]["zh"], section["name"]
    scope = table.get("authorisation_scope") or {}
    user_id = _insert(
        "app_user",
        login=login,
        name=name,
        name_pinyin=" ".join(lazy_pinyin(name)),
        title_zh=title["zh"],
        title_en=title["en"],
        password_hash=given[1] if given else hash_password(password),
        department_id=departments[section["department"]],
        authorisation_number=table.get("authorisation_number"),
        authorisation_scope=scope.get("zh"),
    )
    for key in table["groups"]:
        sql().execute("insert into membership (user_id, group_id) values (%s, %s)", (user_id, groups[key]))
    return Account(login, password, name, "、".join(data["groups"][key]["name"]["zh"] for key in table["groups"]))


def _insert(table: str, **values: Any) -> int:
    """One row; table and column names come from this module alone."""
    columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
    row = (
        sql()
        .execute(f"insert into {table} ({columns}) values ({places}) returning id", tuple(values.values()))
        .fetchone()
    )
    assert row is not None
    return int(row[0])
