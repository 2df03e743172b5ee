'use strict';
// What the receivers in JavaScript do with an event once its MAC is right: read it, and remember what has become of its
// session. Yours has a table with a unique index instead.

const { createHash } = require('node:crypto');

const MAX_SESSIONS = 10_000;
const MAX_EVENTS = 1_000; // of a session
const MAX_TEXT = 1_024;

const FAILURES = new Set([
  'CAMERA_PERMISSION_DENIED',
  'CONSTRAINT_VIOLATION',
  'WEBSOCKET_RECONNECTION_FAILED',
  'API_ERROR',
  'LOW_SNR',
  'GENERAL_ERROR',
]);

const isText = (value) => typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT;

/** The event in a body, or undefined if there is none. What it has beyond these three is none of our business. */
exports.readEvent = (body) => {
  let message;
  try {
    message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  const { sessionId, sequence, event } = message ?? {};
  return isText(sessionId) && Number.isInteger(sequence) && isText(event) ? message : undefined;
};

function outcome(events) {
  const has = (code) => events.some(({ event }) => event === code);
  if (has('RESULTS_RECEIVED')) return 'completed';
  if (has('MEASUREMENT_CANCELED')) return 'canceled';
  if (events.some(({ event, severity }) => severity === 'ERROR' || FAILURES.has(event))) return 'failed';
  return has('PAGE_UNLOADED') ? 'abandoned' : null;
}

/** The measurement of the event with the highest sequence. The ID decides between two, so that their order does not. */
function measurement(events) {
  const [last] = events
    .filter(({ measurementId }) => measurementId !== undefined)
    .sort((a, b) => b.sequence - a.sequence || (a.measurementId < b.measurementId ? 1 : -1));
  return last?.measurementId ?? null;
}

function summary(sessionId, events) {
  const counts = new Map(); // not an object: a code may be called __proto__
  for (const { event } of events) counts.set(event, (counts.get(event) ?? 0) + 1);
  return {
    sessionId,
    outcome: outcome(events),
    measurementId: measurement(events),
    events: events.length,
    lastSequence: Math.max(...events.map(({ sequence }) => sequence)),
    counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/**
 * What is known of each session. It depends on which events came, and not on how often or in which order. An event is
 * known by its body: a page that is loaded again may count from 0 again, and what is sent twice has the same bytes.
 */
exports.Sessions = class {
  #sessions = new Map();

  add({ sessionId, sequence, event, severity, payload }, body) {
    if (!this.#sessions.has(sessionId)) this.#sessions.set(sessionId, new Map());
    if (this.#sessions.size > MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value);
    const events = this.#sessions.get(sessionId);
    if (events.size === MAX_EVENTS) return;
    const measurementId = isText(payload?.measurementId) ? payload.measurementId : undefined;
    events.set(createHash('sha256').update(body).digest('hex'), { sequence, event, severity, measurementId });
  }

  /** Undefined if nothing has come. */
  find(sessionId) {
    const events = this.#sessions.get(sessionId);
    return events && summary(sessionId, [...events.values()]);
  }
};
