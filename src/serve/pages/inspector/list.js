// The list of sessions. Only the rows in sight exist, so that two thousand sessions cost as much as twenty.

import { arrange, byId, setText } from './dom.js';
import { changed, on } from './frame.js';
import { count } from './format.js';
import { parse, sessionHash, visit } from './route.js';
import { row } from './row.js';
import { isFiltered, state, visible } from './state.js';
import { drawListEmpty } from './empty.js';

const SPARE = 4;

const scroller = byId('scroller');
const list = byId('list');
const newer = byId('newer');
const rows = new Map();
let shown = [];
/** The first entry in sight and how far it is scrolled: where the view stays when others come in above it. */
let anchor = null;
let unseen = 0;
/** The session that j, k and Tab come to. */
let cursor = null;

const rowHeight = () => parseFloat(getComputedStyle(document.documentElement).fontSize) * 3.75;

function keepAnchor(height) {
  if (!anchor || scroller.scrollTop <= 0) {
    unseen = 0;
    return;
  }
  const before = anchor.index;
  const index = shown.indexOf(state.sessions.get(anchor.id));
  if (index < 0) return;
  if (index > before) unseen += index - before;
  anchor.index = index;
  scroller.scrollTop = index * height + anchor.into;
}

function moveAnchor() {
  const height = rowHeight();
  const index = Math.floor(scroller.scrollTop / height);
  const entry = shown[index];
  anchor = entry ? { id: entry.summary.sessionId, index, into: scroller.scrollTop - index * height } : null;
  if (scroller.scrollTop <= 0) unseen = 0;
}

function draw() {
  const height = rowHeight();
  shown = visible();
  list.style.height = `${shown.length * height}px`;
  keepAnchor(height);
  drawRows(height);
  drawListEmpty(shown.length);
  newer.hidden = unseen === 0;
  if (unseen > 0) setText(newer, `${count(unseen, 'newer session')} above`);
  const all = state.sessions.size;
  setText(byId('sessions-count'), isFiltered() ? `${shown.length.toLocaleString('en')} of ${all.toLocaleString('en')}` : all.toLocaleString('en'));
}

function drawRows(height) {
  const first = Math.max(0, Math.floor(scroller.scrollTop / height) - SPARE);
  const last = Math.min(shown.length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / height) + SPARE);
  const wanted = new Set();
  for (let index = first; index < last; index += 1) wanted.add(index);
  // The row with the focus stays, even out of sight: else the focus would fall back to the page.
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  if (focused !== null) {
    const index = shown.indexOf(state.sessions.get(focused));
    if (index >= 0) wanted.add(index);
  }
  if (!state.sessions.has(cursor)) cursor = null;
  const tabbable = cursor ?? (state.sessions.has(state.open) ? state.open : shown[first]?.summary.sessionId);

  const nodes = [];
  const kept = new Set();
  for (const index of [...wanted].sort((a, b) => a - b)) {
    const entry = shown[index];
    const id = entry.summary.sessionId;
    kept.add(id);
    let one = rows.get(id);
    if (!one) rows.set(id, one = row());
    one.show(entry, {
      open: id === state.open, top: index * height, place: index + 1, of: shown.length, tabbable: id === tabbable,
    });
    nodes.push(one.node);
  }
  for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
  arrange(list, nodes);
}

function goTo(index) {
  const entry = shown[index];
  if (!entry) return;
  cursor = entry.summary.sessionId;
  const height = rowHeight();
  const top = index * height;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + height > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + height - scroller.clientHeight;
  moveAnchor();
  drawRows(height);
  rows.get(cursor)?.link.focus({ preventScroll: true });
}

const indexOf = (id) => shown.findIndex((entry) => entry.summary.sessionId === id);

/** Moves the focus down (or up) the list; from anywhere else it begins at the open session or at the top. */
export function step(by) {
  if (list.contains(document.activeElement)) {
    const at = indexOf(document.activeElement.dataset.id);
    goTo(Math.min(shown.length - 1, Math.max(0, at + by)));
  } else {
    goTo(Math.max(0, indexOf(cursor ?? state.open)));
  }
}

export const toEnd = (last) => goTo(last ? shown.length - 1 : 0);
/** Whether an element is the row of the session that is open, or about to be: the address comes first. */
export const isOpenRow = (element) => inList(element) && element.dataset.id === parse(location.hash).sessionId;
export const inList = (element) => list.contains(element);

/** Brings a session into sight without taking the focus. */
export function reveal(sessionId) {
  visit(sessionHash(sessionId));
  scroller.scrollTop = Math.max(0, indexOf(sessionId)) * rowHeight();
}

export function startList() {
  on('sessions', draw);
  scroller.addEventListener('scroll', () => {
    moveAnchor();
    changed('sessions');
  }, { passive: true });
  list.addEventListener('focusin', ({ target }) => {
    cursor = target.dataset.id ?? cursor;
  });
  newer.addEventListener('click', () => {
    scroller.scrollTop = 0;
    goTo(0);
  });
  new ResizeObserver(() => changed('sessions')).observe(scroller);
  // Ages grow; nothing else changes by itself.
  setInterval(() => changed('sessions'), 1000);
}
