//! Lines for Node.

use super::{Lines, Topic};

const HASHED: &[Topic] = &[Topic::RawBody, Topic::WrongSecret];

pub(super) const LINES: &[Lines] = &[
    Lines {
        topics: HASHED,
        text: "Express: express.raw on this route, before any express.json. `isValid` stands in docs/verify.md.",
        code: r"
app.post('/webhook', express.raw({ type: '*/*', limit: '1mb' }), (req, res) => {
  const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  if (!isValid(secret, body, req.get('X-WMS-Content-MAC'))) return res.sendStatus(401);
  const event = JSON.parse(body.toString('utf8')); // in a try block: 400 if it throws
  res.sendStatus(204);
});",
    },
    Lines {
        topics: HASHED,
        text: "Next.js, App Router (app/webhook/route.js), also on Vercel: the bytes of the request, not await req.json().",
        code: r"
export const runtime = 'nodejs';
export async function POST(req) {
  const body = Buffer.from(await req.arrayBuffer());
  if (!isValid(secret, body, req.headers.get('x-wms-content-mac'))) return new Response(null, { status: 401 });
  return new Response(null, { status: 204 });
}",
    },
    Lines {
        topics: HASHED,
        text: "Next.js, Pages Router (pages/api/webhook.js): turn the body parser off.",
        code: r"
export const config = { api: { bodyParser: false } };
export default async function handler(req, res) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const ok = isValid(secret, Buffer.concat(chunks), req.headers['x-wms-content-mac']);
  res.status(ok ? 204 : 401).end();
}",
    },
    Lines {
        topics: HASHED,
        text: "Fastify: a content type parser that hands over the bytes, in a plugin of its own.",
        code: r"
fastify.register(async (scope) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (req, body, done) => done(null, body));
  scope.post('/webhook', async (req, reply) =>
    reply.code(isValid(secret, req.body, req.headers['x-wms-content-mac']) ? 204 : 401).send());
});",
    },
    Lines {
        topics: HASHED,
        text: "AWS Lambda behind API Gateway: the body may come in Base64.",
        code: r"
export const handler = async (event) => {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const headers = Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { statusCode: isValid(secret, body, headers['x-wms-content-mac']) ? 204 : 401 };
};",
    },
    Lines {
        topics: &[Topic::Compare, Topic::Verify, Topic::RequireMac, Topic::UseResult, Topic::Everywhere],
        text: "This takes any header, compares all of it, and never throws; `body` is a Buffer. It is not a promise: nothing has to be awaited.",
        code: r"
import { createHmac, timingSafeEqual } from 'node:crypto';
function isValid(secret, body, header) {
  const expected = Buffer.from('hmac-sha256=' + createHmac('sha256', secret).update(body).digest('hex'));
  const given = Buffer.from(header ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}",
    },
    Lines {
        topics: &[Topic::Status],
        text: "An answer with a status on every way: no res.redirect, no req.destroy, no thrown error.",
        code: r"
app.post('/webhook', express.raw({ type: '*/*', limit: '1mb' }), (req, res) => {
  if (!isValid(secret, req.body, req.get('X-WMS-Content-MAC'))) return res.status(401).end();
  res.status(204).end();
});",
    },
    Lines {
        topics: &[Topic::HeaderName],
        text: "Node has all names of req.headers in small letters.",
        code: r"
const header = req.headers['x-wms-content-mac']; // Express: req.get('X-WMS-Content-MAC'), in any spelling",
    },
    Lines {
        topics: &[Topic::Secret],
        text: "When the program starts.",
        code: r"
const secret = process.env.WMS_MAC_SECRET;
if (!secret) throw new Error('WMS_MAC_SECRET is not set');",
    },
    Lines {
        topics: &[Topic::Catch, Topic::Shapes, Topic::Payload, Topic::Parse],
        text: "After the MAC was verified.",
        code: r"
function readEvent(body) {
  let event;
  try { event = JSON.parse(body.toString('utf8')); } catch { return undefined; } // answer 400
  const ok = typeof event?.sessionId === 'string' && typeof event.event === 'string' && Number.isInteger(event.sequence);
  return ok ? { ...event, measurementId: event.payload?.measurementId } : undefined;
}",
    },
    Lines {
        topics: &[Topic::OpenEnums, Topic::OpenKeys],
        text: "With Zod: keep names as text and let unknown keys pass (not z.enum, not .strict()).",
        code: r"
const Event = z.looseObject({ // Zod 3: z.object({ ... }).passthrough()
  sessionId: z.string(),
  sequence: z.number(),
  event: z.string(),
  severity: z.string(),
});",
    },
    Lines {
        topics: &[Topic::Limits],
        text: "Express takes 100 kB by default, and Fastify 1 MiB.",
        code: r"
app.use((error, req, res, next) => {
  res.sendStatus(error.type === 'entity.too.large' ? 413 : (error.status ?? 500));
});",
    },
    Lines {
        topics: &[Topic::PerSession],
        text: "A Map knows any ID, `__proto__` too.",
        code: r"
const sessions = new Map();
function sessionOf(id) {
  if (!sessions.has(id)) sessions.set(id, { events: [] });
  return sessions.get(id);
}",
    },
    Lines {
        topics: &[Topic::Ids],
        text: "A Map knows any ID, `__proto__` too; an object does not.",
        code: r"
const sessions = new Map();
const known = sessions.get(event.sessionId);",
    },
    Lines {
        topics: &[Topic::ContentType],
        text: "Compare the media type only.",
        code: r"
const type = (req.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
const isJson = type === 'application/json';",
    },
    Lines {
        topics: &[Topic::AnswerFirst, Topic::AlwaysAnswer, Topic::Store],
        text: "Store, answer, and work then; on Vercel and Lambda in a queue, for nothing runs after the answer there.",
        code: r"
app.post('/webhook', verified, async (req, res) => {
  await store(req.event);          // an error goes to the error handler: 5xx
  res.sendStatus(204);
  work(req.event).catch(console.error);
});",
    },
    Lines {
        topics: &[Topic::ReadAll],
        text: "Read all chunks, and join them as bytes.",
        code: r"
const chunks = [];
for await (const chunk of req) chunks.push(chunk);
const body = Buffer.concat(chunks);",
    },
    Lines {
        topics: &[Topic::Redirect],
        text: "Next.js adds and takes away slashes: next.config.mjs.",
        code: r"
export default { skipTrailingSlashRedirect: true };",
    },
];
