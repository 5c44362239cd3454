"""The public page of a licence: what is printed on it, and whether it holds today."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from engine import Words
from engine.law import check_id_number, check_mobile, normalise_tracking_code
from webapp import clock, moments
from webapp.queries.masking import masked_number
from webapp.unit_of_work import sql

STATUS = {
    "valid": (Words("有效", "valid"), "ok"),
    "expired": (Words("已过有效期", "expired"), "bad"),
    "revoked": (Words("已撤销", "revoked"), "bad"),
    "suspended": (Words("已暂停", "suspended"), "warn"),
    "cancelled": (Words("已注销", "cancelled"), "bad"),
}


@dataclass(frozen=True, slots=True)
class PublicLicence:
    """A licence as anyone may check it. `digest` is SHA-256 (hex) over what is printed on it."""

    name: Words
    number: str
    holder: str
    issuer: Words
    issued_on: date
    valid_to: date | None
    status: str
    facts: tuple[tuple[Words, Words], ...]
    external: bool
    checked_at: datetime
    digest: str
    identifier: str = ""
    since: date | None = None  # the day on which it ended or was suspended

    @property
    def status_words(self) -> Words:
        return STATUS.get(self.status, (Words(self.status, self.status), "muted"))[0]

    @property
    def status_kind(self) -> str:
        return STATUS.get(self.status, (Words("", ""), "muted"))[1]


LICENCE = """
select name_zh, name_en, type_key, number, holder, issuer_zh, issuer_en, issued_on, valid_to, status, facts,
    external, identifier, (select coalesce(e.happened_on::timestamp at time zone %(zone)s, e.at) from licence_event e
        where e.licence_id = licence.id and e.status = licence.status and licence.status <> 'valid'
            and e.kind <> 'changed'
        order by e.id desc limit 1)
from licence where public_code = %(code)s
"""


def public_licence(code: str) -> PublicLicence | None:
    """The licence of this public code; None where there is none."""
    row = sql().execute(LICENCE, {"code": normalise_tracking_code(code), "zone": moments.OFFICE_ZONE.key}).fetchone()
    if row is None:
        return None
    zh, en, type_key, number, holder, issuer_zh, issuer_en, issued_on, valid_to, status, facts, external, *rest = row
    identifier, since = rest
    now = clock.now()
    printed = [
        type_key,
        number,
        holder,
        issuer_zh,
        issued_on.isoformat(),
        valid_to and valid_to.isoformat(),
        facts,
    ]
    ended = status in ("valid", "suspended") and valid_to is not None and valid_to < moments.local(now).date()
    return PublicLicence(
        Words(zh, en),
        number,
        holder,
        Words(issuer_zh, issuer_en),
        issued_on,
        valid_to,
        "expired" if ended else status,
        tuple((Words(fact[0], fact[1]), Words(_public(fact[2]), _public(fact[3]))) for fact in facts if fact[2]),
        external,
        now,
        hashlib.sha256(orjson.dumps(printed)).hexdigest(),
        identifier,
        None if since is None or ended else moments.local(since).date(),
    )


def _public(value: str) -> str:
    """A value without identity and mobile numbers, whatever a bundle prints on its licences."""
    personal = not check_id_number(value) or not check_mobile(value)
    return masked_number(value) if personal else value
