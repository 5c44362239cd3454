"""Digital signatures in PDFs (PAdES): with a unit's own certificate, or in a demo with that of a demo authority.

pyHanko and its libraries are heavy: they are imported by what signs and checks, when it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import EngineError

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner


class NotSignable(EngineError):
    """The PDF cannot be signed; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def subject_of(name: Mapping[str, Any]) -> str:
    """The subject of a certificate as people read it: whose it is, and what it is called."""
    parts = [name.get("organization_name"), name.get("common_name")]
    return " · ".join(part if isinstance(part, str) else "、".join(part) for part in parts if part)


@dataclass(frozen=True, slots=True)
class Credential:
    """A key with its certificate chain. `demo`: of the demo authority, without legal effect."""

    signer: SimpleSigner
    demo: bool

    @property
    def subject(self) -> str:
        certificate = self.signer.signing_cert
        assert certificate is not None
        return subject_of(certificate.subject.native)

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
