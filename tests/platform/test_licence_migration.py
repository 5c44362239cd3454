"""Licences from before the registry: their history begins with what was known of them, and they are found by words."""

from __future__ import annotations

import pytest
from psycopg.errors import InsufficientPrivilege

from tests.platform.test_migrations import behind_its_back, older  # noqa: F401  # the fixture
from tests.support import office
from webapp.migrations.commands import upgrade
from webapp.settings import Settings
from webapp.unit_of_work import sql

BEFORE = """
insert into item_case (id, case_id, item_key, department_key, way, received_at, ruled_at)
    values (11, 7, 'P2', 'drug', 'ordinary', '2026-08-31', '2026-09-01 02:00+00'),
        (12, 7, 'P3', 'device', 'ordinary', '2026-08-31', null);
insert into app_user (id, login, name, name_pinyin, password_hash, department_id) values (4, 'four', '', '', '', 1);
insert into licence (item_case_id, type_key, name_zh, name_en, number, holder, issuer_zh, issuer_en, issued_on,
    valid_to, status, facts, public_code)
values (11, 'drug', '药品经营许可证', 'Drug licence', '江CB1', '康源大药房', '局', 'Bureau', '2026-09-01', '2031-08-31',
        'revoked', '[]', 'AAAAA00001'),
    (12, 'device', '医疗器械经营许可证', 'Device licence', '江D1', '康源大药房', '局', 'Bureau', '2026-09-02', null,
        'valid', '[]', 'AAAAA00002');
insert into revocation (item_case_id, facts, reasons, notice_id, proposed_by, proposed_at, statement, outcome, grounds,
    remedy_zh, decided_by, decided_at)
values (11, '事实', '理由', 1, 3, '2026-10-01', '无', 'revoked', '承诺未履行。', '复议', 4, '2026-10-08 02:00+00');
"""


def test_licences_from_before_have_a_history_and_are_found(
    older: Settings,  # noqa: F811
    database_server: str,
) -> None:
    """0019: issued by the ruling, revoked by whoever decided; the issuing unit and the words to find them by."""
    upgrade(older, "0018")
    with behind_its_back(older, database_server) as other:
        other.execute("set session_replication_role = replica")
        other.execute(BEFORE)
        upgrade(older, "0019")
        history = other.execute(
            "select licence_id, kind, status, at::date::text, by_id, reason from licence_event order by licence_id, id"
        ).fetchall()
        known = other.execute("select department_key, version, '药房' = any(search_tokens) from licence order by id")
        assert known.fetchall() == [("drug", 1, True), ("device", 1, True)]
    assert [line[1:] for line in history] == [
        ("issued", "valid", "2026-09-01", None, ""),
        ("revoked", "revoked", "2026-10-08", 4, "承诺未履行。"),
        ("issued", "valid", "2026-09-02", None, ""),
    ]


def test_nobody_changes_the_history_of_a_licence(db: object) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    with pytest.raises(InsufficientPrivilege, match="append-only"):
        sql().execute("update licence_event set reason = '另有原因'")
