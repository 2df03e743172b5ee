'use strict';
// The receiver that every mutant is one bug away from: node.cjs, cut into the steps that a mutant replaces. What is thrown
// in a step is answered with 500, as frameworks do it.

const { createHmac, timingSafeEqual } = require('node:crypto');
const { readEvent, Sessions } = require('../events.cjs');
const { macSecret, record, slowly } = require('../plumbing.cjs');

const MAX_BODY = 1024 * 1024;

const hex = (body, secret = macSecret, algorithm = 'sha256') => createHmac(algorithm, secret).update(body).digest('hex');
const expected = (body, secret) => 'hmac-sha256=' + hex(body, secret);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function equal(given, wanted) {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const receiver = {
  sessions: new Sessions(),
  statusOk: 204,
  statusBad: 401,

  header: (req) => req.headers['x-wms-content-mac'],

  /** Undefined if it is too large. */
  async readBody(req) {
    const chunks = [];
    let size = 0;
    for await (const chunk of req) {
      size += chunk.length;
      if (size <= MAX_BODY) chunks.push(chunk);
    }
    return size <= MAX_BODY ? Buffer.concat(chunks) : undefined;
  },

  isSigned(req, body) {
    return equal(this.header(req), expected(body));
  },

  readEvent: (body) => readEvent(body),

  /** A status that refuses the event, if it is to be refused. */
  async refusal() {},

  /** Before anything else: true if the request has been answered, or will never be. */
  async before() {
    return false;
  },

  reply(req, res, status, message) {
    if (message === undefined) return res.writeHead(status).end();
    const text = JSON.stringify(message);
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  },

  async webhook(req, res) {
    if (await this.before(req, res)) return;
    const body = await this.readBody(req);
    if (process.env.SLOW_MS) await slowly();
    if (body === undefined) return this.reply(req, res, 413, { error: 'body too large' });
    const macOk = await this.isSigned(req, body);
    if (!macOk) {
      record(req, body, false, this.statusBad);
      return this.reply(req, res, this.statusBad, { error: 'wrong MAC' });
    }
    const event = await this.readEvent(body);
    const refused = event ? await this.refusal(event, req, body) : 400;
    if (refused === undefined) this.sessions.add(event, body);
    record(req, body, true, refused ?? this.statusOk);
    if (refused !== undefined) return this.reply(req, res, refused, { error: 'refused' });
    this.reply(req, res, this.statusOk);
  },

  path: (req) => req.url.replace(/^https?:\/\/[^/]*/i, '').split('?')[0],

  async handle(req, res) {
    const path = this.path(req);
    if (path === '/webhook' && req.method === 'POST') return this.webhook(req, res);
    if (path === '/healthz' && req.method === 'GET') return this.reply(req, res, 200, { ok: true });
    if (path.startsWith('/sessions/') && req.method === 'GET') {
      const found = this.sessions.find(decodeURIComponent(path.slice('/sessions/'.length)));
      return this.reply(req, res, found ? 200 : 404, found ?? { error: 'no such session' });
    }
    req.resume();
    this.reply(req, res, path === '/webhook' ? 405 : 404, { error: 'not found' });
  },

  /** A last word about the server, before it listens. */
  prepare() {},
};

module.exports = { equal, expected, hex, macSecret, pause, receiver };
