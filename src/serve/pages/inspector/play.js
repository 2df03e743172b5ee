// The dialog that plays a scenario or a mix.

import * as api from './api.js';
import { toast } from './announce.js';
import { mixList, scenarioList } from './catalogue.js';
import { head, show } from './dialogs.js';
import { byId, h, icon, setText } from './dom.js';
import { faultPicker } from './fault-picker.js';
import { reveal } from './list.js';
import { state } from './state.js';

const dialog = byId('play-dialog');
const PACES = ['1x', '2x', '5x', '10x', '20x', '50x', '100x', 'max'];

/** Plays at once and opens what is played. */
export async function playNow(order) {
  try {
    const { sessionId } = await api.play(order);
    reveal(sessionId);
    return true;
  } catch (error) {
    toast(error.message, 'bad');
    return false;
  }
}

const field = (label, input, hint) => h('label', { class: 'field' }, h('span', {}, label), input, hint ? h('span', { class: 'muted' }, hint) : null);

function choice(value, name, outcome, title) {
  return h('label', { class: 'choice', 'data-text': `${name} ${outcome ?? 'mix'} ${title}`.toLowerCase() },
    h('input', { type: 'radio', name: 'what', value, required: true }),
    h('span', { class: 'choice-name mono' }, name),
    h('span', { class: `state ${outcome ?? ''}` }, outcome ? icon(outcome) : null, outcome ?? 'mix'),
    h('span', { class: 'choice-title' }, title));
}

function build(scenarios, mixes) {
  const search = h('input', { type: 'search', 'aria-label': 'Search scenarios and mixes', placeholder: 'Search: name, outcome, title', autocomplete: 'off', spellcheck: 'false' });
  const choices = [
    ...scenarios.map(({ name, outcome, title }) => choice(`scenario:${name}`, name, outcome, title)),
    ...mixes.map(({ name, title }) => choice(`mix:${name}`, name, null, title)),
  ];
  const list = h('div', { class: 'choices', role: 'radiogroup', 'aria-label': 'Scenario or mix' }, ...choices);
  const none = h('p', { class: 'muted', hidden: true }, 'Nothing has these words.');
  const pace = h('select', { name: 'pace' }, ...PACES.map((one) => h('option', { value: one }, one === 'max' ? 'max: no waiting' : one)));
  const text = (name, more) => h('input', { name, autocomplete: 'off', spellcheck: 'false', ...more });
  const sessionId = text('sessionId', { placeholder: 'made up', maxlength: 512 });
  const to = text('to', { type: 'url', placeholder: state.info?.target ?? '' });
  const seed = text('seed', { placeholder: 'random', inputmode: 'numeric', pattern: '[0-9]+' });
  const faults = faultPicker();
  const problem = h('p', { class: 'bad', role: 'alert' });
  const go = h('button', { type: 'submit', class: 'primary' }, 'Play');
  const form = h('form', { class: 'play-form' },
    search, list, none,
    h('div', { class: 'fields' }, field('Pace', pace), field('Session ID', sessionId), field('Target', to), field('Seed', seed)),
    faults.node, problem,
    h('div', { class: 'dialog-foot' }, h('button', { type: 'button', onclick: () => dialog.close() }, 'Close'), go));

  const radios = choices.map((label) => label.querySelector('input'));
  const shown = () => radios.filter((_, index) => !choices[index].hidden);

  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const label of choices) label.hidden = !words.every((word) => label.dataset.text.includes(word));
    const seen = shown();
    none.hidden = seen.length > 0;
    // Enter plays what is seen, never what the search has hidden.
    if (seen.length > 0 && !seen.some((radio) => radio.checked)) seen[0].checked = true;
  });
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    (shown().find((radio) => radio.checked) ?? shown()[0])?.focus();
  });

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const picked = shown().find((radio) => radio.checked);
    if (!picked) return;
    const at = picked.value.indexOf(':');
    const order = { [picked.value.slice(0, at)]: picked.value.slice(at + 1), pace: pace.value };
    if (sessionId.value) order.sessionId = sessionId.value;
    if (to.value) order.to = to.value;
    if (seed.value) order.seed = seed.value;
    if (faults.chosen().length > 0) order.faults = faults.chosen();
    go.disabled = true;
    setText(problem, '');
    try {
      const answer = await api.play(order);
      dialog.close();
      toast(`Playing ${picked.value.slice(at + 1)}.`);
      reveal(answer.sessionId);
    } catch (error) {
      setText(problem, error.message);
    } finally {
      go.disabled = false;
    }
  });

  return {
    form,
    fill(given) {
      setText(problem, '');
      search.value = '';
      search.dispatchEvent(new Event('input'));
      const wanted = given.scenario ? `scenario:${given.scenario}` : null;
      const radio = radios.find(({ value }) => value === wanted) ?? radios.find(({ checked }) => checked) ?? radios[0];
      if (radio) radio.checked = true;
      const usual = given.pace ?? state.info?.pace;
      if (usual && !PACES.includes(usual)) {
        PACES.push(usual);
        pace.append(h('option', { value: usual }, usual));
      }
      if (usual) pace.value = usual;
      if ('seed' in given) seed.value = given.seed ?? '';
      sessionId.value = '';
      to.placeholder = state.info?.target ?? '';
    },
    focus() {
      radios.find(({ checked }) => checked)?.scrollIntoView({ block: 'center' });
      search.focus();
    },
  };
}

let built = null;

/** Opens the dialog, with what is given filled in. */
export async function openPlay(given = {}) {
  try {
    const [scenarios, mixes] = await Promise.all([scenarioList(), mixList()]);
    if (!built) {
      built = build(scenarios, mixes);
      dialog.replaceChildren(head(dialog, 'play-title', 'Play'), built.form);
    }
  } catch (error) {
    toast(error.message, 'bad');
    return;
  }
  built.fill(given);
  show(dialog);
  built.focus();
}
