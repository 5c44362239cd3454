"""Whose certificate signs: a unit's own from the data folder (PKCS #12), which a certificate authority issued."""

from __future__ import annotations

from pathlib import Path

from webapp.signing import Credential, NotSignable

FOLDER = "signing"


def own_credential(home: Path, unit: str, passphrase: str) -> Credential | None:
    """The credential of `<home>/signing/<unit>.p12`; None where the unit has none. Raises NotSignable."""
    from pyhanko.sign import SimpleSigner

    place = home / FOLDER / f"{unit}.p12"
    if not place.exists():
        return None
    try:
        signer = SimpleSigner.load_pkcs12_data(place.read_bytes(), [], passphrase=passphrase.encode())
    except ValueError as fault:
        raise NotSignable(f"{place.name} cannot be opened with the passphrase that is configured") from fault
    return Credential(signer, demo=False)
