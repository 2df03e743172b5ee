//! What may stand in a part of a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// What `encodeURIComponent` lets stand.
pub const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
