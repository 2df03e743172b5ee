// Talking to the server that this page came from.

/** Why a request came to nothing: `gone` where no server answered. */
export class Trouble extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  get gone() {
    return this.status === 0;
  }
}

async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      // An act that is under way when the page goes to the background must arrive all the same.
      keepalive: method === "POST",
      cache: "no-store",
    });
  } catch {
    throw new Trouble(0, "no-answer", "The server does not answer.");
  }
  let value = null;
  try {
    value = await answer.json();
  } catch {
    // No JSON; the status says enough.
  }
  if (answer.ok) return value;
  const message = typeof value?.message === "string" ? value.message : `The server answered ${answer.status}.`;
  throw new Trouble(answer.status, String(value?.error ?? "refused"), message);
}

const session = (id) => `/api/sessions/${encodeURIComponent(id)}`;

export const scenarios = () => ask("GET", "/api/scenarios");
export const mixes = () => ask("GET", "/api/mixes");
export const info = () => ask("GET", "/api/info");
export const look = (id) => ask("GET", session(id));
/** Starts the session at this page's own path; its query may hold options for the server. */
export const start = (wanted) => ask("POST", location.pathname + location.search, wanted);
export const act = (id, what) => ask("POST", `${session(id)}/acts`, { act: what });

/** The last word of a page that is going away. */
export function lastAct(id, what) {
  const body = new Blob([JSON.stringify({ act: what })], { type: "application/json" });
  return navigator.sendBeacon(`${session(id)}/acts`, body);
}
