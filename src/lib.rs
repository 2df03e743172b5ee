//! wms-sim plays the webhook sessions of NuraLogix's Web Measurement Service (WMS) to a URL.
//!
//! The story of a run, in ten lines:
//!
//! 1. `cli` reads the scenario file and the secret and makes a job that cannot contradict itself.
//! 2. [`scenario::compile`] turns the text into a [`Plan`](scenario::plan::Plan), or into every diagnostic at once.
//! 3. The engine says when sessions begin; the [`Fleet`](delivery::fleet::Fleet) admits session n with the nth child of
//!    the [`Seed`](seed::Seed).
//! 4. The session's [`Timeline`](scenario::timeline::Timeline) steps the plan to its next beat; the fleet files it in its
//!    due queue.
//! 5. When a beat is due the event is rendered, encoded and signed over exactly those bytes.
//! 6. The engine hands the [`Dispatch`](delivery::fleet::Dispatch) to the [`Transport`](transport::Transport) and gets an
//!    [`Exchange`](outcome::exchange::Exchange), never an unnamed error.
//! 7. The fleet settles it and closes the [`Delivery`](outcome::delivery::Delivery); in-order sessions advance.
//! 8. Each step is a [`RunEvent`](outcome::run_event::RunEvent); observers fold it: the tally counts, the journal writes a
//!    line, the printer shows.
//! 9. What was done is one [`Run`](outcome::run::Run).
//! 10. A report is a pure rendering of the run; what the receiver did chooses the exit code.
//!
//! ARCHITECTURE.md says what may import what, and what never changes.

#[cfg(feature = "cli")]
pub mod cli;
pub mod clock;
pub mod delivery;
pub mod outcome;
pub mod protocol;
pub mod report;
pub mod scenario;
pub mod seed;
#[cfg(feature = "serve")]
pub mod serve;
pub mod transport;
