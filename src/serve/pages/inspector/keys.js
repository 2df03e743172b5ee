// The keyboard.

import { byId } from './dom.js';
import { anyOpen, openHelp } from './dialogs.js';
import { clearFilter, focusSearch } from './filters.js';
import { singleKeys } from './keymap.js';
import { inList, isOpenRow, step, toEnd } from './list.js';
import { goBack, stepEvent, toEvents } from './detail.js';
import { openPlay } from './play.js';
import { state } from './state.js';

const detail = byId('detail');

function help() {
  const { info } = state;
  openHelp(info && `wms-sim ${info.version}; MAC secret: ${info.secretSource}; events go to ${info.target} unless told otherwise.`);
}

const among = (element) => detail.contains(element) && !element.closest('#detail-empty');

function move(by) {
  if (among(document.activeElement)) stepEvent(by);
  else step(by);
}

function end(last) {
  if (among(document.activeElement)) stepEvent(last ? Infinity : -Infinity);
  else toEnd(last);
}

const letters = {
  j: () => move(1),
  k: () => move(-1),
  s: () => step(0),
  e: toEvents,
  p: () => openPlay(),
  '/': focusSearch,
  '?': help,
};

const others = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  ArrowRight: () => among(document.activeElement) && stepEvent(1),
  ArrowLeft: () => among(document.activeElement) && stepEvent(-1),
  Home: () => end(false),
  End: () => end(true),
};

/** Titles take the focus when what they stand above is opened. */
const TITLES = '#session-title, #event-title';

/** Where arrows belong to the page: among rows and marks, on titles, or where nothing has the focus. Elsewhere they scroll. */
function arrowsAreOurs(element, key) {
  if (element === document.body || inList(element) || element.closest(`#rows, .plot, ${TITLES}`)) return true;
  // Nothing scrolls sideways there but long texts.
  return (key === 'ArrowLeft' || key === 'ArrowRight') && among(element) && !element.closest('pre');
}

/** Enter where it has opened a session already. */
const opensAgain = ({ target, key }) =>
  key === 'Enter' && (isOpenRow(target) || target.id === 'session-title');

function escape(event) {
  const search = byId('search');
  if (document.activeElement === search && search.value === '') search.blur();
  if (clearFilter()) event.preventDefault();
  else goBack();
}

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || anyOpen()) return;
    const { target, key } = event;
    if (key === 'Escape') {
      escape(event);
      return;
    }
    if (target === byId('search') && key === 'ArrowDown') {
      event.preventDefault();
      toEnd(false);
      return;
    }
    if (target.closest('input, select, textarea')) return;
    if (opensAgain(event) && !event.shiftKey) {
      event.preventDefault();
      toEvents();
      return;
    }
    const act = letters[key] && singleKeys() ? letters[key] : arrowsAreOurs(target, key) ? others[key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
  byId('help').addEventListener('click', help);
  byId('play').addEventListener('click', () => openPlay());
  byId('skip').addEventListener('click', (event) => {
    event.preventDefault();
    byId('sessions').focus();
  });
}
