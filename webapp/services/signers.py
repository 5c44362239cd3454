"""会签: colleagues sign before the holder acts, or sign the act that the holder has prepared.

"before": they agree or disagree with reasons, and then the holder is free to act. "after": the holder puts the prepared
act forward, they sign what they read (its digest is kept; when it changes, their signatures fall away), and the holder
carries out exactly that with one click. How many have to agree is the round's rule: all, any, or a number. Signing is
advisory: what is ruled is ruled by its official alone. A round is over when enough have agreed, or when that can no
longer be; then what was prepared goes back to the holder with the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotYours
from webapp.identity import Identity, StandIn
from webapp.permissions import Permission, TaskFacts
from webapp.services.assigning import NotAColleague
from webapp.services.beside import Who, beside, digest, hold, member, said, tell, worker
from webapp.services.events import Event
from webapp.services.held_back import ensure_not_given_out
from webapp.services.notices import NoticeKind
from webapp.services.posted import PostedTask
from webapp.services.prepared_acts import Field, keep_prepared, prepared_fields
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

BEFORE, AFTER = "before", "after"
ALL, ANY, QUORUM = "all", "any", "quorum"
AGREE, DISAGREE = "agree", "disagree"
MOST_SIGNERS = 20


class NoRound(ActRefused):
    """Nobody is asked to sign (any more)."""

    def __init__(self) -> None:
        super().__init__(Words("此任务没有进行中的会签。", "No signing is going on for this task."))


class RoundOpen(ActRefused):
    """One round at a time."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "此任务已有进行中的会签，可以加签、减签或者取消后重新提请。",
                "Colleagues are asked to sign already: add or remove some, or call it off first.",
            )
        )


class PreparedChanged(ActRefused):
    """What was read is not what is put forward now, or nothing is."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "会签稿已有变化，请阅读后再签。", "What is to be signed has changed. Please read it again, then sign."
            )
        )


class SignedAlready(ActRefused):
    """Who has signed stays a signer."""

    def __init__(self) -> None:
        super().__init__(Words("已经签署，不能再改。", "This was signed already and stays."))


class NotSignedYet(ActRefused):
    """Not enough have signed what is put forward."""

    def __init__(self) -> None:
        super().__init__(Words("会签尚未完成。", "Not all who are needed have signed yet."))


@dataclass(frozen=True, slots=True)
class Round:
    """The open round of a task. `verdicts`: of its signers, "" for who has not signed."""

    id: int
    position: str
    rule: str
    quorum: int | None
    digest: str
    asked_by: int
    verdicts: tuple[str, ...]

    @property
    def needed(self) -> int:
        """How many have to agree."""
        if self.rule == ALL:
            return len(self.verdicts)
        return 1 if self.rule == ANY else min(self.quorum or 1, len(self.verdicts))

    @property
    def is_agreed(self) -> bool:
        return self.needed > 0 and self.verdicts.count(AGREE) >= self.needed

    @property
    def is_lost(self) -> bool:
        """Enough can no longer agree."""
        return len(self.verdicts) - self.verdicts.count(DISAGREE) < self.needed


ROUND = """
select r.id, r.position, r.rule, r.quorum, r.digest, r.asked_by,
    coalesce((select array_agg(c.verdict order by c.id) from cosigner c
        where c.round_id = r.id and c.removed_at is null), '{}')
from cosign_round r where r.task_id = %s and r.ended_at is null
"""


def open_round(task_id: int) -> Round:
    """The round that is going on. Raises NoRound."""
    row = sql().execute(ROUND, (task_id,)).fetchone()
    if row is None:
        raise NoRound()
    id_, position, rule, quorum, digest_, asked_by, verdicts = row
    return Round(id_, position, rule, quorum, digest_, asked_by, tuple(verdicts))


ASK = """
insert into cosign_round (case_id, task_id, position, rule, quorum, note, asked_by, asked_at)
values (%s, %s, %s, %s, %s, %s, %s, %s) returning id
"""


def ask_signers(
    task_id: int,
    *,
    by: Identity,
    people: Sequence[int],
    position: str,
    rule: str,
    quorum: int | None,
    note: str,
    key: str,
) -> None:
    """Ask these colleagues of the task's departments to sign. Raises Incomplete, RoundOpen, NotAColleague, GivenOut."""
    with beside(task_id, by, who=worker, what="signers", key=key) as task:
        ensure_not_given_out(task.id, task.waits)
        if sql().execute(ROUND, (task.id,)).fetchone() is not None:
            raise RoundOpen()
        words = said(note, "signers_note")
        wanted = _signers(task, people, by)
        _ensure_rule(position, rule, quorum, len(wanted))
        values = (task.case.id, task.id, position, rule, quorum if rule == QUORUM else None)
        row = sql().execute(ASK, (*values, words, by.user_id, task.case.now)).fetchone()
        assert row is not None
        for user_id in wanted:
            _add(task, row[0], user_id)
        hold(task.id, 1)
        facts = {"round": row[0], "position": position, "rule": rule, "quorum": quorum, "signers": wanted}
        task.case.record(Event.SIGNERS_ASKED, by, task=task.id, note=digest(words), **facts)
        if position == BEFORE:  # what is signed after is told when it is put forward
            tell(task, NoticeKind.SIGNER_ADDED, wanted, by)


def _ensure_rule(position: str, rule: str, quorum: int | None, count: int) -> None:
    if position not in (BEFORE, AFTER):
        raise Incomplete("position", Words("请选择会签的时间。", "Choose when they sign."))
    if rule not in (ALL, ANY, QUORUM):
        raise Incomplete("rule", Words("请选择几人同意即可。", "Choose how many have to agree."))
    if rule == QUORUM and not (quorum and 1 <= quorum <= count):
        raise Incomplete(
            "quorum",
            Words(f"请填写 1 至 {count} 之间的人数。", f"Enter a number from 1 to {count}."),
        )


#: Colleagues who see the task: members of its posts, of whom the diagram lets each read it.
MAY_SIGN = """
select distinct u.id from app_user u join membership m on m.user_id = u.id join candidate_group g on g.id = m.group_id
where u.active and u.id = any(%(asked)s) and (g.key = any(%(groups)s) or g.department_id in (
    select department_id from candidate_group where key = any(%(groups)s)))
    and not exists (select from declared_conflict c where c.case_id = %(case)s and c.user_id = u.id
        and c.withdrawn_at is null and (c.item_case_id is null or %(item)s::bigint is null
            or c.item_case_id = %(item)s))
"""


def _signers(task: OpenTask, people: Sequence[int], by: Identity) -> list[int]:
    asked = sorted(set(people) - {by.user_id})
    if not asked:
        raise Incomplete("signers", Words("请选择会签人员（不能是本人）。", "Choose who signs (not yourself)."))
    if len(asked) > MOST_SIGNERS:
        raise Incomplete("signers", Words(f"最多 {MOST_SIGNERS} 人。", f"At most {MOST_SIGNERS} people."))
    values = {"asked": asked, "groups": sorted(task.groups), "case": task.case.id, "item": task.item_case_id}
    if {row[0] for row in sql().execute(MAY_SIGN, values)} != set(asked):
        raise NotAColleague()
    return asked


ADD = """
insert into cosigner (round_id, user_id, added_at) values (%s, %s, %s)
on conflict (round_id, user_id) do update set removed_at = null, added_at = excluded.added_at
    where cosigner.removed_at is not null
returning id
"""


def _add(task: OpenTask, round_id: int, user_id: int) -> bool:
    return sql().execute(ADD, (round_id, user_id, task.case.now)).fetchone() is not None


def add_signer(task_id: int, user_id: int | None, *, by: Identity, key: str) -> None:
    """加签: one more signs. Raises Incomplete, NoRound, NotAColleague, SignedAlready for who is a signer."""
    with beside(task_id, by, who=worker, what="signer-add", key=key) as task:
        signing = open_round(task.id)
        (wanted,) = _signers(task, [user_id] if user_id else [], by)
        if len(signing.verdicts) >= MOST_SIGNERS or not _add(task, signing.id, wanted):
            raise SignedAlready()
        task.case.record(Event.SIGNER_ADDED, by, task=task.id, round=signing.id, to=wanted)
        if signing.position == BEFORE or signing.digest:
            tell(task, NoticeKind.SIGNER_ADDED, [wanted], by)


REMOVE = """
update cosigner set removed_at = %s where round_id = %s and user_id = %s and verdict = '' and removed_at is null
returning id
"""


def remove_signer(task_id: int, user_id: int | None, *, by: Identity, key: str) -> None:
    """减签: somebody who has not signed need not. The last gone, the round is over. Raises NoRound, SignedAlready."""
    with beside(task_id, by, who=worker, what="signer-remove", key=key) as task:
        signing = open_round(task.id)
        if sql().execute(REMOVE, (task.case.now, signing.id, user_id)).fetchone() is None:
            raise SignedAlready()
        task.case.record(Event.SIGNER_REMOVED, by, task=task.id, round=signing.id, to=user_id)
        _settle(task, by, empty="cancelled")


def cancel_signing(task_id: int, *, by: Identity, key: str) -> None:
    """Nobody need sign any more. Raises NoRound."""
    with beside(task_id, by, who=worker, what="signers-cancel", key=key) as task:
        _end(task, open_round(task.id), "cancelled", by)


#: Signatures on another text than the one that is put forward now fall away.
FALL_AWAY = """
update cosigner set verdict = '', reason = '', digest = '', signed_at = null
where round_id = %s and removed_at is null and verdict <> '' and digest <> %s
"""


def put_forward(task_id: int, fields: Sequence[Field], *, by: Identity, key: str) -> None:
    """Put the act forward as it is filled in. Signed before and changed since, it has to be signed anew.

    Raises Incomplete, NoRound (also where signing comes before the act).
    """
    with beside(task_id, by, who=worker, what="put-forward", key=key) as task:
        signing = open_round(task.id)
        if signing.position != AFTER:
            raise NoRound()
        if not fields:
            raise Incomplete("prepared", Words("请先填写办理内容。", "Fill in the act first."))
        prepared = keep_prepared(task, fields, by)
        fell = sql().execute(FALL_AWAY, (signing.id, prepared)).rowcount
        sql().execute("update cosign_round set digest = %s where id = %s", (prepared, signing.id))
        facts = {"round": signing.id, "digest": prepared, "fell_away": fell}
        task.case.record(Event.ACT_PUT_FORWARD, by, task=task.id, **facts)
        tell(task, NoticeKind.SIGNER_ADDED, _to_sign(signing.id), by)


def _to_sign(round_id: int) -> list[int]:
    rows = sql().execute(
        "select user_id from cosigner where round_id = %s and removed_at is null and verdict = ''", (round_id,)
    )
    return [row[0] for row in rows]


SIGN = """
update cosigner set verdict = %s, reason = %s, digest = %s, signed_at = %s
where round_id = %s and user_id = %s and removed_at is null and verdict = '' returning id
"""
IS_SIGNER = "select verdict from cosigner where round_id = %s and user_id = %s and removed_at is null"


def cosign(task_id: int, *, by: Identity, verdict: str, reason: str, seen: str, key: str) -> None:
    """Agree or, with reasons, disagree. `seen`: the digest of what was read, "" before the act.

    Raises Incomplete, NoRound, NotYours for who was not asked, SignedAlready, PreparedChanged.
    """
    with beside(task_id, by, who=signer_of(task_id), what="cosign", key=key) as task:
        signing = open_round(task.id)
        own = sql().execute(IS_SIGNER, (signing.id, by.user_id)).fetchone()
        if own is None:
            raise NotYours(Permission.TASK_DO)
        if own[0]:
            raise SignedAlready()
        if verdict not in (AGREE, DISAGREE):
            raise Incomplete("verdict", Words("请选择同意或者不同意。", "Choose whether you agree."))
        needed = Words("不同意应当说明理由。", "Say why you disagree.") if verdict == DISAGREE else None
        words = said(reason, "verdict_reason", needed)
        if signing.position == AFTER and (not signing.digest or seen != signing.digest):
            raise PreparedChanged()
        sql().execute(SIGN, (verdict, words, signing.digest, task.case.now, signing.id, by.user_id))
        facts = {"round": signing.id, "verdict": verdict, "digest": signing.digest, "reason": digest(words)}
        task.case.record(Event.COSIGNED, by, task=task.id, **facts)
        tell(task, NoticeKind.SIGNED, {signing.asked_by, task.assignee_id or signing.asked_by}, by)
        _settle(task, by, empty="")


def signer_of(task_id: int) -> Who:
    """Who was asked to sign sees as much of the task as it takes, whatever their post."""

    def asked(by: Identity, facts: TaskFacts, of_department: bool) -> StandIn | None:
        row = sql().execute(ASKED, (task_id, by.user_id)).fetchone()
        return member(by, facts, of_department) if row is None else None

    return asked


ASKED = """
select c.id from cosign_round r join cosigner c on c.round_id = r.id and c.removed_at is null
where r.task_id = %s and r.ended_at is null and c.user_id = %s
"""


def _settle(task: OpenTask, by: Identity, *, empty: str) -> None:
    """End the round where it is decided. What is signed after stays open until the holder carries it out."""
    signing = open_round(task.id)
    if not signing.verdicts:
        _end(task, signing, empty or "cancelled", by)
    elif signing.is_lost:
        _end(task, signing, "disagreed", by)
    elif signing.is_agreed and signing.position == BEFORE:
        _end(task, signing, "agreed", by)


END = "update cosign_round set outcome = %s, ended_at = %s where id = %s"


def _end(task: OpenTask, signing: Round, outcome: str, by: Identity) -> None:
    sql().execute(END, (outcome, task.case.now, signing.id))
    hold(task.id, -1)
    task.case.record(Event.COSIGNING_ENDED, by, task=task.id, round=signing.id, outcome=outcome)


def release_signed(posted: PostedTask, by: Identity) -> tuple[Field, ...]:
    """The act as it was signed, to be carried out in this transaction: its round is over, and it waits no longer.

    The case is locked already; the act that follows writes the ledger, or rolls all of it back.
    Raises NoRound, NotSignedYet, PreparedChanged, NotYours.
    """
    row = sql().execute("select assignee_id, state from user_task where id = %s", (posted.id,)).fetchone()
    assert row is not None
    if row[0] not in (None, by.user_id):
        raise NotYours(Permission.TASK_DO)
    signing = open_round(posted.id)
    fields = prepared_fields(posted.id)
    if signing.position != AFTER:
        raise NoRound()
    if not signing.is_agreed or not signing.digest:
        raise NotSignedYet()
    kept = sql().execute("select digest from prepared_act where task_id = %s", (posted.id,)).fetchone()
    if kept is None or kept[0] != signing.digest:
        raise PreparedChanged()
    sql().execute(END, ("agreed", posted.case.now, signing.id))
    hold(posted.id, -1)
    facts = {"round": signing.id, "outcome": "agreed", "digest": signing.digest}
    posted.case.record(Event.COSIGNING_ENDED, by, task=posted.id, **facts)
    return fields
