"""The app under test: a webhook that verifies, keeps each event once, and knows what became of a session.

Yours goes here.
"""

import hashlib
import hmac
import json
import sqlite3
import threading

from flask import Flask, request

FAILURES = {
    "CAMERA_PERMISSION_DENIED",
    "CONSTRAINT_VIOLATION",
    "LOW_SNR",
    "API_ERROR",
    "GENERAL_ERROR",
    "WEBSOCKET_RECONNECTION_FAILED",
}


class Database:
    """Events, each once: whatever is sent again has the same bytes."""

    def __init__(self):
        self.lock = threading.Lock()  # requests are answered by several threads
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        self.connection.execute(
            "CREATE TABLE events (session TEXT, sequence INTEGER, event TEXT, body BLOB, UNIQUE (session, body))"
        )

    def add(self, session, sequence, event, body):
        row = session, sequence, event, body
        with self.lock, self.connection:
            self.connection.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", row)

    def events(self, session):
        """Names in the order of their sequence numbers: events may overtake each other on their way."""
        query = "SELECT event FROM events WHERE session = ? ORDER BY sequence"
        with self.lock:
            return [event for (event,) in self.connection.execute(query, (session,))]

    def outcome(self, session):
        events = self.events(session)
        if "RESULTS_RECEIVED" in events:
            return "completed"
        if FAILURES.intersection(events):
            return "failed"
        return "canceled" if "MEASUREMENT_CANCELED" in events else "unknown"


def is_signed(secret, header, body):
    expected = "hmac-sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    # As bytes: compare_digest raises on a str that is not ASCII, and the header is the sender's to choose.
    return hmac.compare_digest(expected.encode(), header.encode())


def create_app(secret, database):
    app = Flask(__name__)

    @app.post("/webhook")
    def webhook():
        body = request.get_data()  # the bytes as they came: the MAC is over these
        if not is_signed(secret, request.headers.get("X-WMS-Content-MAC", ""), body):
            return {"error": "wrong MAC"}, 401
        try:
            event = json.loads(body)
            row = event["sessionId"], int(event["sequence"]), event["event"], body
        except (ValueError, TypeError, KeyError):
            return {"error": "not an event"}, 400
        database.add(*row)
        return "", 204

    return app
