use super::*;

fn run(dialect: &Dialect, codes: &[Code]) -> Result<State, Illegal> {
    let grammar = Grammar::new(dialect);
    codes.iter().try_fold(State::START, |state, code| grammar.step(state, *code, None))
}

const OPENING: [Code; 6] = [
    Code::WmsLoaded,
    Code::ConfigurationLoaded,
    Code::CameraPermissionGranted,
    Code::CameraStarted,
    Code::MeasurementStarted,
    Code::MeasurementCreated,
];

fn after_opening(dialect: &Dialect, codes: &[Code]) -> Result<State, Illegal> {
    run(dialect, &[&OPENING, codes].concat())
}

#[test]
fn a_healthy_session() {
    let codes = [
        Code::WebsocketReconnected,
        Code::IntermediateResults,
        Code::ScanCompleted,
        Code::IntermediateResults,
        Code::ResultsReceived,
        Code::RedirectingToCallback,
        Code::PageUnloaded,
    ];
    assert_eq!(after_opening(&Dialect::current(), &codes).unwrap().course, Gone);
}

#[test]
fn the_first_connection_is_a_choice_of_the_dialect() {
    let codes = [Code::WebsocketReconnected];
    assert!(after_opening(&Dialect::current(), &codes).is_ok());
    let error = after_opening(&Dialect::older(), &codes).unwrap_err().to_string();
    assert_eq!(error, "WEBSOCKET_RECONNECTED cannot happen when a measurement runs: the socket is connected");
}

#[test]
fn results_do_not_come_through_a_dropped_socket() {
    let codes = [Code::WebsocketDisconnected, Code::IntermediateResults];
    assert!(after_opening(&Dialect::current(), &codes).is_err());
}

#[test]
fn clean_close_and_cancel_follow_the_dialect() {
    let mut dialect = Dialect::current();
    let close = [Code::ScanCompleted, Code::ResultsReceived, Code::WebsocketDisconnected];
    let cancel = [Code::LowSnr, Code::MeasurementCanceled];
    assert!(after_opening(&dialect, &close).is_err());
    assert!(after_opening(&dialect, &cancel).is_err());
    dialect.set("websocket.clean-close", "true").unwrap();
    dialect.set("canceled.after-low-snr", "true").unwrap();
    assert!(after_opening(&dialect, &close).is_ok());
    assert!(after_opening(&dialect, &cancel).is_ok());
}

#[test]
fn visibility_alternates() {
    let grammar = Grammar::new(&Dialect::current());
    let state = grammar.step(State::START, Code::WmsLoaded, None).unwrap();
    assert!(grammar.step(state, Code::PageVisibilityChange, Some(false)).is_err());
    let hidden = grammar.step(state, Code::PageVisibilityChange, Some(true)).unwrap();
    assert!(hidden.hidden && grammar.step(hidden, Code::PageVisibilityChange, Some(true)).is_err());
}

#[test]
fn the_table_is_unambiguous_and_complete() {
    for course in Course::ALL {
        for code in Code::ALL {
            let edges = EDGES.iter().filter(|edge| edge.code == code && edge.from.contains(&course));
            assert!(edges.count() <= 1, "{code} in {course:?}");
        }
    }
    let in_a_table = |code: Code| {
        EDGES.iter().any(|edge| edge.code == code) || SOCKET.iter().any(|edge| edge.code == code)
    };
    assert!(Code::ALL.into_iter().all(in_a_table));
    // Every state can be reached, and from every state the page can be left.
    for course in Course::ALL {
        assert!(course == Blank || course == Stopped || EDGES.iter().any(|edge| edge.to == Some(course)));
    }
}

#[test]
fn nothing_follows_the_end_but_a_reload() {
    let grammar = Grammar::new(&Dialect::current());
    let gone = State { course: Gone, ..State::START };
    assert_eq!(grammar.expected(gone), [Code::WmsLoaded]);
    assert_eq!(grammar.expected(State::START), [Code::WmsLoaded]);
}
