// axe finds nothing, in every view, light and dark.

import assert from 'node:assert/strict';
import { openInspector, playThrough, sessionHash } from './support.mjs';

/** Runs axe on the page as it is. `AxeBuilder` is that of @axe-core/playwright. */
export async function axe(page, AxeBuilder, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.slice(0, 5).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`).join('\n  ')}`);
  assert.deepEqual(told, [], `axe finds nothing: ${where}`);
}

/** Goes through the views and runs axe on each. */
export async function axeOnEveryView(page, base, { AxeBuilder }) {
  const { sessionId } = await playThrough(base, { scenario: 'happy-path', faults: ['mac:wrong-secret@4', 'duplicate@6'] });
  for (const [colorScheme, widths] of [['light', [1440, 400]], ['dark', [1000, 400]]]) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of widths) {
      const where = `${colorScheme}, ${width} px`;
      await page.setViewportSize({ width, height: 900 });
      await openInspector(page, base);
      await page.waitForSelector('.row');
      await axe(page, AxeBuilder, `${where}, list`);

      await page.click('#play');
      await page.waitForSelector('#play-dialog[open]');
      await axe(page, AxeBuilder, `${where}, play`);
      await page.keyboard.press('Escape');
      await page.click('#help');
      await axe(page, AxeBuilder, `${where}, help`);
      await page.keyboard.press('Escape');
      await page.click('#forget');
      await axe(page, AxeBuilder, `${where}, forget`);
      await page.keyboard.press('Escape');

      await page.fill('#search', 'no such session at all');
      await page.waitForSelector('#list-empty:not([hidden])');
      await axe(page, AxeBuilder, `${where}, no match`);

      await openInspector(page, base, sessionHash(sessionId));
      await page.waitForSelector('#rows tr');
      await axe(page, AxeBuilder, `${where}, session`);
      await page.locator('#rows .pick').nth(4).click();
      await page.waitForSelector('.event.chosen');
      await axe(page, AxeBuilder, `${where}, event`);
    }
  }
}
