'use strict';
// Bugs of the server, and in how it answers.

const { pause } = require('./correct.cjs');

const served = new WeakSet();
let count = 0;
let queue = Promise.resolve();

module.exports = {
  'redirect-301': {
    fails: 'http/no-redirect,events/wms-loaded',
    bug: 'Sends everyone to the path with a slash at its end.',
    async before(req, res) {
      req.resume();
      res.writeHead(301, { location: '/webhook/' }).end();
      return true;
    },
  },
  'redirect-307': {
    fails: 'http/no-redirect,events/wms-loaded',
    bug: 'Sends everyone to https.',
    async before(req, res) {
      req.resume();
      res.writeHead(307, { location: 'https://localhost/webhook' }).end();
      return true;
    },
  },
  'slow-7s': {
    fails: 'time/soon',
    check: '--timeout 15s time/soon time/in-time',
    bug: 'Works for 7 seconds before it answers.',
    refusal: () => pause(7_000),
  },
  'slow-12s': {
    fails: 'time/in-time',
    check: '--timeout 20s time/soon time/in-time',
    bug: 'Works for 12 seconds before it answers.',
    refusal: () => pause(12_000),
  },
  'one-after-the-other': {
    fails: 'time/soon-in-a-crowd',
    check: '--timeout 10s time/soon-in-a-crowd time/soon events/wms-loaded mac/missing',
    bug: 'Works on one event at a time, for 250 ms.',
    refusal() {
      queue = queue.then(() => pause(250));
      return queue;
    },
  },
  'every-third-500': {
    fails: 'events/*',
    bug: 'A connection of the pool is broken: every third event is 500.',
    async refusal() {
      count += 1;
      if (count % 3 === 0) throw new Error('connection terminated unexpectedly');
    },
  },
  'every-fifth-hangs-up': {
    fails: 'events/*',
    bug: 'Every fifth request is not answered: the connection is closed.',
    async before(req) {
      count += 1;
      if (count % 5 === 0) req.socket.destroy();
      return count % 5 === 0;
    },
  },
  'informs-only': {
    fails: 'events/*',
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
    fails: 'events/*',
    bug: 'Forgets to end the answer after taking an event.',
    reply(req, res, status, message) {
      if (status !== this.statusOk) super.reply(req, res, status, message);
    },
  },
  'answer-without-end': {
    fails: 'events/*',
    bug: 'Begins an answer of unknown length, and never ends it.',
    reply(req, res, status, message) {
      if (status !== this.statusOk) return super.reply(req, res, status, message);
      res.writeHead(200, { 'content-type': 'application/json' });
      res.write('{');
    },
  },
  'answer-shorter-than-said': {
    fails: 'events/*',
    bug: 'Says that its answer has 100 bytes, sends two, and closes.',
    reply(req, res, status, message) {
      if (status !== this.statusOk) return super.reply(req, res, status, message);
      req.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}');
    },
  },
  'answers-300': {
    fails: 'events/*',
    bug: 'Takes an event with 304 Not Modified.',
    statusOk: 304,
  },
  'expect-hangs': {
    fails: 'http/expect-continue',
    bug: 'Neither asks for the body of an Expect: 100-continue, nor answers.',
    prepare: (server) => server.on('checkContinue', () => {}),
  },
  'expect-500': {
    fails: 'http/expect-continue',
    bug: 'Fails on Expect: 100-continue.',
    async before(req) {
      if (req.headers.expect !== undefined) throw new Error('unsupported expectation');
      return false;
    },
  },
  'second-on-connection-hangs': {
    fails: 'http/keep-alive',
    check: 'http/* events/wms-loaded mac/missing',
    bug: 'Never answers the second request of a connection, and does not close it.',
    async before(req) {
      if (served.has(req.socket)) return true;
      served.add(req.socket);
      return false;
    },
  },
  'http-1.0-500': {
    fails: 'http/http10',
    bug: 'Fails on HTTP/1.0.',
    async before(req) {
      if (req.httpVersion === '1.0') throw new Error('unsupported version');
      return false;
    },
  },
  'body-within-300-ms': {
    fails: 'http/slow-body',
    check: 'http/slow-body http/several-segments http/head-then-body mac/missing events/wms-loaded',
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
    fails: 'http/get,http/head',
    bug: 'Reads the body of a GET, which has none, and the process ends.',
    async handle(req, res) {
      if (this.path(req) === '/webhook' && req.method !== 'POST') process.exit(1);
      return super.handle(req, res);
    },
  },
  'leaks-to-death': {
    fails: 'events/many-sessions',
    bug: 'Keeps what each connection needs and ends at its 200th event, as one out of file descriptors does.',
    async refusal() {
      count += 1;
      if (count === 200) process.exit(1);
    },
  },
};
