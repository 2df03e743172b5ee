//! The protocol: what stands on <https://docs.deepaffex.ai/wms/9_webhooks.html>, and every choice that the page leaves open.

pub mod callback;
pub mod code;
pub mod conclusion;
pub mod contract;
pub mod diagnosis;
pub mod dialect;
pub mod envelope;
pub mod event_name;
pub mod evidence;
pub mod grammar;
pub mod json;
pub mod mac;
pub mod snr;
pub mod uri;
