"""What a task's act has to wait for: it was given out, opinions are owed, colleagues are to sign.

How many such things are open is `user_task.waits`, read with the task; what they are is asked only where an act is
refused for them. Timers of the law and what the applicant does wait for nothing of it.
"""

from __future__ import annotations

from engine import Words
from webapp.errors import ActRefused
from webapp.unit_of_work import sql


class HeldBack(ActRefused):
    """The act waits for colleagues; `awaited` says for whom."""

    def __init__(self, awaited: list[Words]) -> None:
        self.awaited = awaited
        zh, en = "；".join(one.zh for one in awaited), "; ".join(one.en for one in awaited)
        super().__init__(
            Words(
                f"此任务尚在等待：{zh}。办理时限照常计算。您填写的内容没有提交。",
                f"The task still waits: {en}. Its limits run on. What you entered was not submitted.",
            )
        )


AWAITED = """
select 'delegation', u.name, u.name, d.at from delegation d join app_user u on u.id = d.to_id
where d.task_id = %(task)s and d.ended_at is null
union all
select o.kind, coalesce(u.name, g.name_zh), coalesce(u.name, g.name_en), o.asked_at from opinion_request o
left join app_user u on u.id = o.to_id left join candidate_group g on g.key = o.to_group
where o.task_id = %(task)s and o.ended_at is null and o.waits
union all
select 'cosign-' || r.position, coalesce(s.zh, ''), coalesce(s.en, ''), r.asked_at
from cosign_round r left join lateral (
    select string_agg(u.name, '、' order by c.id) as zh, string_agg(u.name, ', ' order by c.id) as en
    from cosigner c join app_user u on u.id = c.user_id
    where c.round_id = r.id and c.removed_at is null and c.verdict = '') s on true
where r.task_id = %(task)s and r.ended_at is null
union all
select 'correction', to_char(p.until_on, 'YYYY-MM-DD'), to_char(p.until_on, 'YYYY-MM-DD'), p.at from correction_point p
where p.task_id = %(task)s and p.state = 'waiting'
order by 4
"""
WORDS = {
    "correction": Words(
        "补正意见合并告知申请人（最迟{who}；可在“合并补正”中撤回）",
        "the points of the correction to be merged and sent (by {who}; they can be taken back there)",
    ),
    "delegation": Words("已委派{who}准备，交回后办理", "{who} prepares it and gives it back"),
    "opinion": Words("{who}答复意见", "the opinion of {who}"),
    "window": Words("{who}核对后退回", "{who} to check and send it back"),
    "cosign-before": Words("{who}会签", "the signature of {who}"),
    "cosign-after": Words("会签（{who}）；签完后按会签稿办理", "the signatures ({who}); then act as it was signed"),
}


def awaited(task_id: int) -> list[Words]:
    """What the act of this task waits for, the oldest first."""
    rows = sql().execute(AWAITED, {"task": task_id}).fetchall()
    return [Words(WORDS[kind].zh.format(who=zh), WORDS[kind].en.format(who=en)) for kind, zh, en, _ in rows]


def ensure_not_held(task_id: int, waits: int) -> None:
    """Raises HeldBack while something is awaited."""
    if waits:
        raise HeldBack(awaited(task_id))


class GivenOut(ActRefused):
    """The task is with a colleague who prepares it."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "此任务已委派同事准备：先交回或者收回，再作此操作。",
                "The task was given to a colleague to prepare: it has to come back first.",
            )
        )


OPEN_DELEGATION = "select id, owner_id, to_id from delegation where task_id = %s and ended_at is null"


def ensure_not_given_out(task_id: int, waits: int) -> None:
    """Raises GivenOut while a colleague prepares the task."""
    if waits and sql().execute(OPEN_DELEGATION, (task_id,)).fetchone() is not None:
        raise GivenOut()
