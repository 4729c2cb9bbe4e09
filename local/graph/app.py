"""The emulator as an ASGI application. Small so far: the media edge of one account, and the pictures it points to."""

from __future__ import annotations

import functools
import io
import random
from datetime import UTC, datetime
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.data import ACCOUNT_ID, TOKEN, USERNAME, EmulatedMedia, sample_media

PAGE_SIZE = 25
FIELDS = {
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "timestamp",
    "username",
    "children",
}


def create_app(address: str) -> Starlette:
    """The application; `address` is its own, for the pictures' addresses."""
    media = sample_media()
    journal: list[dict[str, str]] = []

    async def list_media(request: Request) -> Response:
        journal.append({"method": request.method, "path": request.url.path})
        if _token_of(request) != TOKEN:
            return _error(400, 190, "Invalid OAuth access token", 463)
        if request.path_params["account"] not in ("me", ACCOUNT_ID):
            return _error(400, 100, "Unsupported get request", 33)
        return _page(request, media, address)

    async def show_journal(_: Request) -> Response:
        return JSONResponse(journal)

    async def show_picture(request: Request) -> Response:
        known = {one.id: one for post in media for one in (post, *post.children)}
        one = known.get(request.path_params["media_id"])
        return Response(draw(one.id, one.size), media_type="image/jpeg") if one else Response(status_code=404)

    return Starlette(
        routes=[
            Route("/graph.instagram.com/{version}/{account}/media", list_media),
            Route("/_control/journal", show_journal),
            Route("/scontent.cdninstagram.com/{media_id}.jpg", show_picture),
        ]
    )


def _token_of(request: Request) -> str:
    header = request.headers.get("authorization", "")
    return header.removeprefix("Bearer ") if header else request.query_params.get("access_token", "")


def _page(request: Request, media: list[EmulatedMedia], address: str) -> Response:
    query = request.query_params
    fields = query.get("fields", "id")
    since, until = (datetime.fromtimestamp(int(query[name]), UTC) if name in query else None for name in ("since", "until"))
    found = [m for m in media if (since is None or m.taken_at >= since) and (until is None or m.taken_at <= until)]
    limit, start = int(query.get("limit", PAGE_SIZE)), int(query.get("after", "c0")[1:])
    shown = found[start : start + limit]
    body: dict[str, Any] = {"data": [_media(one, fields, address) for one in shown]}
    if shown:
        body["paging"] = {"cursors": {"before": f"c{start}", "after": f"c{start + limit}"}}
        if start + limit < len(found):
            body["paging"]["next"] = f"{request.url}&after=c{start + limit}"
    return JSONResponse(body, headers={"facebook-api-version": request.path_params["version"]})


def _media(one: EmulatedMedia, fields: str, address: str) -> dict[str, Any]:
    names = {name.split("{")[0] for name in fields.replace("}", "").split(",")} & FIELDS
    still = f"{address}/scontent.cdninstagram.com/{one.id}.jpg?oe=6A2F427E"
    video = one.media_type == "VIDEO"
    values: dict[str, Any] = {
        "id": one.id,
        "caption": one.caption,
        "media_type": one.media_type,
        "media_product_type": one.product_type,
        "media_url": f"{address}/scontent.cdninstagram.com/{one.id}.mp4?oe=6A2F427E" if video else still,
        "thumbnail_url": still if video else None,
        "permalink": f"https://www.instagram.com/{'reel' if one.product_type == 'REELS' else 'p'}/{one.shortcode}/",
        "timestamp": f"{one.taken_at:%Y-%m-%dT%H:%M:%S}+0000",
        "username": USERNAME,
    }
    if one.children:
        values["children"] = {"data": [_media(child, "id,media_type,media_url,thumbnail_url", address) for child in one.children]}
    return {name: value for name, value in values.items() if name in names and value is not None}


def _error(status: int, code: int, message: str, subcode: int) -> Response:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "AEXAMPLETRACE"}
    return JSONResponse({"error": error}, status)


@functools.lru_cache(maxsize=64)
def draw(seed: str, size: tuple[int, int]) -> bytes:
    """A JPEG that is the same for the same seed: soft lights over a gradient, in no way a photograph."""
    dice = random.Random(seed)
    top, bottom = ([dice.randint(40, 235) for _ in range(3)] for _ in range(2))
    small = Image.new("RGB", (1, 2))
    small.putdata([tuple(top), tuple(bottom)])
    image = small.resize((size[0] // 4, size[1] // 4), Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(image, "RGBA")
    for _ in range(28):
        x, y, radius = dice.randint(0, image.width), dice.randint(0, image.height), dice.randint(8, 60)
        colour = (*[dice.randint(120, 255) for _ in range(3)], dice.randint(40, 120))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    target = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(2)).resize(size, Image.Resampling.BICUBIC).save(target, "JPEG", quality=85)
    return target.getvalue()
