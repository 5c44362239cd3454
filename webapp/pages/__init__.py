"""Pages for people: one blueprint per subject."""

from flask import Flask

from webapp.pages import (
    account,
    announcements,
    application,
    calendars,
    callbacks,
    cases,
    clocks,
    comments,
    conflicts,
    correction_merging,
    credit,
    decisions,
    document_check,
    health,
    home,
    inbox,
    lead_board,
    licence_check,
    meetings,
    notice_settings,
    operation,
    papers,
    public_reply,
    registry,
    registry_notes,
    repair,
    signing,
    studio,
    substitution,
    supervision,
    support,
    told,
    unavailable,
    window,
    workspace,
)
from webapp.pages.studio import migrations


def register(app: Flask) -> None:
    """Bind every page to the application."""
    for blueprint in (
        health.blueprint,
        account.blueprint,
        home.blueprint,
        application.blueprint,
        inbox.blueprint,
        lead_board.blueprint,
        workspace.blueprint,
        cases.blueprint,
        meetings.blueprint,
        notice_settings.blueprint,  # that of `notices`, with its further pages
        clocks.blueprint,
        comments.blueprint,
        correction_merging.blueprint,
        substitution.blueprint,
        conflicts.blueprint,
        decisions.blueprint,
        calendars.blueprint,
        announcements.blueprint,
        callbacks.blueprint,
        credit.blueprint,
        repair.blueprint,
        studio.blueprint,
        migrations.blueprint,
        operation.blueprint,
        supervision.blueprint,
        window.blueprint,
        papers.blueprint,
        told.blueprint,
        document_check.blueprint,
        licence_check.blueprint,
        registry.blueprint,
        registry_notes.blueprint,
        signing.blueprint,
        public_reply.blueprint,  # that of `public`, with its further pages
    ):
        app.register_blueprint(blueprint)
    support.bind(app)
    unavailable.bind(app)
