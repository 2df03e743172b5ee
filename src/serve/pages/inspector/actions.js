// What can be done with a session or an event.

import * as api from './api.js';
import { toast } from './announce.js';
import { copy } from './clipboard.js';
import { confirm } from './dialogs.js';
import { h } from './dom.js';
import { faultList } from './catalogue.js';
import { openPlay } from './play.js';

const tell = (error) => toast(error.message, 'bad');

const button = (text, press, more = {}) => h('button', { type: 'button', onclick: press, ...more }, text);

async function sendAgain(sessionId, record, fault) {
  try {
    await api.replay(sessionId, record.key, fault);
    toast(fault ? `Sent again with ${fault}.` : 'Sent again.');
  } catch (error) {
    tell(error);
  }
}

async function copyCurl(sessionId, record) {
  try {
    await copy(await api.curl(sessionId, record.key), 'the curl command');
  } catch (error) {
    tell(error);
  }
}

/** The buttons of an event. */
export function eventTools(sessionId, record) {
  const fault = h('select', { 'aria-label': 'Fault' }, h('option', { value: '' }, 'with a fault…'));
  faultList().then((faults) => {
    // Faults that move events need others to move them among: they mean nothing for one event alone.
    fault.append(...faults.filter(({ moves }) => !moves).map(({ name, what }) => h('option', { value: name, title: what }, name)));
  }, () => {});
  const again = button('Send again', () => sendAgain(sessionId, record, fault.value || undefined));
  return h('div', { class: 'tools-row' },
    h('span', { class: 'joined' }, again, fault),
    button('Copy as curl', () => copyCurl(sessionId, record)));
}

const ACTS = [
  ['hide', 'Hide', 'The user leaves the tab'],
  ['show', 'Show', 'The user comes back to the tab'],
  ['cancel', 'Cancel', 'The user cancels the measurement'],
  ['close', 'Close', 'The user closes the page'],
];

async function act(sessionId, name) {
  try {
    const { told } = await api.act(sessionId, name);
    if (!told) toast('The session had already ended.', 'bad');
  } catch (error) {
    tell(error);
  }
}

/** The buttons of a session. */
export function sessionTools(summary, interactive) {
  const tools = [];
  if (summary.state === 'running' && interactive) {
    tools.push(h('span', { class: 'joined', role: 'group', 'aria-label': 'The user of the page' },
      ...ACTS.map(([name, text, title]) => button(text, () => act(summary.sessionId, name), { title }))));
  }
  if (summary.scenario) {
    tools.push(button('Play again…', () => openPlay({ scenario: summary.scenario, pace: summary.pace, seed: summary.seed })));
  }
  if (summary.sent) {
    tools.push(h('a', { class: 'button', href: api.journalUrl(summary.sessionId), download: true }, 'Export journal'));
  }
  return tools;
}

/** Forgets every session that is not running, if that is really meant. */
export async function forgetAll() {
  const sure = await confirm({
    title: 'Forget all sessions?',
    text: 'Their events, bodies and findings are gone for good. Sessions that are running stay.',
    yes: 'Forget all',
  });
  if (!sure) return;
  try {
    await api.forgetAll();
    toast('Forgotten.');
  } catch (error) {
    tell(error);
  }
}
