"""A service of time stamps on this machine: it answers RFC 3161 over real HTTP, with a certificate of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import keys, pem, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.support.local_service import Answer, Asked, served

REPLY = {"Content-Type": "application/timestamp-reply"}


@dataclass
class TimeService:
    """Its address, its certificate as PEM, and how often it was asked; `works` False: it answers 503."""

    address: str
    certificate: bytes
    asked: list[str] = field(default_factory=list)
    works: bool = True


@contextmanager
def time_service() -> Iterator[TimeService]:
    """Serve on a free port of this machine."""
    key = rsa.generate_private_key(65537, 2048)
    certificate = _certificate(key)
    stamper = DummyTimeStamper(_asn1_certificate(certificate), _asn1_key(key))
    service = TimeService("", certificate.public_bytes(serialization.Encoding.PEM))

    def answering(asked: Asked) -> Answer:
        service.asked.append(asked.headers["Content-Type"])
        if not service.works:
            return Answer(503, headers=REPLY)
        return Answer(200, stamper.request_tsa_response(tsp.TimeStampReq.load(asked.body)).dump(), REPLY)

    with served(answering) as address:
        service.address = f"{address}/tsa"
        yield service


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time stamps of a test")])
    now = datetime.now(UTC)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _asn1_certificate(certificate: x509.Certificate) -> Any:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _asn1_key(key: rsa.RSAPrivateKey) -> Any:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return keys.PrivateKeyInfo.load(pem.unarmor(text)[2])
