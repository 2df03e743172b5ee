"""What the receivers in Python do with an event once its MAC is right: read it, and remember what has become of its
session. Yours has a table with a unique index instead."""

import hashlib
import json
import threading
from collections import Counter

MAX_SESSIONS = 10_000
MAX_EVENTS = 1_000  # of a session
MAX_TEXT = 1_024

FAILURES = {
    "CAMERA_PERMISSION_DENIED",
    "CONSTRAINT_VIOLATION",
    "WEBSOCKET_RECONNECTION_FAILED",
    "API_ERROR",
    "LOW_SNR",
    "GENERAL_ERROR",
}


def _is_text(value):
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        return False
    try:
        value.encode()  # half of a surrogate pair, escaped in JSON, is a str but no text
        return True
    except UnicodeEncodeError:
        return False


def _is_integer(value):
    # True is an int in Python. 1.0 and 1e2 are integers that somebody else's printer wrote; infinity is not.
    return isinstance(value, int) and not isinstance(value, bool) or isinstance(value, float) and value.is_integer()


def read_event(body):
    """The event in a body, or None. What it has beyond these three keys is none of our business."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    fine = _is_text(message.get("sessionId")) and _is_integer(message.get("sequence")) and _is_text(message.get("event"))
    return message if fine else None


def _outcome(events):
    codes = {event["event"] for event in events}
    if "RESULTS_RECEIVED" in codes:
        return "completed"
    if "MEASUREMENT_CANCELED" in codes:
        return "canceled"
    if codes & FAILURES or any(event["severity"] == "ERROR" for event in events):
        return "failed"
    return "abandoned" if "PAGE_UNLOADED" in codes else None


def _measurement(events):
    """The measurement of the event with the highest sequence. The ID decides between two, so that their order does not."""
    measured = [(event["sequence"], event["measurementId"]) for event in events if event["measurementId"]]
    return max(measured)[1] if measured else None


class Sessions:
    """What is known of each session. It depends on which events came, and not on how often or in which order. An event is
    known by its body: a page that is loaded again may count from 0 again, and what is sent twice has the same bytes."""

    def __init__(self):
        self._lock = threading.Lock()
        self._sessions = {}

    def add(self, message, body):
        payload = message.get("payload")
        measurement = payload.get("measurementId") if isinstance(payload, dict) else None
        event = {
            "sequence": int(message["sequence"]),
            "event": message["event"],
            "severity": message.get("severity"),
            "measurementId": measurement if _is_text(measurement) else None,
        }
        with self._lock:
            events = self._sessions.setdefault(message["sessionId"], {})
            if len(self._sessions) > MAX_SESSIONS:
                del self._sessions[next(iter(self._sessions))]
            if len(events) < MAX_EVENTS:
                events[hashlib.sha256(body).digest()] = event

    def find(self, session_id):
        """None if nothing has come."""
        with self._lock:
            events = list(self._sessions.get(session_id, {}).values())
        if not events:
            return None
        return {
            "sessionId": session_id,
            "outcome": _outcome(events),
            "measurementId": _measurement(events),
            "events": len(events),
            "lastSequence": max(event["sequence"] for event in events),
            "counts": dict(sorted(Counter(event["event"] for event in events).items())),
        }
