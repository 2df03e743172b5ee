"""Fixtures: `database` is what the app has stored, `wms` plays sessions to the app's webhook."""

import json
import os
import subprocess
import threading
import uuid
from urllib.parse import quote

import pytest
import requests
from app import Database, create_app
from werkzeug.serving import make_server

WMS_SIM = os.environ.get("WMS_SIM_BIN", "wms-sim")
SECRET = "a MAC secret that only these tests know"


@pytest.fixture(scope="session")
def database():
    return Database()


@pytest.fixture(scope="session")
def webhook(database):
    """The app in a thread of its own, on a free port. Gives its webhook's URL."""
    server = make_server("127.0.0.1", 0, create_app(SECRET.encode(), database), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/webhook"
    server.shutdown()
    thread.join()


class Wms:
    """The control API of `wms-sim serve`. What else it can do is in /openapi.json."""

    def __init__(self, url):
        self.url = url

    def play(self, scenario, **order):
        """Begins a session: `pace`, `seed`, `faults`, `sessionId`. Gives its ID.

        Without a seed each run draws another session. With one the same events come every time.
        """
        # Where none is given, the ID too is drawn from the seed, and a second session with it would go on in the first.
        order = {"scenario": scenario, "pace": "max", "sessionId": str(uuid.uuid4()), **order}
        answer = requests.post(f"{self.url}/api/sessions", json=order, timeout=10)
        assert answer.status_code == 201, answer.text
        return answer.json()["sessionId"]

    def session(self, session_id, wait="end"):
        """A session once it has ended, or once `wait` of its events are answered."""
        # An ID can be any text.
        url = f"{self.url}/api/sessions/{quote(session_id, safe='')}"
        answer = requests.get(url, params={"wait": wait, "timeout": "20s"}, timeout=30)
        assert answer.status_code == 200, answer.text
        session = answer.json()
        # When the time is over, the answer is the session as it is then.
        assert wait != "end" or session["state"] == "ended"
        return session

    def run(self, scenario, **order):
        """Plays a session to its end."""
        return self.session(self.play(scenario, **order))


@pytest.fixture(scope="session")
def wms_server(webhook):
    # Port 0 is a free one, so that test runs can go on beside each other.
    command = [WMS_SIM, "serve", "--listen", "127.0.0.1:0", "--to", webhook, "--output", "ndjson"]
    # The secret by the environment: whoever may list processes sees what is typed.
    environment = {**os.environ, "WMS_SIM_SECRET": SECRET}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            # The first line has the address. It is printed once the port is open.
            line = process.stdout.readline()
            assert line, "wms-sim ended before it was ready; it says why on standard error"
            yield Wms(json.loads(line)["url"])
        finally:
            process.terminate()


@pytest.fixture
def wms(wms_server):
    """What one test has played, the next does not see."""
    yield wms_server
    requests.delete(f"{wms_server.url}/api/sessions", timeout=10).raise_for_status()
