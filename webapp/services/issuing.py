"""统一出件: print, choose the means, check who collects, take the proof. What is ready does not wait for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine import Words
from engine.law import check_id_number
from webapp import moments
from webapp.answers import answers_of, encode_answer
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clocks import stop_clock
from webapp.services.document_acts import NotSealed
from webapp.services.documents import WAITS_FOR_SEAL, Delivery, issue_delivery_receipt
from webapp.services.events import Event
from webapp.services.files import Upload, keep_file
from webapp.services.held_back import ensure_not_held
from webapp.services.results import ENDED_FOR_GOOD, RESULT_FACTS, NotPrepared, ensure_can_leave, ensure_result
from webapp.services.signature_files import check_scan
from webapp.services.tasks import ensure_step, finish
from webapp.services.visits import LEGAL_REPRESENTATIVE, REPRESENTATIVE
from webapp.services.work import OpenTask, on_task, task_in_case
from webapp.unit_of_work import sql

MEANS = ("counter", "post", "electronic")


def prepare_result(task_id: int, *, by: Identity, means: str, preprinted_number: str, revision: int, key: str) -> None:
    """出件: the result is printed (number of the pre-printed form kept) and waits to be handed over by `means`."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "issue")
        ensure_result(task)
        if means not in MEANS:
            raise Incomplete("means", Words("请选择领取方式。", "Choose how it is handed over."))
        sql().execute(
            "insert into collection (item_case_id, means, preprinted_number, printed_at, printed_by)"
            " values (%s, %s, %s, %s, %s) on conflict (item_case_id) do update set means = excluded.means,"
            " preprinted_number = excluded.preprinted_number",
            (task.item_case_id, means, preprinted_number.strip(), task.case.now, by.user_id),
        )
        task.case.record(Event.RESULT_PREPARED, by, item=task.item_case_id, means=means)
        finish(task, {}, by=by, act="prepared")


@dataclass(frozen=True, slots=True)
class Collector:
    """Who takes the results at the counter: kind as at the visit, name, identity number."""

    kind: str
    name: str
    id_number: str


class NotTheCollector(ActRefused):
    """Neither the legal representative nor a person with the mandate of this case."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            Words(
                "领取人与申请表上的法定代表人、授权委托书上的经办人都不一致，不能交付。",
                "The collector is neither the legal representative nor the holder of the mandate.",
            )
        )


def hand_over(
    task_ids: Sequence[int], *, by: Identity, collector: Collector, signature: Upload | None, key: str
) -> None:
    """Hand over the results of these 领取 tasks of one case at the counter, with one signed 送达回证."""
    if not task_ids:
        raise Incomplete("tasks", Words("请选择要交付的结果。", "Choose the results to hand over."))
    if signature is None:
        raise Incomplete(
            "signature", Words("请领取人在送达回证上签名。", "The collector must sign the proof of delivery.")
        )
    if fault := check_id_number(collector.id_number):
        raise Incomplete("collector_id_number", fault)
    checked = check_scan(signature)
    with on_task(task_ids[0], by, permission=Permission.TASK_DO, key=key) as first:
        _ensure_may_collect(first, collector)
        collector = replace(collector, kind=_kind_of(first, collector))
        proof = keep_file(checked, by)
        item_case_ids: list[int] = []
        for task_id in task_ids:
            task = first if task_id == first.id else task_in_case(task_id, first.case, by, Permission.TASK_DO)
            ensure_not_held(task.id, task.waits)
            item_case_ids.append(_mark_delivered(task, by, collector=collector, proof=proof)[0])
            finish(task, {}, by=by, act="delivered")
        delivery = Delivery(
            tuple(item_case_ids),
            "counter",
            collector.name.strip(),
            collector.id_number.strip().upper(),
            delivered_at=moments.shown(first.case.now),
        )
        issue_delivery_receipt(first.case, delivery, by)


def send(task_id: int, *, by: Identity, tracking_number: str, revision: int, key: str) -> None:
    """Post (with tracking number) or electronic delivery of one result."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "deliver")
        item_case_id, means = _mark_delivered(task, by, tracking_number=tracking_number.strip())
        if means == "counter":
            raise Incomplete(
                "means",
                Words(
                    "该结果为窗口领取，须由领取人签收。",
                    "This result is collected at the counter, with a signature.",
                ),
            )
        if means == "post" and not tracking_number.strip():
            raise Incomplete("tracking_number", Words("邮寄须填写运单号。", "Posting needs the tracking number."))
        delivery = Delivery(
            (item_case_id,),
            means,
            tracking_number=tracking_number.strip(),
            delivered_at=moments.shown(task.case.now),
        )
        issue_delivery_receipt(task.case, delivery, by)
        finish(task, {}, by=by, act="delivered")


def keep_back(task_id: int, *, by: Identity, revision: int, key: str) -> None:
    """What was revoked or cancelled before it was collected is not handed over: its step at the desk ends.

    The clock of the delivery ends with it. Raises Incomplete for a result that is in force, or may be again.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "issue", "deliver")
        assert task.item_case_id is not None
        row = sql().execute("select status from licence where item_case_id = %s", (task.item_case_id,)).fetchone()
        if row is None or row[0] not in ENDED_FOR_GOOD:
            raise Incomplete(
                "kept_back",
                Words(
                    "只有已撤销、已注销的结果才不再交付。",
                    "Only a result that was revoked or cancelled is kept back for good.",
                ),
            )
        stop_clock(task.case, task.item_case_id, "delivery")
        task.case.record(Event.RESULT_KEPT_BACK, by, item=task.item_case_id, status=row[0])
        finish(task, {}, by=by, act="kept-back")


def _ensure_may_collect(task: OpenTask, collector: Collector) -> None:
    id_number = collector.id_number.strip().upper()
    row = (
        sql()
        .execute(
            "select exists(select from visit v join cases c on c.visit_id = v.id where c.id = %(case)s"
            " and v.person_id_number = %(id)s and v.person_name = %(name)s"
            " and (v.present = 'legal-representative' or v.mandate_file_id is not null))"
            " or exists(select from unnest(%(keys)s::text[], %(names)s::text[]) as pair(number, name)"
            " where (select value from answer where case_id = %(case)s and key = pair.number"
            " order by version desc limit 1) = %(answer)s"
            " and (select value from answer where case_id = %(case)s and key = pair.name"
            " order by version desc limit 1) = %(person)s)",
            {
                "case": task.case.id,
                "id": id_number,
                "name": collector.name.strip(),
                "keys": list(task.case.release.bundle.collector_fields),
                "names": list(task.case.release.bundle.collector_name_fields),
                "answer": encode_answer(id_number),
                "person": encode_answer(collector.name.strip()),
            },
        )
        .fetchone()
    )
    assert row is not None
    if not row[0]:
        raise NotTheCollector()


def _kind_of(task: OpenTask, collector: Collector) -> str:
    """As whom the collector takes it: what the numbers say, whatever was ticked."""
    answers = answers_of(task.case.id)
    signatory = str(answers.get(task.case.release.bundle.signatory_id_field) or "").upper()
    is_signatory = collector.id_number.strip().upper() == signatory
    if is_signatory:
        return LEGAL_REPRESENTATIVE
    return REPRESENTATIVE if collector.kind == LEGAL_REPRESENTATIVE else collector.kind


def _mark_delivered(
    task: OpenTask,
    by: Identity,
    *,
    collector: Collector | None = None,
    proof: int | None = None,
    tracking_number: str = "",
) -> tuple[int, str]:
    """Mark the item's result as delivered; returns the item case and the means.

    Raises ResultNotInForce; NotDecided, ResultNotMade, NotPrepared where a repair has put the case past these steps;
    and NotSealed while the decision in writing waits for its seal. A caller that refuses afterwards rolls it back.
    """
    ensure_step(task, "deliver")
    row = (
        sql()
        .execute(
            "with item as (update item_case set delivered_at = %(now)s where id = %(item)s),"
            " clock as (update legal_clock set stopped_on = %(today)s where item_case_id = %(item)s"
            " and name = 'delivery' and stopped_on is null)"
            " update collection set delivered_at = %(now)s, delivered_by = %(by)s, collector_kind = %(kind)s,"
            " collector_name = %(name)s, collector_id_number = %(id)s, signature_file_id = %(proof)s,"
            " tracking_number = %(tracking)s where item_case_id = %(item)s"
            f" returning means, {WAITS_FOR_SEAL}, {RESULT_FACTS}",
            {
                "now": task.case.now,
                "today": moments.local(task.case.now).date(),
                "item": task.item_case_id,
                "by": by.user_id,
                "kind": collector.kind if collector else "",
                "name": collector.name.strip() if collector else "",
                "id": collector.id_number.strip().upper() if collector else "",
                "proof": proof,
                "tracking": tracking_number,
            },
        )
        .fetchone()
    )
    if row is None:
        ensure_result(task)
        raise NotPrepared()
    means, unsealed, *facts = row
    ensure_can_leave(task, *facts)
    if unsealed:
        raise NotSealed()
    assert task.item_case_id is not None
    task.case.record(Event.DELIVERED, by, item=task.item_case_id)
    return task.item_case_id, means
