// The live feed, off the page's thread: it reads, parses and condenses, and the page gets one message a while. At ten
// thousand records a second the page sees ten messages a second. The server is asked for the records of the open session only:
// with another one comes another connection, which goes on where the one before was.

import { connect } from './sse.js';

const VISIBLE_MS = 100;
const HIDDEN_MS = 2000;
/** Of the open session the page keeps this many records of each side: older ones need not be moved. */
const MOST_RECORDS = 1000;

let watched = null;
let hidden = false;
let ended = false;
let last = null;
let timer = null;
let fresh = empty();
/** What is answered once it is known from where on the feed tells everything. */
const unanswered = [];

function empty() {
  return { sessions: new Map(), records: { sent: new Map(), received: new Map() }, removed: new Set(), info: null, reset: false, lost: false, cut: false };
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
    removed: [...batch.removed],
  });
}

function recordSeen({ sessionId, side, record }) {
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
  // What is told of the server itself has no number, and is not told again.
  fresh = { ...empty(), info: fresh.info };
  fresh.reset = true;
}

function url() {
  const events = new URL('../../api/events', import.meta.url);
  // Empty means none.
  events.searchParams.set('records', watched ?? '');
  return events;
}

const { wake, again } = connect(url, {
  lastId: () => last,
  told({ id, event, data }) {
    // Numbers that run backwards belong to another server than before: what is known of the old one is void.
    if (id !== null && last !== null && Number(id) < Number(last)) startAgain();
    if (id !== null) last = id;
    for (const ticket of unanswered.splice(0)) answer(ticket);
    const take = takes[event];
    if (!take) return;
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
    // Every connection begins with it, and the next one may lead to another server.
    else fresh.info = null;
    // A server that said goodbye is not 'reconnecting', but it may well be started again.
    postMessage({ type: 'state', state: ended ? 'ended' : state, wait });
  },
});

/** From here on no record of the session is missed, so that it can be loaded now: the feed tells what came after `last`. */
function answer(ticket) {
  if (last === null) unanswered.push(ticket);
  else postMessage({ type: 'watching', ticket });
}

addEventListener('message', ({ data }) => {
  if (data.type === 'watch') {
    // The page goes by what it was told of the session until now.
    flush();
    if (watched !== data.sessionId) {
      watched = data.sessionId;
      again();
    }
    fresh.records = empty().records;
    fresh.cut = false;
    fresh.lost = false;
    answer(data.ticket);
  } else if (data.type === 'hidden') {
    hidden = data.hidden;
    if (!hidden) flush();
  } else if (data.type === 'wake') {
    wake();
  }
});
