// Everything the page knows. The modules that draw read it; the feed and the user's choices change it.

import { changed } from './frame.js';
import { problemsOf, stateOf, titleOf } from './words.js';

/** More sessions than this are not kept here (the server may know more): the oldest that have ended go first. */
export const MOST_SESSIONS = 5000;
/** Of the open session, so many records a side, the newest. A load test may well send all under one session ID. */
export const MOST_RECORDS = 1000;

export const state = {
  info: null,
  /** Whether the list was loaded at least once: before that 'no session yet' would be a guess. */
  loaded: false,
  sessions: new Map(),
  newestFirst: [],
  filter: { text: '', states: new Set(), problems: false, found: new Set() },
  open: null,
  records: { sent: new Map(), received: new Map() },
  /** 'loading', 'here', 'unknown', 'nameless' (it has no ID, so there is only its head), or what went wrong as a text. */
  openState: 'here',
  cut: false,
  selected: null,
};

function entryOf(summary) {
  const began = Date.parse(summary.startedAt);
  return {
    summary,
    began,
    last: Date.parse(summary.lastAt ?? summary.startedAt),
    kind: stateOf(summary).kind,
    problems: problemsOf(summary),
    text: [titleOf(summary), summary.scenario ?? '', summary.sessionId, ...summary.eventNames].join('\n').toLowerCase(),
  };
}

/** Takes summaries, new or changed. Returns the entries that were not known before. */
export function takeSessions(summaries) {
  const news = [];
  for (const summary of summaries) {
    const known = state.sessions.has(summary.sessionId);
    const entry = entryOf(summary);
    state.sessions.set(summary.sessionId, entry);
    if (!known) news.push(entry);
  }
  if (news.length > 0) bound();
  sort();
  changed('sessions');
  if (summaries.some((summary) => summary.sessionId === state.open)) changed('open');
  return news;
}

function sort() {
  state.newestFirst = [...state.sessions.values()].sort((a, b) => b.began - a.began);
}

function bound() {
  let over = state.sessions.size - MOST_SESSIONS;
  if (over <= 0) return;
  const oldestFirst = [...state.sessions.values()].sort((a, b) => a.began - b.began);
  for (const { summary } of oldestFirst) {
    if (over <= 0) break;
    if (summary.state === 'running' || summary.sessionId === state.open) continue;
    state.sessions.delete(summary.sessionId);
    over -= 1;
  }
}

export function dropSessions(sessionIds) {
  for (const sessionId of sessionIds) state.sessions.delete(sessionId);
  if (sessionIds.includes(state.open)) {
    clearRecords();
    state.openState = 'unknown';
  }
  sort();
  changed('sessions', 'open', 'records');
}

/** The list as the server has it now: what it does not know is gone, except what the feed told while it was asked. */
export function replaceSessions(summaries, toldMeanwhile) {
  const before = state.sessions;
  state.sessions = new Map();
  for (const sessionId of toldMeanwhile) {
    if (before.has(sessionId)) state.sessions.set(sessionId, before.get(sessionId));
  }
  state.loaded = true;
  takeSessions(summaries.filter(({ sessionId }) => !state.sessions.has(sessionId)));
}

/** Takes records of the open session. Of two versions of one record the one with the higher number stands. */
export function takeRecords(records) {
  for (const { side, record } of records) {
    const known = state.records[side];
    const before = known.get(record.key);
    if (!before || before.id <= record.id) known.set(record.key, record);
    if (known.size > MOST_RECORDS) {
      known.delete(known.keys().next().value);
      state.cut = true;
    }
  }
  changed('records');
}

export function clearRecords() {
  state.records = { sent: new Map(), received: new Map() };
  state.cut = false;
  changed('records');
}

function matches(entry, { text, states, problems, found }) {
  if (states.size > 0 && !states.has(entry.kind)) return false;
  if (problems && entry.problems.number === 0) return false;
  if (!text) return true;
  return entry.text.includes(text) || found.has(entry.summary.sessionId);
}

export const isFiltered = ({ text, states, problems } = state.filter) => Boolean(text || states.size || problems);

/** The entries that the filter lets through, newest first. */
export const visible = () => (isFiltered()
  ? state.newestFirst.filter((entry) => matches(entry, state.filter))
  : state.newestFirst);

export const openEntry = () => state.sessions.get(state.open);
