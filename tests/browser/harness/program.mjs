// Programs under test: started on a free port, and ended with the test.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const BINARY = path.resolve(ROOT, process.env.WMS_SIM_BIN ?? 'target/debug/wms-sim');
export const SECRET = 'the secret of the browser tests';
const running = new Set();

/** Nothing outlives the tests, however they end. */
export function killAll() {
  for (const child of running) child.kill('SIGKILL');
}
process.on('exit', killAll);

/** Starts a program; `read` finds what is wanted in one of its first lines. */
async function start(command, args, env, read) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wms-sim-browser-'));
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let errors = '';
  child.stderr.on('data', (text) => { errors = (errors + text).slice(-4000); });
  const ended = new Promise((resolve) => child.once('close', (code) => {
    running.delete(child);
    fs.rmSync(folder, { recursive: true, force: true });
    resolve(code);
  }));
  const lines = readline.createInterface({ input: child.stdout });
  const found = await new Promise((resolve, reject) => {
    child.once('error', reject);
    ended.then((code) => reject(new Error(`${command} ended with ${code}: ${errors}`)));
    lines.on('line', (line) => {
      const value = read(line);
      if (value) resolve(value);
    });
  });
  return {
    found,
    folder,
    pid: child.pid,
    errors: () => errors,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** `wms-sim serve`. `listen` is the address of one that ran before. */
export async function serve(more = [], { listen = '127.0.0.1:0', secret = SECRET } = {}) {
  const program = await start(BINARY, ['serve', '--listen', listen, '--output', 'ndjson', ...more], { WMS_SIM_SECRET: secret }, (line) => {
    const said = JSON.parse(line);
    return said.type === 'ready' ? said.url : null;
  });
  const url = program.found;
  return { url, address: new URL(url).host, pid: program.pid, stop: program.stop, ...api(url) };
}

/** The example app, in front of WMS at this address. */
export async function webapp(wmsUrl, env = {}) {
  const program = await start(process.execPath, [path.join(ROOT, 'examples/webapp/server.mjs')], {
    PORT: '0', WMS_URL: wmsUrl, WMS_MAC_SECRET: SECRET, DATA_FILE: 'sessions.ndjson', ...env,
  }, (line) => (line.startsWith('http') ? line : null));
  return {
    url: program.found,
    stop: program.stop,
    errors: program.errors,
    /** What is on the disk. */
    rows: () => fs.readFileSync(path.join(program.folder, 'sessions.ndjson'), 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line)),
  };
}

function api(base) {
  const session = (id) => `/api/sessions/${encodeURIComponent(id)}`;
  const ask = async (path) => {
    const answer = await fetch(new URL(path, base));
    assert.ok(answer.ok, `${path} answered ${answer.status}`);
    return answer.json();
  };
  return {
    get: ask,
    /** A session, once it has ended. */
    ended: (id) => ask(`${session(id)}?wait=end&timeout=60s`),
    /** A session, once it has so many events. */
    reached: (id, events) => ask(`${session(id)}?wait=${events}&timeout=60s`),
    async play(order) {
      const answer = await fetch(new URL('/api/sessions', base), {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(order),
      });
      const value = await answer.json();
      assert.equal(answer.status, 201, JSON.stringify(value));
      return value.sessionId;
    },
  };
}

/** A port that nobody listens on now. */
export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A line to a server that can be cut while the server runs on. */
export async function proxy(listen, target) {
  const [host, port] = listen.split(':');
  let there = new URL(target);
  const sockets = new Set();
  const server = net.createServer((near) => {
    const far = net.connect(Number(there.port), there.hostname);
    for (const [socket, other] of [[near, far], [far, near]]) {
      sockets.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => { sockets.delete(socket); other.destroy(); });
      socket.pipe(other);
    }
  });
  const begin = () => new Promise((resolve) => server.listen(Number(port), host, resolve));
  const cut = () => new Promise((resolve) => {
    server.close(resolve);
    for (const socket of sockets) socket.destroy();
  });
  await begin();
  return { url: `http://${listen}`, cut, restore: begin, to: (url) => { there = new URL(url); }, stop: cut };
}
