// The address of what is shown: #/session/<id> and #/session/<id>/<event>. Back and reload then work by themselves.

const encode = encodeURIComponent;

export const sessionHash = (sessionId) => `#/session/${encode(sessionId)}`;
export const eventHash = (sessionId, key) => `${sessionHash(sessionId)}/${encode(key)}`;

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a hash names: { sessionId, key }, each null where it is not named. */
export function parse(hash) {
  const [root, what, sessionId, key] = hash.split('/');
  if (root !== '#' || what !== 'session' || sessionId === undefined) return { sessionId: null, key: null };
  return { sessionId: decode(sessionId), key: key ? decode(key) : null };
}

/** Calls `go` now and whenever the address changes. */
export function follow(go) {
  const now = () => go(parse(location.hash));
  addEventListener('hashchange', now);
  now();
}

export function visit(hash) {
  if (location.hash !== hash) location.hash = hash;
}

/** The same place in another event: not a step to come back to. */
export function revise(hash) {
  if (location.hash === hash) return;
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
