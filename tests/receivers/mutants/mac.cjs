'use strict';
// Bugs in the verification of the MAC.

const { createHmac, timingSafeEqual } = require('node:crypto');
const { readEvent } = require('../events.cjs');
const { equal, expected, hex, macSecret } = require('./correct.cjs');

const KNOWN = new Set([
  'WMS_LOADED', 'CONFIGURATION_LOADED', 'CAMERA_PERMISSION_GRANTED', 'CAMERA_PERMISSION_DENIED', 'CAMERA_STARTED',
  'MEASUREMENT_STARTED', 'MEASUREMENT_CREATED', 'INTERMEDIATE_RESULTS', 'SCAN_COMPLETED', 'RESULTS_RECEIVED',
  'REDIRECTING_TO_CALLBACK', 'MEASUREMENT_CANCELED', 'CONSTRAINT_VIOLATION', 'PAGE_UNLOADED', 'WEBSOCKET_DISCONNECTED',
  'WEBSOCKET_RECONNECTED', 'WEBSOCKET_RECONNECTION_FAILED', 'API_ERROR', 'PAGE_VISIBILITY_CHANGE', 'LOW_SNR',
  'GENERAL_ERROR',
]);

/** What JSON.parse makes of a body, undefined if it is none. */
function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const reprinted = (body) => JSON.stringify(parsed(body)) ?? '';

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

/** As Python's json.dumps prints it: a blank after each comma and colon, and ASCII only. */
function likePython(value) {
  if (Array.isArray(value)) return `[${value.map(likePython).join(', ')}]`;
  if (value === null || typeof value !== 'object') {
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  }
  return `{${Object.entries(value).map(([key, each]) => `${likePython(key)}: ${likePython(each)}`).join(', ')}}`;
}

const verified = { sockets: new WeakSet(), sessions: new Set() };

const known = new Set(); // bodies that were taken
const banned = new Set(); // sessions that had a forged event

module.exports = {
  'no-verification': {
    fails: 'mac/*',
    says: 'does-not-verify',
    bug: 'The MAC is not looked at.',
    isSigned: () => true,
  },
  'header-optional': {
    fails: 'mac/missing,mac/empty',
    says: 'accepts-missing-mac',
    bug: 'Verifies only if there is a header.',
    isSigned(req, body) {
      const header = this.header(req);
      if (header) return equal(header, expected(body));
      return true;
    },
  },
  'missing-header-500': {
    fails: 'mac/missing',
    says: 'throws-without-mac',
    bug: 'Without the header, a method of undefined is called.',
    isSigned(req, body) {
      return this.header(req).startsWith('hmac-sha256=') && equal(this.header(req), expected(body));
    },
  },
  'compares-shorter': {
    fails: 'mac/empty,mac/truncated,mac/bare-prefix',
    says: 'compares-as-much-as-sent',
    bug: 'Compares as many characters as were given.',
    isSigned(req, body) {
      const given = this.header(req);
      if (given === undefined) return false;
      const wanted = expected(body);
      for (let i = 0; i < Math.min(given.length, wanted.length); i += 1) {
        if (given[i] !== wanted[i]) return false;
      }
      return given.length <= wanted.length;
    },
  },
  'bare-prefix-ok': {
    fails: 'mac/bare-prefix',
    says: 'compares-as-much-as-sent',
    bug: 'Verifies only if there are digits after the prefix.',
    isSigned(req, body) {
      const [prefix, digits] = (this.header(req) ?? '').split('=');
      if (prefix !== 'hmac-sha256') return false;
      return digits ? equal(this.header(req), expected(body)) : digits === '';
    },
  },
  'starts-with': {
    fails: 'mac/extended',
    says: 'ignores-what-follows',
    bug: 'What stands after the MAC in the header is not compared: header.startsWith(expected).',
    isSigned(req, body) {
      return (this.header(req) ?? '').startsWith(expected(body));
    },
  },
  'includes': {
    fails: 'mac/extended,mac/no-prefix,mac/wrong-prefix',
    says: 'ignores-what-follows',
    bug: 'The digits may stand anywhere in the header.',
    isSigned(req, body) {
      return (this.header(req) ?? '').includes(hex(body));
    },
  },
  'first-digits': {
    fails: 'mac/truncated,mac/one-bit',
    says: 'compares-beginning',
    bug: 'Compares the prefix and eight digits.',
    isSigned(req, body) {
      return equal(this.header(req)?.slice(0, 20), expected(body).slice(0, 20));
    },
  },
  'hex-decoded': {
    fails: 'mac/extended-not-hex',
    says: 'decodes-hex-loosely',
    bug: "Buffer.from(hex, 'hex') stops at the first character that is not hex, and nobody looks at the prefix.",
    isSigned(req, body) {
      const given = Buffer.from((this.header(req) ?? '').slice('hmac-sha256='.length), 'hex');
      return given.equals(createHmac('sha256', macSecret).update(body).digest());
    },
  },
  'another-prefix': {
    fails: 'events/wms-loaded',
    says: 'expects-another-prefix',
    bug: 'Expects sha256= before the digits, as another webhook of the same app has it.',
    isSigned(req, body) {
      return this.header(req) === expected(body).replace('hmac-sha256=', 'sha256=');
    },
  },
  'any-prefix': {
    fails: 'mac/wrong-prefix',
    says: 'ignores-mac-prefix',
    bug: "Takes header.split('=')[1], whatever stands before it.",
    isSigned(req, body) {
      return equal(this.header(req)?.split('=')[1], hex(body));
    },
  },
  'no-prefix': {
    fails: 'mac/no-prefix',
    says: 'ignores-mac-prefix',
    bug: 'The prefix may be left out.',
    isSigned(req, body) {
      return equal(this.header(req)?.replace(/^hmac-sha256=/, ''), hex(body));
    },
  },
  'hash-by-prefix': {
    fails: 'mac/sha1,mac/sha512,mac/md5',
    says: 'lets-sender-choose-hash',
    bug: 'The header says which hash is taken.',
    isSigned(req, body) {
      const [, algorithm, digits] = /^hmac-(\w+)=(.*)$/.exec(this.header(req) ?? '') ?? [];
      const known = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'].includes(algorithm);
      return known && equal(digits, hex(body, macSecret, algorithm));
    },
  },
  'xor-of-differences': {
    fails: 'mac/two-bits',
    says: 'compares-by-sum',
    chance: true, // one wrong MAC in some dozens comes to nothing
    bug: 'diff ^= a ^ b in place of diff |= a ^ b: two differences cancel out.',
    isSigned(req, body) {
      const [given, wanted] = [this.header(req) ?? '', expected(body)];
      if (given.length !== wanted.length) return false;
      let diff = 0;
      for (let i = 0; i < wanted.length; i++) diff ^= given.charCodeAt(i) ^ wanted.charCodeAt(i);
      return diff === 0;
    },
  },
  'seven-bits': {
    fails: 'mac/over-seven-bits',
    says: 'loses-bits-before-mac',
    bug: "body.toString('ascii') is what is verified and parsed: the highest bit of each byte is lost.",
    async readBody(req) {
      const body = await super.readBody(req);
      return body && Buffer.from(body.toString('ascii'), 'latin1');
    },
  },
  'question-marks': {
    fails: 'mac/over-replaced',
    says: 'replaces-bytes-before-mac',
    bug: 'What is hashed is body.getBytes(US_ASCII): a question mark for each character beyond ASCII.',
    isSigned(req, body) {
      return super.isSigned(req, body.toString('utf8').replace(/[^\x00-\x7f]/gu, '?'));
    },
  },
  'question-marks-for-bytes': {
    fails: 'mac/over-replaced',
    says: 'replaces-bytes-before-mac',
    bug: 'What is hashed is the body as Encoding.ASCII.GetString reads it: a question mark for each byte beyond ASCII.',
    isSigned(req, body) {
      return super.isSigned(req, body.toString('latin1').replace(/[^\x00-\x7f]/g, '?'));
    },
  },
  'ignores-beyond-ascii': {
    fails: 'mac/over-ascii-only,mac/over-valid-only',
    says: 'drops-bytes-before-mac',
    bug: "body.decode('ascii', 'ignore') is what is verified and parsed.",
    async readBody(req) {
      const body = await super.readBody(req);
      return body && Buffer.from(body.filter((byte) => byte < 0x80));
    },
  },
  'ignores-invalid-utf8': {
    fails: 'mac/over-valid-only',
    says: 'drops-bytes-before-mac',
    bug: "body.decode('utf-8', 'ignore') is what is verified and parsed.",
    async readBody(req) {
      const body = await super.readBody(req);
      return body && Buffer.from(body.toString('utf8').replaceAll('\ufffd', ''));
    },
  },
  'line-feeds': {
    fails: 'mac/over-lf',
    says: 'changes-line-ends',
    bug: 'Body lines are read as text: CRLF is made LF before the MAC.',
    async readBody(req) {
      const body = await super.readBody(req);
      return body && Buffer.from(body.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    },
  },
  'undefined-secret': {
    fails: 'mac/empty-secret',
    says: 'takes-empty-secret',
    bug: 'A second secret from a variable that is not set: the text undefined.',
    isSigned(req, body) {
      const given = this.header(req);
      return equal(given, expected(body)) || equal(given, expected(body, `${process.env.NO_SUCH_SECRET}`));
    },
  },
  'known-before-verified': {
    fails: 'mac/wrong-secret-repeated',
    says: 'skips-some-events',
    bug: 'Answers what it knows already before it verifies.',
    isSigned(req, body) {
      const right = equal(this.header(req), expected(body));
      if (right) known.add(String(body));
      return right || known.has(String(body));
    },
  },
  'bans-the-session': {
    fails: 'mac/wrong-secret-no-harm',
    says: 'harmed-by-forged-events',
    bug: 'Blocks a session after a forged event: anybody can end anybody else\'s.',
    isSigned(req, body) {
      const id = readEvent(body)?.sessionId;
      const right = equal(this.header(req), expected(body));
      if (!right) banned.add(id);
      return right && !banned.has(id);
    },
  },
  'dies-of-length': {
    fails: 'mac/missing',
    says: 'dies-of-forged-mac',
    bug: 'timingSafeEqual throws on unequal lengths, nobody catches it, and the process ends.',
    isSigned(req, body) {
      const [given, wanted] = [this.header(req) ?? '', expected(body)];
      if (Buffer.byteLength(given) !== wanted.length) process.exit(1);
      return equal(given, wanted);
    },
  },
  'throws-on-length': {
    fails: 'mac/missing,mac/empty,mac/truncated,mac/extended,mac/bare-prefix,mac/no-prefix,mac/base64,mac/sha1,mac/sha512',
    says: 'throws-without-mac',
    bug: 'timingSafeEqual throws where the lengths differ, and nobody catches it.',
    isSigned(req, body) {
      return timingSafeEqual(Buffer.from(this.header(req) ?? ''), Buffer.from(expected(body)));
    },
  },
  'accepts-on-throw': {
    fails: 'mac/missing,mac/empty,mac/truncated,mac/extended,mac/bare-prefix,mac/no-prefix,mac/base64,mac/sha1,mac/sha512',
    says: 'accepts-when-check-throws',
    bug: 'A verification that throws is logged, and the event is taken.',
    isSigned(req, body) {
      let valid = true;
      try {
        valid = timingSafeEqual(Buffer.from(this.header(req) ?? ''), Buffer.from(expected(body)));
      } catch (error) {
        console.error('cannot verify', error.message);
      }
      return valid;
    },
  },
  'refuses-with-200': {
    fails: 'mac/*',
    says: 'refuses-with-200',
    bug: 'Refuses with 200, and an error in the body.',
    statusBad: 200,
  },
  'refuses-with-500': {
    fails: 'mac/*',
    says: 'refuses-with-5xx',
    bug: 'Refuses with 500, as for an error of its own.',
    statusBad: 500,
  },
  'stores-before-verifying': {
    fails: 'state/forged',
    says: 'stores-forged-events',
    bug: 'Remembers the event, and then verifies it.',
    isSigned(req, body) {
      const event = this.readEvent(body);
      if (event) this.sessions.add(event, body);
      return super.isSigned(req, body);
    },
  },
  'once-a-connection': {
    fails: 'mac/wrong-secret-later',
    says: 'verifies-once-only',
    bug: 'What follows a verified event on its connection is not verified.',
    isSigned(req, body) {
      if (verified.sockets.has(req.socket)) return true;
      const valid = super.isSigned(req, body);
      if (valid) verified.sockets.add(req.socket);
      return valid;
    },
  },
  'once-a-session': {
    fails: 'mac/wrong-secret-later',
    says: 'verifies-once-only',
    bug: 'What follows a verified event of the session is not verified.',
    isSigned(req, body) {
      const { sessionId } = parsed(body) ?? {};
      if (verified.sessions.has(sessionId)) return true;
      const valid = super.isSigned(req, body);
      if (valid && sessionId !== undefined) verified.sessions.add(sessionId);
      return valid;
    },
  },
  'known-events-only': {
    fails: 'mac/wrong-secret-unknown-event',
    says: 'skips-some-events',
    bug: 'Verifies the events that it knows, and takes the others as they are.',
    isSigned(req, body) {
      const { event } = parsed(body) ?? {};
      return event !== undefined && !KNOWN.has(event) ? true : super.isSigned(req, body);
    },
  },
  'skips-page-unloaded': {
    fails: 'mac/wrong-secret-every-event',
    says: 'skips-some-events',
    bug: 'Takes PAGE_UNLOADED without verifying, as a beacon of the browser.',
    isSigned(req, body) {
      return parsed(body)?.event === 'PAGE_UNLOADED' || super.isSigned(req, body);
    },
  },
  'skips-small-bodies': {
    fails: 'mac/*',
    says: 'skips-some-events',
    bug: 'Verifies only what is larger than 200 bytes.',
    isSigned(req, body) {
      return body.length <= 200 || super.isSigned(req, body);
    },
  },
  'skips-charset': {
    fails: 'mac/wrong-secret-content-type',
    says: 'skips-some-events',
    bug: "Verifies only where the content type is 'application/json' to the letter.",
    isSigned(req, body) {
      return req.headers['content-type'] !== 'application/json' || super.isSigned(req, body);
    },
  },
  'empty-secret': {
    fails: 'mac/empty-secret',
    says: 'takes-empty-secret',
    bug: "An old secret that is not set is '', and takes part.",
    isSigned(req, body) {
      const secrets = [macSecret, process.env.WMS_MAC_SECRET_BEFORE ?? ''];
      return secrets.some((secret) => equal(this.header(req), expected(body, secret)));
    },
  },
  'reprinted': {
    fails: 'mac/over-compact,body/pretty,body/escaped-ascii,body/escaped-slash,body/number-forms,body/trailing-newline',
    says: 'verifies-reserialised-body',
    bug: 'Verifies JSON.stringify(JSON.parse(body)).',
    isSigned(req, body) {
      return equal(this.header(req), expected(reprinted(body)));
    },
  },
  'sorted': {
    fails: 'events/wms-loaded',
    says: 'verifies-sorted-body',
    bug: 'Verifies the body printed with its keys sorted.',
    isSigned(req, body) {
      return equal(this.header(req), expected(JSON.stringify(sorted(parsed(body))) ?? ''));
    },
  },
  'printed-by-python': {
    fails: 'events/wms-loaded',
    says: 'verifies-reserialised-python',
    bug: 'Verifies the body as json.dumps prints it, with a blank after each comma and colon.',
    isSigned(req, body) {
      return equal(this.header(req), expected(parsed(body) === undefined ? '' : likePython(parsed(body))));
    },
  },
  'trimmed': {
    fails: 'mac/over-trimmed,body/trailing-newline',
    says: 'trims-body',
    bug: 'Verifies body.trim().',
    isSigned(req, body) {
      return equal(this.header(req), expected(body.toString().trim()));
    },
  },
  'latin1': {
    fails: 'body/id-latin1,body/id-emoji',
    says: 'decodes-body',
    check: '--set body.charset=utf8',
    bug: "Verifies body.toString('latin1'), which update() then encodes as UTF-8.",
    isSigned(req, body) {
      return equal(this.header(req), expected(body.toString('latin1')));
    },
  },
  'page-snippet': {
    fails: 'body/id-latin1,body/id-emoji',
    says: 'decodes-body',
    check: '--set body.charset=utf8',
    bug: "Verifies hmac.update(body.toString(), 'ascii'), as the page says.",
    isSigned(req, body) {
      const hmac = createHmac('sha256', macSecret).update(body.toString(), 'ascii');
      return equal(this.header(req), 'hmac-sha256=' + hmac.digest('hex'));
    },
  },
  'also-reprinted': {
    fails: 'mac/over-compact',
    says: 'verifies-reserialised-body',
    bug: 'Takes the MAC of the bytes, or of the body printed again, in case a proxy has touched it.',
    isSigned(req, body) {
      return super.isSigned(req, body) || equal(this.header(req), expected(reprinted(body)));
    },
  },
  'also-trimmed': {
    fails: 'mac/over-trimmed',
    says: 'trims-body',
    bug: 'Takes the MAC of the trimmed body too.',
    isSigned(req, body) {
      return super.isSigned(req, body) || equal(this.header(req), expected(body.toString().trim()));
    },
  },
  'also-sorted': {
    fails: 'mac/over-sorted',
    says: 'verifies-sorted-body',
    bug: 'Takes the MAC of the body with sorted keys too.',
    isSigned(req, body) {
      return super.isSigned(req, body) || equal(this.header(req), expected(JSON.stringify(sorted(parsed(body))) ?? ''));
    },
  },
  'hashes-nothing': {
    fails: 'events/wms-loaded',
    says: 'verifies-empty-body',
    bug: 'Somebody has read the body before: the MAC is that of nothing.',
    isSigned(req) {
      return equal(this.header(req), expected(''));
    },
  },
  'base64-gateway': {
    fails: 'events/*',
    says: 'refuses-every-mac',
    bug: "Decodes the body as Base64, though the gateway's isBase64Encoded says that it is none.",
    isSigned(req, body) {
      return equal(this.header(req), expected(Buffer.from(body.toString(), 'base64')));
    },
  },
  'base64-mac': {
    fails: 'events/wms-loaded',
    says: 'expects-base64',
    bug: 'Expects the MAC in Base64.',
    isSigned(req, body) {
      const digest = createHmac('sha256', macSecret).update(body).digest('base64');
      return equal(this.header(req), 'hmac-sha256=' + digest);
    },
  },
  'also-base64-mac': {
    fails: 'mac/base64',
    says: 'takes-base64',
    bug: 'Takes the MAC in Base64 too.',
    isSigned(req, body) {
      const digest = createHmac('sha256', macSecret).update(body).digest('base64');
      return super.isSigned(req, body) || equal(this.header(req), 'hmac-sha256=' + digest);
    },
  },
  'hex-secret': {
    fails: 'events/*',
    says: 'wrong-secret',
    bug: 'Decodes the secret as hex.',
    isSigned(req, body) {
      return equal(this.header(req), expected(body, Buffer.from(macSecret, 'hex')));
    },
  },
  'header-as-documented': {
    fails: 'mac/header-lower-case',
    says: 'looks-up-header-in-one-spelling',
    bug: 'Looks for X-WMS-Content-MAC in exactly this spelling.',
    header(req) {
      const at = req.rawHeaders.indexOf('X-WMS-Content-MAC');
      return at < 0 ? undefined : req.rawHeaders[at + 1];
    },
  },
  'header-lower-case': {
    fails: 'events/*',
    says: 'looks-up-header-in-one-spelling',
    bug: 'Looks for x-wms-content-mac in lower case, as only HTTP/2 has it.',
    header(req) {
      const at = req.rawHeaders.indexOf('x-wms-content-mac');
      return at < 0 ? undefined : req.rawHeaders[at + 1];
    },
  },
};
