"""Certified e-seals: a provider seals the PDF of a document over HTTP, after the commit that issued it.

The provider's address and the name of the seal are data of the unit (`unit_seal`); docs/documents.md has the protocol.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from engine import Words
from webapp import clock, file_store
from webapp.errors import ActRefused
from webapp.services.document_places import CERTIFIED
from webapp.services.events import Event
from webapp.services.kept_documents import KeptDocument
from webapp.services.locked_case import on_case
from webapp.services.seals import ensure_provider
from webapp.settings import current_settings
from webapp.unit_of_work import let_go, sql, unit_of_work

TIMEOUT_SECONDS = 20
LARGEST_ANSWER = 30 * 1024 * 1024
REFUSED = range(400, 500)
#: Answers that are not about this document: the queue tries again.
TRY_AGAIN = frozenset({408, 425, 429})


class SealUnreachable(ActRefused):
    """The provider did not answer, or not as it should; the document waits and the queue tries again."""

    status = 503

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            Words(f"电子印章服务暂时不可用：{reason}", f"The provider of e-seals is not available: {reason}")
        )


class SealRefused(ActRefused):
    """The provider refuses to seal this document; a person must look at it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(Words(f"电子印章服务拒绝用印：{reason}", f"The provider refused to seal: {reason}"))


@dataclass(frozen=True, slots=True)
class ToSeal:
    """What a provider is given."""

    seal: str
    number: str
    title: str
    unit: str
    pdf: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """What comes back: the file with the seal, the certificate it was made with, the provider's own number."""

    pdf: bytes
    certificate: str
    serial: str


class SealProvider(Protocol):
    """Whoever can set a certified seal."""

    def seal(self, document: ToSeal) -> SealedPdf:
        """Raises SealUnreachable, SealRefused."""


@dataclass(frozen=True, slots=True)
class HttpSealProvider:
    """A provider that speaks the protocol of docs/documents.md at `address`."""

    address: str
    token: str

    def seal(self, document: ToSeal) -> SealedPdf:
        """Raises SealUnreachable, SealRefused."""
        asked = {
            "number": document.number,
            "title": document.title,
            "unit": document.unit,
            "digest": document.digest,
            "pdf": base64.b64encode(document.pdf).decode(),
        }
        return _checked(document, self._post(f"/v1/seals/{quote(document.seal, safe='')}/documents", asked))

    def _post(self, path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        ensure_provider(self.address)
        request = urllib.request.Request(
            self.address.rstrip("/") + path,
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.token}",
                # The same document sent twice is one sealing.
                "Idempotency-Key": body["digest"],
            },
            method="POST",
        )
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                told = json.loads(answer.read(LARGEST_ANSWER))
        except urllib.error.HTTPError as failed:
            raise _failure(failed) from failed
        except (OSError, ValueError) as failed:
            raise SealUnreachable(str(failed) or type(failed).__name__) from failed
        if not isinstance(told, dict):
            raise SealUnreachable("the answer is no object")
        return told


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A document goes to the address that was configured and nowhere else."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def _failure(failed: urllib.error.HTTPError) -> ActRefused:
    try:
        told = json.loads(failed.read(LARGEST_ANSWER))
        reason = str(told["reason"])
    except (OSError, ValueError, TypeError, KeyError):
        reason = f"HTTP {failed.code}"
    if failed.code in REFUSED and failed.code not in TRY_AGAIN:
        return SealRefused(reason)
    return SealUnreachable(reason)


def _checked(document: ToSeal, told: Mapping[str, Any]) -> SealedPdf:
    """The answer, when it is about our file: a seal is added to a PDF, so what we sent stands at its beginning."""
    try:
        sealed = base64.b64decode(str(told["pdf"]), validate=True)
        answer = SealedPdf(sealed, str(told["certificate"]), str(told["serial"]))
        digest = str(told["digest"])
    except (KeyError, binascii.Error) as fault:
        raise SealUnreachable(f"the answer lacks {fault}") from fault
    if digest != document.digest:
        raise SealRefused("the answer is about another document")
    if not sealed.startswith(document.pdf) or len(sealed) == len(document.pdf):
        raise SealRefused("the answer is not our file with a seal added")
    if not answer.certificate or not answer.serial:
        raise SealRefused("the answer names no certificate or no number")
    return answer


SEAL = "select provider, provider_seal from unit_seal where department_key = %s and name_zh = %s and way = %s"
FAILED = """
insert into seal_try (document_id, tries, at, reason, final) values (%s, 1, %s, %s, %s)
on conflict (document_id) do update set tries = seal_try.tries + 1, at = excluded.at, reason = excluded.reason,
    final = excluded.final
"""
SET = """
insert into document_seal (document_id, at, certificate, serial) values (%s, %s, %s, %s)
on conflict do nothing returning document_id
"""


def set_seal_of_provider(document: KeptDocument, original: bytes) -> None:
    """Have `original`, the document's PDF, sealed, and keep what comes back beside it.

    A refusal is kept for the document's page and not tried again by itself. Raises SealUnreachable.
    """
    final = sql().execute("select final from seal_try where document_id = %s", (document.id,)).fetchone()
    if final and final[0]:
        return
    row = sql().execute(SEAL, (document.unit_key, document.seal.name.zh, CERTIFIED)).fetchone()
    to_seal = ToSeal(row[1] if row else "", document.number, document.title.zh, document.office.zh, original)
    let_go()  # the provider may take its time: no transaction is open meanwhile
    try:
        if row is None:
            raise SealRefused("the unit has this seal no longer")
        sealed = _provider(row[0]).seal(to_seal)
    except SealRefused as refused:
        _count(document.id, refused.reason, final=True)
        return
    except SealUnreachable as unreachable:
        _count(document.id, unreachable.reason, final=False)
        raise
    _keep(document, sealed)


def _provider(address: str) -> SealProvider:
    return HttpSealProvider(address, current_settings().seal_token)


def _count(document_id: int, reason: str, *, final: bool) -> None:
    with unit_of_work():
        sql().execute(FAILED, (document_id, clock.now(), reason[:500], final))


def _keep(document: KeptDocument, sealed: SealedPdf) -> None:
    digest = file_store.put(sealed.pdf)
    with on_case(document.case_id) as case:
        made = sql().execute(SET, (document.id, case.now, sealed.certificate, sealed.serial)).fetchone()
        if made is None:
            return  # another worker was faster
        sql().execute(
            "insert into document_file (document_id, language, kind, digest, size, made_at)"
            " values (%s, 'zh', 'sealed', %s, %s, %s)",
            (document.id, digest, len(sealed.pdf), case.now),
        )
        sql().execute("delete from seal_try where document_id = %s", (document.id,))
        case.record(Event.DOCUMENT_SEALED, None, document=document.id, way=CERTIFIED, digest=digest)
