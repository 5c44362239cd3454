"""A second designer: the demo office has one."""

from __future__ import annotations

from webapp.unit_of_work import sql, unit_of_work

SECOND, NAME = "guyan", "顾研"
JOINED = """
with made as (
    insert into app_user (login, name, name_pinyin, title_zh, title_en, password_hash, department_id)
    select %(login)s, %(name)s, 'gu yan', title_zh, title_en, password_hash, department_id
    from app_user where login = 'taoran' returning id
)
insert into membership (user_id, group_id)
select made.id, m.group_id from made, membership m join app_user u on u.id = m.user_id where u.login = 'taoran'
"""


def second_designer() -> str:
    """Somebody joins the post of the designer; returns the account."""
    with unit_of_work():
        sql().execute(JOINED, {"login": SECOND, "name": NAME})
    return SECOND
