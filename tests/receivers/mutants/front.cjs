'use strict';
// Bugs of what stands before the receiver's own code: middleware, proxies, filters, limits.

const used = new WeakMap(); // requests, by socket
let window = { at: 0, count: 0 };

/** How many requests came in this second. */
function rate() {
  const at = Math.floor(Date.now() / 1000);
  if (window.at !== at) window = { at, count: 0 };
  window.count += 1;
  return window.count;
}

/** Answers each request before anything looks at it. */
const always = (status, headers, text) =>
  async function before(req, res) {
    req.resume();
    res.writeHead(status, headers).end(text);
    return true;
  };

module.exports = {
  'csrf-419': {
    fails: 'events/wms-loaded',
    says: 'refuses-before-mac',
    bug: 'The protection against CSRF refuses each POST that has no token.',
    before: always(419, { 'content-type': 'text/html' }, '<title>Page Expired</title>'),
  },
  'basic-auth-401': {
    fails: 'events/wms-loaded',
    says: 'refuses-every-mac',
    bug: 'The whole site asks for a password.',
    before: always(401, { 'www-authenticate': 'Basic realm="staging"' }, 'Unauthorized'),
  },
  'rate-429': {
    fails: 'events/many-sessions',
    says: 'limits-rate',
    chance: true,
    bug: 'Takes twenty requests a second, and answers 429 to the others.',
    async before(req, res) {
      const over = rate() > 20;
      if (over) this.reply(req.resume(), res, 429, { error: 'slow down' });
      return over;
    },
  },
  'rate-503': {
    fails: 'events/many-sessions',
    says: 'limits-rate,breaks-under-load',
    chance: true,
    bug: "Takes twenty requests a second, and answers 503 to the others, as nginx's limit_req does.",
    async before(req, res) {
      const over = rate() > 20;
      if (over) this.reply(req.resume(), res, 503, { error: 'slow down' });
      return over;
    },
  },
  'filter-resets': {
    fails: 'body/id-path,body/id-quotes,body/id-markup',
    says: 'filters-bodies',
    chance: true,
    bug: 'A filter of attacks closes the connection where a body has quotes, ../ or markup.',
    async refusal(event, req, body) {
      if (/\.\.\/|'|<|\\\\"/.test(body)) req.socket.resetAndDestroy();
    },
  },
  'escapes-403': {
    fails: 'body/escaped-slash',
    says: 'refuses-escapes,looks-in-the-text',
    bug: 'A filter of attacks refuses a body with escapes.',
    async refusal(event, req, body) {
      return /\\(u[0-9a-f]{4}|\/)/i.test(body) ? 403 : undefined;
    },
  },
  'three-a-connection': {
    fails: 'events/session-completed,http/keep-alive',
    says: 'mishandles-keep-alive',
    chance: true,
    bug: 'Closes a connection without a word at its fourth request.',
    async before(req) {
      const count = (used.get(req.socket) ?? 0) + 1;
      used.set(req.socket, count);
      if (count > 3) req.socket.destroy();
      return count > 3;
    },
  },
  'answers-first': {
    fails: 'mac/wrong-secret',
    says: 'does-not-verify,answers-before-verifying',
    bug: 'Answers 204 at once, and verifies in a queue, which drops what is forged.',
    async webhook(req, res) {
      const body = await this.readBody(req); // what is not read by then is thrown away with the answer
      this.reply(req, res, 204);
      if (body === undefined || !this.isSigned(req, body)) return;
      const event = this.readEvent(body);
      if (event) this.sessions.add(event, body);
    },
  },
  'form-parser-500': {
    fails: 'http/form',
    says: 'throws-on-content-type',
    bug: 'A parser of forms takes the body of a form, and the bytes to hash are undefined.',
    async before(req) {
      if (/urlencoded/.test(req.headers['content-type'])) throw new TypeError('The "data" argument must be of type string');
      return false;
    },
  },
  'charset-decoder-500': {
    fails: 'http/unknown-charset',
    says: 'throws-on-content-type',
    bug: 'Decodes the body in the charset of its content type: new TextDecoder throws where it knows none.',
    async before(req) {
      const charset = /charset=([^;]*)/.exec(req.headers['content-type'])?.[1];
      if (charset) new TextDecoder(charset);
      return false;
    },
  },
};
