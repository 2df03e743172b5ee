// A server that goes away and comes back: said at once, nothing lost, nothing doubled.

import assert from 'node:assert/strict';
import { eventually, openInspector, playThrough, sessionHash, watch } from './support.mjs';

const shown = (page) => page.evaluate(() => [...document.querySelectorAll('#rows tr')].map((row) => row.dataset.key));

async function agrees(page, base, sessionId) {
  const answer = await fetch(new URL(`/api/sessions/${encodeURIComponent(sessionId)}`, base));
  await eventually(page, 'the session is open', (id) => document.querySelector('#session-id').textContent === id && !document.querySelector('#session').hidden, sessionId);
  const wanted = (await answer.json()).events.map(({ key }) => `s${key}`).sort();
  await eventually(page, 'all events are there', (number) => document.querySelectorAll('#rows tr').length >= number, wanted.length);
  assert.deepEqual((await shown(page)).sort(), wanted, 'each event once');
}

/**
 * `cut()` breaks the connections but keeps what the server knows; `restore()` accepts them again at the same address.
 * `restart()`, where it is given, comes back having forgotten everything.
 */
export async function reconnects(page, base, { cut, restore, restart }) {
  const quiet = watch(page, { networkMayFail: true });
  const { sessionId } = await playThrough(base, { scenario: 'happy-path' });
  await page.setViewportSize({ width: 1440, height: 900 });
  await openInspector(page, base, sessionHash(sessionId));
  await agrees(page, base, sessionId);

  await cut();
  await page.waitForSelector('#connection:is([data-state="reconnecting"], [data-state="ended"])');
  assert.ok(await page.locator('#rows tr').count() > 0, 'what was there stays readable');
  assert.ok(await page.locator('#connect-now').isVisible(), 'one need not wait');
  await restore();
  await page.waitForSelector('#connection[data-state="live"]', { timeout: 20_000 });
  await agrees(page, base, sessionId);

  // What happens from now on arrives, once.
  const later = await playThrough(base, { scenario: 'low-snr' });
  await page.waitForSelector(`.row[data-id="${later.sessionId}"]`);
  await page.locator(`.row[data-id="${later.sessionId}"]`).click();
  await agrees(page, base, later.sessionId);
  assert.equal(await page.locator(`.row[data-id="${sessionId}"]`).count(), 1, 'each session once');

  if (restart) {
    await restart();
    await page.waitForSelector('#connection[data-state="live"]', { timeout: 20_000 });
    await eventually(page, 'sessions of the old server are gone', (id) => !document.querySelector(`.row[data-id="${id}"]`), sessionId);
    await eventually(page, 'the open session is said to be gone', () => /not known/.test(document.querySelector('#detail-empty').textContent));
  }
  quiet();
}
