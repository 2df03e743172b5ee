// Building elements. Text is only ever set as text: nothing that a stranger sent can become markup.

const SVG = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
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
  if (element.textContent !== text) element.textContent = text;
}

/** Sets or removes an attribute only where it differs. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
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
