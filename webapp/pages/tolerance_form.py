"""What the pages of a promise share: what was typed, and words beside the fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import request
from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.pages.application.uploads import drawn_signature, upload_named
from webapp.queries.tolerance_choices import Choice, Typed, day_of
from webapp.services.applicants import NotTheApplicant
from webapp.services.files import Upload
from webapp.services.tolerance_letters import SCAN, TABLET
from webapp.services.tolerance_terms import Promise

LABELS: Mapping[str, Words] = {
    "materials": Words("容缺的材料", "What is to follow"),
    "signer_name": Words("签署人姓名", "Signer"),
    "signature": Words("签名", "Signature"),
    "scan": Words("承诺书扫描件", "Scan of the letter"),
    "name": Words("申请人（经办人）姓名", "Name of the applicant"),
    "id_number": Words("身份证号码", "Identity number"),
    "letters": Words("承诺书", "Letters"),
    "files": Words("文件", "Files"),
}


def typed_of(sent: MultiDict[str, str], item_key: str) -> Typed:
    """The day, how each material comes, and whether the item was chosen (one of several)."""
    of_item = f"how-{item_key}-"
    hows = {name.removeprefix(of_item): value for name, value in sent.items() if name.startswith(of_item)}
    until = sent.get(f"until-{item_key}", "").strip()
    asked = "shown" in sent
    return Typed(until, hows, not asked or item_key in sent.getlist("items"), asked)


def promise_of(choice: Choice) -> Promise:
    """The promise as it stands in the form."""
    hows = {one.key: choice.how(one.key) for one in choice.materials}
    return Promise(choice.item.key, hows, day_of(choice.typed.until))


def signature() -> tuple[Upload | None, str]:
    """The scan of the letters, or the drawn signature; none where neither was given. Raises Incomplete."""
    scan = upload_named("scan")
    return (scan, SCAN) if scan is not None else (drawn_signature("signature"), TABLET)


def digest(item_key: str) -> str:
    """Of the letter as it was read on the page."""
    return request.form.get(f"digest-{item_key}", "")


def beside_its_field(refusal: ActRefused) -> dict[str, list[Words]]:
    """What is refused beside the input that it is about."""
    match refusal:
        case Incomplete():
            return {field: [words] for field, words in refusal.faults.items()}
        case NotTheApplicant():
            return {"id_number": [refusal.words]}
        case FileRefused():
            return {"scan": [refusal.words]}
    return {"letters": [refusal.words]}


def labels_of(choices: Iterable[Choice]) -> dict[str, Words]:
    """With the days of the items that are asked for."""
    days = {f"until-{one.item.key}": Words("承诺补齐的日期", "Promised day") for one in choices}
    return {**LABELS, **days}
