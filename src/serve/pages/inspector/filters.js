// What the list shows: a text, states, and 'problems only'.

import * as api from './api.js';
import { byId, h, icon, setText } from './dom.js';
import { changed, on } from './frame.js';
import { isFiltered, state, takeSessions } from './state.js';
import { STATES } from './words.js';

/** The server is asked once typing pauses: it knows the events of sessions that this page has not opened. */
const PAUSE_MS = 250;
/** As many as the list is loaded with: one that is not found would be taken for one that does not fit. */
const LIMIT = 2000;

const search = byId('search');
const chips = new Map();
let pause = null;
let asked = 0;

function chip(kind, text, press) {
  const number = h('span', { class: 'number' });
  const button = h('button', { type: 'button', class: 'chip', 'data-kind': kind, 'aria-pressed': 'false', onclick: press },
    icon(kind === 'problems' ? 'problem' : kind), h('span', { class: 'chip-word' }, text), number);
  byId('chips').append(button);
  chips.set(kind, { button, number });
}

function toggleState(kind) {
  const { states } = state.filter;
  if (!states.delete(kind)) states.add(kind);
  changed('sessions');
}

function draw() {
  const numbers = new Map();
  let problems = 0;
  for (const entry of state.sessions.values()) {
    numbers.set(entry.kind, (numbers.get(entry.kind) ?? 0) + 1);
    if (entry.problems.number > 0) problems += 1;
  }
  for (const [kind, { button, number }] of chips) {
    const pressed = kind === 'problems' ? state.filter.problems : state.filter.states.has(kind);
    const all = kind === 'problems' ? problems : numbers.get(kind) ?? 0;
    button.setAttribute('aria-pressed', pressed);
    setText(number, all.toLocaleString('en'));
    // The rare kind has a chip only while there is one.
    if (kind === 'other') button.hidden = all === 0 && !pressed;
  }
}

async function askServer() {
  const q = search.value.trim();
  asked += 1;
  const mine = asked;
  if (!q) return;
  try {
    const found = await api.sessions({ q, limit: LIMIT });
    if (mine !== asked) return;
    state.filter.found = new Set(found.map(({ sessionId }) => sessionId));
    // What the feed told is at least as new; only sessions that are not here are taken.
    takeSessions(found.filter(({ sessionId }) => !state.sessions.has(sessionId)));
  } catch {
    // The sessions that are here are searched all the same.
  }
}

function typed() {
  state.filter.text = search.value.trim().toLowerCase();
  state.filter.found = new Set();
  changed('sessions');
  clearTimeout(pause);
  pause = setTimeout(askServer, PAUSE_MS);
}

/** Shows everything again. Says whether there was anything to clear. */
export function clearFilter() {
  if (!isFiltered() && search.value === '') return false;
  search.value = '';
  state.filter.states.clear();
  state.filter.problems = false;
  typed();
  return true;
}

export function focusSearch() {
  search.focus();
  search.select();
}

export function startFilters() {
  search.addEventListener('input', typed);
  for (const kind of STATES) chip(kind, kind, () => toggleState(kind));
  chip('other', 'interrupted', () => toggleState('other'));
  chip('problems', 'problems only', () => {
    state.filter.problems = !state.filter.problems;
    changed('sessions');
  });
  on('sessions', draw);
}
