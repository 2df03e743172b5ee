// A receiver as a route handler of the app router. The point to get right is `request.body`, or `arrayBuffer()`: after
// `request.json()` the bytes that the MAC is over are gone, and `request.text()` loses those that are not UTF-8.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { macSecret, readEvent, record, sessions } from '../receiver';

export const dynamic = 'force-dynamic';

const MAX_BODY = 1024 * 1024;

function isSigned(header, body) {
  const expected = Buffer.from('hmac-sha256=' + createHmac('sha256', macSecret).update(body).digest('hex'));
  const given = Buffer.from(header ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The body, or undefined if it is too large: Next has no limit of its own for route handlers. */
async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return size <= MAX_BODY ? Buffer.concat(chunks) : undefined;
}

export async function POST(request) {
  const body = await readBody(request);
  if (body === undefined) return Response.json({ error: 'body too large' }, { status: 413 });

  const macOk = isSigned(request.headers.get('x-wms-content-mac'), body);
  const event = macOk ? readEvent(body) : undefined;
  const status = !macOk ? 401 : !event ? 400 : 202;
  if (event) sessions.add(event, body);
  record(request, body, macOk, status);
  if (!macOk) return Response.json({ error: 'wrong MAC' }, { status });
  if (!event) return Response.json({ error: 'not an event' }, { status });
  return new Response(null, { status });
}

// Next would let GET handlers answer HEAD, and answers 405 to every method that is not here.
