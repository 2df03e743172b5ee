// A small app around WMS: it sends its users to be measured, keeps what the webhook tells, and takes them back in.

import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import fs from 'node:fs';
import express from 'express';
import { page } from './page.mjs';
import { results } from './results.mjs';
import { open } from './sessions.mjs';

const setting = (name, value) => process.env[name] ?? value ?? fail(`${name} is not set`);
const fail = (message) => {
  console.error(message);
  process.exit(2);
};

const PORT = Number(setting('PORT', '3000'));
const WMS_URL = setting('WMS_URL', 'http://127.0.0.1:8787');
const DFX_URL = setting('DFX_URL', WMS_URL);
const CONFIG_ID = setting('WMS_CONFIG_ID', 'demo');
const LICENSE_KEY = setting('DFX_LICENSE_KEY', 'any key will do for the stand-in');
/** While one secret takes the place of another, both are right: the file then has two lines. It is read again for each event. */
const SECRETS_FILE = setting('WMS_MAC_SECRETS_FILE', '');
const MAC_SECRETS = SECRETS_FILE ? [] : [setting('WMS_MAC_SECRET')];
/** A session that says nothing more for so long is given up: a browser that crashed tells nobody. */
const GIVE_UP_MS = Number(setting('GIVE_UP_MS', String(15 * 60 * 1000)));

const sessions = open(setting('DATA_FILE', 'sessions.ndjson'), GIVE_UP_MS);
const app = express();
app.disable('x-powered-by');

app.get('/', (req, res) => {
  res.send(page('Welcome', '<form method="post" action="/start"><button>Measure me</button></form>'));
});

// --- sending a user to be measured -----------------------------------------------------------------------------------

/** Asks for tokens; done on the server, because the licence key is nobody else's business. */
async function register() {
  const answer = await fetch(new URL('/organizations/licenses', DFX_URL), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      Key: LICENSE_KEY,
      DeviceTypeID: 'LINUX',
      Name: 'Example web app',
      Identifier: 'example-webapp',
      Version: '1.0.0',
      TokenExpiresIn: 600,
    }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`the DeepAffex API answered ${answer.status}`);
  const { Token, RefreshToken } = await answer.json();
  return { token: Token, refreshToken: RefreshToken };
}

/** Each segment is encoded by itself: a profile in base64 may have a slash in it. */
function callInUrl({ profile, token, refreshToken, sessionId }) {
  const segments = [CONFIG_ID, profile, token, refreshToken, sessionId].map(encodeURIComponent);
  return new URL(`/c/${segments.join('/')}`, WMS_URL).href;
}

app.post('/start', async (req, res) => {
  const { token, refreshToken } = await register();
  const sessionId = randomUUID();
  // Yours is the user's profile, encrypted as the documentation of WMS says. The stand-in does not look into it.
  const profile = 'an/encrypted+profile==';
  sessions.begin(sessionId);
  // The callback does not say which session it ends, so the browser remembers it.
  res.cookie('session', sessionId, { httpOnly: true, sameSite: 'lax', maxAge: 24 * 3600 * 1000 });
  res.redirect(303, callInUrl({ profile, token, refreshToken, sessionId }));
});

// --- what the webhook tells ------------------------------------------------------------------------------------------

/** Without empty lines: an empty secret would let everybody sign. */
function secrets() {
  return SECRETS_FILE ? fs.readFileSync(SECRETS_FILE, 'utf8').split(/\r?\n/).filter(Boolean) : MAC_SECRETS;
}

function isSigned(header, body) {
  const given = Buffer.from(header ?? '');
  return secrets().some((secret) => {
    const expected = Buffer.from('hmac-sha256=' + createHmac('sha256', secret).update(body).digest('hex'));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** The event, or null: no JSON, or JSON that is nested so deeply that it could not be written down. */
function parse(body) {
  try {
    const event = JSON.parse(body.toString());
    JSON.stringify(event);
    return event;
  } catch {
    return null;
  }
}

// `express.raw`, because the MAC is over the bytes that arrived: a body that was parsed and printed again has others.
app.post('/webhook', express.raw({ type: () => true, inflate: false, limit: '1mb' }), (req, res) => {
  const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  if (!isSigned(req.get('X-WMS-Content-MAC'), body)) return res.status(401).json({ error: 'wrong MAC' });
  const event = parse(body);
  if (typeof event?.sessionId !== 'string' || !Number.isInteger(event.sequence) || typeof event.event !== 'string') {
    return res.status(400).json({ error: 'not an event' });
  }
  // Once it is on the disk, it may be answered; sent again, it changes nothing.
  sessions.add(event, body);
  res.status(204).end();
});

// --- taking a user back in -------------------------------------------------------------------------------------------

// What stands in the address can be typed by anybody: it is good for showing. What counts is what the webhook told.
app.get('/done', (req, res) => {
  const { error } = req.query;
  const sessionId = /(?:^|; )session=([0-9a-f-]{36})(?:;|$)/.exec(req.get('Cookie') ?? '')?.[1];
  const told = sessionId ? sessions.find(sessionId) : null;
  res.send(page('Welcome back', results(req.query.results, error, told)));
});

app.get('/sessions/:id', (req, res) => {
  const session = sessions.find(req.params.id);
  if (!session) return res.status(404).json({ error: 'no such session' });
  res.json(session);
});

app.use((req, res) => res.status(404).json({ error: 'not found' }));

// Four parameters make it Express's error handler, though `next` is not used.
app.use((error, req, res, next) => {
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
});

const server = app.listen(PORT, '127.0.0.1', (error) => {
  if (error) fail(error.message);
  console.log(`http://127.0.0.1:${server.address().port}`);
});
