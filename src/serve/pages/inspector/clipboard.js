// Copying, also where the browser forbids its clipboard (a page over plain HTTP from another machine).

import { toast } from './announce.js';
import { h } from './dom.js';

function byHand(text) {
  const area = h('textarea', { class: 'unseen', readonly: true, 'aria-hidden': 'true' });
  area.value = text;
  const host = document.querySelector('dialog[open]') ?? document.body;
  const before = document.activeElement;
  host.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  before?.focus?.();
  return done;
}

/** Copies a text and says so: `name` is what was copied, such as 'the session ID'. */
export async function copy(text, name) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = byHand(text);
  }
  if (done) toast(`Copied ${name}.`);
  else toast(`The browser did not let ${name} be copied.`, 'bad');
}
