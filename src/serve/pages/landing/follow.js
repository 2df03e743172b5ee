// Following a session over server-sent events. The browser connects again by itself and misses nothing: it sends the
// number of the last event that it saw.

const PATIENCE_MS = 1500;
const AGAIN_MS = 3000;

/** Calls `on.session`, `on.record`, `on.removed`, `on.reload`, `on.lost` and `on.back`; returns what stops it. */
export function follow(id, on) {
  let source = null;
  let timer = null;
  let lost = false;
  let over = false;

  const lose = (ended) => {
    if (!lost) {
      lost = true;
      on.lost(ended);
    }
  };

  const read = (handler) => (message) => {
    let value;
    try {
      value = JSON.parse(message.data);
    } catch {
      return;
    }
    handler(value);
  };

  const connect = () => {
    if (over) return;
    source = new EventSource(`/api/events?session=${encodeURIComponent(id)}`);
    source.onopen = () => {
      window.clearTimeout(timer);
      // What happened between loading and now is told to nobody: from here on nothing is missed.
      if (lost) {
        lost = false;
        on.back();
      } else {
        on.reload();
      }
    };
    source.onerror = () => {
      window.clearTimeout(timer);
      if (source.readyState === EventSource.CLOSED) {
        // The browser gave up; this page does not.
        lose(false);
        timer = window.setTimeout(connect, AGAIN_MS);
      } else {
        timer = window.setTimeout(() => lose(false), PATIENCE_MS);
      }
    };
    const mine = (value) => value.sessionId === id;
    source.addEventListener("session", read((value) => mine(value) && on.session(value)));
    source.addEventListener("record", read((value) => mine(value) && value.side === "sent" && on.record(value.record)));
    source.addEventListener("removed", read((value) => value.sessionIds?.includes(id) && on.removed()));
    source.addEventListener("reset", () => on.reload());
    source.addEventListener("bye", () => lose(true));
  };

  connect();
  return () => {
    over = true;
    window.clearTimeout(timer);
    source?.close();
  };
}
