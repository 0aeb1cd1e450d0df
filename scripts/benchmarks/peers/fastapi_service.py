"""A program: the least that serves IFTTT's polls with FastAPI. Bearer checked, fifty events in memory, no disk."""

import sys

import uvicorn
from fastapi import FastAPI, HTTPException, Request

TRIGGER = "/ifttt/v1/triggers/door_opened"
EVENTS = 50
TOKEN = "a-token"  # noqa: S105 -- an example

ITEMS = [
    {
        "device_name": "Door 0",
        "device_id": "door-0000",
        "room": "Hall",
        "created_at": "2026-01-01T12:00:00+00:00",
        "meta": {"id": f"{number:032x}", "timestamp": 1767268800 - number},
    }
    for number in range(EVENTS)
]


async def poll(request: Request) -> dict[str, object]:
    """Answer a poll."""
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        raise HTTPException(401)
    asked = await request.json()
    return {"data": ITEMS[: asked.get("limit", EVENTS)]}


if __name__ == "__main__":
    app = FastAPI()
    app.add_api_route(TRIGGER, poll, methods=["POST"])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
