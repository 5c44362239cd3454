"""Reading the signatures of a PDF: whether what they cover is as it was signed, and by whom."""

from __future__ import annotations

import io
import logging
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from webapp.signing import subject_of

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

#: A file that is not in order, or a certificate that leads to no root, is an answer here, not a fault of the server.
logging.getLogger("pyhanko").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class SignatureFound:
    """A signature as it was found. `intact`: everything that it covers is as it was signed; `whole`: it covers the
    whole file, and nothing was added after it; `trusted`: its certificate leads to a root that was given."""

    signer: str
    intact: bool
    whole: bool
    trusted: bool
    stamped_at: datetime | None

    @property
    def holds(self) -> bool:
        return self.intact and self.whole


#: How a reader of PDFs fails on bytes that somebody made up or damaged; whichever it is, nothing can be vouched for.
BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def signatures_of(pdf: bytes, roots: Sequence[bytes] = ()) -> tuple[SignatureFound, ...]:
    """Every signature of a PDF; a file that is none, or that cannot be read any more, has none. `roots`: as PEM."""
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    trusted = [x509.Certificate.load(pem.unarmor(root)[2]) for root in roots]
    try:
        embedded = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    except (PdfError, *BROKEN):
        return ()
    return tuple(_read(one, trusted) for one in embedded)


def _read(embedded: EmbeddedPdfSignature, trusted: Sequence[object]) -> SignatureFound:
    """One signature. What cannot be read of it counts as not intact."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=trusted, allow_fetching=False)
    try:
        status = validate_pdf_signature(embedded, context, context)
        stamp = status.timestamp_validity
        return SignatureFound(
            subject_of(status.signing_cert.subject.native),
            bool(status.intact and status.valid),
            status.coverage == SignatureCoverageLevel.ENTIRE_FILE and bool(status.docmdp_ok),
            bool(status.trusted),
            stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else None,
        )
    except (SignatureValidationError, PdfError, *BROKEN):
        return SignatureFound("", False, False, False, None)
