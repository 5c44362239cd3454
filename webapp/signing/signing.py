"""Adding a signature to a PDF: PAdES B-B, and B-T where a service of time stamps is configured.

The signature certifies: nothing may be changed or added afterwards, and a reader says so when something is.
"""

from __future__ import annotations

import io

from webapp.signing import Credential, NotSignable, SignedPdf
from webapp.signing.timestamps import HttpTimeStamper

FIELD = "OneWindowSignature"
BASELINE, WITH_TIME = "PAdES-B-B", "PAdES-B-T"


def sign(pdf: bytes, credential: Credential, *, reason: str, timestamp_url: str = "") -> SignedPdf:
    """`pdf` with a signature, as an incremental update: it begins with exactly the bytes that were given.

    Raises NotSignable for a file that is no PDF, TimestampUnavailable where the service does not answer.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    stamper = HttpTimeStamper(timestamp_url) if timestamp_url else None
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signed = PdfSigner(meta, credential.signer, timestamper=stamper).sign_pdf(writer)
    except PdfError as fault:
        raise NotSignable(str(fault)) from fault
    content = signed.getvalue()
    if not content.startswith(pdf):
        raise NotSignable("the signature did not leave the file as it was")
    profile = WITH_TIME if stamper else BASELINE
    return SignedPdf(content, credential.subject, credential.serial, profile, credential.demo)
