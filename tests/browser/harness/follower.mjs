// Follows the events of a server in a thread of its own, loses the connection every few seconds, and takes up from where it
// was: which events has it seen?

import { parentPort, workerData } from 'node:worker_threads';

const seen = new Set();
let highest = 0;
let known = null;
let reconnects = 0;
let resets = 0;
let stopped = false;
let lost = new AbortController();
parentPort.once('message', () => {
  stopped = true;
  lost.abort();
});

while (!stopped) {
  lost = new AbortController();
  const timer = setTimeout(() => lost.abort(), 1000 + Math.random() * 4000);
  try {
    await follow(lost.signal);
  } catch (error) {
    if (error.name !== 'AbortError') throw error;
  }
  clearTimeout(timer);
  reconnects += 1;
}
parentPort.postMessage({ keys: seen.size, highest, reconnects, resets });

async function follow(signal) {
  const headers = known === null ? {} : { 'Last-Event-ID': known };
  // Everything from the beginning counts, before the first word about it too.
  const answer = await fetch(new URL(`/api/events${known === null ? '?after=0' : ''}`, workerData.url), { headers, signal });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) take(block);
  }
}

function take(block) {
  const field = (name) => block.split('\n').find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trimStart();
  known = field('id') ?? known;
  const event = field('event');
  if (event === 'reset') resets += 1;
  if (event !== 'record') return;
  // Only the key is of interest, and parsing all of it would be most of the work.
  const key = Number(/"record":\{"key":(\d+)/.exec(block)[1]);
  seen.add(key);
  highest = Math.max(highest, key);
}
