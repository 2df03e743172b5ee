"""A receiver on FastAPI, served by uvicorn. The point to get right is to ask for the `Request` and not for a model: what
FastAPI has parsed for you has lost the bytes that the MAC is over."""

import asyncio
import hashlib
import hmac
import os
import socket

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from starlette.convertors import StringConvertor, register_url_convertor

from events import Sessions, read_event
from plumbing import mac_secret, ready, record

MAX_BODY = 1024 * 1024

app = FastAPI(openapi_url=None)
sessions = Sessions()


def is_signed(header, body):
    expected = "hmac-sha256=" + hmac.new(mac_secret, body, hashlib.sha256).hexdigest()
    # As bytes: compare_digest raises on a str that is not ASCII, and the header is the sender's to choose.
    return hmac.compare_digest(expected.encode(), header.encode())


async def read_body(request):
    """The body. Neither uvicorn nor FastAPI limits it."""
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY:
            body += chunk
    if size > MAX_BODY:
        raise HTTPException(413, "body too large")
    return bytes(body)


@app.post("/webhook", status_code=202)
async def webhook(request: Request):
    body = await read_body(request)
    mac_ok = is_signed(request.headers.get("X-WMS-Content-MAC", ""), body)
    event = read_event(body) if mac_ok else None
    status = 401 if not mac_ok else 400 if event is None else 202
    if event is not None:
        sessions.add(event, body)
    record(request.headers, body, mac_ok, status)
    if not mac_ok:
        raise HTTPException(401, "wrong MAC")
    if event is None:
        raise HTTPException(400, "not an event")
    return Response(status_code=202)


class Rest(StringConvertor):
    """All that stands behind a slash. Starlette's own `path` ends at a line end, and an ID may have one."""

    regex = r"(?s:.+)"


register_url_convertor("rest", Rest())


@app.get("/sessions/{session_id:rest}")
async def session(session_id: str):
    found = sessions.find(session_id)
    if found is None:
        raise HTTPException(404, "no such session")
    return found


@app.get("/healthz")
async def healthz():
    return {"ok": True}


if __name__ == "__main__":
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(os.environ.get("PORT", "0"))))
    listener.listen(1024)
    # Connections wait in the queue of the listener until the server has started.
    ready(listener.getsockname()[1])
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
