// A receiver on Express 5. The point to get right is `express.raw`: the MAC is over the bytes that arrived, and a body
// that was parsed and printed again has other bytes.

import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import express from 'express';
import { readEvent, Sessions } from './events.cjs';
import plumbing from './plumbing.cjs';

const { listen, macSecret, record } = plumbing;
const sessions = new Sessions();

function isSigned(header, body) {
  const expected = Buffer.from('hmac-sha256=' + createHmac('sha256', macSecret).update(body).digest('hex'));
  const given = Buffer.from(header ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const app = express();
app.disable('x-powered-by');

// `type` takes every content type: none is documented for WMS. `inflate: false` because an unpacked body has other bytes.
app.post('/webhook', express.raw({ type: () => true, inflate: false, limit: '1mb' }), (req, res) => {
  const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  const macOk = isSigned(req.get('X-WMS-Content-MAC'), body);
  const event = macOk ? readEvent(body) : undefined;
  const status = !macOk ? 401 : !event ? 400 : 204;
  if (event) sessions.add(event, body);
  record(req, body, macOk, status);
  if (status === 401) return res.status(401).json({ error: 'wrong MAC' });
  if (status === 400) return res.status(400).json({ error: 'not an event' });
  res.status(204).end();
});

// A pattern, and not `/sessions/:id`: an ID may have slashes in it.
app.get(/^\/sessions\//, (req, res) => {
  const session = sessions.find(decodeURIComponent(req.path.slice('/sessions/'.length)));
  if (!session) return res.status(404).json({ error: 'no such session' });
  res.json(session);
});

app.get('/healthz', (req, res) => res.json({ ok: true }));

app.use((req, res) => res.status(404).json({ error: 'not found' }));

// Four parameters make it Express's error handler, though `next` is not used.
app.use((error, req, res, next) => {
  const status = error instanceof URIError ? 400 : (error.status ?? 500);
  if (status >= 500) console.error(error);
  res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
});

listen(http.createServer(app));
