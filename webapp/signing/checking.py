"""Reading the signatures of a PDF: whether what they cover is as it was signed, and by whom."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.signing import subject_of

#: A certificate that leads to no root is an answer here, not a fault of the server.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.ERROR)


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


def signatures_of(pdf: bytes, roots: Sequence[bytes] = ()) -> tuple[SignatureFound, ...]:
    """Every signature of a PDF; a file that is none, or that cannot be read any more, has none. `roots`: as PEM."""
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    trusted = [x509.Certificate.load(pem.unarmor(root)[2]) for root in roots]
    try:
        embedded = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return ()  # a damaged file breaks in many ways inside the reader; whichever it is, nothing can be vouched for
    found = []
    for one in embedded:
        context = ValidationContext(trust_roots=trusted, allow_fetching=False)
        try:
            status = validate_pdf_signature(one, context, context)
        except (SignatureValidationError, PdfError, ValueError, TypeError):
            found.append(SignatureFound("", False, False, False, None))
            continue
        stamp = status.timestamp_validity
        found.append(
            SignatureFound(
                subject_of(status.signing_cert.subject.native),
                bool(status.intact and status.valid),
                status.coverage == SignatureCoverageLevel.ENTIRE_FILE and bool(status.docmdp_ok),
                bool(status.trusted),
                stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else None,
            )
        )
    return tuple(found)
