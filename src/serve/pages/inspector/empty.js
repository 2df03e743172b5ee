// Where there is nothing to show: what to do about it.

import { byId, h } from './dom.js';
import { on } from './frame.js';
import { clearFilter } from './filters.js';
import { copy } from './clipboard.js';
import { playNow, openPlay } from './play.js';
import { isFiltered, state } from './state.js';

const curlFor = (webhook) => {
  const timestamp = Math.floor(Date.now() / 1000);
  const body = `{"timestamp":${timestamp},"sessionId":"by-hand","sequence":0,"event":"WMS_LOADED","severity":"INFO"}`;
  return `curl -i '${webhook}' -H 'Content-Type: application/json' -d '${body}'`;
};

let drawnList = null;
let drawnDetail = null;

/** Under the list, where it has no rows. */
export function drawListEmpty(rows) {
  const box = byId('list-empty');
  const what = rows > 0 || !state.loaded ? 'no' : isFiltered() ? 'no-match' : 'none';
  box.hidden = what === 'no';
  if (what === drawnList) return;
  drawnList = what;
  if (what === 'none') {
    box.replaceChildren(h('p', {}, 'Sessions appear here, the newest first.'));
  } else if (what === 'no-match') {
    box.replaceChildren(
      h('p', {}, 'No session matches the filter.'),
      h('button', { type: 'button', onclick: () => clearFilter() }, 'Clear the filter', h('kbd', {}, 'Esc')));
  } else {
    box.replaceChildren();
  }
}

function line(text, name) {
  return h('div', { class: 'copy-line' }, h('pre', { class: 'foreign', tabindex: '0', role: 'group', 'aria-label': name }, text),
    h('button', { type: 'button', onclick: () => copy(text, name) }, 'Copy', h('span', { class: 'unseen' }, ` ${name}`)));
}

function firstSteps({ webhook }) {
  return [
    h('h2', {}, 'No session yet'),
    h('p', {}, 'Play one, and look at every event, its MAC and what was answered:'),
    h('p', { class: 'buttons' },
      h('button', { type: 'button', class: 'primary', onclick: () => playNow({ scenario: 'happy-path', pace: '20x' }) }, 'Play happy-path'),
      h('button', { type: 'button', onclick: () => openPlay() }, 'Another scenario…')),
    h('p', {}, 'Or let your own sender post to this webhook:'),
    line(webhook, 'the webhook URL'),
    h('p', {}, 'Without a MAC it is refused, and the answer says why:'),
    line(curlFor(webhook), 'the curl command'),
  ];
}

const NOTHING_OPEN = () => [
  h('p', {}, 'Choose a session on the left.'),
  h('p', { class: 'muted' }, h('kbd', {}, 'j'), ' ', h('kbd', {}, 'k'), ' move, ', h('kbd', {}, 'Enter'), ' opens, ', h('kbd', {}, '?'), ' shows all keys.'),
];

const GONE = () => [
  h('h2', {}, 'This session is not known'),
  h('p', {}, 'It was forgotten, or the server was started anew since.'),
];

function drawDetailEmpty() {
  const box = byId('detail-empty');
  let what = 'no';
  if (state.open !== null) {
    if (state.openState === 'unknown') what = 'gone';
    else if (state.openState === 'loading') what = 'loading';
    else if (state.openState !== 'here' && state.openState !== 'nameless') what = `!${state.openState}`;
  } else if (state.loaded) {
    what = state.sessions.size === 0 ? 'none' : 'closed';
  }
  box.hidden = what === 'no';
  // At 400 px there is one view: the first steps stand where the list would.
  document.body.classList.toggle('nothing-yet', what === 'none');
  if (what === drawnDetail) return;
  drawnDetail = what;
  if (what === 'gone') box.replaceChildren(...GONE());
  else if (what === 'none') box.replaceChildren(...firstSteps(state.info));
  else if (what === 'closed') box.replaceChildren(...NOTHING_OPEN());
  else if (what.startsWith('!')) box.replaceChildren(h('p', {}, what.slice(1)));
  else box.replaceChildren();
}

export function startEmpty() {
  on('open', drawDetailEmpty);
  on('sessions', drawDetailEmpty);
}
