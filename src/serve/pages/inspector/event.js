// The chosen event, or, where none is chosen, what is worth looking at in the session.

import { byId, h, icon } from './dom.js';
import { copy } from './clipboard.js';
import { bodyView } from './body.js';
import { cut, duration, offset } from './format.js';
import { eventTools } from './actions.js';
import { recordOf } from './pairs.js';
import { eventHash, sessionHash } from './route.js';
import { state } from './state.js';
import { faultsOf, findingsOf, forwardedOf, isForged, isProblem, macOf, statusOf } from './words.js';

const MOST_PROBLEMS = 50;
const LONGEST = 4000;

const panel = byId('event');
let how = 'pretty';
let drawn = null;

const fact = (name, value, kind = '') =>
  (value === null || value === undefined || value === '' ? [] : [h('dt', {}, name), h('dd', { class: `foreign ${kind}` }, value)]);

function delivery(row) {
  const { sent, received } = row;
  const record = recordOf(row);
  const status = statusOf(row);
  const late = sent && sent.at_ms !== null && sent.due_ms !== null ? sent.at_ms - sent.due_ms : 0;
  return h('dl', { class: 'pairs' },
    ...fact('status', status.text, status.kind),
    ...(sent?.failure ? fact('detail', cut(sent.failure.detail ?? '', LONGEST), 'bad') : []),
    ...(isForged(row) ? fact('note', sent.delivery === 'refused' ? 'The MAC was spoiled on purpose: refusing it is right.' : 'The MAC was spoiled on purpose: a receiver that checks it refuses this event.') : []),
    ...fact('latency', Number.isFinite(record.latency_ms) ? duration(record.latency_ms) : ''),
    ...(sent ? fact('due', sent.due_ms === null ? '' : `${offset(sent.due_ms)} s`) : []),
    ...(sent ? fact('sent', sent.at_ms === null ? '' : `${offset(sent.at_ms)} s${late >= 1 ? `, ${duration(late)} late` : ''}`) : []),
    ...(received ? fact('received', `${offset(received.at_ms)} s`) : []),
    ...fact('attempts', sent && sent.attempts > 1 ? String(sent.attempts) : ''),
    ...fact('faults', cut(faultsOf(row).join(', '), LONGEST)));
}

function answer(text, name) {
  if (!text) return [];
  return [h('h4', {}, name), h('pre', { class: 'answer foreign', tabindex: '0', role: 'group', 'aria-label': name }, cut(text, LONGEST))];
}

/** What was answered; of an event that was passed on, what the inbox thinks of it, and what the target answered. */
function answers(row) {
  const status = forwardedOf(row);
  if (!status) return answer(recordOf(row).answer, 'Answer');
  const { received } = row;
  const { forwarded } = received;
  const inbox = statusOf({ received });
  return [h('h4', {}, 'Inbox'),
    h('dl', { class: 'pairs' }, ...fact('status', inbox.text, inbox.kind)),
    ...answer(received.answer, 'Answer of the inbox'),
    h('h4', {}, 'Forwarded'),
    h('dl', { class: 'pairs' },
      ...fact('to', cut(state.info?.forward ?? '', LONGEST)),
      ...fact('status', status.text, status.kind),
      ...fact('detail', cut(forwarded.failure?.detail ?? '', LONGEST), 'bad'),
      ...fact('latency', Number.isFinite(forwarded.latency_ms) ? duration(forwarded.latency_ms) : '')),
    ...answer(forwarded.answer, 'Answer of the target')];
}

function macPart(row) {
  const { text, kind, mac } = macOf(row);
  if (!mac) return [];
  return [h('h4', {}, 'MAC'),
    h('p', { class: `verdict ${kind} foreign` }, cut(text, LONGEST), row.received ? '' : h('span', { class: 'muted' }, ' as sent')),
    mac.hint ? h('p', { class: 'hint foreign' }, cut(mac.hint, LONGEST)) : null];
}

function findingsPart(row) {
  const findings = findingsOf(row);
  if (findings.length === 0) return [];
  return [h('h4', {}, 'Findings'), h('ul', { class: 'findings' }, ...findings.slice(0, MOST_PROBLEMS).map(({ code, severity, message }) =>
    h('li', {}, h('span', { class: `tag ${['error', 'warning'].includes(severity) ? severity : 'note'}` }, `${severity}: ${cut(code, 60)}`), ' ', h('span', { class: 'foreign' }, cut(message, LONGEST)))))];
}

function bodyPart(record) {
  const text = record.body ?? '';
  const view = h('div');
  const show = () => view.replaceChildren(...bodyView(text, how));
  const choice = (name) => h('button', {
    type: 'button', class: 'quiet', 'aria-pressed': String(how === name),
    onclick: ({ target }) => {
      how = name;
      for (const other of target.parentNode.querySelectorAll('[aria-pressed]')) other.setAttribute('aria-pressed', other === target);
      show();
    },
  }, name);
  show();
  return [h('div', { class: 'part-head' }, h('h4', {}, 'Body'),
    h('div', { class: 'segments', role: 'group', 'aria-label': 'How the body is shown' }, choice('pretty'), choice('raw'),
      h('button', { type: 'button', class: 'quiet', onclick: () => copy(text, 'the body') }, 'Copy', h('span', { class: 'unseen' }, ' the body')))), view];
}

function headersPart(record) {
  const headers = Object.entries(record.headers ?? {});
  if (headers.length === 0) return [];
  return [h('h4', {}, 'Headers'), h('dl', { class: 'pairs headers' },
    ...headers.slice(0, 100).flatMap(([name, value]) => [h('dt', { class: 'foreign' }, cut(name, 200)), h('dd', { class: 'foreign mono' }, cut(String(value), LONGEST))]))];
}

function chosen(sessionId, row) {
  const record = recordOf(row);
  const severity = ['INFO', 'WARN', 'ERROR'].includes(record.severity) ? record.severity : 'none';
  return [
    h('a', { class: 'back', href: sessionHash(sessionId) }, 'Session'),
    h('div', { class: 'event-head' },
      h('h3', { id: 'event-title', tabindex: '-1' }, icon(severity, `severity ${severity}`),
        h('span', { class: 'foreign' }, `${record.sequence ?? '–'} ${cut(record.event ?? 'not an event', 200)}`))),
    eventTools(sessionId, record),
    delivery(row), ...macPart(row), ...findingsPart(row),
    ...answers(row), ...bodyPart(record), ...headersPart(record),
  ];
}

function problemLine(sessionId, row) {
  const record = recordOf(row);
  const status = statusOf(row);
  const mac = macOf(row);
  const forwarded = forwardedOf(row);
  const words = [status.kind === 'bad' ? status.text : '', forwarded?.kind === 'bad' ? `forwarded: ${forwarded.text}` : '', mac.kind === 'bad' ? `MAC ${mac.text}` : '',
    ...findingsOf(row).filter(({ severity }) => severity !== 'note').map(({ code }) => code)].filter(Boolean).join(', ');
  return h('li', {}, h('a', { href: eventHash(sessionId, row.key), class: 'foreign' }, `${record.sequence ?? '–'} ${cut(record.event ?? 'not an event', 80)}`),
    h('span', { class: 'bad foreign' }, cut(words, 200)));
}

function overview(sessionId, rows) {
  const problems = rows.filter(isProblem);
  const head = h('h3', { id: 'event-title', tabindex: '-1' }, problems.length > 0 ? 'Worth a look' : 'No problems');
  if (problems.length === 0) return [head, h('p', { class: 'muted' }, 'Choose an event to see its body, headers, MAC and answer.')];
  const more = problems.length - MOST_PROBLEMS;
  return [head, h('ul', { class: 'problem-list' }, ...problems.slice(0, MOST_PROBLEMS).map((row) => problemLine(sessionId, row))),
    more > 0 ? h('p', { class: 'muted' }, `and ${more.toLocaleString('en')} more`) : null];
}

/** Draws the panel anew only where something in it changed: a text that is being marked stays marked. */
export function drawEvent(sessionId, rows, row) {
  const version = row
    ? JSON.stringify([sessionId, row.key, row.version])
    : JSON.stringify([sessionId, rows.filter(isProblem).slice(0, MOST_PROBLEMS).map(({ key, version: one }) => [key, one]), rows.length > 0]);
  if (version === drawn) return;
  drawn = version;
  panel.hidden = rows.length === 0;
  panel.classList.toggle('chosen', Boolean(row));
  const hadFocus = panel.contains(document.activeElement);
  panel.replaceChildren(...(row ? chosen(sessionId, row) : overview(sessionId, rows)).filter(Boolean));
  if (hadFocus) byId('event-title')?.focus({ preventScroll: true });
}
