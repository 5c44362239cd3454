"""What a lead does where a process cannot go on by itself: incidents, places, releases, suspending."""

from webapp.pages.repair import incident, places, releases, standing_still
from webapp.pages.repair.blueprint import blueprint

__all__ = ["blueprint", "incident", "places", "releases", "standing_still"]
