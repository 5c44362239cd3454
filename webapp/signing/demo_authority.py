"""A certificate authority for the demo alone: made once in the data folder, its certificates read 演示样章.

Real seals come from a licensed provider; what this one signs has no legal effect and says so in its names.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from webapp.signing import Credential
from webapp.signing.certificates import FOLDER

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder

DEMO_MARK = "演示样章"
ROOT_NAME, ROOT_OF = f"{DEMO_MARK} One Window demo root", "一窗演示根证书（无法律效力）"
ROOT_YEARS, LEAF_YEARS = 20, 3
#: A certificate that ends sooner than this is made anew before it signs.
SPARE = timedelta(days=30)
EARLIER = timedelta(days=1)
LONGEST_NAME = 50


def make_authority(home: Path, now: datetime) -> None:
    """Make key and certificate of the demo's root where they are not there yet."""
    with _held(home) as folder:
        _make_root(folder, now)


def _make_root(folder: Path, now: datetime) -> None:
    if (folder / "root.pem").exists():
        return
    key = _new_key()
    name = _name(ROOT_NAME, ROOT_OF)
    builder = _builder(name, name, key, now, ROOT_YEARS)
    certificate = _signed_root(builder, key)
    _keep(folder / "root.key", _key_text(key))
    _keep(folder / "root.pem", _text(certificate))


def root_certificate(home: Path) -> bytes | None:
    """The root as PEM: who trusts it sees the demo's signatures as valid. None where no authority was made."""
    place = home / FOLDER / "demo" / "root.pem"
    return place.read_bytes() if place.exists() else None


def demo_credential(home: Path, unit: str, seal: str, now: datetime) -> Credential:
    """The demo credential of a unit, whose certificate names `seal` and that it is a demo's."""
    from asn1crypto import keys, pem, x509
    from pyhanko.sign import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    with _held(home) as folder:
        _make_root(folder, now)
        if not _holds(folder / f"{unit}.pem", unit, seal, now):
            _issue(folder, unit, seal, now)
        root, leaf, key = (
            pem.unarmor((folder / name).read_bytes())[2] for name in ("root.pem", f"{unit}.pem", f"{unit}.key")
        )
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(root))
    # The root goes along with no signature: a reader trusts it because it has it, and no signature covers its bytes.
    signer = SimpleSigner(x509.Certificate.load(leaf), keys.PrivateKeyInfo.load(key), store, embed_roots=False)
    return Credential(signer, demo=True)


def _holds(place: Path, unit: str, seal: str, now: datetime) -> bool:
    """Whether the unit's certificate is there, of this seal, and good for a while."""
    if not place.exists():
        return False
    from cryptography import x509

    kept = x509.load_pem_x509_certificate(place.read_bytes())
    named = kept.subject == _name(_leaf_name(unit), seal)
    return named and kept.not_valid_before_utc <= now <= kept.not_valid_after_utc - SPARE


def _issue(folder: Path, unit: str, seal: str, now: datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    root_key = serialization.load_pem_private_key((folder / "root.key").read_bytes(), None)
    root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
    key = _new_key()
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())  # type: ignore[arg-type]
    certificate = (
        _builder(_name(_leaf_name(unit), seal), root.subject, key, now, LEAF_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(root_key, hashes.SHA256())  # type: ignore[arg-type]
    )
    _keep(folder / f"{unit}.key", _key_text(key))
    _keep(folder / f"{unit}.pem", _text(certificate))


def _signed_root(builder: CertificateBuilder, key: EllipticCurvePrivateKey) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _builder(
    subject: object, issuer: object, key: EllipticCurvePrivateKey, now: datetime, years: int
) -> CertificateBuilder:
    from cryptography import x509

    began = now.astimezone(UTC) - EARLIER
    return (
        x509.CertificateBuilder()
        .subject_name(subject)  # type: ignore[arg-type]
        .issuer_name(issuer)  # type: ignore[arg-type]
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _leaf_name(unit: str) -> str:
    # A common name has at most 64 bytes here, so the seal's Chinese name is the organisation.
    return f"{DEMO_MARK} {unit}"[:LONGEST_NAME]


def _name(common: str, organisation: str) -> object:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMO_MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _key_text(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _text(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)


@contextmanager
def _held(home: Path) -> Iterator[Path]:
    """The authority's folder, for one at a time: a key and its certificate are two files that belong together."""
    folder = home / FOLDER / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
        yield folder


def _keep(place: Path, content: bytes) -> None:
    """Written for the owner's eyes, under its name at once or not at all."""
    draft = place.with_suffix(f"{place.suffix}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    draft.replace(place)
