// A body as it was sent, and as one likes to read it.

import { h, setText } from './dom.js';
import { size } from './format.js';

/** So much of a body is shown. Copying takes all of it. */
export const MOST_SHOWN = 64 * 1024;
/** Beyond this, colours cost more than they help. */
const MOST_COLOURED = 16 * 1024;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gy;

/** The tokens of a text that is JSON, or null where it is not. */
function tokens(text) {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const found = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at + /^\s*/.exec(text.slice(at, at + 256))[0].length;
    const match = TOKEN.exec(text);
    if (!match) break;
    found.push(match[0]);
  }
  return found;
}

/**
 * JSON on lines of its own, made from the text and not from its values: 1.0 stays 1.0, and a key that stands twice stays
 * twice. Returns [{ kind, text }], or null where the text is not JSON.
 */
export function pretty(text) {
  const all = tokens(text);
  if (!all) return null;
  const parts = [];
  let depth = 0;
  const line = () => parts.push({ kind: 'space', text: `\n${'  '.repeat(depth)}` });
  all.forEach((token, index) => {
    const next = all[index + 1];
    if (token === '{' || token === '[') {
      parts.push({ kind: 'sign', text: token });
      depth += 1;
      if (next !== '}' && next !== ']') line();
    } else if (token === '}' || token === ']') {
      depth -= 1;
      if (all[index - 1] !== '{' && all[index - 1] !== '[') line();
      parts.push({ kind: 'sign', text: token });
    } else if (token === ',') {
      parts.push({ kind: 'sign', text: token });
      line();
    } else if (token === ':') {
      parts.push({ kind: 'sign', text: ': ' });
    } else {
      const kind = token[0] !== '"' ? 'number' : next === ':' ? 'key' : 'text';
      parts.push({ kind, text: token });
    }
  });
  return parts;
}

function note(text) {
  const bytes = size(new TextEncoder().encode(text).length);
  const ends = /[\r\n]$/.test(text) ? ', ends with a line break' : '';
  const more = text.length > MOST_SHOWN ? '; the first 64 KB are shown, Copy takes all' : '';
  return `${bytes}${ends}${more}`;
}

/** The elements that show a body: 'pretty' or 'raw'. */
export function bodyView(text, how) {
  const shown = text.slice(0, MOST_SHOWN);
  const parts = how === 'pretty' && shown.length === text.length ? pretty(text) : null;
  const pre = h('pre', { class: 'body foreign', tabindex: '0', role: 'group', 'aria-label': 'Body' });
  if (!parts) setText(pre, shown);
  else if (text.length > MOST_COLOURED) setText(pre, parts.map((part) => part.text).join(''));
  else pre.append(...parts.map((part) => h('span', { class: `json-${part.kind}` }, part.text)));
  const why = how === 'pretty' && !parts && text !== '' ? (shown.length < text.length ? ' Too large to be laid out.' : ' Not JSON: shown as it is.') : '';
  return [pre, h('p', { class: 'muted' }, `${note(text)}.${why}`)];
}
