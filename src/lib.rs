//! wms-sim plays the webhook sessions of NuraLogix's Web Measurement Service (WMS) to a URL.

pub mod clock;
pub mod outcome;
pub mod protocol;
pub mod scenario;
pub mod seed;
#[cfg(feature = "serve")]
pub mod serve;
pub mod transport;
