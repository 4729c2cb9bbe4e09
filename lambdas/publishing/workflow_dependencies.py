"""What brings posts to Instagram: the functions `work`, `prepare`, `start`, `sweep`, `forget`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from lambdas.graph.transport import RequestsTransport
from lambdas.kit.events import TokenRefused
from lambdas.publishing.closing import Closing
from lambdas.publishing.containers import Containers
from lambdas.publishing.executions import Executions
from lambdas.publishing.files import PostFiles
from lambdas.publishing.follow_up import FollowUp
from lambdas.publishing.going_live import GoingLive
from lambdas.publishing.media_records import Prepared
from lambdas.publishing.meeting import Meeting
from lambdas.publishing.photo_rules import PhotoRules
from lambdas.publishing.preflight import preflight
from lambdas.publishing.published import PublishedMedia
from lambdas.publishing.records import Post
from lambdas.publishing.removal import PhotoRemoval, PostsDeletion
from lambdas.publishing.shared_dependencies import SharedDependencies
from lambdas.publishing.stops import Stops
from lambdas.publishing.sweep import Sweep
from lambdas.publishing.wake_up import WakeUp
from lambdas.publishing.workflow import Workflow

if TYPE_CHECKING:
    from lambdas.publishing.preparing import Preparing


class WorkflowDependencies(SharedDependencies):
    """The workflow of posts, and what finishes an interrupted one."""

    @functools.cached_property
    def executions(self) -> Executions:
        """Return the executions of posts."""
        return Executions(self.aws.step_functions, self.settings.workflow_arn)

    @functools.cached_property
    def wake_up(self) -> WakeUp:
        """Return what starts posts whose time has come."""
        return WakeUp(self.ledger, self.executions, self.clock, self.logger)

    @functools.cached_property
    def preflight(self) -> Callable[[str, Prepared], str | None]:
        """Return what looks at a file as Instagram does, before Instagram does."""
        transport = RequestsTransport()

        def look(address: str, file: Prepared) -> str | None:
            found = preflight(address, file.content_type, file.size, transport=transport)
            if found:
                self.logger.warning("file not fetched", extra={"problem": found.message})
            return found.message if found else None

        return look

    @functools.cached_property
    def files(self) -> PostFiles:
        """Return the prepared files of posts."""
        return PostFiles(self.objects, self.settings.media_url, self.preflight)

    @functools.cached_property
    def meeting(self) -> Meeting:
        """Return what posts do about obstacles."""
        return Meeting(
            Stops(self.account_states, self.clock),
            self._refused,
            self.reports.needs_person,
            self.reports.account_stopped,
        )

    @functools.cached_property
    def published_media(self) -> PublishedMedia:
        """Return the search for what containers have become."""
        return PublishedMedia(self.ledger.claimed)

    @functools.cached_property
    def containers(self) -> Containers:
        """Return what makes containers."""
        return Containers(self.quota, self.files, self.meeting, self.settings.media_url)

    @functools.cached_property
    def closing(self) -> Closing:
        """Return what is done once posts are live, or will not be."""
        return Closing(
            accounts=self.instagram,
            quota=self.quota,
            files=self.files,
            follow_up=FollowUp(self.published_media),
            report=self.reports.failed,
            published=self.reports.published,
        )

    @functools.cached_property
    def workflow(self) -> Workflow:
        """Return the workflow of posts."""
        return Workflow(
            ledger=self.ledger,
            accounts=self.instagram,
            quota=self.quota,
            files=self.files,
            containers=self.containers,
            going_live=GoingLive(self.containers, self.published_media, self.meeting),
            closing=self.closing,
            meeting=self.meeting,
            clock=self.clock,
            refusal=self.photo_rules,
        )

    @functools.cached_property
    def preparing(self) -> Preparing:
        """Return what prepares the files of posts. Imports the libraries of pictures and videos."""
        from lambdas.publishing.preparing import Preparing
        from lambdas.publishing.sources import Sources
        from lambdas.publishing.uploads import Uploads

        settings, photo = self.settings, self.postable_photos.get
        uploads = Uploads(self.table, settings.tenant, self.objects, self.clock, self.rng)
        sources = Sources(self.objects, photo, uploads.read, settings.private_addresses)
        return Preparing(self.ledger, sources, self.objects, self.clock)

    @functools.cached_property
    def sweep(self) -> Sweep:
        """Return the search for what an interruption left."""
        return Sweep(
            ledger=self.ledger,
            executions=self.executions,
            schedule=self.schedules.put,
            advance=self.workflow.advance,
            clock=self.clock,
            rng=self.rng,
            logger=self.logger,
        )

    @functools.cached_property
    def photo_rules(self) -> Callable[[Post], str | None]:
        """Return what says why a post may not be published: a guest's photo, above all."""
        return PhotoRules(self.postable_photos.get).refusal

    @functools.cached_property
    def photo_removal(self) -> PhotoRemoval:
        """Return what cancels posts whose photo is gone."""
        return PhotoRemoval(self.ledger, self.schedules, self.clock)

    @functools.cached_property
    def deletion(self) -> PostsDeletion:
        """Return the deletion of an account's posts."""
        return PostsDeletion(
            table=self.table,
            tenant=self.settings.tenant,
            marks=self.marks,
            schedules=self.schedules,
            files=self.files,
            clock=self.clock,
        )

    def _refused(self, account_id: str) -> None:
        self.bus.publish(TokenRefused(account_id))
