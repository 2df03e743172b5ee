// The server's JSON, as functions.

/** An answer that is not a success: the server's own name and advice, or that there was none. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const TIME_LIMIT_MS = 15_000;

async function request(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
  } catch {
    throw new ApiError(0, 'no-answer', 'The server does not answer.');
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new ApiError(response.status, told.error ?? 'error', told.message ?? `The server answered ${response.status}.`);
}

const json = async (method, path, body) => (await request(method, path, body)).json();

const orNull = (promise) => promise.catch((error) => {
  if (error.status === 404) return null;
  throw error;
});

const at = (sessionId) => `api/sessions/${encodeURIComponent(sessionId)}`;
const event = (sessionId, id) => `${at(sessionId)}/events/${encodeURIComponent(id)}`;

export const info = () => json('GET', 'api/info');
export const scenarios = () => json('GET', 'api/scenarios');
export const mixes = () => json('GET', 'api/mixes');
export const faults = () => json('GET', 'api/faults');

/** Sessions, newest first; `q` is searched for by the server, which knows the events of all of them. */
export function sessions({ limit, q } = {}) {
  const query = new URLSearchParams();
  if (limit) query.set('limit', limit);
  if (q) query.set('q', q);
  return json('GET', `api/sessions?${query}`);
}

/** A session with all its events, page by page where they are large. */
async function whole(path) {
  const session = await json('GET', path);
  while (session.more) {
    const next = await json('GET', `${path}?after=${session.events.at(-1).key}`);
    Object.assign(session, next, { events: [...session.events, ...next.events] });
  }
  return session;
}

/** What was sent in a session, or null. */
export const sent = (sessionId) => orNull(whole(at(sessionId)));
/** What the inbox received of a session, or null. */
export const received = (sessionId) => orNull(whole(`api/inbox/${encodeURIComponent(sessionId)}`));

export const play = (order) => json('POST', 'api/sessions', order);
export const act = (sessionId, name) => json('POST', `${at(sessionId)}/acts`, { act: name });
export const replay = (sessionId, key, fault) =>
  request('POST', `${event(sessionId, key)}/replay`, fault ? { fault } : {});
export const curl = async (sessionId, key) => (await request('GET', `${event(sessionId, key)}/curl`)).text();
export const forgetAll = () => request('DELETE', 'api/sessions');
export const journalUrl = (sessionId) => `${at(sessionId)}/journal`;
