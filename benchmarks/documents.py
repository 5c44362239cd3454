"""Documents under load: numbers without gap or double from fifty issuers at once, and what a PDF costs."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from benchmarks.figures import Figure
from benchmarks.server import Bench, bench
from tests.support import office
from webapp import create_app
from webapp.extensions import db
from webapp.identity import Identity
from webapp.models import ItemCase
from webapp.printing import Sheet, pdf_of
from webapp.services.documents import issue_for_item
from webapp.services.locked_case import on_case

ISSUERS = 50
KINDS = ("correction-notice", "not-accepted", "refusal")
ITEMS = (("P2", "zhaolin"), ("P6", "hanlei"))
REASONS = "平面图未标注面积。\n质量负责人的任职文件缺少签字。"
#: Every so many documents an issuer's act breaks off after it took its number, which must come back.
BROKEN_OFF = 7
PDF_BAR, PDF_GOAL = 0.1, 0.1  # seconds of CPU

#: Per series: how many numbers, the smallest, the largest, how many different ones.
SERIES = """
select series, count(*), min(serial), max(serial), count(distinct serial), count(distinct number)
from document where series is not null group by series
"""


class BrokenOff(Exception):
    """The act ends here."""


def run(*, full: bool) -> Iterator[Figure]:
    """Fifty issuers, each with a case of its own, in six series of two units; then notices as PDF."""
    yield from _numbers(200 if full else 4)
    yield from _papers(200 if full else 10)


def _numbers(each: int) -> Iterator[Figure]:
    with bench("documents") as place:
        cases = [office.received("ordinary", ways={}).id for _ in range(ISSUERS)]
        db.session.remove()
        took, errors = _issue(place, cases, each)
        wanted = ISSUERS * each
        gaps, doubles, issued = _judge(place)
    told = f"{wanted} documents by {ISSUERS} issuers at once in {took:.0f} s, and acts that broke off between"
    yield Figure("documents.gaps", f"numbers left out; {told}", "numbers", gaps, None, "", gaps, 0)
    yield Figure("documents.doubles", f"numbers given twice; {told}", "numbers", doubles, None, "", doubles, 0)
    missing = wanted - issued + sum(errors.values())
    what = f"documents not issued: {', '.join(errors) or 'none'}; {told}"
    yield Figure("documents.errors", what, "documents", missing, None, "", missing, 0)


def _issue(place: Bench, cases: list[int], each: int) -> tuple[float, Counter[str]]:
    """Every issuer writes `each` documents in acts of their own; returns seconds and the errors that were seen."""
    errors: Counter[str] = Counter()
    together = threading.Barrier(len(cases))
    # As many connections as issuers, so that none waits for another's before it is at the database.
    app = create_app(replace(place.settings, web_threads=len(cases)))
    threads = [threading.Thread(target=_issuer, args=(app, case, each, together, errors)) for case in cases]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    with app.app_context():
        db.engine.dispose()
    return took, errors


def _issuer(app: Flask, case_id: int, each: int, together: threading.Barrier, errors: Counter[str]) -> None:
    with app.app_context():
        items = {one.item_key: one.id for one in db.session.scalars(select(ItemCase).filter_by(case_id=case_id))}
        people = {login: office.person(login) for _, login in ITEMS}
        db.session.remove()
        together.wait()
        turns = itertools.cycle(itertools.product(KINDS, ITEMS))
        for turn, (kind, (key, login)) in enumerate(itertools.islice(turns, each)):
            try:
                if turn % BROKEN_OFF == 0:
                    _break_off(case_id, items["P2"], people["zhaolin"])
                with on_case(case_id) as case:
                    item = case.release.bundle.item(key)
                    issue_for_item(case, items[key], item, kind, people[login], reasons=REASONS)
            except Exception as error:  # noqa: BLE001  # whatever a person would see is counted
                errors[type(error).__name__] += 1
            finally:
                db.session.remove()


def _break_off(case_id: int, item_case_id: int, by: Identity) -> None:
    """An act that takes a number and then does not come to its end."""
    with suppress(BrokenOff), on_case(case_id) as case:
        item = case.release.bundle.item("P2")
        issue_for_item(case, item_case_id, item, KINDS[0], by, reasons=REASONS)
        case.write_ledger()
        raise BrokenOff


def _judge(place: Bench) -> tuple[int, int, int]:
    """(numbers left out, numbers given twice, documents of these issuers) over all series."""
    gaps = doubles = issued = 0
    for series, count, least, most, serials, numbers in place.watching.execute(SERIES):
        gaps += (most - least + 1) - serials + (least - 1)
        doubles += (count - serials) + (count - numbers)
        issued += count if any(f":{kind}:" in series for kind in KINDS) else 0
    return gaps, doubles, issued


def _papers(count: int) -> Iterator[Figure]:
    """CPU of the whole process, the typesetter's threads too. Every notice is a different one."""
    began = time.process_time()
    pdf_of(_notice(0))
    cold = time.process_time() - began
    costs = []
    for number in range(1, count + 1):
        sheet = _notice(number)
        began = time.process_time()
        size = len(pdf_of(sheet))
        costs.append(time.process_time() - began)
    costs.sort()
    median = costs[len(costs) // 2]
    told = f"a Chinese notice as PDF, {size // 1024} kB; the first of a process {cold * 1000:.0f} ms"
    yield Figure("documents.pdf", told, "ms CPU", median * 1000, None, "", median, PDF_BAR, PDF_GOAL)


def _notice(number: int) -> Sheet:
    def paragraph(text: str) -> list[Any]:
        return ["paragraph", 0, [[[text, False]]], []]

    who = f"江城市第{number}号大药房有限公司"
    head = f"江审补〔2026〕{number + 1}号"
    return Sheet(
        language="zh",
        title="补正材料一次性告知书",
        office="江城市行政审批服务管理局",
        body=[
            paragraph("（示例文书，不具法律效力）"),
            paragraph(head),
            paragraph(f"{who}："),
            paragraph(
                f"你（单位）申请的药品经营许可（零售）（YD-2026-{number:07}-3），申请材料不齐全或者不符合法定形式。"
                "依据《中华人民共和国行政许可法》第三十二条，现一次性告知需要补正的全部内容："
            ),
            ["numbers", 0, [[[f"平面图第{page}页未标注面积和功能分区；", False]] for page in range(1, 6)], []],
            [
                "table",
                0,
                [],
                [
                    [[["材料", False]], [["形式", False]], [["份数", False]]],
                    *([[[f"材料{row}", False]], [["复印件", False]], [[str(number % 9), False]]] for row in range(8)),
                ],
            ],
            paragraph(f"请{who}补正后交政务服务中心综合窗口。补正前本事项尚未受理，其他事项照常办理。"),
        ],
        signed=[paragraph("江城市行政审批服务管理局（受理专用章 · 演示样章）"), paragraph("2026-11-27")],
        rest=[],
        centred=["（示例文书，不具法律效力）", head],
        seal="江城市行政审批服务管理局受理专用章",
        seal_words="演示样章",
        check_address=f"http://127.0.0.1:8000/documents/{number:010}",
        notes=[f"内容摘要（SHA-256）：{number:064x}"],
        issued_at=datetime(2026, 11, 27, 9, tzinfo=UTC),
    )
