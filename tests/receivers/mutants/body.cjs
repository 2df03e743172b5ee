'use strict';
// Bugs in what is made of a body whose MAC is right.

const { readEvent } = require('../events.cjs');
const { receiver } = require('./correct.cjs');

const SEVERITIES = { INFO: 1, WARN: 2, ERROR: 3 };
const KEYS = new Set(['timestamp', 'sessionId', 'sequence', 'event', 'severity', 'payload']);
const EVENTS = new Set(
  (
    'WMS_LOADED CONFIGURATION_LOADED CAMERA_PERMISSION_GRANTED CAMERA_PERMISSION_DENIED CAMERA_STARTED MEASUREMENT_STARTED ' +
    'MEASUREMENT_CREATED INTERMEDIATE_RESULTS SCAN_COMPLETED RESULTS_RECEIVED REDIRECTING_TO_CALLBACK MEASUREMENT_CANCELED ' +
    'CONSTRAINT_VIOLATION PAGE_UNLOADED WEBSOCKET_DISCONNECTED WEBSOCKET_RECONNECTED WEBSOCKET_RECONNECTION_FAILED ' +
    'API_ERROR PAGE_VISIBILITY_CHANGE LOW_SNR GENERAL_ERROR'
  ).split(' '),
);

const depth = (value) =>
  value !== null && typeof value === 'object' ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;

const rows = {}; // by session; no Map, and that is the bug of one of them
let jammed = false;

function isJson(body) {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

module.exports = {
  'not-json-500': {
    fails: 'input/not-json,input/truncated,input/empty',
    says: 'crashes-on-bad-json',
    bug: 'JSON.parse throws, and nobody catches it.',
    readEvent(body) {
      JSON.parse(body);
      return readEvent(body);
    },
  },
  'not-json-exit': {
    fails: 'body/bom',
    says: 'dies-of-bad-input',
    bug: 'JSON.parse throws in a callback, and the process ends.',
    readEvent(body) {
      return new Promise((resolve) => {
        setImmediate(() => {
          JSON.parse(body);
          resolve(readEvent(body));
        });
      });
    },
  },
  'not-json-hang': {
    fails: 'input/not-json,input/truncated,input/empty',
    says: 'crashes-on-bad-json',
    check: 'input/* mac/* events/*',
    bug: 'What is not JSON is logged, and never answered.',
    readEvent(body) {
      if (isJson(body)) return readEvent(body);
      console.error('not JSON');
      return new Promise(() => {});
    },
  },
  'bad-body-hangs': {
    fails: 'input/not-json,input/empty,input/array,input/null,input/no-session-id,input/session-id-number',
    says: 'crashes-on-bad-json,crashes-on-wrong-types',
    bug: 'An async handler throws at what is no event, and nobody catches that: nobody answers either.',
    async readEvent(body) {
      try {
        const event = JSON.parse(body);
        event.sessionId.trim();
        event.sequence.toFixed();
        event.event.trim();
      } catch (error) {
        console.error(error.message);
        await new Promise(() => {});
      }
      return readEvent(body);
    },
  },
  'jammed-by-not-json': {
    fails: 'body/bom',
    says: 'dies-of-bad-input',
    bug: 'After a body that is not JSON a lock is never released: everything is 503.',
    readEvent(body) {
      if (!isJson(body)) jammed = true;
      return readEvent(body);
    },
    async refusal() {
      return jammed ? 503 : undefined;
    },
  },
  'missing-field-500': {
    fails: 'input/no-session-id,input/array',
    says: 'crashes-on-wrong-types',
    bug: 'Calls methods of keys that are not there.',
    readEvent(body) {
      if (!isJson(body)) return undefined;
      const event = JSON.parse(body);
      event.sessionId.trim();
      event.sequence.toFixed();
      event.event.trim();
      return readEvent(body);
    },
  },
  'array-500': {
    fails: 'input/array',
    says: 'crashes-on-wrong-types',
    bug: 'Takes the entries of what is not an object.',
    readEvent(body) {
      if (isJson(body) && Array.isArray(JSON.parse(body))) throw new TypeError('expected an object');
      return readEvent(body);
    },
  },
  'id-as-url-500': {
    fails: 'body/id-percent',
    says: 'puts-ids-into-paths',
    bug: 'Decodes the session ID, which never was encoded: decodeURIComponent throws at %zz.',
    async refusal({ sessionId }) {
      decodeURIComponent(sessionId);
    },
  },
  'id-in-command-500': {
    fails: 'body/id-blanks',
    says: 'puts-ids-into-statements',
    bug: 'Hands the session ID to a command without quotes, and that fails where it has blanks.',
    async refusal({ sessionId }) {
      if (/\s/.test(sessionId)) throw new Error('command failed: too many arguments');
    },
  },
  'short-id-500': {
    fails: 'body/id-undefined,body/id-one-character,input/session-id-empty',
    says: 'crashes-on-odd-ids',
    bug: 'Takes the session ID apart: sessionId.slice(0, 10) has to have ten characters.',
    readEvent(body) {
      const event = readEvent(body);
      if (/"sessionId":"[^"]{0,9}"/.test(String(body))) throw new RangeError('invalid length');
      return event;
    },
  },
  'first-key-500': {
    fails: 'body/payload-empty',
    says: 'crashes-without-payload',
    bug: 'Reads the first key of each payload: Object.keys(payload)[0].length.',
    async refusal({ payload }) {
      if (payload && typeof payload === 'object') Object.keys(payload)[0].length;
    },
  },
  'payload-state-500': {
    fails: 'body/payload-absent',
    says: 'crashes-without-payload',
    bug: 'Reads payload.state of the event that should have one.',
    async refusal({ event, payload }) {
      if (event === 'PAGE_VISIBILITY_CHANGE') payload.state;
    },
  },
  'safe-integers-500': {
    fails: 'body/big-sequence,body/big-number,body/big-snr',
    says: 'crashes-on-odd-numbers',
    bug: 'Reads numbers as 64-bit integers, and nobody catches the overflow.',
    async refusal(event, req, body) {
      for (const digits of String(body).match(/\d{16,}/g) ?? []) {
        if (!Number.isSafeInteger(Number(digits))) throw new RangeError('number out of range');
      }
    },
  },
  'typed-payload-500': {
    fails: 'input/payload-text,input/payload-array,input/payload-values',
    says: 'crashes-on-wrong-types',
    bug: 'Copies the payload into a class whose fields have types.',
    async refusal({ payload }) {
      if (payload === undefined || payload === null) return;
      if (typeof payload !== 'object' || Array.isArray(payload)) throw new TypeError('payload is no object');
      for (const key of ['measurementId', 'state', 'details', 'constraint', 'code']) {
        if (key in payload && typeof payload[key] !== 'string') throw new TypeError(`${key} is no text`);
      }
      if ('snr' in payload && typeof payload.snr !== 'number') throw new TypeError('snr is no number');
    },
  },
  'copies-keys-500': {
    fails: 'input/proto-keys',
    says: 'crashes-on-odd-input',
    bug: 'Copies each key into an object, and calls toString of what came of it.',
    async refusal(event, req, body) {
      if (/"(__proto__|constructor|toString)"\s*:/.test(String(body))) throw new TypeError('toString is not a function');
    },
  },
  'row-of-50-kb-500': {
    fails: 'input/64-kb,input/long-key',
    says: 'crashes-on-large-bodies',
    bug: 'Stores the body in a column of 50,000 bytes, and nobody catches what the database says.',
    async refusal(event, req, body) {
      if (body.length > 50_000) throw new Error("Data too long for column 'body'");
    },
  },
  'thousand-columns-500': {
    fails: 'input/many-keys',
    says: 'crashes-on-large-bodies',
    bug: 'Makes a column of each key: too many columns.',
    async refusal(event, req, body) {
      if ((String(body).match(/":/g) ?? []).length > 1000) throw new Error('too many columns');
    },
  },
  'timestamp-500': {
    fails: 'input/no-timestamp,input/timestamp-text',
    says: 'crashes-on-wrong-types',
    bug: 'Writes the time as text: toISOString throws where the timestamp is none.',
    async refusal({ timestamp }) {
      new Date(timestamp * 1000).toISOString();
    },
  },
  'negative-sequence-500': {
    fails: 'input/sequence-negative',
    says: 'crashes-on-odd-numbers',
    bug: 'The column is unsigned, and nobody catches what the database says.',
    async refusal({ sequence }) {
      if (sequence < 0) throw new Error("Out of range value for column 'sequence'");
    },
  },
  'shallow-500': {
    fails: 'input/deep-arrays,input/deep-objects,input/deep-payload',
    says: 'crashes-on-deep-json',
    bug: 'The parser takes 512 levels, as json_decode of PHP does, and the null that it gives is used.',
    async refusal(event, req, body) {
      let [depth, deepest] = [0, 0];
      for (const byte of body) {
        if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
        if (byte === 0x5d || byte === 0x7d) depth -= 1;
      }
      if (deepest > 512) throw new TypeError("Cannot read properties of null (reading 'event')");
    },
  },
  'payload-null-500': {
    fails: 'body/payload-null',
    says: 'crashes-without-payload',
    bug: 'Reads event.payload.measurementId whenever there is a payload, null too.',
    readEvent(body) {
      const event = readEvent(body);
      if (event && 'payload' in event) void event.payload.measurementId;
      return event;
    },
  },
  'payload-absent-500': {
    fails: 'events/*',
    says: 'crashes-without-payload',
    bug: 'Reads event.payload.measurementId of every event.',
    readEvent(body) {
      const event = readEvent(body);
      if (event && event.payload !== null) void event.payload.measurementId;
      return event;
    },
  },
  'measurement-required': {
    fails: 'events/api-error',
    says: 'needs-measurement-id',
    chance: true,
    bug: 'Refuses an event whose payload has no measurement ID, though LOW_SNR never has one.',
    async refusal({ payload }) {
      return payload && Object.keys(payload).length > 0 && !payload.measurementId ? 400 : undefined;
    },
  },
  'nesting-500': {
    fails: 'input/very-deep-arrays',
    says: 'crashes-on-deep-json',
    bug: 'Walks through the body recursively, and the stack overflows.',
    readEvent(body) {
      if (isJson(body)) depth(JSON.parse(body));
      return readEvent(body);
    },
  },
  'charset-415': {
    fails: 'http/content-type-charset',
    says: 'refuses-charset',
    bug: "Refuses every content type but 'application/json' to the letter.",
    async before(req, res) {
      const other = req.headers['content-type'] !== 'application/json';
      if (other) this.reply(req.resume(), res, 415, { error: 'not JSON' });
      return other;
    },
  },
  'chunked-411': {
    fails: 'http/chunked',
    says: 'reads-no-chunks',
    bug: 'Refuses a body without a content length.',
    async before(req, res) {
      const none = req.headers['content-length'] === undefined;
      if (none) this.reply(req.resume(), res, 411, { error: 'length required' });
      return none;
    },
  },
  'limit-200-bytes': {
    fails: 'events/*',
    says: 'limits-bodies-too-low',
    bug: 'Takes bodies up to 200 bytes.',
    async readBody(req) {
      const body = await super.readBody(req);
      return body?.length > 200 ? undefined : body;
    },
  },
  'large-500': {
    fails: 'input/1-mb,input/10-mb',
    says: 'crashes-on-large-bodies',
    bug: 'The error of the parser for a body that is too large becomes 500.',
    async readBody(req) {
      const body = await super.readBody(req);
      if (body === undefined) throw new RangeError('entity too large');
      return body;
    },
  },
  'large-reset': {
    fails: 'input/1-mb',
    says: 'crashes-on-large-bodies',
    chance: true,
    bug: 'Hangs up on a body that is too large, without an answer.',
    async readBody(req) {
      let size = 0;
      req.on('data', (chunk) => {
        size += chunk.length;
        if (size > 1024 * 1024) req.socket.resetAndDestroy();
      });
      return super.readBody(req);
    },
  },
  'large-exit': {
    fails: 'input/1-mb',
    says: 'dies-of-bad-input',
    bug: 'A body that is too large ends the process, as one out of memory does.',
    async readBody(req) {
      return (await super.readBody(req)) ?? process.exit(137);
    },
  },
  'first-chunk-only': {
    fails: 'http/several-segments',
    says: 'reads-first-segment',
    bug: "Takes the first 'data' for the whole body.",
    readBody: (req) =>
      new Promise((resolve) => {
        req.once('data', resolve).once('end', () => resolve(Buffer.alloc(0)));
        req.once('data', () => req.resume());
      }),
  },
  'by-content-length': {
    fails: 'http/chunked',
    says: 'reads-no-chunks',
    bug: 'Takes as many bytes as the content length says, and none without it.',
    async readBody(req) {
      const body = await super.readBody(req);
      return body?.subarray(0, Number(req.headers['content-length'] ?? 0));
    },
  },
  'absolute-form-500': {
    fails: 'http/absolute-form',
    says: 'throws-on-odd-http',
    bug: 'Puts the host before the target, and the target has one.',
    path: (req) => {
      if (!req.url.startsWith('/')) throw new TypeError('Invalid URL');
      return receiver.path(req);
    },
  },
  'unknown-event-400': {
    fails: 'body/unknown-event',
    says: 'refuses-unknown-events',
    bug: 'Refuses an event that it does not know.',
    async refusal({ event }) {
      return EVENTS.has(event) ? undefined : 400;
    },
  },
  'unknown-event-500': {
    fails: 'body/unknown-event',
    says: 'refuses-unknown-events',
    bug: 'Has no handler for an event that it does not know, and calls it.',
    async refusal({ event }) {
      const handlers = EVENTS.has(event) ? { [event]: () => undefined } : {};
      return handlers[event]();
    },
  },
  'older-page-only': {
    fails: 'events/low-snr,events/general-error',
    says: 'knows-older-page-only',
    chance: true,
    bug: 'Knows the 19 events of the older page, and refuses the two new ones.',
    async refusal({ event }) {
      return ['LOW_SNR', 'GENERAL_ERROR'].includes(event) ? 422 : undefined;
    },
  },
  'unknown-key-400': {
    fails: 'body/unknown-key',
    says: 'refuses-unknown-keys',
    bug: 'Refuses keys that it does not know (additionalProperties: false).',
    async refusal(event) {
      return Object.keys(event).every((key) => KEYS.has(key)) ? undefined : 400;
    },
  },
  'unknown-severity-400': {
    fails: 'body/unknown-severity',
    says: 'refuses-unknown-events',
    bug: 'Refuses a severity that it does not know.',
    async refusal({ severity }) {
      return severity in SEVERITIES ? undefined : 400;
    },
  },
  'unknown-severity-500': {
    fails: 'body/unknown-severity',
    says: 'refuses-unknown-events',
    bug: 'A severity that is not in the enum makes the database fail.',
    async refusal({ severity }) {
      SEVERITIES[severity].toFixed();
    },
  },
  'uuid-only': {
    fails: 'body/id-latin1,body/id-255',
    says: 'takes-uuids-only',
    bug: 'Refuses session IDs that are not UUIDs or 25 letters and digits.',
    async refusal({ sessionId }) {
      return /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-z]{25})$/.test(sessionId) ? undefined : 400;
    },
  },
  'varchar-36': {
    fails: 'body/id-255',
    says: 'keeps-ids-too-short',
    bug: 'The column of the session ID is a varchar(36).',
    async refusal({ sessionId }) {
      if (sessionId.length > 36) throw new Error('value too long for type character varying(36)');
    },
  },
  'id-255-bytes-400': {
    fails: 'body/id-255-accented',
    says: 'counts-bytes-of-ids',
    bug: 'Takes session IDs up to 255 bytes, and not up to 255 characters.',
    async refusal({ sessionId }) {
      return Buffer.byteLength(sessionId) > 255 ? 400 : undefined;
    },
  },
  'body-plus-chunk': {
    fails: 'body/raw-cut',
    says: 'decodes-chunks',
    bug: 'body += chunk: each part is decoded by itself, and a character that is cut is lost.',
    async readBody(req) {
      let body = '';
      for await (const chunk of req) body += chunk;
      return body.length <= 1024 * 1024 ? Buffer.from(body) : undefined;
    },
  },
  'ascii-session-400': {
    fails: 'body/id-latin1,body/id-emoji',
    says: 'breaks-beyond-ascii',
    bug: 'Refuses session IDs that are not ASCII.',
    async refusal({ sessionId }) {
      return /^[\x20-\x7e]*$/.test(sessionId) ? undefined : 400;
    },
  },
  'session-as-file': {
    fails: 'body/id-path',
    says: 'puts-ids-into-paths',
    bug: 'The session ID is a file name.',
    async refusal({ sessionId }) {
      if (/[/\0]/.test(sessionId)) throw new Error('ENOENT: no such file or directory');
      if (Buffer.byteLength(sessionId) > 255) throw new Error('ENAMETOOLONG: name too long');
    },
  },
  'session-in-sql': {
    fails: 'body/id-quotes',
    says: 'puts-ids-into-statements',
    bug: 'Puts the session ID between quotes in SQL.',
    async refusal({ sessionId }) {
      if (`'${sessionId}'`.split("'").length !== 3) throw new SyntaxError('unterminated quoted string');
    },
  },
  'session-as-key': {
    fails: 'body/id-proto',
    says: 'keeps-sessions-in-an-object',
    bug: 'Sessions are keys of an object, and __proto__ is there already.',
    async refusal({ sessionId, sequence }) {
      rows[sessionId] ??= [];
      rows[sessionId].push(sequence);
    },
  },
  'nul-500': {
    fails: 'body/id-nul',
    says: 'crashes-on-odd-text',
    bug: 'The database takes no NUL in a text.',
    async refusal({ sessionId }) {
      if (String(sessionId).includes('\0')) throw new Error('invalid byte sequence for encoding "UTF8": 0x00');
    },
  },
  'surrogate-500': {
    fails: 'input/lone-surrogate',
    says: 'crashes-on-odd-text',
    bug: 'encodeURIComponent throws where half of a surrogate pair is missing.',
    readEvent(body) {
      const event = readEvent(body);
      encodeURIComponent(event?.sessionId);
      return event;
    },
  },
  'big-number-500': {
    fails: 'input/sequence-fraction',
    says: 'crashes-on-odd-numbers',
    bug: 'BigInt throws where a number is not an integer, as 1e999 is not.',
    readEvent(body) {
      const { sequence } = isJson(body) ? (JSON.parse(body) ?? {}) : {};
      if (typeof sequence === 'number') BigInt(sequence);
      return readEvent(body);
    },
  },
  'sequence-by-regex': {
    fails: 'body/pretty,body/number-forms',
    says: 'parses-body-by-hand',
    bug: 'Finds the sequence with a regular expression in the text.',
    async refusal(event, req, body) {
      return /"sequence":\d+[,}]/.test(body.toString()) ? undefined : 400;
    },
  },
  'line-by-line': {
    fails: 'body/pretty',
    says: 'parses-body-by-hand',
    bug: 'Reads the first line of the body.',
    async refusal(event, req, body) {
      return isJson(body.toString().split('\n')[0]) ? undefined : 400;
    },
  },
  'keys-in-order': {
    fails: 'body/key-order',
    says: 'depends-on-key-order',
    bug: 'Expects the keys in the order of the page.',
    async refusal(event) {
      const found = Object.keys(event).filter((key) => KEYS.has(key));
      return found.join() === [...KEYS].filter((key) => found.includes(key)).join() ? undefined : 400;
    },
  },
};
