// One session in the list.

import { h, icon, setAttribute, setText } from './dom.js';
import { age, count, shorten } from './format.js';
import { sessionHash } from './route.js';
import { eventsOf, idOf, stateOf, surprised, titleOf } from './words.js';

const LONGEST_TITLE_TEXT = 200;

/** A row that can be filled again and again; `show(entry, place)` draws only what differs. */
export function row() {
  const sign = h('span', { class: 'sign' });
  const word = h('span', { class: 'word' });
  const title = h('span', { class: 'title foreign' });
  const when = h('span', { class: 'age' });
  const short = h('code', { class: 'id-short foreign' });
  const full = h('code', { class: 'id-full foreign' });
  const events = h('span', { class: 'events-count' });
  const problems = h('span', { class: 'problems' });
  const link = h('a', { class: 'row', tabindex: '-1' },
    h('span', { class: 'line' }, sign, title, when),
    h('span', { class: 'line second' }, word, short, full, h('span', { class: 'numbers' }, problems, events)));
  const node = h('li', {}, link);
  let drawn = null;
  let problemsDrawn = null;

  function draw(entry) {
    const { summary } = entry;
    const { kind, word: text } = stateOf(summary);
    if (link.dataset.kind !== kind) {
      link.dataset.kind = kind;
      sign.replaceChildren(icon(kind));
    }
    setText(word, text);
    setText(title, titleOf(summary));
    setText(short, shorten(idOf(summary), 18));
    setText(full, idOf(summary));
    setText(events, count(eventsOf(summary), 'event'));
    setAttribute(link, 'href', sessionHash(summary.sessionId));
    setAttribute(link, 'title', idOf(summary).slice(0, LONGEST_TITLE_TEXT));
    link.dataset.id = summary.sessionId;
    const { number, words } = entry.problems;
    const key = `${number} ${words}`;
    if (key !== problemsDrawn) {
      problemsDrawn = key;
      problems.hidden = number === 0;
      if (number > 0) {
        problems.replaceChildren(icon('problem'), number.toLocaleString('en'), h('span', { class: 'unseen' }, number === 1 ? ' problem' : ' problems'));
        problems.title = words;
      }
    }
    link.classList.toggle('surprised', surprised(summary));
  }

  return {
    node,
    link,
    show(entry, { open, top, place, of, tabbable }) {
      if (entry !== drawn) {
        drawn = entry;
        draw(entry);
      }
      setText(when, age(entry.last));
      setAttribute(link, 'aria-current', open ? 'true' : null);
      setAttribute(link, 'tabindex', tabbable ? '0' : '-1');
      setAttribute(node, 'aria-posinset', place);
      setAttribute(node, 'aria-setsize', of);
      node.style.transform = `translateY(${top}px)`;
    },
  };
}
