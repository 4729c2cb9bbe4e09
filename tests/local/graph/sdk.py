"""Meta's own Python SDK as a client of the emulator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from local.graph.comments import NewComment, store_comment
from local.graph.data import ACCOUNT_ID, APPS
from local.graph.records import CommentAuthor
from tests.graph_server import GraphServer

PERSON_TOKEN = "EAAlocalpersontoken"
POST, CAROUSEL, STORY = "17900000000000020", "17900000000000030", "17900000000009001"
THEIR_POST = "17900000000070001"


class Sdk:
    """The SDK against one emulator, configured by its session's `GRAPH` address."""

    def __init__(self, graph: GraphServer) -> None:
        self.graph = graph
        self.state = graph.emulator.emulator_state
        self.sessions: list[FacebookSession] = []
        self.api = self.connect(PERSON_TOKEN, APPS["meta_app_secret"])
        self.account = IGUser(ACCOUNT_ID, api=self.api)
        self.post = IGMedia(POST, api=self.api)

    def connect(
        self, token: str, secret: str | None = None, host: str = "graph.facebook.com"
    ) -> FacebookAdsApi:
        """Return the SDK's API object for a token and a host."""
        address = f"{self.graph.url}/{host}"

        class EmulatorSession(FacebookSession):  # type: ignore[misc]
            GRAPH = address

        session = EmulatorSession(app_secret=secret, access_token=token)
        self.sessions.append(session)
        return FacebookAdsApi(session)

    def guest_comment(self, text: str) -> str:
        """Let a person comment on the post; return the comment's id."""
        owner = self.state.accounts[ACCOUNT_ID]
        author: CommentAuthor = {"id": "26000000000000001", "username": "a_guest"}
        return store_comment(self.state, owner, NewComment(POST, text, author))

    def picture(self) -> str:
        """Return the URL of an image that can be published."""
        return f"{self.graph.url}/scontent.cdninstagram.com/{POST}.jpg"

    def serve(self, content: bytes) -> str:
        """Return the URL of a video that can be published."""
        self.graph.files["video.mp4"] = content
        return f"{self.graph.url}/files/video.mp4"

    def create(self, **params: object) -> str:
        """Create a container, wait in emulated time, and return its id."""
        container = self.account.create_media(params=params)
        self.state.advance(timedelta(minutes=1))
        return str(container["id"])

    def publish(self, container_id: str) -> IGMedia:
        """Publish a container."""
        published = self.account.create_media_publish(params={"creation_id": container_id})
        return IGMedia(published["id"], api=self.api)

    def close(self) -> None:
        """Close the connections."""
        for session in self.sessions:
            session.requests.close()


def error_code(error: pytest.ExceptionInfo[FacebookRequestError]) -> int:
    """Return the code of a Graph API error."""
    return int(error.value.api_error_code())
