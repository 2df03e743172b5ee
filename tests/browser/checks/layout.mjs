// At 400 px there are a list, a session and an event, one at a time, with a way back and nothing to scroll sideways.

import assert from 'node:assert/strict';
import { openInspector, playThrough, watch } from './support.mjs';

async function fits(page, where) {
  const { wide, width } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, width: document.documentElement.clientWidth }));
  assert.ok(wide <= width, `${where}: ${wide} px wide in ${width}`);
  const detail = await page.evaluate(() => { const { scrollWidth, clientWidth } = document.querySelector('#detail'); return scrollWidth - clientWidth; });
  assert.ok(detail <= 0, `${where}: the detail scrolls sideways by ${detail} px`);
}

const seen = (page, selector) => page.locator(selector).isVisible();

export async function narrowViews(page, base) {
  const quiet = watch(page);
  const { sessionId } = await playThrough(base, { scenario: 'happy-path' });
  for (const width of [320, 400]) {
    await page.setViewportSize({ width, height: 800 });
    await openInspector(page, base);
    await page.waitForSelector('.row');
    await fits(page, 'list');
    assert.equal(await seen(page, '#session'), false);

    await page.locator(`.row[data-id="${sessionId}"]`).click();
    await page.waitForSelector('#rows tr');
    await fits(page, 'session');
    assert.equal(await seen(page, '#sessions'), false, 'the list makes room');

    await page.locator('#rows .pick').nth(2).click();
    await page.waitForSelector('.event.chosen');
    await fits(page, 'event');
    assert.equal(await seen(page, '#timeline'), false, 'the session makes room');

    await page.click('#event .back');
    await page.waitForSelector('#timeline', { state: 'visible' });
    await page.click('#back-to-list');
    await page.waitForSelector('#sessions', { state: 'visible' });
    assert.equal(await page.evaluate(() => document.activeElement.dataset.id), sessionId, 'the focus is on the session again');

    for (const [button, dialog] of [['#play', '#play-dialog'], ['#help', '#help-dialog'], ['#forget', '#confirm-dialog']]) {
      await page.click(button);
      await page.waitForSelector(`${dialog}[open]`);
      await fits(page, dialog);
      const over = await page.evaluate((selector) => { const { scrollWidth, clientWidth } = document.querySelector(selector); return scrollWidth - clientWidth; }, dialog);
      assert.ok(over <= 0, `${dialog} scrolls sideways by ${over} px`);
      await page.keyboard.press('Escape');
    }
  }
  quiet();
}
