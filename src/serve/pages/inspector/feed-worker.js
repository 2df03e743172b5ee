// The live feed, off the page's thread: it reads, parses and condenses, and the page gets one message a while. At ten
// thousand records a second the page sees ten messages a second, with the bodies of the open session only.

import { connect } from './sse.js';

const VISIBLE_MS = 100;
const HIDDEN_MS = 2000;
/** Of so many sessions the names of their events are remembered, for the search. */
const MOST_SESSIONS = 5000;
/** Of the open session the page keeps this many records of each side: older ones need not be moved. */
const MOST_RECORDS = 1000;

let watched = null;
let hidden = false;
let ended = false;
let last = null;
let timer = null;
let fresh = empty();
const names = new Map();

function empty() {
  return { sessions: new Map(), records: { sent: new Map(), received: new Map() }, names: new Map(), removed: new Set(), info: null, reset: false, lost: false, cut: false };
}

function later() {
  timer ??= setTimeout(flush, hidden ? HIDDEN_MS : VISIBLE_MS);
}

function flush() {
  clearTimeout(timer);
  timer = null;
  const batch = fresh;
  fresh = empty();
  postMessage({
    type: 'batch',
    reset: batch.reset,
    info: batch.info,
    lost: batch.lost,
    cut: batch.cut,
    watched,
    sessions: [...batch.sessions.values()],
    records: [...batch.records.sent.values(), ...batch.records.received.values()],
    names: [...batch.names].map(([sessionId, found]) => [sessionId, [...found]]),
    removed: [...batch.removed],
  });
}

function nameSeen(sessionId, event) {
  if (!event) return;
  let known = names.get(sessionId);
  if (!known) {
    known = new Set();
    names.set(sessionId, known);
    if (names.size > MOST_SESSIONS) names.delete(names.keys().next().value);
  }
  if (known.has(event)) return;
  known.add(event);
  if (!fresh.names.has(sessionId)) fresh.names.set(sessionId, new Set());
  fresh.names.get(sessionId).add(event);
}

function recordSeen({ sessionId, side, record }) {
  nameSeen(sessionId, record.event);
  if (sessionId !== watched) return;
  // A hidden tab draws nothing: it loads the open session again when it is shown.
  if (hidden) {
    fresh.lost = true;
    return;
  }
  const known = fresh.records[side];
  const before = known.get(record.key);
  if (!before || before.record.id <= record.id) known.set(record.key, { side, record });
  if (known.size > MOST_RECORDS) {
    known.delete(known.keys().next().value);
    fresh.cut = true;
  }
}

/**
 * The beginning of a record, as the server writes it. Of a session that is not open the name of the event is all that counts,
 * and parsing the rest, with the body, would be most of the work. What begins otherwise is parsed like everything else.
 */
const BEGINNING = /^\{"sessionId":"([^"\\]*)","side":"[a-z]+","record":\{"key":\d+,"id":\d+,"sequence":(?:\d+|null),"event":"([^"\\]*)"/;

function passedBy(data) {
  const found = BEGINNING.exec(data);
  if (!found || found[1] === watched) return false;
  nameSeen(found[1], found[2]);
  return true;
}

const takes = {
  session(summary) {
    fresh.removed.delete(summary.sessionId);
    fresh.sessions.set(summary.sessionId, summary);
  },
  record: recordSeen,
  removed({ sessionIds }) {
    for (const sessionId of sessionIds) {
      fresh.sessions.delete(sessionId);
      fresh.removed.add(sessionId);
      names.delete(sessionId);
    }
  },
  info(news) {
    fresh.info = { ...fresh.info, ...news };
  },
  reset: startAgain,
  bye() {
    ended = true;
    postMessage({ type: 'state', state: 'ended' });
  },
};

function startAgain() {
  names.clear();
  fresh = empty();
  fresh.reset = true;
}

const wake = connect(new URL('../../api/events', import.meta.url), {
  lastId: () => last,
  told({ id, event, data }) {
    // Numbers that run backwards belong to another server than before: what is known of the old one is void.
    if (id !== null && last !== null && Number(id) < Number(last)) startAgain();
    if (id !== null) last = id;
    const take = takes[event];
    if (!take) return;
    if (event === 'record' && passedBy(data)) {
      later();
      return;
    }
    let parsed;
    try {
      parsed = JSON.parse(data);
    } catch {
      return;
    }
    take(parsed);
    if (event !== 'bye') later();
  },
  state(state, wait) {
    if (state === 'live') ended = false;
    // A server that said goodbye is not 'reconnecting', but it may well be started again.
    postMessage({ type: 'state', state: ended ? 'ended' : state, wait });
  },
});

addEventListener('message', ({ data }) => {
  if (data.type === 'watch') {
    // The page goes by what it was told of the session until now.
    flush();
    watched = data.sessionId;
    fresh.records = empty().records;
    fresh.cut = false;
    fresh.lost = false;
    // From here on no record of it is missed, so that it can be loaded now.
    postMessage({ type: 'watching', ticket: data.ticket });
  } else if (data.type === 'hidden') {
    hidden = data.hidden;
    if (!hidden) flush();
  } else if (data.type === 'wake') {
    wake();
  }
});
