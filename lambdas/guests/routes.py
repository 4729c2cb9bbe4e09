"""The routes of guests' pages and uploads, and of events."""

from __future__ import annotations

from lambdas.api.routing import CachedPages
from lambdas.guests.downloads.download_routes import DOWNLOAD_ROUTES
from lambdas.guests.hosting.event_routes import EVENT_ROUTES
from lambdas.guests.hosting.host_routes import HOST_ROUTES
from lambdas.guests.page_routes import PAGE_ROUTES
from lambdas.guests.pins.pin_routes import PIN_ROUTES
from lambdas.guests.settings import DEVICE_COOKIE, PIN_COOKIE
from lambdas.guests.upload_routes import UPLOAD_ROUTES
from lambdas.guests.walls.routes import WALL_ROUTES

ROUTES = (
    *PAGE_ROUTES,
    *UPLOAD_ROUTES,
    *PIN_ROUTES,
    *EVENT_ROUTES,
    *HOST_ROUTES,
    *WALL_ROUTES,
    *DOWNLOAD_ROUTES,
)

CACHED_PAGES = (CachedPages("g/*", (DEVICE_COOKIE, PIN_COOKIE)),)
