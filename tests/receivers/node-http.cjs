'use strict';
// A receiver on Node's own http. The MAC is computed by the three lines of the WMS page itself, as they stand, so that
// what wms-sim sends is proven against the documentation and not only against our reading of it.
//
// PLAN makes it fail on purpose, request by request, each list used in turn and from the start again:
//   {"status":[200,500,503],"delayMs":[0,250],"closeEvery":10,"retryAfter":"1"}
// A number may stand for a list. `closeEvery` hangs up on every nth request without an answer; `retryAfter` is sent
// with a planned 429 or 503. A wrong MAC is 401 and a body that is not JSON is 400, whatever the plan says.

const http = require('node:http');
const { timingSafeEqual } = require('node:crypto');
const { listen, macSecret, received, record } = require('./plumbing.cjs');

const MAX_BODY = 1024 * 1024;
const plan = JSON.parse(process.env.PLAN ?? '{}');

function expectedMac(requestBody) {
  // Begin of the lines of docs.deepaffex.ai/wms/9_webhooks.html, "Webhook Validation".
  // Note: Use the provided MAC secret here
  const hmac = require('crypto').createHmac('sha256', macSecret);
  hmac.update(requestBody.toString(), 'ascii');
  const expectedContentHmac = 'hmac-sha256=' + hmac.digest('hex');
  // End. For Node 'ascii' means latin1, so this is the MAC of the bytes only while the body is ASCII.
  return expectedContentHmac;
}

function isSigned(req, body) {
  const given = Buffer.from(req.headers['x-wms-content-mac'] ?? '');
  const expected = Buffer.from(expectedMac(body));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function isJson(body) {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}

function inTurn(list, n) {
  return Array.isArray(list) ? list[(n - 1) % list.length] : list;
}

function reply(res, status, message, headers = {}) {
  if (message === undefined || status === 204 || status === 304) return res.writeHead(status, headers).end();
  const text = JSON.stringify(message);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers });
  res.end(text);
}

async function webhook(req, res) {
  const chunks = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  if (size > MAX_BODY) return reply(res, 413, { error: 'body too large' });
  const body = Buffer.concat(chunks);

  const macOk = isSigned(req, body);
  const n = received() + 1;
  const hangUp = plan.closeEvery > 0 && n % plan.closeEvery === 0;
  const planned = inTurn(plan.status, n) ?? 204;
  const status = !macOk ? 401 : !isJson(body) ? 400 : planned;
  record(req, body, macOk, hangUp ? null : status);

  const delay = inTurn(plan.delayMs, n) ?? 0;
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
  if (hangUp) return req.socket.destroy();
  if (status === 401) return reply(res, 401, { error: 'wrong MAC' });
  if (status === 400) return reply(res, 400, { error: 'not JSON' });
  const wait = plan.retryAfter !== undefined && (status === 429 || status === 503);
  reply(res, status, { status }, wait ? { 'retry-after': String(plan.retryAfter) } : {});
}

const server = http.createServer((req, res) => {
  const [pathname] = req.url.replace(/^https?:\/\/[^/]*/i, '').split('?');
  if (req.method === 'POST' && pathname === '/webhook') {
    webhook(req, res).catch((error) => {
      // The sender hung up in the middle of its body: nothing to answer. Anything else is ours to report.
      if (error.code !== 'ECONNRESET') console.error(error);
      req.socket.destroy();
    });
  } else if (req.method === 'GET' && pathname === '/healthz') {
    reply(res, 200, { ok: true });
  } else {
    req.resume();
    reply(res, 404, { error: 'not found' });
  }
});

listen(server);
