// Chooses faults and where they strike: at one event of the session, or at each by chance.

import { faultList } from './catalogue.js';
import { h, setText } from './dom.js';

export function faultPicker() {
  let chosen = [];
  const kind = h('select', { 'aria-label': 'Fault' });
  const where = h('select', { 'aria-label': 'Where it strikes' }, h('option', { value: '@' }, 'at event'), h('option', { value: '%' }, 'by chance, %'));
  const number = h('input', { type: 'number', 'aria-label': 'Number', min: '0', max: '100000', step: 'any', value: '3' });
  const what = h('p', { class: 'muted' });
  const list = h('ul', { class: 'chosen-faults', 'aria-label': 'Chosen faults' });
  const meanings = new Map();

  const explain = () => setText(what, meanings.get(kind.value) ?? '');
  kind.addEventListener('change', explain);
  faultList().then((faults) => {
    kind.append(...faults.map(({ name, what: meaning }) => {
      meanings.set(name, meaning);
      return h('option', { value: name }, name);
    }));
    explain();
  }, () => {});

  function draw() {
    list.replaceChildren(...chosen.map((fault) => h('li', {}, h('code', {}, fault),
      h('button', { type: 'button', class: 'quiet', 'aria-label': `Leave out ${fault}`, onclick: () => {
        chosen = chosen.filter((one) => one !== fault);
        draw();
        add.focus();
      } }, '✕'))));
    list.hidden = chosen.length === 0;
  }

  const add = h('button', { type: 'button', onclick: () => {
    if (!kind.value || number.value === '') return;
    const fault = where.value === '@' ? `${kind.value}@${Math.floor(number.value)}` : `${kind.value}=${Math.min(100, number.value)}%`;
    if (!chosen.includes(fault)) chosen.push(fault);
    draw();
  } }, 'Add');

  // In a number field Enter adds the fault; it does not play yet.
  number.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    add.click();
  });

  draw();
  return {
    node: h('fieldset', { class: 'faults' }, h('legend', {}, 'Faults'), h('div', { class: 'fault-line' }, kind, where, number, add), what, list),
    chosen: () => chosen,
  };
}
