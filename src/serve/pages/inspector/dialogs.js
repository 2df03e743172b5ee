// Dialogs. <dialog> keeps the focus inside and gives it back; what is left is the frame and the question.

import { byId, h } from './dom.js';
import { keyRows, setSingleKeys, singleKeys } from './keymap.js';

export const anyOpen = () => document.querySelector('dialog[open]') !== null;

/** Opens a dialog with this content; a click beside it closes it. */
export function show(dialog) {
  if (!dialog.dataset.ready) {
    dialog.dataset.ready = 'yes';
    dialog.addEventListener('mousedown', (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
  if (!dialog.open) dialog.showModal();
}

export const head = (dialog, id, title) => h('div', { class: 'dialog-head' },
  h('h2', { id }, title),
  h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', onclick: () => dialog.close() }, '✕'));

/** Asks. Resolves to whether it was confirmed. */
export function confirm({ title, text, yes }) {
  const dialog = byId('confirm-dialog');
  return new Promise((resolve) => {
    let sure = false;
    const keep = h('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, 'Keep');
    dialog.replaceChildren(head(dialog, 'confirm-title', title), h('p', {}, text),
      h('div', { class: 'dialog-foot' }, keep,
        h('button', { type: 'button', class: 'danger', onclick: () => { sure = true; dialog.close(); } }, yes)));
    dialog.addEventListener('close', () => resolve(sure), { once: true });
    show(dialog);
    keep.focus();
  });
}

/** The keys, the marks, and what this server is: `about` is a line of text. */
export function openHelp(about) {
  const dialog = byId('help-dialog');
  const box = h('input', { type: 'checkbox', onchange: ({ target }) => setSingleKeys(target.checked) });
  box.checked = singleKeys();
  dialog.replaceChildren(head(dialog, 'help-title', 'Keys'),
    h('dl', { class: 'keys' }, ...keyRows().flatMap(([keys, text]) => [
      h('dt', {}, ...keys.flatMap((key, index) => (index === 0 ? [h('kbd', {}, key)] : [' ', h('kbd', {}, key)]))),
      h('dd', {}, text)])),
    h('label', { class: 'check' }, box, 'Single letters are keys'),
    h('p', { class: 'muted' }, 'Marks: circle INFO, triangle WARN, square ERROR. A red ring is a problem: refused, without an answer, a wrong MAC, or a finding that is more than a note.'),
    about ? h('p', { class: 'muted foreign' }, about) : '');
  show(dialog);
}
