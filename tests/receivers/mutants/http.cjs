'use strict';
// Bugs of the server, and in how it answers.

const { pause } = require('./correct.cjs');

const served = new WeakSet();
let count = 0;
let queue = Promise.resolve();

const used = new WeakMap(); // when a connection was last used
const unread = new WeakSet(); // connections that hold the rest of a request

module.exports = {
  'redirect-301': {
    fails: 'http/no-redirect,events/wms-loaded',
    says: 'redirects',
    bug: 'Sends everyone to the path with a slash at its end.',
    async before(req, res) {
      req.resume();
      res.writeHead(301, { location: '/webhook/' }).end();
      return true;
    },
  },
  'redirect-307': {
    fails: 'http/no-redirect,events/wms-loaded',
    says: 'redirects',
    bug: 'Sends everyone to https.',
    async before(req, res) {
      req.resume();
      res.writeHead(307, { location: 'https://localhost/webhook' }).end();
      return true;
    },
  },
  'slow-7s': {
    fails: 'time/soon',
    says: 'answers-late',
    check: '--timeout 15s time/soon',
    bug: 'Works for 7 seconds before it answers.',
    refusal: () => pause(7_000),
  },
  'slow-12s': {
    fails: 'time/in-time',
    says: 'answers-late',
    check: '--timeout 20s time/in-time',
    bug: 'Works for 12 seconds before it answers.',
    refusal: () => pause(12_000),
  },
  'one-after-the-other': {
    fails: 'time/soon-in-a-crowd',
    says: 'one-request-at-a-time',
    check: '--timeout 10s time/soon-in-a-crowd mac/missing',
    chance: true,
    bug: 'Works on one event at a time, for 250 ms.',
    refusal() {
      queue = queue.then(() => pause(250));
      return queue;
    },
  },
  'one-connection-at-a-time': {
    fails: 'http/idle-beside',
    says: 'one-connection-at-a-time',
    bug: 'One thread reads from a connection until it is closed: all others wait.',
    prepare(server) {
      const [serve] = server.listeners('connection');
      const waiting = [];
      let served;
      const next = () => {
        served = waiting.shift();
        served?.once('close', next);
        if (served) serve.call(server, served);
      };
      server.removeListener('connection', serve).on('connection', (socket) => {
        waiting.push(socket);
        if (!served) next();
      });
      server.keepAliveTimeout = 0; // endless
    },
  },
  'every-third-500': {
    fails: 'events/*',
    says: 'unreliable',
    chance: true,
    bug: 'A connection of the pool is broken: every third event is 500.',
    async refusal() {
      count += 1;
      if (count % 3 === 0) throw new Error('connection terminated unexpectedly');
    },
  },
  'every-fifth-hangs-up': {
    fails: 'events/*',
    says: 'unreliable',
    chance: true,
    bug: 'Every fifth request is not answered: the connection is closed.',
    async before(req) {
      count += 1;
      if (count % 5 === 0) req.socket.destroy();
      return count % 5 === 0;
    },
  },
  'informs-only': {
    fails: '',
    says: 'never-answers',
    chance: true,
    bug: 'Answers 102 Processing again and again, and nothing else.',
    async before(req, res) {
      req.resume();
      while (!req.socket.destroyed) {
        res.writeProcessing();
        await pause(500);
      }
      return true;
    },
  },
  'never-answers': {
    fails: '',
    says: 'never-answers',
    bug: 'Forgets to end the answer after taking an event.',
    reply(req, res, status, message) {
      if (status !== this.statusOk) super.reply(req, res, status, message);
    },
  },
  'answer-without-end': {
    fails: '',
    says: 'never-answers',
    bug: 'Begins an answer of unknown length, and never ends it.',
    reply(req, res, status, message) {
      if (status !== this.statusOk) return super.reply(req, res, status, message);
      res.writeHead(200, { 'content-type': 'application/json' });
      res.write('{');
    },
  },
  'answer-shorter-than-said': {
    fails: '',
    says: 'closes-connection',
    bug: 'Says that its answer has 100 bytes, sends two, and closes.',
    reply(req, res, status, message) {
      if (status !== this.statusOk) return super.reply(req, res, status, message);
      req.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}');
    },
  },
  'answers-300': {
    fails: 'events/*',
    says: 'redirects',
    bug: 'Takes an event with 304 Not Modified.',
    statusOk: 304,
  },
  'expect-hangs': {
    fails: 'http/expect-continue',
    says: 'waits-for-body',
    bug: 'Neither asks for the body of an Expect: 100-continue, nor answers.',
    prepare: (server) => server.on('checkContinue', () => {}),
  },
  'expect-500': {
    fails: 'http/expect-continue',
    says: 'waits-for-body',
    bug: 'Fails on Expect: 100-continue.',
    async before(req) {
      if (req.headers.expect !== undefined) throw new Error('unsupported expectation');
      return false;
    },
  },
  'second-on-connection-hangs': {
    fails: 'http/keep-alive',
    says: 'mishandles-keep-alive',
    check: 'http/* events/wms-loaded mac/missing',
    bug: 'Never answers the second request of a connection, and does not close it.',
    async before(req) {
      if (served.has(req.socket)) return true;
      served.add(req.socket);
      return false;
    },
  },
  unread: {
    fails: 'http/after-refusal',
    says: 'leaves-bodies-unread',
    bug: 'Refuses by the head alone and leaves the body in the connection: the next request begins with it, and is 400.',
    // Node itself reads what is left, so that this does what a server does that does not.
    async before(req, res) {
      const garbage = unread.has(req.socket);
      if (!garbage && /^hmac-sha256=[0-9a-f]{64}$/.test(this.header(req) ?? '')) return false;
      req.resume();
      unread.add(req.socket);
      if (garbage) res.setHeader('connection', 'close');
      this.reply(req, res, garbage ? 400 : 401, { error: garbage ? 'malformed request line' : 'wrong MAC' });
      return true;
    },
  },
  'idle-connection-502': {
    fails: 'http/reuse-after-pause',
    says: 'mishandles-keep-alive',
    check: 'WAITS http/reuse-after-pause http/keep-alive mac/missing',
    bug: 'A proxy that sends into a connection that the server behind it has closed meanwhile.',
    async before(req, res) {
      req.socket.server.keepAliveTimeout = 60_000;
      const [before, now] = [used.get(req.socket) ?? Infinity, Date.now()];
      used.set(req.socket, now);
      if (now - before < 3000 || before === Infinity) return false;
      req.resume();
      res.writeHead(502).end();
      return true;
    },
  },
  'http-1.0-500': {
    fails: 'http/http10',
    says: 'throws-on-odd-http',
    bug: 'Fails on HTTP/1.0.',
    async before(req) {
      if (req.httpVersion === '1.0') throw new Error('unsupported version');
      return false;
    },
  },
  'body-within-300-ms': {
    fails: 'http/slow-body',
    says: 'hurries-slow-bodies',
    check: 'WAITS http/slow-body http/several-segments http/head-then-body mac/missing events/wms-loaded',
    bug: 'Hangs up on a body that takes more than 300 ms.',
    async readBody(req) {
      const timer = setTimeout(() => req.socket.destroy(), 300);
      try {
        return await super.readBody(req);
      } finally {
        clearTimeout(timer);
      }
    },
  },
  'get-exit': {
    fails: 'http/get',
    says: 'dies-of-get',
    chance: true,
    bug: 'Reads the body of a GET, which has none, and the process ends.',
    async handle(req, res) {
      if (this.path(req) === '/webhook' && req.method !== 'POST') process.exit(1);
      return super.handle(req, res);
    },
  },
  'leaks-to-death': {
    fails: 'events/many-sessions',
    says: 'dies-of-ordinary-events',
    chance: true,
    bug: 'Keeps what each connection needs and ends at its 200th event, as one out of file descriptors does.',
    async refusal() {
      count += 1;
      if (count === 200) process.exit(1);
    },
  },
};
