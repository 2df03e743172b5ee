'use strict';
// A receiver on Node's own http. The MAC is that of the bytes as they arrived, before anything else looks at them.

const { createHmac, timingSafeEqual } = require('node:crypto');
const { readEvent, Sessions } = require('./events.cjs');
const { createServer, knobs, listen, macSecrets, record, slowly } = require('./plumbing.cjs');

const MAX_BODY = 1024 * 1024;
const sessions = new Sessions();
const announced = new Set();

function isSigned(req, body) {
  const given = Buffer.from(req.headers['x-wms-content-mac'] ?? '');
  return macSecrets.some((secret) => {
    const expected = Buffer.from('hmac-sha256=' + createHmac('sha256', secret).update(body).digest('hex'));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** The body, or undefined if it is too large. It is read to its end all the same: else the answer might be lost. */
async function readBody(req) {
  const chunks = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return size <= MAX_BODY ? Buffer.concat(chunks) : undefined;
}

function reply(res, status, message) {
  if (message === undefined) return res.writeHead(status, knobs.headers).end();
  const text = JSON.stringify(message);
  const type = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  res.writeHead(status, { ...type, ...knobs.headers }).end(text);
}

async function webhook(req, res) {
  const body = await readBody(req);
  if (body === undefined) return reply(res, 413, { error: 'body too large' });

  const macOk = isSigned(req, body);
  const event = macOk ? readEvent(body) : undefined;
  const known = !knobs.announced || announced.has(event?.sessionId);
  const status = !macOk ? knobs.statusBad : !event ? 400 : !known ? 404 : knobs.statusOk;
  if (event && known) sessions.add(event, body);
  record(req, body, macOk, status);

  await slowly();
  if (!macOk) return reply(res, status, { error: 'wrong MAC' });
  if (!event) return reply(res, status, { error: 'not an event' });
  if (!known) return reply(res, status, { error: 'unknown session' });
  reply(res, status);
}

/** For ANNOUNCED=1: only events of sessions that were announced here are taken. */
async function announce(req, res) {
  try {
    announced.add(JSON.parse(await readBody(req)).sessionId);
    reply(res, 204);
  } catch {
    reply(res, 400, { error: 'expected {"sessionId": ".."}' });
  }
}

function session(req, res, encoded) {
  let found;
  try {
    found = sessions.find(decodeURIComponent(encoded));
  } catch {
    return reply(res, 400, { error: 'the ID is not percent-encoded UTF-8' });
  }
  if (found === undefined) return reply(res, 404, { error: 'no such session' });
  reply(res, 200, found);
}

async function handle(req, res) {
  // The path as it was sent, without the host that a target may begin with.
  const [path] = req.url.replace(/^https?:\/\/[^/]*/i, '').split('?');
  if (path === '/webhook' && req.method === 'POST') return webhook(req, res);
  if (path === '/announce' && req.method === 'POST') return announce(req, res);
  if (path.startsWith('/sessions/') && req.method === 'GET') return session(req, res, path.slice('/sessions/'.length));
  if (path === '/healthz' && req.method === 'GET') return reply(res, 200, { ok: true });
  req.resume();
  reply(res, path === '/webhook' ? 405 : 404, { error: 'not found' });
}

const server = createServer((req, res) => {
  handle(req, res).catch((error) => {
    // The sender hung up in the middle of its body: nothing to answer. Anything else is ours to report.
    if (error.code !== 'ECONNRESET') console.error(error);
    req.socket.destroy();
  });
});

listen(server);
