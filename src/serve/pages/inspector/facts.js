// The head of the open session: what it is, where it went, what came of it, and what can be done with it.

import { arrange, byId, h, icon, setAttribute, setText, visible } from './dom.js';
import { sessionTools } from './actions.js';
import { clock, cut, shorten } from './format.js';
import { idOf, stateOf, surprised, titleOf } from './words.js';

const LONGEST = 2000;
/** Results in a callback are long, and nobody reads them there. */
const LONGEST_CALLBACK = 120;

function outcome(summary) {
  const { kind, word } = stateOf(summary);
  const parts = [h('span', { class: `state ${kind}` }, icon(kind), word)];
  if (summary.expected) {
    const wrong = surprised(summary);
    const text = summary.outcome === summary.expected ? 'as expected' : `expected ${summary.expected}`;
    parts.push(h('span', { class: wrong ? 'bad' : 'muted' }, ` ${text}`));
  }
  return parts;
}

function counts(side, words) {
  if (!side) return null;
  const one = (number, word) => (number === 1 ? word.replace(/s$/, '') : word);
  const parts = words.filter(([key]) => side[key] > 0).map(([key, word, bad]) =>
    h('span', { class: bad ? 'bad' : '' }, `${side[key].toLocaleString('en')} ${one(side[key], word)}`));
  return parts.flatMap((part, index) => (index === 0 ? [part] : [', ', part]));
}

function factsOf(summary) {
  return [
    ['outcome', outcome(summary)],
    ['scenario', summary.scenario],
    ['started', clock(summary.startedAt), summary.startedAt],
    ['pace', summary.pace],
    ['seed', summary.seed],
    ['config', summary.config],
    ['target', summary.target],
    ['sent', counts(summary.sent, [['events', 'events'], ['accepted', 'accepted'], ['refused', 'refused', true], ['failed', 'failed', true], ['suppressed', 'not sent']])],
    ['received', counts(summary.received, [['events', 'events'], ['refused', 'refused', true], ['macs_wrong', 'wrong MACs', true], ['duplicates', 'duplicates'], ['missing', 'missing', true], ['findings', 'findings']])],
    ['callback', summary.callback && shorten(summary.callback, LONGEST_CALLBACK), summary.callback && cut(summary.callback, LONGEST)],
  ];
}

const drawnFacts = new Map();
let toolsDrawn = '';

export function drawFacts(summary, interactive) {
  setText(byId('session-title'), cut(titleOf(summary), 300));
  setText(byId('session-id'), cut(idOf(summary), LONGEST));
  const nodes = [];
  for (const [name, value, title] of factsOf(summary)) {
    const empty = value === null || value === undefined || value === '' || value.length === 0;
    if (empty) continue;
    let one = drawnFacts.get(name);
    if (!one) {
      one = { dd: h('dd', { class: 'foreign' }), key: null };
      one.node = h('div', { class: `fact f-${name}` }, h('dt', {}, name), one.dd);
      drawnFacts.set(name, one);
    }
    const parts = Array.isArray(value) ? value : [cut(String(value), LONGEST)];
    const key = parts.map((part) => (typeof part === 'string' ? part : `${part.className}${part.textContent}`)).join('|');
    if (key !== one.key) {
      one.key = key;
      one.dd.replaceChildren(...parts.map((part) => (typeof part === 'string' ? visible(part) : part)));
      setAttribute(one.dd, 'title', title);
    }
    nodes.push(one.node);
  }
  arrange(byId('facts'), nodes);
  const tools = JSON.stringify([summary.sessionId, summary.state, interactive, Boolean(summary.sent), summary.scenario]);
  if (tools !== toolsDrawn) {
    toolsDrawn = tools;
    const place = byId('session-tools');
    const focused = place.contains(document.activeElement);
    place.replaceChildren(...sessionTools(summary, interactive));
    // The button that had the focus may be gone.
    if (focused) byId('session-title').focus({ preventScroll: true });
  }
}
