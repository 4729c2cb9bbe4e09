"""Edges that are requested as fields: `fields=username,media.limit(2){id}`.

Meta calls this field expansion: the edge is answered as if it were requested alone, with the
options as its parameters, and is left out if it has no entries.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from local.graph.call import Call
from local.graph.fields import OPTION, Fields
from local.graph.parameters import Parameters


def split_edges(fields: Fields, edges: Collection[str]) -> tuple[Fields, Fields]:
    """Return the plain fields, and those that name one of these edges."""
    nested = {name: inner for name, inner in fields.items() if name.partition(".")[0] in edges}
    return {name: fields[name] for name in fields if name not in nested}, nested


def with_fields(call: Call, fields: Fields) -> Call:
    """Return the call with other fields."""
    text = ",".join(name + (f"{{{inner}}}" if inner else "") for name, inner in fields.items())
    query = Parameters({**call.request.query, "fields": text or "id"})
    return replace(call, request=replace(call.request, query=query, body=Parameters()))


def edge_call(call: Call, node: str, name: str, inner: str) -> Call:
    """Return the call that would request an edge alone, of a field such as `media.limit(2)`."""
    edge = name.partition(".")[0]
    query = Parameters(OPTION.findall(name))
    if inner:
        query["fields"] = inner
    request = replace(
        call.request,
        path=(node, edge),
        query=query,
        body=Parameters(),
        url=f"{call.address}/{call.request.host}/{node}/{edge}",
    )
    return replace(call, request=request)
