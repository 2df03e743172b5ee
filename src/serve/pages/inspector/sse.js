// Server-sent events over fetch: unlike EventSource it comes back after any answer, waits longer each time, hands over
// whole chunks instead of one task per message, and can say where it stopped on a connection of its own.

/** Feeds text, calls `message({ id, event, data })` for each complete one, also for a number that stands alone. */
export function parser(message) {
  let rest = '';
  let id = null;
  let event = '';
  let data = null;
  let numbered = false;

  function line(text) {
    if (text === '') {
      if (data !== null || numbered) message({ id, event: event || 'message', data: data ?? '' });
      event = '';
      data = null;
      numbered = false;
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? text : text.slice(0, colon);
    let value = colon < 0 ? '' : text.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (name === 'data') data = data === null ? value : `${data}\n${value}`;
    else if (name === 'event') event = value;
    else if (name === 'id') {
      id = value;
      numbered = true;
    }
  }

  return (chunk) => {
    rest += chunk;
    let from = 0;
    for (;;) {
      let end = rest.indexOf('\n', from);
      if (end < 0) break;
      const next = end + 1;
      if (end > from && rest.charCodeAt(end - 1) === 13) end -= 1;
      line(rest.slice(from, end));
      from = next;
    }
    rest = rest.slice(from);
  };
}

/** How long to wait before the nth attempt: 0.25 s, doubling up to 8 s, spread so that many tabs do not come at once. */
export const backoff = (attempt, random = Math.random()) => Math.min(8000, 250 * 2 ** attempt) * (0.75 + random / 2);

/** Why a connection is given up for another one. */
const ANEW = 'anew';

/** The server sends a comment every 15 s; a connection that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;

/**
 * Keeps a connection for ever. `url` says to where, each time anew; `told` gets every message; `state` gets 'live', or
 * 'reconnecting' with the milliseconds until the next attempt. Gives `wake`, which ends a wait, and `again`, which begins a
 * connection to what `url` says by now: from the moment of the call on nothing of the old one is told any more.
 */
export function connect(url, { told, state, lastId }) {
  let attempt = 0;
  let wake = () => {};
  let abort = null;

  async function once() {
    abort = new AbortController();
    const { signal } = abort;
    const giveUp = abort;
    let watchdog = setTimeout(() => giveUp.abort(), SILENCE_MS);
    try {
      const headers = { Accept: 'text/event-stream' };
      if (lastId() !== null) headers['Last-Event-ID'] = lastId();
      const response = await fetch(url(), { headers, cache: 'no-store', signal });
      if (!response.ok || !response.body) return;
      state('live');
      attempt = 0;
      const feed = parser(told);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => giveUp.abort(), SILENCE_MS);
        feed(value);
      }
    } catch {
      // The connection broke or never was: the loop below tries again.
    } finally {
      clearTimeout(watchdog);
    }
  }

  (async () => {
    for (;;) {
      await once();
      if (abort.signal.reason === ANEW) continue;
      const wait = backoff(attempt);
      attempt += 1;
      state('reconnecting', wait);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, wait);
        wake = () => { clearTimeout(timer); resolve(); };
      });
    }
  })();

  return {
    wake: () => wake(),
    again() {
      abort?.abort(ANEW);
      wake();
    },
  };
}
