// Between the worker that listens and the state: loads what the feed cannot know, and loses nothing in between.

import * as api from './api.js';
import { newSessions } from './announce.js';
import { showConnection } from './connection.js';
import { changed } from './frame.js';
import {
  clearRecords, dropSessions, openEntry, replaceSessions, state, takeRecords, takeSessions,
} from './state.js';

const LIMIT = 2000;

const worker = new Worker(new URL('./feed-worker.js', import.meta.url), { type: 'module' });
const waiting = new Map();
let ticket = 0;
/** The sessions that the feed told about while the list is on its way: what it told is newer. */
let toldMeanwhile = null;
/** What the feed told of the server since it came back. It tells every change, so it is never older than what is loaded. */
let toldInfo = {};
let stale = false;

const takes = {
  watching({ ticket: answered }) {
    waiting.get(answered)?.();
    waiting.delete(answered);
  },
  state({ state: word, wait }) {
    // It may be another server that is met next.
    if (word !== 'live') toldInfo = {};
    showConnection(word, wait);
    if (word === 'live' && (!state.loaded || !state.info)) loadAll();
  },
  batch,
};

worker.addEventListener('message', ({ data }) => takes[data.type]?.(data));
worker.addEventListener('error', () => showConnection('broken'));
document.addEventListener('visibilitychange', () => {
  worker.postMessage({ type: 'hidden', hidden: document.hidden });
  if (!document.hidden && stale) openSession(state.open);
});

export const wake = () => worker.postMessage({ type: 'wake' });

function batch({ reset, info, lost, cut, watched, sessions, records, removed }) {
  if (info) toldInfo = { ...toldInfo, ...info };
  if (info && state.info) {
    state.info = { ...state.info, ...info };
    changed('info');
  }
  if (reset) loadAll();
  if (removed.length > 0) dropSessions(removed);
  if (sessions.length > 0) {
    const news = takeSessions(sessions);
    for (const { sessionId } of sessions) toldMeanwhile?.add(sessionId);
    if (state.loaded) newSessions(news);
  }
  if (watched !== state.open) return;
  if (records.length > 0) {
    if (cut) state.cut = true;
    takeRecords(records);
    if (state.openState === 'unknown') openSession(state.open);
  }
  // What happened while nobody looked is loaded once somebody does.
  if (lost && document.hidden) stale = true;
  else if (lost) openSession(state.open);
}

/** Loads the list and the server's own facts (again). */
export async function loadAll() {
  toldMeanwhile = new Set();
  const told = toldMeanwhile;
  try {
    const [info, sessions] = await Promise.all([api.info(), api.sessions({ limit: LIMIT })]);
    state.info = { ...info, ...toldInfo };
    replaceSessions(sessions, told);
    changed('info', 'open');
    if (state.open !== null) openSession(state.open);
  } catch (error) {
    state.openState = state.open === null ? 'here' : error.message;
    changed('open');
  } finally {
    if (toldMeanwhile === told) toldMeanwhile = null;
  }
}

const watch = (sessionId) => new Promise((resolve) => {
  ticket += 1;
  waiting.set(ticket, resolve);
  worker.postMessage({ type: 'watch', sessionId, ticket });
});

let loading = 0;

/** A session that only came in was never sent: asking would be answered with 404. */
function mayHave(side, sessionId) {
  const summary = state.sessions.get(sessionId)?.summary;
  return !summary || summary[side] !== null;
}

/** Opens a session: first the feed is told to pass its records on, then what was before is loaded. */
export async function openSession(sessionId) {
  loading += 1;
  const mine = loading;
  stale = false;
  if (state.open !== sessionId) {
    state.open = sessionId;
    state.openState = 'loading';
    clearRecords();
    changed('sessions', 'open');
  }
  // The API has no address for an empty ID: there is only what the list knows.
  const nameless = sessionId === '';
  await watch(nameless ? null : sessionId);
  // The list says which sides a session has; once it is there, this is called again.
  if (sessionId === null || !state.loaded) return;
  if (nameless) {
    if (mine !== loading) return;
    state.openState = openEntry() ? 'nameless' : 'unknown';
    changed('open');
    return;
  }
  try {
    const sent = mayHave('sent', sessionId) ? await api.sent(sessionId) : null;
    // Of a session that has just begun only this answer says whether any of it has come in.
    const cameIn = sent ? sent.received !== null : mayHave('received', sessionId);
    const received = cameIn ? await api.received(sessionId) : null;
    if (mine !== loading) return;
    if (!sent && !received) {
      state.openState = 'unknown';
      changed('open');
      return;
    }
    state.openState = 'here';
    const asked = (side, answer) => (answer?.events ?? []).map((record) => ({ side, record }));
    takeRecords([...asked('sent', sent), ...asked('received', received)]);
    // A session that is older than the list goes: it was asked for by its ID.
    if (!openEntry()) {
      const { events, more, ...summary } = sent ?? received;
      takeSessions([summary]);
    }
    changed('open');
  } catch (error) {
    if (mine !== loading) return;
    state.openState = error.message;
    changed('open');
  }
}
