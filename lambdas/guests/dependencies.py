"""The composition root of the guests' functions."""

from __future__ import annotations

import functools

from lambdas.api.request import Request
from lambdas.guests import page
from lambdas.guests.address_limit import AddressLimit
from lambdas.guests.caring.caring import Caring, Surroundings
from lambdas.guests.downloads.wiring import DownloadsWiring
from lambdas.guests.hosting.callers import COOKIE as HOST_COOKIE
from lambdas.guests.hosting.callers import Callers
from lambdas.guests.hosting.event_admin import EventAdmin
from lambdas.guests.hosting.event_removal import EventRemoval
from lambdas.guests.hosting.event_rules import EventRules
from lambdas.guests.hosting.host_links import HostLinks
from lambdas.guests.hosting.overview import Overview
from lambdas.guests.hosting.shown_accounts import ShownAccounts
from lambdas.guests.moderating.hidden_posts import HiddenPosts
from lambdas.guests.moderating.moderation import Moderation
from lambdas.guests.moderating.post_pictures import PostPictures
from lambdas.guests.moderating.reports import Reporting
from lambdas.guests.moderating.review import Review
from lambdas.guests.moderating.settling import SettlingOrders
from lambdas.guests.pages import GuestsPages
from lambdas.guests.photo_objects import PhotoObjects, Sweep
from lambdas.guests.pins.date_pin import DatePinStore
from lambdas.guests.pins.door import Door
from lambdas.guests.processing import Processor
from lambdas.guests.removal import Removal
from lambdas.guests.settings import DateUploads
from lambdas.guests.timeline_view import TimelineReader
from lambdas.guests.upload import UploadService
from lambdas.storage.events.event_page import EventPageStore
from lambdas.storage.events.grants import GrantStore
from lambdas.storage.events.host_links import HostLinkStore, Role


class GuestsDependencies(GuestsPages):
    """Everything that the guests' functions work with."""

    @property
    def event_admin(self) -> EventAdmin:
        """Return what operators do with events."""
        return EventAdmin(
            events=self.events,
            writer=self.event_writer,
            rules=EventRules(
                ShownAccounts(self.accounts).problem_of, self.photos.is_shown, self.caring.rules
            ),
            feeds=self.feeds,
            audit=self.audit,
            settings=self.settings,
            cursor_secret=self.cursor_secret,
            clock=self.clock,
        )

    @functools.cached_property
    def event_removal(self) -> EventRemoval:
        """Return the removal of what deleted events leave."""
        parts = (self.table, self.event_writer, self.photo_objects, self.clock, self.logger)
        return EventRemoval(*parts, self.downloading.expiry)

    @functools.cached_property
    def downloading(self) -> DownloadsWiring:
        """Return what makes downloads of photos."""
        parts = (self.settings, self.aws, self.events, self.table, self.clock, self.logger)
        return DownloadsWiring(*parts)

    @functools.cached_property
    def caring(self) -> Caring:
        """Return what is done for hosts without their asking."""
        surroundings = Surroundings(self.aws, self.clock, self.logger, self.metrics)
        return Caring(self.table, self.events, self.settings, surroundings)

    @functools.cached_property
    def uploads(self) -> UploadService:
        """Return the service that issues grants."""
        return UploadService(
            grants=GrantStore(self.table, self.quota),
            objects=self.objects,
            consents=self.consents,
            max_bytes=self.settings.max_file_bytes,
            clock=self.clock,
        )

    @property
    def address_limit(self) -> AddressLimit:
        """Return the count of files that one address announces."""
        return AddressLimit(self.table, self.clock)

    @functools.cached_property
    def photo_objects(self) -> PhotoObjects:
        """Return the service that brings objects into line with rows."""
        return PhotoObjects(self.photos, self.objects, self.cleanup, self.reports, self.bus)

    @functools.cached_property
    def sweep(self) -> Sweep:
        """Return the sweep of what crashes left half done."""
        parts = (self.photos, self.photo_objects, self.post_pictures, self.cleanup)
        return Sweep(*parts, self.caring.notices, self.clock, self.logger)

    @functools.cached_property
    def removal(self) -> Removal:
        """Return the deletion of photos by their senders."""
        return Removal(self.photos, self.photo_objects)

    @functools.cached_property
    def processor(self) -> Processor:
        """Return the processor of originals."""
        return Processor(
            events=self.events,
            photos=self.photos,
            objects=self.objects,
            photo_objects=self.photo_objects,
            consents=self.consents,
            notices=self.caring.notices,
            max_bytes=self.settings.max_file_bytes,
            quota=self.quota,
            clock=self.clock,
            logger=self.logger,
        )

    @property
    def timeline(self) -> TimelineReader:
        """Return the reader of what guests see."""
        return TimelineReader(
            pages=EventPageStore(self.table, self.events, self.executor),
            feeds=self.feeds,
            photos=self.photos,
            links=self.links,
            bus=self.bus,
            settings=self.settings,
            quota=self.quota,
            cursor_secret=self.cursor_secret,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def door(self) -> Door:
        """Return what lets guests of events with a PIN in."""
        by_pin = self.settings.date_uploads is DateUploads.PIN
        return Door(
            events=self.events,
            date_pins=DatePinStore(self.table) if by_pin else None,
            table=self.table,
            read_secret=lambda: self.cursor_secret,
            is_host=self.is_host,
            behind_cdn=bool(self.settings.cdn_key_arn),
            clock=self.clock,
        )

    def is_host(self, request: Request, event_id: str, least: Role = Role.VIEWER) -> bool:
        """Return whether a request comes with the cookie of a host with a role in an event."""
        if not any(HOST_COOKIE in name for name in request.cookies):
            return False
        caller = self.callers.host(request, event_id)
        return caller is not None and caller.role.includes(least)

    @functools.cached_property
    def callers(self) -> Callers:
        """Return who calls: operators, and hosts by their links."""
        return Callers(self.events, HostLinkStore(self.table), self.clock, self.settings.secure)

    @property
    def host_links(self) -> HostLinks:
        """Return the host links of events."""
        store = HostLinkStore(self.table)
        return HostLinks(store, self.audit, self.settings.public_url, self.clock)

    @property
    def overview(self) -> Overview:
        """Return what a host sees first."""
        return Overview(
            admin=self.event_admin,
            table=self.table,
            photos=self.photos,
            quota=self.quota,
            feeds=self.feeds,
            accounts=self.accounts,
            clock=self.clock,
        )

    @property
    def review(self) -> Review:
        """Return hosts' view of photos."""
        parts = (self.photos, self.objects, self.links, self.reports)
        return Review(*parts, self.cursor_secret, self.clock)

    @property
    def moderation(self) -> Moderation:
        """Return the decisions about photos."""
        orders = SettlingOrders(self.aws.sqs, self.settings.tidy_queue_url, self.logger)
        parts = (self.photos, self.photo_objects, orders, self.audit)
        return Moderation(*parts, self.clock, self.logger)

    @property
    def hidden_posts(self) -> HiddenPosts:
        """Return the decisions about Instagram posts."""
        return HiddenPosts(self.table, self.post_pictures, self.audit, self.clock)

    @property
    def post_pictures(self) -> PostPictures:
        """Return the service that brings the copies of posts' pictures into line with rows."""
        return PostPictures(self.table, self.objects, self.cleanup, self.links)

    @property
    def reporting(self) -> Reporting:
        """Return the service that takes guests' reports."""
        return Reporting(
            photos=self.photos,
            photo_objects=self.photo_objects,
            reports=self.reports,
            audit=self.audit,
            notices=self.caring.notices,
            limiter=self.rate_limiter,
            clock=self.clock,
        )

    def warm_up(self) -> None:
        """Build what the first page needs, for a snapshot. Calls nothing: answers would age."""
        _ = self.table, self.aws.s3, self.bus, self.secrets, self.executor
        page.load()
