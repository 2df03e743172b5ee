// What every check of the inspector needs. The checks take a Playwright page and the address of a running server.

import assert from 'node:assert/strict';

/** Opens the inspector at a place in it and waits until the live view stands. */
export async function openInspector(page, base, hash = '') {
  await page.goto('about:blank');
  await page.goto(new URL(`/${hash}`, base).href);
  await page.waitForSelector('#connection[data-state="live"]');
}

export const sessionHash = (sessionId) => `#/session/${encodeURIComponent(sessionId)}`;

async function post(base, path, body) {
  const response = await fetch(new URL(path, base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: new URL(base).origin },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${path} answered ${response.status}: ${await response.clone().text()}`);
  return response.json();
}

/** Plays a session and waits for its end. */
export async function playThrough(base, order) {
  const { sessionId } = await post(base, '/api/sessions', { pace: 'max', ...order });
  const until = Date.now() + 20_000;
  for (;;) {
    const response = await fetch(new URL(`/api/sessions/${encodeURIComponent(sessionId)}`, base));
    const session = response.ok ? await response.json() : null;
    if (session && session.state !== 'running') return session;
    assert.ok(Date.now() < until, `${sessionId} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Listens for what must never happen: a violation of the Content-Security-Policy, an error in a script. Call the result
 * at the end of a check.
 */
export function watch(page, { networkMayFail = false } = {}) {
  const heard = [];
  const listen = (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (networkMayFail && /net::ERR_|Failed to load resource/.test(message.text())) return;
    heard.push(message.text());
  };
  const fail = (error) => heard.push(error.stack ?? String(error));
  page.on('console', listen);
  page.on('pageerror', fail);
  return () => {
    page.off('console', listen);
    page.off('pageerror', fail);
    assert.deepEqual(heard, [], 'the console is quiet');
  };
}

/** The ID of the session whose row has the focus. */
export const focusedSession = (page) => page.evaluate(() => document.activeElement?.dataset?.id ?? null);

/** Waits until a condition holds in the page, and says which one did not. */
export async function eventually(page, what, condition, argument) {
  await page.waitForFunction(condition, argument, { timeout: 10_000 }).catch(() => assert.fail(`never: ${what}`));
}
