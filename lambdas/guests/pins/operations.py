"""The routes of PINs: guests enter one, operators set that of dates."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from lambdas.api.problem import headers_of, status_of
from lambdas.api.request import Request
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.device import LIFETIME_SECONDS
from lambdas.guests.pins.pin import SENTENCE, Pin, entered_pin, is_pin
from lambdas.guests.pins.pin_page import way_back
from lambdas.guests.pins.pin_request import DatePinRequest, PinRequest
from lambdas.guests.settings import PIN_COOKIE
from lambdas.kit.errors import Conflict, DaybookError, Forbidden, InvalidRequest
from lambdas.storage.events.event import Event


class WrongPin(Forbidden):
    """The PIN is another one; `tries_left` in the answer says how often it may be tried now."""

    code = "wrong_pin"


def enter_pin(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Let a guest in who knows the PIN: JSON gets 204, a form leads back to the page."""
    event = dependencies.events.get(request.path["event_id"], consistent=True)
    if not request.is_form:
        pin = _entered(dependencies, request, event, request.json_body(PinRequest).pin)
        return Response(HTTPStatus.NO_CONTENT, cookies=_proof(dependencies, event, pin))
    form = request.form_body()
    back = way_back(form.get("back", ""))
    try:
        pin = _entered(dependencies, request, event, form.get("pin", ""))
    except DaybookError as error:
        return dependencies.pin_page(
            event, back, error.message, status_of(error), headers_of(error)
        )
    headers = {"Location": dependencies.address_of(event) + back}
    proof = _proof(dependencies, event, pin)
    return Response(HTTPStatus.SEE_OTHER, headers=headers, cookies=proof)


def set_date_pin(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Set the PIN that guests enter to add photos to dates."""
    pin = request.json_body(DatePinRequest).pin
    if dependencies.door.date_pins is None:
        raise Conflict(
            "On this site dates need no PIN. Set date_uploads to pin in its settings first.",
            code="date_pin_unused",
        )
    if pin is not None and not is_pin(pin):
        raise InvalidRequest(f"pin: {SENTENCE}", code="invalid_pin")
    dependencies.door.date_pins.set(pin)
    return Response(HTTPStatus.NO_CONTENT)


def _entered(
    dependencies: GuestsDependencies, request: Request, event: Event, text: str
) -> Pin | None:
    """Return the event's PIN if it was entered, None if it has none.

    Raises WrongPin, InvalidRequest, LimitReached.
    """
    pin = dependencies.door.pin_of(event)
    if pin is None:
        return None
    entered = entered_pin(text)
    tries = dependencies.door.tries(pin, request)
    left = tries.take()
    if not pin.matches(entered):
        more = "1 more try" if left == 1 else f"{left} more tries"
        hint = f"You have {more} now." if left else "Please wait a moment, then try again."
        raise WrongPin(f"This is not the PIN. {hint}", details={"tries_left": left})
    tries.give_back()
    return pin


def _proof(dependencies: GuestsDependencies, event: Event, pin: Pin | None) -> list[Cookie]:
    """Return the cookie of a guest who entered the PIN: for this event alone."""
    if pin is None:
        return []
    settings = dependencies.settings
    return [
        Cookie(
            PIN_COOKIE,
            pin.proof(event.id, dependencies.cursor_secret),
            path=f"{settings.base_path}/g/{event.id}",
            secure=settings.secure,
            http_only=True,
            max_age=LIFETIME_SECONDS,
            same_site=SameSite.LAX_MODE,
        )
    ]
