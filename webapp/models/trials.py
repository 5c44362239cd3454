"""Trials of designers: a draft or a diagram run on the real engine, kept as what was put in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.organisation import User
from webapp.models.releases import Release


class Trial(Model):
    """One trial, of one person. The engine is deterministic, so inputs are all there is: no state is kept.

    Its files are those of the release, with `file_content` in the place `file_path`; without a release that file
    alone. With an empty `file_path` the content, where there is one, is JSON that names a working copy and the digests
    of its files as they stood, and `release_id` is the release that the copy began with.

    `variables` and `acts` are JSON; `revision` moves with every change.
    """

    __tablename__ = "trial"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
    file_path: Mapped[str] = mapped_column(server_default="")
    file_content: Mapped[bytes | None] = mapped_column(LargeBinary)
    process: Mapped[str]  # "": nothing is started, the trial waits for a message, a signal or a time
    core: Mapped[str]  # ours | reference
    jobs: Mapped[str]  # open: each is given its outcome by hand | done: at once, with nothing
    variables: Mapped[bytes] = mapped_column(LargeBinary)
    begins_at: Mapped[datetime]
    rule_versions: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    acts: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    by: Mapped[User] = relationship()
    release: Mapped[Release | None] = relationship()
