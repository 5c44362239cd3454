"""Digital signatures in PDFs (PAdES): with a unit's own certificate, or in a demo with that of a demo authority.

pyHanko and its libraries are heavy: they are imported by what signs and checks, when it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import EngineError

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner


class NotSignable(EngineError):
    """The PDF cannot be signed; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Credential:
    """A key with its certificate chain. `demo`: of the demo authority, without legal effect."""

    signer: SimpleSigner
    demo: bool

    @property
    def subject(self) -> str:
        certificate = self.signer.signing_cert
        assert certificate is not None
        return str(certificate.subject.human_friendly)

    @property
    def serial(self) -> str:
        certificate = self.signer.signing_cert
        assert certificate is not None
        return f"{certificate.serial_number:X}"


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """The file with the signature added at its end, and by which certificate. `profile`: PAdES-B-B or PAdES-B-T."""

    pdf: bytes
    signer: str
    serial: str
    profile: str
    demo: bool
