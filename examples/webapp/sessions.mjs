// The app's own database: what it was told of each session, in a file that only grows, and in memory.
//
// A real app has a table `events` with a unique index instead, and `INSERT .. ON CONFLICT DO NOTHING`.

import { createHash } from 'node:crypto';
import fs from 'node:fs';

const FAILURES = new Set([
  'CAMERA_PERMISSION_DENIED',
  'CONSTRAINT_VIOLATION',
  'LOW_SNR',
  'API_ERROR',
  'GENERAL_ERROR',
  'WEBSOCKET_RECONNECTION_FAILED',
]);

/**
 * What a session has come to, by the events that there are. It changes while they come in: a user who canceled may try
 * again, and events may overtake each other.
 */
function outcome(events, lastAt, giveUpMs) {
  const has = (code) => events.some(({ event }) => event === code);
  if (has('RESULTS_RECEIVED')) return 'completed';
  if (events.some(({ event }) => FAILURES.has(event))) return 'failed';
  if (has('MEASUREMENT_CANCELED')) return 'canceled';
  // Sent back to the app with nothing: the results timed out, or the profile was not accepted.
  if (has('REDIRECTING_TO_CALLBACK')) return 'failed';
  if (has('PAGE_UNLOADED')) return 'abandoned';
  return Date.now() - lastAt > giveUpMs ? 'abandoned' : 'running';
}

/**
 * The order in which events happened, and not that in which they came, so that a session looks the same however it was
 * delivered. The time comes first, because a page that is loaded again counts from 0.
 */
function inOrder(rows) {
  const time = ({ event }) => Number(event.timestamp) || 0;
  const order = (a, b) => time(a) - time(b) || a.event.sequence - b.event.sequence || (a.key < b.key ? -1 : 1);
  return rows.toSorted(order).map(({ event }) => event);
}

/**
 * Reads the file, if there is one, and goes on in it. An event is known by its session, its sequence and its body: a page
 * that the user loads again may count from 0 again, and what is sent twice has the same bytes.
 */
export function open(path, giveUpMs) {
  const sessions = new Map();
  const keep = (sessionId) => {
    if (!sessions.has(sessionId)) sessions.set(sessionId, { rows: [], known: new Set(), lastAt: Date.now() });
    return sessions.get(sessionId);
  };
  const remember = ({ at, key, event }) => {
    const session = keep(event.sessionId);
    session.lastAt = at;
    session.known.add(key);
    session.rows.push({ key, event });
  };

  if (fs.existsSync(path)) {
    for (const line of fs.readFileSync(path, 'utf8').split('\n')) {
      try {
        if (line) remember(JSON.parse(line));
      } catch {
        console.error(`${path}: a line is cut off`);
      }
    }
  }
  const file = fs.openSync(path, 'a');

  return {
    begin(sessionId) {
      keep(sessionId);
    },

    /** Adds an event, unless it is there already. */
    add(event, body) {
      const key = `${event.sequence} ${createHash('sha256').update(body).digest('hex')}`;
      if (keep(event.sessionId).known.has(key)) return;
      const row = { at: Date.now(), key, event };
      fs.writeSync(file, `${JSON.stringify(row)}\n`);
      remember(row);
    },

    find(sessionId) {
      const session = sessions.get(sessionId);
      if (!session) return null;
      const events = inOrder(session.rows);
      return { sessionId, outcome: outcome(events, session.lastAt, giveUpMs), events };
    },
  };
}
