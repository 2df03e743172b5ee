"""What the tests need around a receiver and a receiver of yours does not: the record, the ready line, the ending."""

import json
import os
import signal
import sys
import threading
import time

if not os.environ.get("WMS_MAC_SECRET"):
    print("WMS_MAC_SECRET is not set", file=sys.stderr)
    sys.exit(2)
mac_secret = os.environb[b"WMS_MAC_SECRET"]

_record = os.environ.get("RECORD")
_fd = os.open(_record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644) if _record else None
_lock = threading.Lock()
_received = 0


def record(headers, body, mac_ok, status):
    """Written before the answer goes out, so that whoever has an answer finds its line in the record."""
    global _received
    with _lock:
        _received += 1
        if _fd is None:
            return
        line = {
            "n": _received,
            "at_ms": time.time_ns() // 1_000_000,
            "mac_ok": mac_ok,
            "status": status,
            "headers": dict(headers),
            "body": body.decode("utf-8", "replace"),
        }
        os.write(_fd, json.dumps(line).encode() + b"\n")


def _end(*_):
    os._exit(0)  # at once, also from a thread; the record is already written


def _end_with_stdin():
    # The parent holds our stdin: when it dies, however it dies, so do we.
    while os.read(0, 4096):
        pass
    _end()


def ready(port):
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    print(json.dumps({"type": "ready", "port": port}), flush=True)
