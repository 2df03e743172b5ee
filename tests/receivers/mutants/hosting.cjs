'use strict';
// Bugs of where and how a receiver runs: bans, pools that run dry, several instances, addresses that are trusted, servers whose
// answers are no good HTTP.

const { Sessions } = require('../events.cjs');

let forged = 0;
let requests = 0;
let bannedUntil = 0;
let turn = 0;
const instances = [new Sessions(), new Sessions()];

/** Of three requests one has two, as a balancer with weights does it. */
function instance() {
  turn += 1;
  return instances[turn % 3 === 0 ? 1 : 0];
}

/** After each fifth event with a wrong MAC everything is refused, for so long. */
const bans = (status, ms, bug) => ({
  fails: '',
  says: 'bans-after-forged-events',
  chance: true,
  bug,
  async before(req, res) {
    const banned = Date.now() < bannedUntil;
    if (banned) this.reply(req.resume(), res, status, { error: 'banned' });
    return banned;
  },
  isSigned(req, body) {
    const right = super.isSigned(req, body);
    if (!right) forged += 1;
    if (!right && forged % 5 === 0) bannedUntil = Date.now() + ms;
    return right;
  },
});

module.exports = {
  'ban-403-30s': bans(403, 30_000, 'A ban of 30 seconds after five events with a wrong MAC: 403 to whatever comes from that address.'),
  'ban-429': bans(429, 10_000, 'A ban of ten seconds after five events with a wrong MAC: 429 to whatever comes from that address.'),
  'pool-of-20': {
    fails: '',
    says: 'stops-answering',
    chance: true,
    bug: 'Takes a connection from a pool of 20 for each request and gives none back: the 21st waits for ever.',
    async before() {
      requests += 1;
      if (requests > 20) await new Promise(() => {});
      return false;
    },
  },
  'two-instances': {
    fails: 'state/undisturbed',
    says: 'remembers-in-each-process',
    bug: 'Two processes behind a balancer, each with sessions of its own in its memory.',
    sessions: {
      add: (event, body) => instance().add(event, body),
      find: (id) => instance().find(id),
    },
  },
  'status-999': {
    fails: 'events/*',
    says: 'answers-undefined-status',
    bug: 'Answers 999, which no version of HTTP has.',
    statusOk: 999,
  },
  'forged-999': {
    fails: 'mac/*',
    says: 'answers-undefined-status',
    bug: 'Answers a forged event with 999, which no version of HTTP has.',
    statusBad: 999,
  },
  'continues-for-ever': {
    fails: '',
    says: 'answers-interim-only',
    bug: 'Answers 100 Continue again and again, and nothing else.',
    async before(req) {
      req.resume();
      req.socket.end('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)); // nobody reads more
      return true;
    },
  },
  'head-of-1-mb': {
    fails: '',
    says: 'answers-with-large-head',
    bug: 'A debug header with everything that it knows: a megabyte of it.',
    reply(req, res, status, message) {
      res.setHeader('x-debug', 'x'.repeat(1024 * 1024));
      super.reply(req, res, status, message);
    },
  },
  'loopback-trusted': {
    fails: 'mac/wrong-secret,mac/missing',
    says: 'does-not-verify',
    bug: 'Verifies nothing that comes from this machine, as behind a proxy everything does.',
    isSigned(req, body) {
      return req.socket.remoteAddress === '127.0.0.1' || super.isSigned(req, body);
    },
  },
  'answer-of-1-gb': {
    fails: '',
    says: 'answers-too-much',
    chance: true,
    bug: 'Answers with its log, which has grown to a gigabyte.',
    reply(req, res, status, message) {
      if (status !== this.statusOk) return super.reply(req, res, status, message);
      res.writeHead(200, { 'content-type': 'text/plain', 'content-length': 1024 ** 3 });
      res.write(Buffer.alloc(2 * 1024 * 1024, 'a line of a log\n'), () => req.socket.end()); // nobody reads more
    },
  },
};
