// What is said to those who cannot see it, and the short notice at the bottom that everybody sees.

import { byId, setText } from './dom.js';
import { count } from './format.js';

/** New sessions are told together, and not more often than this: a load test must not talk without end. */
const EVERY_MS = 8000;

let pending = 0;
let problems = 0;
let timer = null;

export function newSessions(entries) {
  pending += entries.length;
  problems += entries.filter((entry) => entry.problems.number > 0).length;
  if (pending > 0) timer ??= setTimeout(tell, 1000);
}

function tell() {
  setText(byId('news'), `${count(pending, 'new session')}${problems > 0 ? `, ${problems} with problems` : ''}`);
  pending = 0;
  problems = 0;
  timer = setTimeout(() => {
    timer = null;
    setText(byId('news'), '');
    if (pending > 0) tell();
  }, EVERY_MS);
}

let fading = null;

/** Says what came of an action. */
export function toast(text, kind = 'plain') {
  const box = byId('toast');
  setText(box, text);
  box.dataset.kind = kind;
  clearTimeout(fading);
  fading = setTimeout(() => { setText(box, ''); }, kind === 'bad' ? 9000 : 4000);
}
