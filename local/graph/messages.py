"""Private replies to comments."""

from __future__ import annotations

from datetime import timedelta

from local.graph.call import Answer, Call
from local.graph.errors import GraphError, bad_parameter, unknown_object
from local.graph.timestamps import parse_graph_time

REPLY_WINDOW = timedelta(days=7)
RECIPIENT_ID = "26000000000000001"


def send(call: Call) -> Answer:
    """`POST /{ig-id}/messages` to the author of a comment: once, and within seven days."""
    comment_id = str(call.params.mapping("recipient").get("comment_id", ""))
    comment = call.account.comments.get(comment_id)
    if comment is None:
        raise unknown_object(comment_id, call.method)
    if call.state.now() - parse_graph_time(comment["timestamp"]) > REPLY_WINDOW:
        raise GraphError(10, "This message is sent outside of allowed window.", 2534022, 403)
    if not call.params.mapping("message").get("text"):
        raise bad_parameter("message.text is required")
    if comment["has_private_reply"]:
        raise GraphError(10, "A private reply was already sent to this comment", status=403)
    comment["has_private_reply"] = True
    return {"recipient_id": RECIPIENT_ID, "message_id": f"m_{call.state.new_id()}"}
