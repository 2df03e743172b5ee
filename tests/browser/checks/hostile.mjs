// What a stranger sends is text, wherever it is shown.

import assert from 'node:assert/strict';
import { eventually, openInspector, playThrough, sessionHash, watch } from './support.mjs';

export const HOSTILE = '<img src=x onerror="window.pwned=1">"\'><script>window.pwned=1</script>\u202e{{x}}';

async function nothingHappened(page, where) {
  const found = await page.evaluate(() => ({
    pwned: window.pwned ?? null,
    images: document.querySelectorAll('img').length,
    scripts: document.querySelectorAll('body script').length,
    handlers: [...document.querySelectorAll('*')].filter((element) => element.getAttributeNames().some((name) => name.startsWith('on'))).length,
    styles: document.querySelectorAll('style').length,
    sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }));
  assert.deepEqual(found, { pwned: null, images: 0, scripts: 0, handlers: 0, styles: 0, sideways: false }, where);
}

const visible = (text) => text.replaceAll('\u202e', '\\u202e');

/** No character turns the direction of what stands around it, in texts or in what is read of attributes. */
async function nothingTurns(page, where) {
  const found = await page.evaluate(() => {
    const turns = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
    const read = [...document.querySelectorAll('[title], [aria-label]')].flatMap((element) => [element.title, element.ariaLabel]);
    return [document.title, document.documentElement.textContent, ...read].filter((text) => turns.test(text ?? '')).map((text) => text.slice(0, 200));
  });
  assert.deepEqual(found, [], where);
}

/**
 * Sends hostile texts in every way that is open to a stranger, and opens whatever came of it. `prepared` names sessions
 * that hold such texts already.
 */
export async function hostileStrings(page, base, { prepared = [] } = {}) {
  const quiet = watch(page);
  await openInspector(page, base);
  const ids = [...prepared];
  const sessionId = `${HOSTILE}${Date.now()}`;
  ids.push((await playThrough(base, { scenario: 'happy-path', sessionId })).sessionId);

  // Without a MAC it is refused, and shown nevertheless if the inbox keeps what it refuses.
  await fetch(new URL('/webhook', base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-WMS-Content-MAC': '<b onmouseover=x>', 'X-Stranger': '<img src=x>' },
    body: JSON.stringify({ timestamp: 1, sessionId: `${HOSTILE} received`, sequence: 0, event: HOSTILE, severity: HOSTILE, payload: { [HOSTILE]: HOSTILE } }),
  });

  for (const width of [1440, 400]) {
    await page.setViewportSize({ width, height: 900 });
    for (const id of ids) {
      await openInspector(page, base, sessionHash(id));
      await page.waitForSelector('#rows tr');
      await eventually(page, 'the session ID is shown as it is', (text) => [text.slice(0, 2000), `${text.slice(0, 2000)}…`].includes(document.querySelector('#session-id').textContent), visible(id));
      await nothingTurns(page, `session at ${width} px`);
      await nothingHappened(page, `session at ${width} px`);
      const events = Math.min(4, await page.locator('#rows .pick').count());
      for (let event = 0; event < events; event += 1) {
        await page.locator('#rows .pick').nth(event).click();
        await page.waitForSelector('.event.chosen');
        await page.locator('.event .segments button', { hasText: 'raw' }).click();
        await nothingHappened(page, `event ${event} at ${width} px`);
        await page.locator('.event .segments button', { hasText: 'pretty' }).click();
        await nothingHappened(page, `event ${event} at ${width} px, pretty`);
        await nothingTurns(page, `event ${event} at ${width} px`);
        if (width < 720) await page.goBack();
      }
    }
    await openInspector(page, base);
    await page.fill('#search', HOSTILE);
    await eventually(page, 'a hostile text finds its session', () => document.querySelectorAll('.row').length > 0);
    await nothingHappened(page, 'search');
    await nothingTurns(page, 'search');
  }
  quiet();
}
