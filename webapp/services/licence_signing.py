"""Who signs a licence: its unit's own certificate, the provider of its e-seal, or in a demo the demo authority.

In this order: a certificate in the data folder (`signing/<unit>.p12`), the unit's certified seal (docs/documents.md),
the demo's drawn seal. A unit that seals by hand and has no certificate signs nothing: its licences are paper.
"""

from __future__ import annotations

from webapp import clock
from webapp.services.document_places import CERTIFIED, DEMO
from webapp.services.e_seals import HttpSealProvider, SealRefused, SealUnreachable, ToSeal
from webapp.services.licence_papers import LicencePaper
from webapp.settings import Environment, current_settings
from webapp.signing import Credential, NotSignable, SignedPdf
from webapp.unit_of_work import let_go, sql

REASON = "证照"
E_SEAL = "e-seal"
SEAL = "select provider, provider_seal from unit_seal where department_key = %s and role = 'licence' and way = %s"


class Refused(NotSignable):
    """Nobody can sign this licence as things are configured, or the provider will not; a person must look at it."""


def signed_by_unit(paper: LicencePaper, pdf: bytes) -> SignedPdf | None:
    """The licence's PDF with a signature of its unit; None for a unit that signs nothing.

    Raises Refused, and SealUnreachable where a provider or a service of time stamps does not answer.
    """
    credential = _credential(paper)
    if credential is not None:
        return _signed(credential, pdf, paper.number)
    return _sealed(paper, pdf) if paper.seal.way == CERTIFIED else None


def _credential(paper: LicencePaper) -> Credential | None:
    from webapp.signing.certificates import own_credential
    from webapp.signing.demo_authority import demo_credential

    settings = current_settings()
    try:
        own = own_credential(settings.home, paper.unit_key, settings.signing_passphrase)
    except NotSignable as fault:
        raise Refused(fault.reason) from fault
    if own is not None or paper.seal.way != DEMO:
        return own
    if settings.environment is Environment.PRODUCTION:
        raise Refused("a demo's seal signs nothing in production")
    return demo_credential(settings.home, paper.unit_key, paper.seal.name.zh, clock.now())


def _signed(credential: Credential, pdf: bytes, number: str) -> SignedPdf:
    from webapp.signing.checking import signatures_of
    from webapp.signing.signing import sign
    from webapp.signing.timestamps import TimestampUnavailable

    let_go()  # a service of time stamps may take its time: no transaction is open meanwhile
    try:
        signed = sign(pdf, credential, reason=f"{REASON} {number}", timestamp_url=current_settings().timestamp_url)
    except TimestampUnavailable as unavailable:
        raise SealUnreachable(unavailable.reason) from unavailable
    except NotSignable as fault:
        raise Refused(fault.reason) from fault
    # A key that does not belong to its certificate is found here, and not by the first who checks the licence.
    if not all(one.holds for one in signatures_of(signed.pdf)):
        raise Refused("the signature that was made does not hold: key and certificate do not belong together")
    return signed


def _sealed(paper: LicencePaper, pdf: bytes) -> SignedPdf:
    """By the provider of the unit's e-seal; what comes back must carry a signature over the whole file."""
    from webapp.signing.checking import signatures_of

    row = sql().execute(SEAL, (paper.unit_key, CERTIFIED)).fetchone()
    if row is None:
        raise Refused("the unit has this seal no longer")
    to_seal = ToSeal(row[1], paper.number, paper.name.zh, paper.issuer.zh, pdf)
    let_go()  # nor while the provider seals
    try:
        sealed = HttpSealProvider(row[0], current_settings().seal_token).seal(to_seal)
    except SealRefused as refused:
        raise Refused(refused.reason) from refused
    found = signatures_of(sealed.pdf)
    if not found or not found[-1].holds:
        raise Refused("the file that came back carries no signature over the whole of it")
    return SignedPdf(sealed.pdf, sealed.certificate, sealed.serial, E_SEAL, demo=False)
