"""Insights within a list of media: `media?fields=id,insights.metric(views,reach)`.

The syntax is Meta's; what one media object without insights means for its page is not documented.
So the emulator can behave in three ways (the `expansion` knob).
"""

from __future__ import annotations

from local.graph.call import Answer, Call
from local.graph.data import EmulatedMedia
from local.graph.errors import GraphError, bad_parameter
from local.graph.fields import OPTION, Fields, check_fields, parse_fields, selected
from local.graph.media_insights import EVERY_METRIC, available_metrics, entries
from local.graph.metrics import SHARED_ONLY, unknown_metric
from local.graph.parameters import Parameters
from local.graph.records import EmulatedAccount, Expansion

FIELD = "insights"
ENTRY_FIELDS = {"id", "name", "period", "values", "title", "description"}
OPTIONS = {"metric", "period"}


def split_insights(fields: Fields) -> tuple[Fields, str | None]:
    """Return the other fields, and the name of the insights' field with its options."""
    found = [name for name in fields if name.partition(".")[0] == FIELD]
    others = {name: fields[name] for name in fields if name not in found}
    return others, found[-1] if found else None


def check_expansion(call: Call, fields: Fields) -> None:
    """Refuse an expansion that can be refused before any media object is looked at.

    Raises GraphError 100, or 10 without the permission.
    """
    _, name = split_insights(fields)
    if name is None:
        return
    if call.state.expansion is Expansion.UNSUPPORTED:
        raise bad_parameter(f"Tried accessing nonexisting field ({FIELD})")
    call.require("manage_insights")
    for index, metric in enumerate(_metrics(name)):
        if metric not in EVERY_METRIC:
            raise bad_parameter(unknown_metric(index, EVERY_METRIC))
    check_fields(parse_fields(fields[name] or "id"), ENTRY_FIELDS)


def expanded_insights(
    call: Call, owner: EmulatedAccount, media: EmulatedMedia, fields: Fields
) -> Answer | None:
    """Return the insights of a media object as a field's value; None omits the field."""
    check_expansion(call, fields)
    _, name = split_insights(fields)
    if name is None:
        return None
    if owner.id not in call.visible_accounts():
        raise bad_parameter(f"Tried accessing nonexisting field ({FIELD})")
    metrics = _metrics(name)
    try:
        if call.state.expansion is Expansion.WORKS:
            available = available_metrics(call, media.product_type) - SHARED_ONLY
            metrics = [metric for metric in metrics if metric in available]
        found = entries(call, owner, media, metrics)
    except GraphError:
        if call.state.expansion is Expansion.WORKS:
            return None
        raise
    inner = fields[name]
    if not inner:
        return {"data": found}
    return {"data": [selected(entry, parse_fields(inner)) for entry in found]}


def _metrics(name: str) -> list[str]:
    options = dict(OPTION.findall(name))
    unknown = sorted(set(options) - OPTIONS)
    if unknown:
        raise bad_parameter(f"Unknown option of {FIELD}: {', '.join(unknown)}")
    if options.get("period", "lifetime") != "lifetime":
        raise bad_parameter(f"The period {options['period']} is not available for media")
    metrics = [one.strip() for one in Parameters(options).words("metric")]
    if not metrics:
        raise bad_parameter("The parameter metric is required")
    return metrics
