"""What the files of a release say, kept by the release's digest: read once, for whoever asks what a change touches."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class ContentSaid(Model):
    """What was read of one content. `reader` tells the software that read it: another one reads anew.

    `known`: what can be asked for, little; `places`: everything that stands there, about a sixth of a megabyte. Both as
    `services/content_codec.py` writes them. Anything here can be made again from the files.
    """

    __tablename__ = "content_said"

    digest: Mapped[str] = mapped_column(primary_key=True)
    reader: Mapped[str]
    known: Mapped[bytes]
    places: Mapped[bytes]
