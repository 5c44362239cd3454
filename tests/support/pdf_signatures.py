"""Reading the signature of a PDF without the library that made it: pypdf finds it, cryptography verifies it.

Where poppler's pdfsig is installed, it is asked too.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import cms
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import Certificate, load_der_x509_certificate
from pypdf import PdfReader


@dataclass(frozen=True)
class Read:
    """What another reader finds: `covers` is the ranges of bytes that the signature is over."""

    subfilter: str
    covers: tuple[int, ...]
    certificate: Certificate
    holds: bool

    def is_over_the_whole(self, pdf: bytes) -> bool:
        """All but the place of the signature itself."""
        first, length, second, rest = self.covers
        return first == 0 and second + rest == len(pdf) and pdf[length : length + 1] == b"<"


def read_signature(pdf: bytes) -> Read:
    """The one signature of the file."""
    fields = PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/AcroForm"]["/Fields"]
    [value] = [field.get_object()["/V"] for field in fields if field.get_object()["/FT"] == "/Sig"]
    covers = tuple(int(one) for one in value["/ByteRange"])
    contents = bytes(value["/Contents"])
    signed = cms.ContentInfo.load(contents)["content"]
    info = signed["signer_infos"][0]
    attributes = {one["type"].native: one["values"][0] for one in info["signed_attrs"]}
    over = pdf[covers[0] : covers[0] + covers[1]] + pdf[covers[2] : covers[2] + covers[3]]
    serial = info["sid"].chosen["serial_number"].native
    certificates = [load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    certificate = next(one for one in certificates if one.serial_number == serial)
    digest_fits = attributes["message_digest"].native == hashlib.sha256(over).digest()
    # Signed is the attributes' own encoding as a set (RFC 5652, 5.4).
    attributes_signed = _verifies(certificate, info["signature"].native, info["signed_attrs"].untag().dump(force=True))
    return Read(str(value["/SubFilter"]), covers, certificate, digest_fits and attributes_signed)


def _verifies(certificate: Certificate, signature: bytes, over: bytes) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, over, ec.ECDSA(hashes.SHA256()))
        else:
            assert isinstance(key, rsa.RSAPublicKey)
            key.verify(signature, over, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def pdfsig(pdf: bytes, folder: Path) -> str | None:
    """What poppler's pdfsig says of the file; None where it is not installed."""
    program = shutil.which("pdfsig")
    if program is None:
        return None
    place = folder / "signed.pdf"
    place.write_bytes(pdf)
    return subprocess.run([program, "-nocert", place], capture_output=True, text=True, check=False).stdout
