// A receiver on Fastify 5. The point to get right is the content type parser: Fastify's own parses the body, and then its
// bytes are gone.

import { createHmac, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import { readEvent, Sessions } from './events.cjs';
import plumbing from './plumbing.cjs';

const { listen, macSecret, record } = plumbing;
const sessions = new Sessions();

function isSigned(header, body) {
  const expected = Buffer.from('hmac-sha256=' + createHmac('sha256', macSecret).update(body).digest('hex'));
  const given = Buffer.from(header ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const app = Fastify({ bodyLimit: 1024 * 1024 });

// Every content type, and none: a body is bytes until its MAC is right.
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body));

app.post('/webhook', async (request, reply) => {
  const body = request.body ?? Buffer.alloc(0);
  const macOk = isSigned(request.headers['x-wms-content-mac'], body);
  const event = macOk ? readEvent(body) : undefined;
  const status = !macOk ? 401 : !event ? 400 : 200;
  if (event) sessions.add(event, body);
  record(request.raw, body, macOk, status);
  reply.code(status);
  if (!macOk) return { error: 'wrong MAC' };
  if (!event) return { error: 'not an event' };
  return { ok: true };
});

// What stands behind the slash, undecoded: an ID may have slashes in it, and is longer than Fastify's parameters.
app.get('/sessions/*', async (request, reply) => {
  const session = sessions.find(decodeURIComponent(request.raw.url.slice('/sessions/'.length)));
  if (!session) reply.code(404);
  return session ?? { error: 'no such session' };
});

app.get('/healthz', async () => ({ ok: true }));

await app.ready();
listen(app.server);
