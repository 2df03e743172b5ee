// The modules that only compute, run where they are used: in the browser.

import assert from 'node:assert/strict';
import { openInspector, watch } from './support.mjs';

/** Calls functions of one of the inspector's modules in the page. */
const inPage = (page, module, run, argument) => page.evaluate(async ([name, source, value]) => {
  const loaded = await import(new URL(`pages/inspector/${name}`, document.baseURI).href);
  // The policy forbids making functions of text: the calls are data.
  return source.map(([called, ...given]) => loaded[called](...given, ...value));
}, [module, run, argument ?? []]);

export async function modules(page, base) {
  const quiet = watch(page);
  await openInspector(page, base);

  assert.deepEqual(await inPage(page, 'format.js', [
    ['age', 0, 900], ['age', 0, 12_345], ['age', 0, 61_000], ['age', 0, 7_200_000],
    ['offset', 1234.5], ['offset', 125_250], ['duration', 0.74], ['duration', 61_000],
    ['shorten', '0123456789abcdefghijklmnopqrstuvwxyz', 20], ['shorten', 'short', 20], ['shorten', '😀'.repeat(40), 10],
    ['count', 1, 'event'], ['count', 2000, 'event'], ['size', 218],
  ]), ['now', '12 s ago', '1 min ago', '2 h ago', '1.234', '2:05.250', '0.74 ms', '1 min 1 s',
    '0123456789abc…uvwxyz', 'short', '😀😀😀😀😀😀…😀😀😀', '1 event', '2,000 events', '218 bytes']);

  assert.deepEqual((await inPage(page, 'scale.js', [['ticks', 2700, 900], ['ticks', 300_000, 900], ['ticks', 0.5, 900]]))
    .map(({ step, moments }) => [step, moments.length]), [[500, 6], [30_000, 11], [1, 1]]);
  assert.deepEqual(await inPage(page, 'scale.js', [['tickText', 500, 500], ['tickText', 1500, 500], ['tickText', 90_000, 30_000], ['tickText', 5000, 1000]]),
    ['500 ms', '1.5 s', '1:30 min', '5 s']);

  await labels(page);
  await bodies(page);
  await pairing(page);
  await stream(page);
  quiet();
}

async function labels(page) {
  const wanted = Array.from({ length: 60 }, (_, index) => ({ x: 80 + ((index * 37) % 800), width: 60 + ((index * 13) % 100), rank: index % 3 }));
  const [placed] = await inPage(page, 'scale.js', [['placeLabels', wanted, { rows: 4, left: 74, right: 900 }]]);
  assert.ok(placed.length > 8, 'some labels fit');
  for (const one of placed) {
    for (const other of placed) {
      if (one === other) continue;
      if (one.row === other.row) assert.ok(one.to < other.from || other.to < one.from, 'labels of a row do not overlap');
      else if (one.row > other.row) assert.ok(one.item.x < other.left || one.item.x > other.left + other.item.width, 'no line crosses a label');
    }
  }
}

async function bodies(page) {
  const text = (parts) => parts && parts.map((part) => part.text).join('');
  const [plain, exact, empty, bad, nested] = (await inPage(page, 'body.js', [
    ['pretty', '{"a":1.0,"b":[1e400,"x:{,}\\""]}'], ['pretty', '{"a":1,"a":12345678901234567890}'], ['pretty', '{"a":{},"b":[]}'],
    ['pretty', '{"a":1,}'], ['pretty', ' [ [ ] , { "k" : null } ] '],
  ])).map(text);
  assert.equal(plain, '{\n  "a": 1.0,\n  "b": [\n    1e400,\n    "x:{,}\\""\n  ]\n}');
  assert.equal(exact, '{\n  "a": 1,\n  "a": 12345678901234567890\n}', 'numbers and doubled keys stay as they were sent');
  assert.equal(empty, '{\n  "a": {},\n  "b": []\n}');
  assert.equal(bad, null);
  assert.equal(nested, '[\n  [],\n  {\n    "k": null\n  }\n]');
}

async function pairing(page) {
  const rows = await page.evaluate(async () => {
    const { pair } = await import(new URL('pages/inspector/pairs.js', document.baseURI).href);
    const sent = [[1, 0, 'a', 0], [3, 1, 'b', 10], [5, 1, 'b', 11], [7, 2, 'c', 20, 'suppressed']];
    const received = [[2, 0, 'a', 1], [4, 1, 'b', 12], [6, 1, 'b', 13], [8, 9, 'z', 15], [9, 2, 'other', 30]];
    const map = (list) => new Map(list.map(([key, sequence, body, at_ms, delivery]) => [key, { key, id: key, sequence, body, at_ms, due_ms: at_ms, delivery }]));
    return pair({ sent: map(sent), received: map(received) }).map(({ keys }) => keys.join('+'));
  });
  assert.deepEqual(rows, ['s1+r2', 's3+r4', 's5+r6', 'r8', 's7', 'r9']);
}

async function stream(page) {
  const heard = await page.evaluate(async () => {
    const { parser } = await import(new URL('pages/inspector/sse.js', document.baseURI).href);
    const messages = [];
    const feed = parser((message) => messages.push(message));
    const text = ': hello\r\n\r\nid: 6\n\nid: 7\r\nevent: record\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata: x\n\nid: 8\nevent: bye\ndata\n\nevent: cut';
    for (const one of text) feed(one);
    return messages;
  });
  assert.deepEqual(heard, [
    { id: '6', event: 'message', data: '' }, { id: '7', event: 'record', data: '{"a":\n1}' }, { id: '7', event: 'message', data: 'x' }, { id: '8', event: 'bye', data: '' },
  ]);
}
