//! wms-sim plays the webhook sessions of NuraLogix's Web Measurement Service (WMS) to a URL.
//!
//! The program is `wms-sim`. This library is its face for Rust tests: [`Simulator`] posts realistic, signed sessions to
//! a webhook, or yields their events with no network; [`Inbox`] receives, verifies and judges. Without default features
//! it builds without what only the program needs (arguments, printing), and without the HTTP server that
//! `Inbox::listen` needs (feature `serve`).
//!
//! Plays a failed measurement to a webhook, with every tenth event twice, and asks whether the webhook took it all:
//!
//! ```
//! # #[cfg(feature = "serve")] {
//! use wms_sim::{Inbox, Simulator};
//!
//! let webhook = Inbox::new("my MAC secret").listen()?; // yours, in your test
//! let deliveries = Simulator::new("my MAC secret")
//!     .target(webhook.url())
//!     .scenario("websocket-drop")
//!     .fault("duplicate=10%")
//!     .seed(7)
//!     .play_blocking()?;
//! deliveries.verdict()?; // lists each event that your webhook did not take, and each forged one that it took
//! assert!(webhook.sessions()[0].is_complete());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Hands signed events to a handler, with no network:
//!
//! ```
//! use wms_sim::{Code, Simulator};
//!
//! fn handler(mac: Option<&str>, body: &[u8]) -> u16 {
//!     # let _ = body;
//!     if mac.is_some() { 204 } else { 401 } // yours verifies
//! }
//!
//! for event in Simulator::new("my MAC secret").scenario("low-snr").fault("mac:missing@3").events()? {
//!     let expected = if event.faults().is_empty() { 204 } else { 401 };
//!     assert_eq!(handler(event.mac(), event.body()), expected, "{}", event.code());
//! }
//! # Ok::<(), wms_sim::Error>(())
//! ```
//!
//! Everything else is private.

// The story of a run, for those who work on it. ARCHITECTURE.md tells it too, and says what may import what, and what
// never changes.
//
// 1. `cli` reads the scenario file and the secret and makes a job that cannot contradict itself.
// 2. `scenario::compile` turns the text into a `Plan`, or into every diagnostic at once.
// 3. The engine says when sessions begin; the `Fleet` admits session n with the nth child of the `Seed`.
// 4. The session's `Timeline` steps the plan to its next beat; the fleet files it in its due queue.
// 5. When a beat is due the event is rendered, encoded and signed over exactly those bytes.
// 6. The engine hands the `Dispatch` to the `Transport` and gets an `Exchange`, never an unnamed error.
// 7. The fleet settles it and closes the `Delivery`; in-order sessions advance.
// 8. Each step is a `RunEvent`; observers fold it: the tally counts, the journal writes a line, the printer shows.
// 9. What was done is one `Run`.
// 10. A report is a pure rendering of the run; what the receiver did chooses the exit code.

#![cfg_attr(
    not(feature = "internals"),
    expect(dead_code, unused_imports, reason = "the tests look into more than the program and the face use")
)]

// The layers are open to what is built beside the library: its tests, benches and fuzz targets.
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod clock;
#[cfg(not(feature = "internals"))]
mod clock;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod conformance;
#[cfg(not(feature = "internals"))]
mod conformance;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod delivery;
#[cfg(not(feature = "internals"))]
mod delivery;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod outcome;
#[cfg(not(feature = "internals"))]
mod outcome;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod protocol;
#[cfg(not(feature = "internals"))]
mod protocol;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod report;
#[cfg(not(feature = "internals"))]
mod report;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod scenario;
#[cfg(not(feature = "internals"))]
mod scenario;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod seed;
#[cfg(not(feature = "internals"))]
mod seed;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod serve;
#[cfg(not(feature = "internals"))]
mod serve;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod transport;
#[cfg(not(feature = "internals"))]
mod transport;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod simulator;

pub use delivery::policy::Pace;
pub use outcome::delivery::Status;
pub use protocol::code::{Code, PayloadKind, Severity, UnknownCode};
pub use protocol::conclusion::Outcome;
#[cfg(feature = "serve")]
pub use simulator::ListeningInbox;
pub use simulator::{
    Answer, Deliveries, Delivery, Error, Event, Events, Inbox, ReceivedEvent, ReceivedSession, Simulator,
    Unexpected, Wrong,
};
