// The state of the connection, in a word that is always in sight.

import { byId, setText } from './dom.js';
import { wake } from './feed.js';
import { toast } from './announce.js';

const WORDS = {
  connecting: 'connecting',
  live: 'live',
  reconnecting: 'reconnecting',
  ended: 'the server has ended',
  broken: 'no live view in this browser',
};

/** A hitch that is mended within this time is not worth reading aloud. */
const WORTH_SAYING_MS = 1500;

let shown = 'connecting';
let since = 0;
let saying = null;

export function showConnection(word) {
  if (word === shown) return;
  const before = shown;
  shown = word;
  byId('connection').dataset.state = word;
  setText(byId('connection-word'), WORDS[word]);
  byId('connect-now').hidden = word !== 'reconnecting' && word !== 'ended';
  clearTimeout(saying);
  if (word === 'live') {
    if (before !== 'connecting' && performance.now() - since > WORTH_SAYING_MS) toast('Connected again.');
  } else {
    if (before === 'live') since = performance.now();
    saying = setTimeout(() => toast(`${WORDS[word][0].toUpperCase()}${WORDS[word].slice(1)}.`), WORTH_SAYING_MS);
  }
}

byId('connect-now').addEventListener('click', () => wake());
