// Ten thousand events a second into the inbox, with the inspector open: does the memory stay, does the page answer, does a
// follower that loses its connection again and again miss anything?
//
//   WMS_SIM_BIN=target/release/wms-sim node tests/browser/flood.mjs [SECONDS] [EVENTS A SECOND]
//
// Sessions begin every second and are played ten times as fast as they are; all share the machine with the browser. Prints
// what was measured as JSON, and fails where something is lost or the memory goes on growing.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { openInspector, sessionHash, watch } from './checks/support.mjs';
import { launch } from './harness/browser.mjs';
import { BINARY, SECRET, serve } from './harness/program.mjs';

const seconds = Number(process.argv[2] ?? 60);
const wanted = Number(process.argv[3] ?? 10_000);
/** Memory may grow until every bound is reached; after that by so much, for what an allocator does. */
const warmUp = Math.min(30, seconds / 2);
const mostGrowth = 1.15;
const PROBE = 'probe';
/** Its sessions take some four seconds then. */
const SCENARIO = 'happy-path';

const server = await serve();
const webhook = `${server.url}/webhook`;
const perSession = eventsPerSession();
const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
const quiet = watch(page);

await post(0);
await openInspector(page, server.url, sessionHash(PROBE));
await page.waitForSelector('#rows tr');
await page.evaluate(watchRows);
const follower = new Worker(new URL('./harness/follower.mjs', import.meta.url), { workerData: { url: server.url } });
const followed = new Promise((resolve, reject) => { follower.once('message', resolve).once('error', reject); });

const senders = [];
const memory = [];
const begun = performance.now();
const posted = new Map();
for (let second = 0; second < seconds; second += 1) {
  senders.push(send(second));
  await sleep(Math.max(0, begun + second * 1000 + 500 - performance.now()));
  posted.set(second + 1, Date.now());
  await post(second + 1);
  memory.push(resident());
  await sleep(Math.max(0, begun + (second + 1) * 1000 - performance.now()));
}
const codes = await Promise.all(senders);
const took = (performance.now() - begun) / 1000;
await page.waitForFunction((last) => window.rowsSeen[last], String(seconds), { timeout: 60_000 });
const { rowsSeen, longTasks } = await page.evaluate(() => ({ rowsSeen: window.rowsSeen, longTasks: window.longTasks }));
const last = memory.push(resident()) - 1;
await sleep(3000);
follower.postMessage('stop');
const { keys, highest, reconnects, resets } = await followed;
quiet();
await browser.close();
const cpu = cpuSeconds();
await server.stop();

const toRow = [...posted].map(([sequence, at]) => rowsSeen[sequence] - at).sort((a, b) => a - b);
const at = (share) => toRow[Math.min(toRow.length - 1, Math.floor(share * toRow.length))];
const settled = memory[Math.floor(warmUp)];
// Behind the flood all sessions that are kept are whole ones, so that more is kept of the same number.
const atLast = memory[seconds - 1];
const result = {
  seconds: Number(took.toFixed(1)),
  events: highest,
  eventsPerSecond: Math.round(highest / took),
  serverCpuSeconds: cpu,
  residentMiB: { atWarm: settled, atLast, afterwards: memory[last], peak: Math.max(...memory), each5s: memory.filter((_, second) => second % 5 === 0) },
  postToRowMs: { p50: at(0.5), p90: at(0.9), max: toRow.at(-1) },
  longestTaskMs: Math.round(Math.max(0, ...longTasks)),
  follower: { reconnects, resets, seen: keys, missed: highest - keys },
  senders: { count: codes.length, failed: codes.filter((code) => code !== 0).length },
};
console.log(JSON.stringify(result, null, 2));
assert.equal(result.senders.failed, 0, 'every sender was answered');
assert.equal(result.follower.missed, 0, 'the follower has seen every event');
assert.ok(atLast <= settled * mostGrowth, `the memory grew from ${settled} to ${atLast} MiB`);

/** How many events a session of the mix has, on average. */
function eventsPerSession() {
  const sessions = 500;
  const args = ['send', SCENARIO, '--sessions', String(sessions), '--seed', '1', '--dry-run', '--no-config'];
  const { stdout } = spawnSync(BINARY, args, { env: { ...process.env, WMS_SIM_SECRET: SECRET }, maxBuffer: 1 << 28 });
  return stdout.toString().trim().split('\n').length / sessions;
}

function send(number) {
  const sessions = String(Math.round(wanted / perSession));
  const args = ['send', SCENARIO, '--sessions', sessions, '--pace', '10x', '--seed', String(number), '--output', 'quiet', '--to', webhook, '--no-config'];
  const child = spawn(BINARY, args, { env: { ...process.env, WMS_SIM_SECRET: SECRET }, stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve) => { child.once('close', resolve); });
}

/** Posts an event of the session that is open in the inspector. */
async function post(sequence) {
  const body = JSON.stringify({ timestamp: Math.floor(Date.now() / 1000), sessionId: PROBE, sequence, event: 'INTERMEDIATE_RESULTS', severity: 'INFO' });
  const mac = `hmac-sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  const answer = await fetch(webhook, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-WMS-Content-MAC': mac }, body });
  assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
}

/** In the page: when each row of the open session came, and how long the page was busy at a time. */
function watchRows() {
  window.rowsSeen = {};
  window.longTasks = [];
  new MutationObserver(() => {
    for (const row of document.querySelectorAll('#rows tr')) window.rowsSeen[row.cells[0].textContent] ??= Date.now();
  }).observe(document.getElementById('rows'), { childList: true, subtree: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(duration);
  }).observe({ entryTypes: ['longtask'] });
}

/** The server's memory, in MiB. */
function resident() {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'));
  return Math.round(kib / 1024);
}

function cpuSeconds() {
  const fields = fs.readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
