"""The routes of posts."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Limit, Method, Query, Route

ACCOUNT = Query("account", "The account's id", required=True)
VIEWS = "lambdas.publishing.views"
UPLOADS = "lambdas.publishing.upload_views"
BODIES = "lambdas.publishing.post_request"
POST = f"{VIEWS}:InstagramPostJson"
POSTS = "/instagram/posts"
ONE = f"{POSTS}/{{post_id}}"
# A person works through a calendar; a program imports one.
CHANGES = Limit(rate=20, burst=100)

ROUTES = (
    Route(
        method=Method.POST,
        path=POSTS,
        function="operate",
        handler="create_post",
        success=(HTTPStatus.CREATED, HTTPStatus.OK),
        summary="Create a post that is published at its time, or at once",
        limit=CHANGES,
        request=f"{BODIES}:PostRequest",
        response=POST,
    ),
    Route(
        method=Method.POST,
        path=f"{POSTS}/check",
        function="operate",
        handler="check_post",
        summary="Report every problem of a post without creating it",
        limit=CHANGES,
        request=f"{BODIES}:PostRequest",
        response=f"{VIEWS}:PostCheckJson",
    ),
    Route(
        method=Method.GET,
        path=POSTS,
        function="operate",
        handler="list_posts",
        summary="List posts, newest first",
        query=(
            Query("state", "One or more states, repeated or with commas between; all if omitted"),
            Query("account", "The account's id; all accounts if omitted"),
            Query("from", "Due from then on: a date in the site's zone, or a time (RFC 3339)"),
            Query("to", "Due before that time, or until the end of that date"),
            Query("limit", "Posts per page, 1 to 100; 50 if omitted"),
            Query("cursor", "The `next` of the page before"),
        ),
        response=f"{VIEWS}:InstagramPostsJson",
    ),
    Route(
        method=Method.GET,
        path=f"{POSTS}/limit",
        function="operate",
        handler="show_limit",
        summary="Show how much of an account's publishing quota is used and reserved",
        query=(ACCOUNT,),
        response=f"{VIEWS}:PublishingLimitJson",
    ),
    Route(
        method=Method.POST,
        path=f"{POSTS}/resume",
        function="operate",
        handler="resume_posts",
        summary="Let an account's posts go on after Instagram took some for spam",
        query=(ACCOUNT,),
        response=f"{VIEWS}:QueueResumedJson",
    ),
    Route(
        method=Method.GET,
        path=ONE,
        function="operate",
        handler="show_post",
        summary="Show a post with its whole history; its version is the ETag",
        response=POST,
    ),
    Route(
        method=Method.PATCH,
        path=ONE,
        function="operate",
        handler="change_post",
        summary="Change a draft or scheduled post; If-Match must name its version",
        limit=CHANGES,
        request=f"{BODIES}:PostChangeRequest",
        response=POST,
    ),
    Route(
        method=Method.DELETE,
        path=ONE,
        function="operate",
        handler="cancel_post",
        summary="Cancel a post; delete a published one where Instagram's API can",
        response=POST,
    ),
    Route(
        method=Method.POST,
        path=f"{ONE}/retry",
        function="operate",
        handler="retry_post",
        summary="Try a failed post again",
        request=f"{BODIES}:PostRetryRequest",
        response=POST,
    ),
    Route(
        method=Method.POST,
        path=f"{ONE}/publish-now",
        function="operate",
        handler="publish_post_now",
        summary="Publish a draft or scheduled post at once",
        response=POST,
    ),
    Route(
        method=Method.POST,
        path=f"{ONE}/duplicate",
        function="operate",
        handler="duplicate_post",
        success=(HTTPStatus.CREATED,),
        summary="Copy a post into a new draft",
        limit=CHANGES,
        response=POST,
    ),
    Route(
        method=Method.POST,
        path="/instagram/media-uploads",
        function="operate",
        handler="announce_upload",
        success=(HTTPStatus.CREATED,),
        summary="Announce an operator's own file, and get a form to send it with",
        limit=CHANGES,
        request=f"{BODIES}:MediaUploadRequest",
        response=f"{UPLOADS}:MediaUploadGrantJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/media-uploads/{upload_id}",
        function="operate",
        handler="show_upload",
        summary="Show what a file is, and what keeps it from being posted as which kind",
        response=f"{UPLOADS}:MediaUploadJson",
    ),
)
