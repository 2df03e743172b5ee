//! A record as a row, and back.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::passed::Passed;
use crate::clock::{Epoch, Moment, nanos};
use crate::outcome::journal::received::shown;
use crate::protocol::code::Severity;
use crate::serve::ledger::{Delivered, Forwarded, Mac, MacVerdict, Record, Remark, Side};

/// A record as it stands in the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub key: i64,
    pub side: i64,
    /// JSON, so that what is small can be added without new tables.
    pub about: String,
    pub body: Bytes,
    pub answer: Bytes,
}

/// Wall-clock time in nanoseconds since 1970, which means the same in every run.
pub(super) type WallNanos = i64;

/// A moment of this run as wall-clock time. Beyond the years 1677 and 2262 it is cut.
pub(super) fn wall(epoch: Epoch, moment: Moment) -> WallNanos {
    let nanos = epoch.after(moment).unix_nanos();
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}

/// Wall-clock time as a moment of this run, whose clock counts from before it.
pub(super) fn moment(epoch: Epoch, wall: WallNanos) -> Moment {
    epoch.until(Epoch::from_unix_nanos(wall.into()))
}

/// What is small in a record.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct About {
    id: u64,
    event: String,
    mac: MacVerdict,
    pub(super) at: WallNanos,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<WallNanos>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mac_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mac_hint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivered: Option<Delivered>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<(String, String)>,
    #[serde(default)]
    attempts: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    faults: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<(Cow<'static, str>, Cow<'static, str>, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forwarded: Option<Passed>,
    #[serde(default)]
    remembered: bool,
}

/// A record as a row.
pub(super) fn row(epoch: Epoch, side: Side, record: &Record) -> Row {
    let about = About {
        id: record.id,
        event: record.event.to_string(),
        mac: record.mac.verdict,
        at: wall(epoch, record.at),
        due: record.due.map(|due| wall(epoch, due)),
        sequence: record.sequence,
        severity: record.severity,
        // A file is read by more than those who saw the page.
        headers: record
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), shown(name, value).to_owned()))
            .collect(),
        mac_reason: record.mac.reason.clone(),
        mac_hint: record.mac.hint.clone(),
        status: record.status,
        latency: record.latency.map(nanos),
        delivered: record.delivered,
        failure: record.failure.clone(),
        attempts: record.attempts,
        faults: record.faults.clone(),
        remarks: record
            .remarks
            .iter()
            .map(|remark| (remark.code.clone(), remark.severity.clone(), remark.message.clone()))
            .collect(),
        forwarded: record.forwarded.as_ref().map(Passed::from),
        remembered: record.remembered,
    };
    Row {
        // Keys are counted from 1, one by one.
        key: i64::try_from(record.key).unwrap_or(i64::MAX),
        side: match side {
            Side::Sent => 0,
            Side::Received => 1,
        },
        // It has no keys that JSON does not know, so it is always written.
        about: serde_json::to_string(&about).unwrap_or_default(),
        body: record.body.clone(),
        answer: record.answer.clone(),
    }
}

/// A row that can be read, with its times as they stand in it.
pub(super) struct Read {
    pub side: Side,
    pub about: About,
    key: u64,
    body: Bytes,
    answer: Bytes,
}

impl Read {
    /// Reads a row; `None` where it is damaged.
    pub(super) fn of(row: Row) -> Option<Self> {
        Some(Self {
            side: match row.side {
                0 => Side::Sent,
                1 => Side::Received,
                _ => return None,
            },
            about: serde_json::from_str(&row.about).ok()?,
            key: u64::try_from(row.key).ok().filter(|key| *key > 0)?,
            body: row.body,
            answer: row.answer,
        })
    }

    /// The record, in a run whose clock counts from `epoch`.
    pub(super) fn record(self, epoch: Epoch) -> Record {
        let Self { about, key, body, answer, .. } = self;
        Record {
            key,
            id: about.id,
            sequence: about.sequence,
            event: about.event.into(),
            severity: about.severity,
            body,
            headers: about.headers.into(),
            mac: Mac { verdict: about.mac, reason: about.mac_reason, hint: about.mac_hint },
            at: moment(epoch, about.at),
            due: about.due.map(|due| moment(epoch, due)),
            status: about.status,
            latency: about.latency.map(Duration::from_nanos),
            answer,
            delivered: about.delivered,
            failure: about.failure,
            attempts: about.attempts,
            faults: about.faults,
            remarks: about
                .remarks
                .into_iter()
                .map(|(code, severity, message)| Remark { code, severity, message })
                .collect(),
            forwarded: about.forwarded.map(Forwarded::from),
            remembered: about.remembered,
        }
    }
}
