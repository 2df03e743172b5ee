'use strict';
// Bugs around the secret, and in what is hashed with it.

const { createHash } = require('node:crypto');
const { equal, expected, hex, macSecret } = require('./correct.cjs');

const valid = new Set(); // MACs that were right once
let locked = false;

module.exports = {
  'secret-with-newline': {
    fails: 'events/wms-loaded',
    says: 'refuses-every-mac',
    bug: 'Reads the secret from a file, with the line break at its end.',
    isSigned(req, body) {
      return equal(this.header(req), expected(body, macSecret + '\n'));
    },
  },
  'secret-base64': {
    fails: 'events/wms-loaded',
    says: 'refuses-every-mac',
    bug: 'Decodes the secret as Base64.',
    isSigned(req, body) {
      return equal(this.header(req), expected(body, Buffer.from(macSecret, 'base64')));
    },
  },
  'stamp-and-body': {
    fails: 'events/wms-loaded',
    says: 'refuses-every-mac',
    bug: 'Verifies over the time and the body, as another sender of webhooks has it.',
    isSigned(req, body) {
      return equal(this.header(req), expected(`${Math.floor(Date.now() / 1000)}.${body}`));
    },
  },
  'another-header': {
    fails: 'events/wms-loaded',
    says: 'refuses-every-mac',
    bug: 'Looks for the MAC in X-Hub-Signature-256.',
    header: (req) => req.headers['x-hub-signature-256'],
  },
  'hash-of-secret-and-body': {
    fails: 'events/wms-loaded',
    says: 'refuses-every-mac',
    bug: 'Hashes the secret and the body one behind the other: no HMAC.',
    isSigned(req, body) {
      return equal(this.header(req), 'hmac-sha256=' + createHash('sha256').update(macSecret).update(body).digest('hex'));
    },
  },
  'compares-as-numbers': {
    fails: 'mac/one-bit',
    says: 'compares-beginning',
    bug: 'Compares Number("0x" + digits), which has 53 bits.',
    isSigned(req, body) {
      const [prefix, digits] = String(this.header(req)).split('=');
      return prefix === 'hmac-sha256' && Number(`0x${digits}`) === Number(`0x${hex(body)}`);
    },
  },
  'caches-macs': {
    fails: 'mac/other-body',
    says: 'keeps-macs',
    bug: 'Remembers which MACs were right, and takes them with any body.',
    isSigned(req, body) {
      const given = this.header(req);
      if (valid.has(given)) return true;
      const right = equal(given, expected(body));
      if (right) valid.add(given);
      return right;
    },
  },
  'lock-after-401': {
    fails: '',
    says: 'jams-after-forged-mac',
    chance: true,
    bug: 'Takes a lock, and returns at a wrong MAC without giving it back: nothing is answered from then on.',
    async before() {
      if (locked) await new Promise(() => {});
      return false;
    },
    isSigned(req, body) {
      const right = equal(this.header(req), expected(body));
      if (!right) locked = true;
      return right;
    },
  },
  'forged-302': {
    fails: 'mac/wrong-secret',
    says: 'refuses-with-redirect',
    bug: 'Sends whoever has a wrong MAC to the page to log in.',
    statusBad: 302,
  },
  'forged-hangs-up': {
    fails: 'mac/wrong-secret',
    says: 'refuses-by-hanging-up',
    bug: 'Closes the connection where the MAC is wrong.',
    isSigned(req, body) {
      const right = equal(this.header(req), expected(body));
      if (!right) req.socket.destroy();
      return right;
    },
  },
  'forged-never-answered': {
    fails: 'mac/wrong-secret',
    says: 'refuses-by-hanging-up',
    bug: 'Forgets to answer where the MAC is wrong.',
    reply(req, res, status, message) {
      if (status !== this.statusBad) super.reply(req, res, status, message);
    },
  },
  'pattern-without-match-500': {
    fails: 'mac/missing',
    says: 'throws-without-mac',
    bug: 'Takes the header apart with a pattern, and uses the match without asking whether there is one.',
    isSigned(req, body) {
      const [, digits] = /^hmac-sha256=([0-9a-f]{64})$/.exec(this.header(req));
      return equal(digits, hex(body));
    },
  },
};
