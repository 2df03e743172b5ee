//! The protocol: what stands on docs.deepaffex.ai/wms/9_webhooks.html, and every choice that the page leaves open.

pub mod code;
