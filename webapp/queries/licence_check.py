"""Whether a PDF is a licence's file as it was issued: by its digest, and by the signature inside it."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass

from engine import Words
from webapp.queries.licences import PublicLicence, public_licence
from webapp.settings import current_settings
from webapp.unit_of_work import sql

LARGEST_FILE = 10 * 1024 * 1024
OURS = """
select l.public_code, f.version = l.version, f.kind = 'signed' from licence_file f join licence l on l.id = f.licence_id
where f.digest = %s limit 1
"""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What a file is. `genuine`: byte for byte one that was issued; `present`: of the version in force.

    `signer` is the certificate that the file names, also where its signature does not hold.
    """

    genuine: bool
    present: bool
    signed: bool
    words: Words
    signer: str
    digest: str
    licence: PublicLicence | None


ISSUED = Words("这份文件与签发时完全一致。", "The file is exactly the one that was issued.")
OLDER = Words(
    "这份文件与签发时完全一致，但证照此后有变更或者延续，已有新的版本。",
    "The file is exactly the one that was issued; the licence was changed or renewed since, and has a newer one.",
)
ALTERED = Words(
    "文件在签名之后被改动过，签名不再成立，不能作为证照使用。",
    "The file was altered after it was signed: the signature does not hold, and it is no licence.",
)
NOT_OURS = Words(
    "文件里的签名完整，但不是本系统签发的证照文件。",
    "The signature inside the file holds, but the file is no licence issued here.",
)
UNSIGNED = Words(
    "这不是本系统签发的证照文件：没有签名，或者文件已经损坏。",
    "This is no licence's file issued here: it has no signature, or it is damaged.",
)


def checked_file(content: bytes) -> CheckedFile:
    """Look at the bytes of a file; nothing of it is kept."""
    digest = hashlib.sha256(content).hexdigest()
    row = sql().execute(OURS, (digest,)).fetchone()
    if row is not None:
        code, present, signed = row
        found = public_licence(code)
        return CheckedFile(True, present, signed, ISSUED if present else OLDER, _signer(content), digest, found)
    words, signer = _why_not(content)
    return CheckedFile(False, False, False, words, signer, digest, None)


def _why_not(content: bytes) -> tuple[Words, str]:
    from webapp.signing.checking import signatures_of

    found = signatures_of(content) if len(content) <= LARGEST_FILE else ()
    if not found:
        return UNSIGNED, ""
    return (NOT_OURS if all(one.holds for one in found) else ALTERED), found[-1].signer


def _signer(content: bytes) -> str:
    from webapp.signing.checking import signatures_of

    found = signatures_of(content)
    return found[-1].signer if found else ""


def demo_root_certificate() -> bytes | None:
    """The certificate (PEM) of the demo's root; None in production, and where no demo authority was made."""
    from webapp.signing.demo_authority import root_certificate

    settings = current_settings()
    return None if settings.production else root_certificate(settings.home)


def fingerprint(certificate: bytes) -> str:
    """SHA-256 over a PEM certificate's content, as readers show it: pairs of hex digits."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.decode("ascii"))).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
