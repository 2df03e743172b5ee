"""What the app makes of the sessions that wms-sim plays to it."""

import json

import pytest


@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [
        ("happy-path", "completed"),
        ("low-snr", "failed"),
        ("camera-denied", "failed"),
        ("user-cancels", "canceled"),
        ("second-attempt", "completed"),  # the user cancels, and then tries again
    ],
)
def test_outcome(wms, database, scenario, outcome):
    session = wms.run(scenario)
    assert database.outcome(session["sessionId"]) == outcome
    # Each event was answered 2xx.
    assert session["sent"]["accepted"] == session["sent"]["events"]


def test_an_event_that_comes_twice_is_stored_once(wms, database):
    session = wms.run("happy-path", faults=["duplicate@3"])
    assert session["events"][3]["body"] == session["events"][4]["body"]
    stored = database.events(session["sessionId"])
    assert len(stored) == len(session["events"]) - 1


def test_events_that_overtake_each_other_are_put_in_order(wms, database):
    # The same seed plays the same session: only the order of two events differs.
    in_order = wms.run("happy-path", seed=7)
    swapped = wms.run("happy-path", seed=7, faults=["swap@5"])
    names = [[event["event"] for event in session["events"]] for session in (in_order, swapped)]
    assert names[0] != names[1]
    assert database.events(swapped["sessionId"]) == database.events(in_order["sessionId"]) == names[0]


@pytest.mark.parametrize("fault", ["mac:wrong-secret", "mac:missing", "mac:corrupted"])
def test_an_event_that_is_not_signed_is_refused(wms, database, fault):
    session = wms.run("happy-path", seed=7, faults=[f"{fault}@3"])
    refused = session["events"][3]
    assert (refused["sequence"], refused["status"], refused["faults"]) == (3, 401, [fault])
    assert len(database.events(session["sessionId"])) == len(session["events"]) - 1


def test_what_is_no_event_is_refused(wms):
    session = wms.run("happy-path", faults=["body:not-json@3"])
    assert session["events"][3]["status"] == 400


def test_a_session_is_known_while_it_runs(wms, database):
    session_id = wms.play("happy-path", pace="20x")
    wms.session(session_id, wait=2)
    assert database.events(session_id)[:2] == ["WMS_LOADED", "CONFIGURATION_LOADED"]
    assert database.outcome(session_id) == "unknown"
    # It must be over before the next test begins: DELETE forgets only what does not run.
    wms.session(session_id)


def test_the_same_seed_plays_the_same_session(wms):
    # Sessions of this scenario differ in length. Timestamps are those of today, and session IDs are drawn.
    def played(seed):
        bodies = [json.loads(event["body"]) for event in wms.run("page-reload", seed=seed)["events"]]
        return [(body["sequence"], body["event"]) for body in bodies]

    assert played(7) == played(7) != played(8)
