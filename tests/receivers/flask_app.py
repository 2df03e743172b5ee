"""A receiver on Flask, served by waitress (Flask's own server is for development only)."""

import hashlib
import hmac
import logging
import os

from flask import Flask, jsonify, request
from waitress import create_server
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from events import Sessions, read_event
from plumbing import mac_secret, ready, record

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
sessions = Sessions()


def is_signed(header, body):
    expected = "hmac-sha256=" + hmac.new(mac_secret, body, hashlib.sha256).hexdigest()
    # As bytes: compare_digest raises on a str that is not ASCII, and the header is the sender's to choose.
    return hmac.compare_digest(expected.encode(), header.encode())


@app.post("/webhook")
def webhook():
    body = request.get_data()  # the bytes as they came; request.json would lose them
    mac_ok = is_signed(request.headers.get("X-WMS-Content-MAC", ""), body)
    event = read_event(body) if mac_ok else None
    status = 401 if not mac_ok else 400 if event is None else 204
    if event is not None:
        sessions.add(event, body)
    record(request.headers, body, mac_ok, status)
    if status == 401:
        return jsonify(error="wrong MAC"), 401
    if status == 400:
        return jsonify(error="not an event"), 400
    return "", 204


class Rest(BaseConverter):
    """All that stands behind a slash. Flask's own `path` does not begin with one, and an ID may."""

    regex = "(?s:.+)"
    part_isolating = False


app.url_map.merge_slashes = False
app.url_map.converters["rest"] = Rest


@app.get("/sessions/<rest:session_id>")
def session(session_id):
    found = sessions.find(session_id)
    if found is None:
        return jsonify(error="no such session"), 404
    return jsonify(found)


@app.get("/healthz")
def healthz():
    return jsonify(ok=True)


@app.errorhandler(HTTPException)
def as_json(error):
    return jsonify(error=error.name), error.code


if __name__ == "__main__":
    # waitress reports every request that waits for a thread; under load that is all of them.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(
        app,
        host="127.0.0.1",
        port=int(os.environ.get("PORT", "0")),
        threads=8,
        connection_limit=1000,
        asyncore_use_poll=True,  # select() ends at 1024 file descriptors
    )
    ready(int(server.effective_port))
    server.run()
