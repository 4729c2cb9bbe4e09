"""The routes of posts."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Auth, Limit, Method, Query, Route

ACCOUNT = Query("account", "The account's id", required=True)
VIEWS = "lambdas.publishing.views"
UPLOADS = "lambdas.publishing.upload_views"
BODIES = "lambdas.publishing.post_request"
POST = f"{VIEWS}:InstagramPostJson"
POSTS = "/instagram/posts"
ONE = f"{POSTS}/{{post_id}}"
# A person works through a calendar; a program imports one.
CHANGES = Limit(rate=20, burst=100)
IMPORTS = Limit(rate=2, burst=5)
DECISIONS = Limit(rate=5, burst=20)
PLANS = "lambdas.publishing.plan_views"
APPROVED_BY_LINK = (
    "People who decide about a draft have no account here. Each address holds a secret of 256 "
    "random bits that works for one decision about one draft, for seven days."
)

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
        path=f"{POSTS}/plan",
        function="operate",
        handler="show_plan",
        summary="Show an account's slots, standing hashtags and caption templates",
        query=(ACCOUNT,),
        response=f"{PLANS}:PostingPlanJson",
    ),
    Route(
        method=Method.PUT,
        path=f"{POSTS}/plan",
        function="operate",
        handler="set_plan",
        summary="Set an account's slots, standing hashtags and caption templates",
        limit=CHANGES,
        query=(ACCOUNT,),
        request="lambdas.publishing.plan_request:PlanRequest",
        response=f"{PLANS}:PostingPlanJson",
    ),
    Route(
        method=Method.POST,
        path=f"{POSTS}/import",
        function="operate",
        handler="import_posts",
        summary="Create the posts of a file (text/csv, or rows as JSON), all or none",
        limit=IMPORTS,
        query=(ACCOUNT, Query("dry_run", "true to check the file and create nothing")),
        success=(HTTPStatus.CREATED, HTTPStatus.OK),
        request=f"{PLANS}:ImportRows",
        response=f"{PLANS}:ImportJson",
    ),
    Route(
        method=Method.GET,
        path=f"{POSTS}/import/template.csv",
        function="operate",
        handler="show_import_template",
        summary="Download a CSV file with all columns of an import and two examples",
    ),
    Route(
        method=Method.GET,
        path="/instagram/hashtags/suggestions",
        function="operate",
        handler="suggest_hashtags",
        summary="Suggest hashtags for a caption, each with why",
        query=(Query("caption", "The caption so far", required=True), ACCOUNT),
        response="lambdas.publishing.hashtags:HashtagSuggestionsJson",
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
        query=(Query("series", "true to cancel all posts of its series that have not started"),),
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
        path=f"{ONE}/approval",
        function="operate",
        handler="issue_approval",
        summary="Get a link by which a person without an account approves or rejects a draft",
        limit=CHANGES,
        success=(HTTPStatus.CREATED,),
        response=f"{PLANS}:ApprovalLinkJson",
    ),
    Route(
        method=Method.GET,
        path="/approve/{secret}",
        function="operate",
        handler="show_approval",
        summary="Show the draft of an approval link (HTML)",
        auth=Auth.NONE,
        no_auth_reason=APPROVED_BY_LINK,
        limit=DECISIONS,
        page=True,
    ),
    Route(
        method=Method.POST,
        path="/approve/{secret}",
        function="operate",
        handler="decide_approval",
        summary="Approve or reject the draft of a link (a form)",
        success=(HTTPStatus.SEE_OTHER,),
        auth=Auth.NONE,
        no_auth_reason=APPROVED_BY_LINK,
        limit=DECISIONS,
        page=True,
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
