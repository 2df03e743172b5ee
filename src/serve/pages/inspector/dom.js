// Building elements. Text is only ever set as text: nothing that a stranger sent can become markup.

const SVG = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

// Characters that turn the direction of the text around them: what stands there would read as something else.
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text with such characters to be seen, as JSON would escape them: \u202e. Whatever is drawn goes through here. */
export const visible = (text) => text.replace(TURNS, (turn) => `\\u${turn.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Attributes that are read by people. */
const READ = ['title', 'aria-label'];

const shown = (child) => (typeof child === 'string' ? visible(child) : child);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : READ.includes(name) ? visible(String(value)) : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map(shown));
  return element;
}

/** An HTML element. Children are nodes or texts. */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** One of the symbols at the top of the page. It is decoration: the word beside it says the same. */
export const icon = (name, className = '') =>
  s('svg', { class: `icon ${className}`, 'aria-hidden': 'true' }, s('use', { href: `#i-${name}` }));

/** Sets a text only where it differs, so that nothing is laid out (or read aloud) again for nothing. */
export function setText(element, text) {
  const wanted = visible(String(text));
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Sets or removes an attribute only where it differs. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else {
    const wanted = READ.includes(name) ? visible(String(value)) : String(value);
    if (element.getAttribute(name) !== wanted) element.setAttribute(name, wanted);
  }
}

/** Puts nodes into a parent in this order, moving only those that stand elsewhere: a node that moves loses the focus. */
export function arrange(parent, nodes) {
  let next = parent.firstChild;
  const wanted = new Set(nodes);
  while (next && !wanted.has(next)) next = drop(next);
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
    while (next && !wanted.has(next)) next = drop(next);
  }
}

function drop(node) {
  const after = node.nextSibling;
  node.remove();
  return after;
}
