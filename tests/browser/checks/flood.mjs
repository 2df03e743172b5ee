// Ten thousand records a second: the page goes on answering.

import assert from 'node:assert/strict';
import { openInspector, watch } from './support.mjs';

/** `start()` begins the flood, `stop()` ends it. A task that is longer than `longest` ms is a hitch one feels. */
export async function staysResponsive(page, base, { start, stop, seconds = 6, longest = 100 }) {
  const quiet = watch(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ startTime, duration });
    }).observe({ entryTypes: ['longtask'] });
  });
  await openInspector(page, base);
  await start();
  await page.waitForSelector('.row');
  await page.locator('.row').nth(2).click();
  await page.waitForSelector('#rows tr');
  const from = await page.evaluate(() => performance.now());
  const frames = await page.evaluate((milliseconds) => new Promise((resolve) => {
    let number = 0;
    const end = performance.now() + milliseconds;
    const frame = () => {
      number += 1;
      if (performance.now() < end) requestAnimationFrame(frame);
      else resolve(number);
    };
    frame();
  }), seconds * 1000);
  // Typing and walking work meanwhile.
  const begun = Date.now();
  await page.keyboard.press('j');
  await page.keyboard.press('/');
  await page.keyboard.type('happy');
  const typing = Date.now() - begun;
  const tasks = await page.evaluate((since) => window.longTasks.filter(({ startTime }) => startTime > since), from);
  await stop();
  const worst = Math.max(0, ...tasks.map(({ duration }) => duration));
  assert.ok(worst <= longest, `the longest task took ${worst} ms`);
  quiet();
  return { worst, longTasks: tasks.length, framesPerSecond: Math.round(frames / seconds), typing };
}
