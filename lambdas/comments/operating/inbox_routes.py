"""The routes by which operators read the inbox and answer. Standard library only."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Limit, Method, Query, Route

FUNCTION = "operate"
ACTIONS = Limit(rate=20, burst=50)
RARE = Limit(rate=5, burst=10)
ACCOUNT = Query("account", "The account's id; optional while only one is connected")
CURSOR = Query("cursor", "The `next` of the page before")
REQUEST_ID = Query("client_request_id", "The same again is answered as the first time")
OPERATING = "lambdas.comments.operating"

INBOX_ROUTES = (
    Route(
        method=Method.GET,
        path="/instagram/inbox",
        function=FUNCTION,
        handler="list_inbox",
        summary="List comments, mentions and messages, newest first",
        query=(
            Query("kind", "comment, mention or message; repeated or comma-separated"),
            Query("state", "open, escalated, done or hidden; repeated or comma-separated"),
            Query("account", "Of one account; of all if omitted"),
            Query("media", "Below one media object"),
            Query("thread", "Of one thread: a media object's id, or a person's (with account)"),
            Query("author", "Of one author, by their id"),
            Query("q", "Holding these words, or words that begin so, whatever case and accents"),
            Query(
                "own",
                "true: also what the account itself wrote; if omitted only in a thread",
            ),
            Query("counts", "true: also how many items are open and escalated, up to 100"),
            Query("limit", "Items per page, 1 to 100; 50 if omitted"),
            CURSOR,
        ),
        response=f"{OPERATING}.views:InboxJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/inbox/{item_id}",
        function=FUNCTION,
        handler="show_item",
        summary="Show one item with its thread, what was done with it, and why",
        response=f"{OPERATING}.views:InboxItemDetailsJson",
    ),
    Route(
        method=Method.PATCH,
        path="/instagram/inbox/{item_id}",
        function=FUNCTION,
        handler="change_item",
        summary="Set what an item needs: open, escalated or done",
        request=f"{OPERATING}.bodies:StateChange",
        response=f"{OPERATING}.views:InboxItemJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/inbox/{item_id}/undo",
        function=FUNCTION,
        handler="undo_item",
        summary="Take back everything that a rule did with an item",
        limit=ACTIONS,
        success=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
        response=f"{OPERATING}.views:UndoneJson",
    ),
    Route(
        method=Method.DELETE,
        path="/instagram/inbox/authors/{author_id}",
        function=FUNCTION,
        handler="forget_author",
        summary="Delete everything that a person wrote, at their request",
        limit=RARE,
        response=f"{OPERATING}.views:AuthorForgottenJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/comments/{comment_id}/replies",
        function=FUNCTION,
        handler="reply_to_comment",
        summary="Reply to a comment",
        limit=ACTIONS,
        success=(HTTPStatus.CREATED, HTTPStatus.OK, HTTPStatus.ACCEPTED),
        request=f"{OPERATING}.bodies:TextRequest",
        response=f"{OPERATING}.views:InboxActionJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/comments/{comment_id}/private-reply",
        function=FUNCTION,
        handler="reply_privately",
        summary="Send a comment's author one message, within seven days",
        limit=ACTIONS,
        success=(HTTPStatus.CREATED, HTTPStatus.OK, HTTPStatus.ACCEPTED),
        request=f"{OPERATING}.bodies:TextRequest",
        response=f"{OPERATING}.views:InboxActionJson",
    ),
    Route(
        method=Method.PATCH,
        path="/instagram/comments/{comment_id}",
        function=FUNCTION,
        handler="change_comment",
        summary="Hide or show a comment (answers the action), or set what it needs (the item)",
        limit=ACTIONS,
        success=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
        request=f"{OPERATING}.bodies:CommentChange",
    ),
    Route(
        method=Method.DELETE,
        path="/instagram/comments/{comment_id}",
        function=FUNCTION,
        handler="delete_comment",
        summary="Delete a comment on Instagram",
        limit=ACTIONS,
        query=(REQUEST_ID,),
        success=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
        response=f"{OPERATING}.views:InboxActionJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/mentions/{item_id}/replies",
        function=FUNCTION,
        handler="reply_to_mention",
        summary="Answer a mention with a comment (Facebook login)",
        limit=ACTIONS,
        success=(HTTPStatus.CREATED, HTTPStatus.OK, HTTPStatus.ACCEPTED),
        request=f"{OPERATING}.bodies:TextRequest",
        response=f"{OPERATING}.views:InboxActionJson",
    ),
    Route(
        method=Method.PATCH,
        path="/instagram/media/{media_id}",
        function=FUNCTION,
        handler="change_media",
        summary="Allow or forbid comments below a media object",
        limit=ACTIONS,
        query=(ACCOUNT,),
        success=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
        request=f"{OPERATING}.bodies:MediaChange",
        response=f"{OPERATING}.views:InboxActionJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/messages/{thread}",
        function=FUNCTION,
        handler="send_message",
        summary="Answer a person's message, within 24 hours of it",
        limit=ACTIONS,
        query=(ACCOUNT,),
        success=(HTTPStatus.CREATED, HTTPStatus.OK, HTTPStatus.ACCEPTED),
        request=f"{OPERATING}.bodies:TextRequest",
        response=f"{OPERATING}.views:InboxActionJson",
    ),
)
