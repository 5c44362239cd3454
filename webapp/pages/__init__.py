"""Pages for people: one blueprint per subject."""

from flask import Flask

from webapp.pages import health, unavailable


def register(app: Flask) -> None:
    """Bind every page to the application."""
    for blueprint in (health.blueprint,):
        app.register_blueprint(blueprint)
    unavailable.bind(app)
