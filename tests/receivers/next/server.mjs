// Starts the built app. In the place of `next start`, for the tests' sake only: it tells the port, and ends as they want.

import http from 'node:http';
import { existsSync } from 'node:fs';
import next from 'next';
import events from '../events.cjs';
import plumbing from '../plumbing.cjs';

const { listen, macSecret, record } = plumbing;
const dir = import.meta.dirname;

globalThis.receiver = {
  macSecret,
  readEvent: events.readEvent,
  sessions: new events.Sessions(),
  record: (request, body, macOk, status) =>
    record({ rawHeaders: [...request.headers].flat() }, body, macOk, status),
};

if (!existsSync(`${dir}/.next/BUILD_ID`)) {
  console.error('the app is not built: npm run build --prefix tests/receivers');
  process.exit(1);
}
// Next tells on stdout what it does; there the first line is to be ours.
const { log } = console;
console.log = console.error;
const server = http.createServer();
const app = next({ dir, dev: false, httpServer: server, hostname: '127.0.0.1' });
const handle = app.getRequestHandler();
server.on('request', (req, res) => handle(req, res));
await app.prepare();
console.log = log;
listen(server);
