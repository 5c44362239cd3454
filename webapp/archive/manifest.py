"""What an archive says about itself: its members with size and digest, and what wrote it."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.dump"
MEMBER_NAMES = re.compile(
    r"database\.dump|demo-accounts\.txt|secrets/[a-z_]+|files/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}"
)


class ArchiveInvalid(Exception):
    """The archive cannot be written there, or is not whole, or may not be restored here."""


@dataclass(frozen=True)
class Member:
    """One file of the archive: `bytes` long, with this SHA-256 in hexadecimal."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """`revision`: of the database's schema; `created_at`: ISO 8601, UTC; `members`: by name."""

    version: str
    revision: str
    postgresql: str
    created_at: str
    members: dict[str, Member]

    def to_json(self) -> str:
        return json.dumps({"product": "one-window", "format": FORMAT, **asdict(self)}, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Raises ArchiveInvalid when the text is no manifest of a format we read."""
        try:
            told = json.loads(text)
            if told["product"] != "one-window" or told["format"] != FORMAT:
                raise ArchiveInvalid(f"this version reads archives of format {FORMAT} only")
            members = {name: Member(**facts) for name, facts in told["members"].items()}
            return cls(told["version"], told["revision"], told["postgresql"], told["created_at"], members)
        except (ValueError, KeyError, TypeError) as fault:
            raise ArchiveInvalid(f"the manifest cannot be read: {fault}") from fault


def describe(file: Path) -> Member:
    """Size and digest of a file."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return Member(digest, file.stat().st_size)
