// The open session: puts its head, timeline, table and chosen event together.

import { byId } from './dom.js';
import { copy } from './clipboard.js';
import { drawEvent } from './event.js';
import { drawFacts } from './facts.js';
import { isInteractive } from './catalogue.js';
import { changed, on } from './frame.js';
import { step } from './list.js';
import { pair } from './pairs.js';
import { eventHash, parse, revise, sessionHash, visit } from './route.js';
import { openEntry, state } from './state.js';
import { drawNoEvents, drawTable, focusFirstLine, focusLine, inTable } from './table.js';
import { drawTimeline, focusMark, inTimeline, startTimeline } from './timeline.js';
import { setTitle } from './title.js';

const NAMELESS = 'A session without an ID cannot be opened here: its events have no address. What is known of it stands above. Its sender should give each session an ID.';

const narrow = matchMedia('(max-width: 720px)');
const interactive = new Map();
let rows = [];
let pairedFrom = null;
/** Had the focus when the events were asked for that are not there yet. */
let awaited = null;
/** The title that takes the focus as soon as it is there. */
let comingTo = null;

export const isNarrow = () => narrow.matches;

/** The key of the row that is chosen, by whichever of its sides it was chosen. */
const selectedRow = () => (state.selected === null ? undefined : rows.find(({ keys }) => keys.includes(state.selected)));

function drawHead() {
  const entry = openEntry();
  byId('session').hidden = !entry || !['here', 'nameless'].includes(state.openState);
  setTitle();
  if (!entry) return;
  const { scenario } = entry.summary;
  if (scenario && !interactive.has(scenario)) {
    interactive.set(scenario, false);
    isInteractive(scenario).then((is) => {
      interactive.set(scenario, is);
      changed('open');
    }, () => interactive.delete(scenario));
  }
  drawFacts(entry.summary, interactive.get(scenario) ?? false);
}

function drawRecords() {
  pairedFrom = null;
  drawRows();
}

function drawRows() {
  if (state.open === null || !['here', 'nameless'].includes(state.openState)) return;
  // Another session's records are another object: its rows never stand under this one's head.
  if (pairedFrom !== state.records) {
    pairedFrom = state.records;
    rows = pair(state.records);
  }
  const row = selectedRow();
  const selected = row?.key ?? null;
  const running = openEntry()?.summary.state === 'running';
  drawTimeline(rows, selected, running);
  drawTable(state.open, rows, selected, { choose, older: state.cut });
  drawEvent(state.open, rows, row);
  if (awaited) {
    // They were asked for before they were there.
    const still = document.activeElement === awaited;
    awaited = null;
    if (still) toEvents();
  }
  drawNoEvents(rows.length > 0 ? '' : state.openState === 'nameless' ? NAMELESS : running ? 'No event yet: the first is on its way.' : 'This session has no events: nothing was sent, and nothing came in.');
}

/** Chooses an event. By keyboard, choosing the chosen one goes on to what it says. */
function choose(key, byKeyboard = false) {
  const row = rows.find(({ keys }) => keys.includes(key));
  if (!row || state.open === null) return;
  const again = selectedRow() === row;
  const hash = eventHash(state.open, row.key);
  // In a narrow view the event is a place of its own, and Back leads back from it.
  if (isNarrow() && document.body.dataset.view !== 'event') visit(hash);
  else revise(hash);
  if (byKeyboard && again) byId('event-title')?.focus();
}

/** Goes to another event and takes the focus along, in the table or on the timeline. */
export function stepEvent(by) {
  if (rows.length === 0) return;
  const at = rows.indexOf(selectedRow());
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
  const onTimeline = inTimeline(document.activeElement);
  if (isNarrow() && document.body.dataset.view !== 'event') {
    // Moving is not opening where opening leaves the view.
    const lines = rows.map(({ key }) => key);
    const from = lines.indexOf(document.activeElement?.closest('tr')?.dataset.key);
    if (!focusLine(lines[Math.min(lines.length - 1, Math.max(0, from + by))])) focusFirstLine();
    return;
  }
  choose(next.key);
  drawRows();
  if (onTimeline) focusMark(next.key);
  else focusLine(next.key);
}

/** From the list to the events of the open session, as soon as there are any. */
export function toEvents() {
  const here = state.open === parse(location.hash).sessionId && pairedFrom === state.records;
  if (!here || byId('session').hidden || rows.length === 0) {
    awaited = document.activeElement;
    return;
  }
  // Where there are more than the table shows, the first that it has.
  if (!focusLine((selectedRow() ?? rows[0]).key)) focusFirstLine();
}

/** One step out: from the event's panel to its row, from the events to the list. */
export function goBack() {
  const active = document.activeElement;
  const { view } = document.body.dataset;
  if (isNarrow()) {
    if (view === 'event') visit(sessionHash(state.open));
    else if (view === 'session') visit('#/');
    return;
  }
  if (byId('event').contains(active)) toEvents();
  else if (state.selected !== null && (inTable(active) || inTimeline(active))) {
    revise(sessionHash(state.open));
    drawRows();
    step(0);
  } else if (byId('detail').contains(active)) step(0);
}

/** Follows the address. Says which of the views a narrow page shows, and moves the focus there. */
export function showView(sessionId, key) {
  const view = sessionId === null ? 'list' : key === null ? 'session' : 'event';
  const before = document.body.dataset.view;
  document.body.dataset.view = view;
  state.selected = key;
  changed('records');
  if (!isNarrow() || view === before) return;
  comingTo = view === 'list' ? null : `${view}-title`;
  if (view === 'list') step(0);
  else {
    // What was left is out of sight, and what comes may have to be loaded: until then the focus is on its place.
    byId('detail').focus();
    requestAnimationFrame(arrive);
  }
}

/** Takes the focus to the title that it is on its way to, if that is in sight and the user has not gone elsewhere. */
function arrive() {
  const title = comingTo && byId(comingTo);
  if (!title?.checkVisibility()) return;
  comingTo = null;
  if (document.activeElement === byId('detail') || document.activeElement === document.body) title.focus();
}

export function startDetail() {
  on('open', () => {
    drawHead();
    byId('copy-id').hidden = state.open === '';
    // Another session is drawn at once; for the same one it is enough when its rows have their turn.
    if (pairedFrom === state.records) changed('records');
    else drawRows();
  });
  on('records', drawRecords);
  on('open', arrive);
  on('records', arrive);
  startTimeline(choose);
  byId('copy-id').addEventListener('click', () => state.open !== null && copy(state.open, 'the session ID'));
}
