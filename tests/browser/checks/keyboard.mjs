// Everything without a pointer.

import assert from 'node:assert/strict';
import { eventually, focusedSession, openInspector, playThrough, watch } from './support.mjs';

export async function keyboardWalk(page, base) {
  const quiet = watch(page);
  const first = await playThrough(base, { scenario: 'low-snr' });
  const second = await playThrough(base, { scenario: 'happy-path' });
  await page.setViewportSize({ width: 1440, height: 900 });
  await openInspector(page, base);
  await page.waitForSelector('.row');

  // j and k walk the list, Enter opens.
  await page.keyboard.press('j');
  assert.equal(await focusedSession(page), second.sessionId, 'j begins at the newest');
  await page.keyboard.press('j');
  assert.equal(await focusedSession(page), first.sessionId, 'j goes down');
  await page.keyboard.press('k');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focusedSession(page), first.sessionId, 'arrows walk too');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#rows tr');
  await eventually(page, 'the open session is the current one', (id) => document.querySelector('.row[aria-current]')?.dataset.id === id, first.sessionId);
  assert.equal(await focusedSession(page), first.sessionId, 'opening leaves the focus in the list');

  // e goes on to the events; arrows choose; Enter goes on to what the event says; Esc leads back.
  await page.keyboard.press('e');
  assert.ok(await page.evaluate(() => document.querySelector('#rows').contains(document.activeElement)), 'e goes to the events');
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowDown');
  await page.waitForSelector('.event.chosen');
  const sequence = await page.evaluate(() => document.querySelector('#rows tr:has([aria-current]) td').textContent);
  assert.equal(sequence, '1', 'two steps choose the second event');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'event-title', 'Enter goes to the event');
  await page.keyboard.press('Escape');
  assert.ok(await page.evaluate(() => document.querySelector('#rows').contains(document.activeElement)), 'Esc goes back to the row');
  await page.keyboard.press('Escape');
  assert.equal(await focusedSession(page), first.sessionId, 'Esc goes back to the list');

  // The timeline is walked by arrows and keeps the focus.
  await page.locator('.event-mark').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const onMark = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  assert.match(onMark ?? '', /^1 /, 'arrows walk the timeline');

  // The search.
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
  await page.keyboard.type('low-snr');
  await eventually(page, 'only low-snr is listed', () => [...document.querySelectorAll('.row .title')].every((title) => /signal|low/i.test(title.textContent)));
  await page.keyboard.press('Escape');
  assert.equal(await page.inputValue('#search'), '', 'Esc clears the search');
  await page.keyboard.press('Escape');
  assert.notEqual(await page.evaluate(() => document.activeElement.id), 'search', 'Esc once more leaves it');

  await dialogs(page);
  quiet();
}

async function dialogs(page) {
  await page.locator('.row').first().focus();
  const before = await focusedSession(page);
  await page.keyboard.press('?');
  await page.waitForSelector('#help-dialog[open]');
  await page.keyboard.press('j');
  assert.equal(await page.evaluate(() => document.querySelector('#help-dialog').contains(document.activeElement)), true, 'the focus stays in the dialog');
  await page.keyboard.press('Escape');
  assert.equal(await focusedSession(page), before, 'the focus comes back');

  await page.keyboard.press('p');
  await page.waitForSelector('#play-dialog[open]');
  assert.equal(await page.evaluate(() => document.activeElement.type), 'search', 'one can type at once');
  await page.keyboard.type('happy-path');
  await page.selectOption('#play-dialog select[name=pace]', 'max');
  await page.locator('#play-dialog input[type=search]').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#play-dialog[open]', { state: 'detached' });
  await page.waitForSelector('#rows tr');
  await eventually(page, 'what was played is open', () => document.querySelector('.row[aria-current] .title') !== null);

  // Letters can be switched off.
  await page.keyboard.press('?');
  await page.waitForSelector('#help-dialog[open]');
  await page.locator('#help-dialog input').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  assert.equal(await page.locator('#help-dialog[open]').count(), 0, 'letters do nothing once they are switched off');
  await page.click('#help');
  await page.locator('#help-dialog input').check();
  await page.keyboard.press('Escape');
}

const focus = (page) => page.evaluate(() => {
  const active = document.activeElement;
  const seen = active.checkVisibility() && active.getClientRects().length > 0;
  if (!seen || active === document.body) return `nowhere: ${active.tagName}`;
  if (active.closest('#rows')) return `row ${active.closest('tr').querySelector('td').textContent}`;
  if (active.id === 'event-title') return `event ${/^\d+/.exec(active.textContent)?.[0]}`;
  return active.id || (active.dataset.id === undefined ? active.tagName : 'session');
});

/** What the help promises, at every width, with the focus always in sight. */
export async function keysAsTheHelpSays(page, base) {
  const quiet = watch(page);
  const { sessionId, events } = await playThrough(base, { scenario: 'happy-path' });
  const last = events.at(-1).sequence;
  const walk = async (steps) => {
    for (const [number, [key, wanted]] of steps.entries()) {
      await page.keyboard.press(key);
      const end = Date.now() + 3000;
      while (await focus(page) !== wanted && Date.now() < end) await page.waitForTimeout(20);
      assert.equal(await focus(page), wanted, `${page.viewportSize().width} px: after ${key}, step ${number}`);
    }
  };
  const open = async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await openInspector(page, base);
    await page.locator(`.row[data-id="${sessionId}"]`).focus();
  };
  for (const width of [1440, 1000]) {
    await open(width);
    await walk([
      ['Enter', 'session'], ['Enter', 'row 0'], ['Enter', 'row 0'], ['Enter', 'event 0'],
      ['ArrowRight', 'row 1'], ['Enter', 'event 1'], ['ArrowLeft', 'row 0'], ['Enter', 'event 0'],
      ['End', `row ${last}`], ['Enter', `event ${last}`], ['Home', 'row 0'], ['Enter', 'event 0'],
      ['ArrowDown', 'row 1'], ['Enter', 'event 1'], ['ArrowUp', 'row 0'], ['Escape', 'session'], ['Enter', 'row 0'],
    ]);
    // From a button among the events too.
    await page.locator('#rows .pick').first().press('Enter');
    await page.locator('#event button').first().focus();
    await walk([['ArrowRight', 'row 1']]);
    // Marks open what they stand for.
    await page.locator('.event-mark[tabindex="0"]').first().focus();
    await walk([['Enter', 'event 1']]);
  }
  // Enter twice, before the session is loaded.
  await page.route('**/api/sessions/*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  await open(1000);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.row[aria-current]');
  await walk([['Enter', 'session']]);
  await page.waitForSelector('#rows tr');
  await eventually(page, 'the events have the focus', () => document.activeElement.closest('#rows') !== null);
  await open(400);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-view="session"]');
  assert.notEqual((await focus(page)).split(':')[0], 'nowhere', 'while it is loaded');
  await page.waitForSelector('#rows tr');
  await page.unroute('**/api/sessions/*');
  await open(400);
  await walk([
    ['Enter', 'session-title'], ['Enter', 'row 0'], ['ArrowDown', 'row 1'], ['Enter', 'event 1'],
    ['ArrowRight', 'event 2'], ['ArrowLeft', 'event 1'], ['End', `event ${last}`], ['Home', 'event 0'], ['j', 'event 1'],
    ['Escape', 'session-title'], ['ArrowRight', 'row 0'], ['Escape', 'session'],
  ]);
  quiet();
}
