'use strict';
// Bugs of what stands behind the receiver: columns that are too narrow, constraints that are too strict, transactions.

const { createHash } = require('node:crypto');
const { Sessions } = require('../events.cjs');
const { pause } = require('./correct.cjs');

const id = (body) => createHash('sha256').update(body).digest('hex');

const rows = new Map(); // body, by key
const begun = new Set(); // sessions
const created = new Set(); // measurements
const versions = new Map(); // by session
const RARE = new Set(['LOW_SNR', 'CONSTRAINT_VIOLATION', 'WEBSOCKET_RECONNECTION_FAILED', 'CAMERA_PERMISSION_DENIED']);

/** Whether another event has this key already. */
function taken(key, body) {
  const first = rows.get(key) ?? id(body);
  rows.set(key, first);
  return first !== id(body);
}

let transactions = 0;

module.exports = {
  'second-is-the-key-500': {
    fails: 'events/session-*',
    says: 'one-event-a-second',
    chance: true,
    bug: 'UNIQUE (session_id, timestamp): the second event of the same second violates it.',
    async refusal({ sessionId, timestamp }, req, body) {
      if (taken(`${sessionId} ${timestamp}`, body)) throw new Error('duplicate key value violates unique constraint');
    },
  },
  'second-is-the-key-409': {
    fails: 'events/session-*',
    says: 'one-event-a-second',
    chance: true,
    bug: 'Takes two events of a session within a second for the same event, and answers 409.',
    async refusal({ sessionId, timestamp }, req, body) {
      return taken(`${sessionId} ${timestamp}`, body) ? 409 : undefined;
    },
  },
  'sequence-is-the-key-409': {
    fails: 'events/many-sessions',
    says: 'mixes-up-sessions',
    bug: 'The sequence alone is the key of an event: that of another session is a conflict.',
    async refusal({ sequence }, req, body) {
      return taken(String(sequence), body) ? 409 : undefined;
    },
  },
  'second-is-the-key-dropped': {
    fails: 'state/backwards',
    says: 'last-event-wins,order-of-arrival-shows',
    chance: true,
    bug: 'ON CONFLICT (session_id, timestamp) DO NOTHING: of two events in a second only the first is stored.',
    sessions: new (class extends Sessions {
      add(event, body) {
        if (!taken(`${event.sessionId} ${event.timestamp}`, body)) super.add(event, body);
      }
    })(),
  },
  'event-column-enum-500': {
    fails: 'events/low-snr,events/constraint-violation,body/unknown-event',
    says: 'crashes-on-some-events',
    chance: true,
    bug: 'The column of the event is an enum that lacks the rarer ones.',
    async refusal({ event }) {
      if (RARE.has(event) || event === 'MEASUREMENT_PAUSED') throw new Error('invalid input value for enum event_name');
    },
  },
  'event-column-20-500': {
    fails: 'events/camera-permission-granted,events/page-visibility-change',
    says: 'refuses-long-names',
    chance: true,
    bug: 'The column of the event is a varchar(20), and some names are longer.',
    async refusal({ event }) {
      if (event.length > 20) throw new Error('value too long for type character varying(20)');
    },
  },
  'measurement-not-null-500': {
    fails: 'events/wms-loaded,events/camera-started',
    says: 'crashes-without-payload,needs-measurement-id',
    bug: 'The column of the measurement ID is NOT NULL, and most events before a measurement have none.',
    async refusal({ payload }) {
      if (!payload?.measurementId) throw new Error('null value in column "measurement_id" violates not-null constraint');
    },
  },
  'measurement-unknown-500': {
    fails: 'events/results-received,order/backwards',
    says: 'needs-events-before',
    chance: true,
    bug: 'A foreign key to the measurement, which MEASUREMENT_CREATED alone inserts.',
    async refusal({ event, payload }) {
      if (event === 'MEASUREMENT_CREATED') created.add(payload?.measurementId);
      if (payload?.measurementId && !created.has(payload.measurementId)) {
        throw new Error('insert or update on table "events" violates foreign key constraint');
      }
    },
  },
  'session-unknown-500': {
    fails: 'order/backwards,order/first-comes-second,events/scan-completed',
    says: 'needs-first-event-first',
    chance: true,
    bug: 'A foreign key to the session, which WMS_LOADED alone inserts.',
    async refusal({ sessionId, event }) {
      if (event === 'WMS_LOADED') begun.add(sessionId);
      if (!begun.has(sessionId)) throw new Error('insert or update on table "events" violates foreign key constraint');
    },
  },
  'timestamp-32-bits-500': {
    fails: 'input/timestamp-huge',
    says: 'crashes-on-odd-numbers',
    bug: 'The column of the timestamp has 32 bits.',
    async refusal({ timestamp }) {
      if (timestamp > 2 ** 31 - 1) throw new Error('integer out of range');
    },
  },
  'body-column-300-500': {
    fails: 'input/64-kb',
    says: 'keeps-bodies-too-short',
    bug: 'The column of the body is a varchar(300), which the usual events fit into.',
    async refusal(event, req, body) {
      if (body.length > 300) throw new Error('value too long for type character varying(300)');
    },
  },
  'three-byte-utf8-500': {
    fails: 'body/id-emoji',
    says: 'breaks-beyond-ascii',
    bug: "MySQL's utf8 has three bytes for a character, and an emoji needs four.",
    async refusal({ sessionId }) {
      if (/[\u{10000}-\u{10ffff}]/u.test(sessionId)) throw new Error("Incorrect string value: '\\xF0\\x9F' for column");
    },
  },
  'serialization-failure-500': {
    fails: 'order/concurrent-events',
    says: 'races-on-sessions',
    chance: true,
    bug: 'Reads the version of a session, works, and fails where another request has changed it meanwhile.',
    async refusal({ sessionId }) {
      const version = versions.get(sessionId) ?? 0;
      await pause(30);
      if ((versions.get(sessionId) ?? 0) !== version) throw new Error('could not serialize access due to concurrent update');
      versions.set(sessionId, version + 1);
    },
  },
  'pool-of-ten-500': {
    fails: 'events/many-sessions',
    says: 'breaks-under-load',
    chance: true,
    bug: 'The pool has ten connections to the database, and who waits for one gets an error.',
    async refusal() {
      transactions += 1;
      try {
        if (transactions > 10) throw new Error('remaining connection slots are reserved');
        await pause(40);
      } finally {
        transactions -= 1;
      }
    },
  },
  'backslash-400': {
    fails: 'body/escaped-slash',
    says: 'looks-in-the-text,refuses-escapes',
    bug: 'Refuses a backslash anywhere in the body, to be safe from \\u0000.',
    async refusal(event, req, body) {
      return body.includes('\\') ? 400 : undefined;
    },
  },
};
