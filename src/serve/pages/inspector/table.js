// The events of the open session as a table.

import { arrange, byId, h, icon, setAttribute, setText } from './dom.js';
import { count, cut, duration, offset } from './format.js';
import { recordOf } from './pairs.js';
import { eventHash } from './route.js';
import { faultsOf, findingsOf, forwardedOf, isProblem, macOf, statusOf } from './words.js';

const LONGEST_NAME = 40;
const LONGEST_TEXT = 80;
/** So many rows at first, the newest, and so many more with each 'show more'. */
const PAGE = 100;
const MORE = 400;

const body = byId('rows');
const drawn = new Map();
let allowed = PAGE;
let of = null;
let again = () => {};

const worst = (findings) => (['error', 'warning'].find((one) => findings.some(({ severity }) => severity === one)) ?? 'note');

function findingsCell(row) {
  const findings = findingsOf(row);
  if (findings.length === 0) return [];
  return [h('span', { class: `tag ${worst(findings)}` }, cut([...new Set(findings.map(({ code }) => code))].join(', '), LONGEST_TEXT))];
}

/** Where there is no room for the last columns, what they say stands under the event. */
function remarks(row) {
  const { mac, kind, text } = macOf(row);
  const { severity } = recordOf(row);
  const parts = [
    severity === 'WARN' || severity === 'ERROR' ? h('span', { class: `severity ${severity}` }, severity) : null,
    mac && kind !== 'plain' ? h('span', { class: `r-mac ${kind}` }, cut(`MAC ${text}`, LONGEST_TEXT)) : null,
    faultsOf(row).length > 0 ? h('span', {}, cut(`fault ${faultsOf(row).join(', ')}`, LONGEST_TEXT)) : null,
    ...findingsCell(row),
  ];
  return h('span', { class: 'remarks foreign' }, ...parts.filter(Boolean));
}

/** What was answered; of an event that was passed on, what the inbox thinks of it and what the target answered. */
function statusCell(row) {
  const status = statusOf(row);
  const forwarded = forwardedOf(row);
  if (!forwarded) return h('td', { class: `status ${status.kind}` }, cut(status.text, LONGEST_NAME));
  const inbox = statusOf({ received: row.received });
  return h('td', { class: 'status' }, h('span', { class: inbox.kind }, cut(inbox.text, LONGEST_NAME)),
    h('span', { class: 'unseen' }, ', forwarded:'), ' → ', h('span', { class: forwarded.kind }, cut(forwarded.text, LONGEST_NAME)));
}

function cellsOf(row, link) {
  const record = recordOf(row);
  const severity = record.severity ?? 'none';
  const mac = macOf(row);
  const name = cut(record.event ?? 'not an event', LONGEST_NAME);
  link.replaceChildren(icon(['INFO', 'WARN', 'ERROR'].includes(severity) ? severity : 'none', `severity ${severity}`),
    h('span', { class: 'foreign' }, name));
  const late = row.sent?.at_ms !== null && row.sent?.due_ms !== null && row.sent ? row.sent.at_ms - row.sent.due_ms : 0;
  return [
    h('td', { class: 'num' }, String(record.sequence ?? '–')),
    h('td', { class: 'num', title: late >= 1 ? `${duration(late)} after it was due` : null }, offset(row.moment)),
    h('th', { scope: 'row' }, link, remarks(row)),
    h('td', { class: 'c-severity' }, h('span', { class: `severity ${severity}` }, cut(record.severity ?? '–', 12))),
    statusCell(row),
    h('td', { class: 'num c-latency' }, duration(record.latency_ms ?? NaN)),
    h('td', { class: `c-mac ${mac.kind} foreign` }, cut(mac.text, LONGEST_NAME)),
    h('td', { class: 'c-faults foreign' }, cut(faultsOf(row).join(', '), LONGEST_TEXT)),
    h('td', { class: 'c-findings foreign' }, ...findingsCell(row)),
  ];
}

function line(choose) {
  const link = h('a', { class: 'pick' });
  const node = h('tr', {}, link);
  const one = { node, link, version: null };
  node.addEventListener('click', (event) => {
    // Text that is being marked is not a choice.
    if (event.target !== link && !link.contains(event.target) && getSelection()?.toString()) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    choose(node.dataset.key, event.detail === 0);
  });
  return one;
}

export function drawTable(sessionId, rows, selected, { choose, older }) {
  if (of !== sessionId) {
    of = sessionId;
    allowed = PAGE;
    drawn.clear();
  }
  const from = Math.max(0, Math.min(rows.length - allowed, rows.findIndex(({ key }) => key === selected) >>> 0));
  const shown = rows.slice(from, from + allowed);
  const kept = new Set();
  const tabbable = shown.some(({ key }) => key === selected) ? selected : shown[0]?.key;
  const nodes = shown.map((row) => {
    // A row is first known by what was received when that came in before the word of its sending.
    const key = row.keys.find((one) => drawn.has(one)) ?? row.key;
    kept.add(key);
    let one = drawn.get(key);
    if (!one) drawn.set(key, one = line(choose));
    if (one.version !== row.version) {
      one.version = row.version;
      const focused = document.activeElement === one.link;
      one.node.replaceChildren(...cellsOf(row, one.link));
      if (focused) one.link.focus({ preventScroll: true });
      one.node.className = isProblem(row) ? 'problem' : '';
      one.node.dataset.key = row.key;
      setAttribute(one.link, 'href', eventHash(sessionId, row.key));
    }
    setAttribute(one.link, 'aria-current', row.key === selected ? 'true' : null);
    setAttribute(one.link, 'tabindex', row.key === tabbable ? '0' : '-1');
    return one.node;
  });
  for (const key of drawn.keys()) if (!kept.has(key)) drawn.delete(key);
  arrange(body, nodes);
  again = () => drawTable(sessionId, rows, selected, { choose, older });
  drawNote(rows.length, shown.length, older);
}

function drawNote(all, shown, older) {
  const note = byId('events-note');
  const part = all === shown ? count(all, 'event') : `the last ${shown.toLocaleString('en')} of ${count(all, 'event')}`;
  const text = older ? `${part}; older ones are not kept here` : part;
  if (note.dataset.text === text) return;
  note.dataset.text = text;
  note.replaceChildren(text);
  if (all !== shown) {
    note.append(' ', h('button', { type: 'button', class: 'quiet', onclick: () => { allowed += MORE; again(); } }, 'Show more'));
  }
}

export const inTable = (element) => body.contains(element);

/** Puts the focus on a row. False where the table does not have it. */
export function focusLine(key) {
  const link = body.querySelector(`tr[data-key="${CSS.escape(key)}"] .pick`);
  link?.focus();
  return Boolean(link);
}

export const focusFirstLine = () => body.querySelector('.pick')?.focus();

/** Says, where no event is there, why. */
export function drawNoEvents(text) {
  const box = byId('no-events');
  box.hidden = text === '';
  setText(box, text);
  body.closest('table').hidden = text !== '';
}
