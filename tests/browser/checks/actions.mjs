// What the buttons do. The browser context must allow the clipboard.

import assert from 'node:assert/strict';
import { eventually, openInspector, playThrough, sessionHash, watch } from './support.mjs';

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

async function toast(page, pattern) {
  await eventually(page, `the notice ${pattern}`, (source) => new RegExp(source).test(document.querySelector('#toast').textContent), pattern);
}

async function eventActions(page, base) {
  const { sessionId } = await playThrough(base, { scenario: 'happy-path' });
  await openInspector(page, base, sessionHash(sessionId));
  await page.waitForSelector('#rows tr');
  await page.locator('#rows .pick').nth(3).click();

  await page.click('.event button:has-text("Copy as curl")');
  await toast(page, 'Copied the curl command');
  assert.match(await clipboard(page), /^curl /);

  const body = await page.locator('.event .body').textContent();
  await page.click('.event .segments button:has-text("Copy")');
  await toast(page, 'Copied the body');
  assert.deepEqual(JSON.parse(await clipboard(page)), JSON.parse(body), 'pretty is the same JSON as the body');
  assert.doesNotMatch(await clipboard(page), /\n/, 'what is copied is the body itself');

  const before = await page.locator('#rows tr').count();
  await page.click('.event button:has-text("Send again")');
  await toast(page, 'Sent again');
  await eventually(page, 'what was sent again is listed', (number) => document.querySelectorAll('#rows tr').length > number, before);
  await page.selectOption('.event select', 'mac:wrong-secret');
  await page.click('.event button:has-text("Send again")');
  await toast(page, 'Sent again with mac:wrong-secret');
  await eventually(page, 'the fault is named', () => /mac:wrong-secret/.test(document.querySelector('#rows').textContent));

  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Export journal')]);
  assert.match(download.suggestedFilename(), /ndjson$/);
  await page.click('#copy-id');
  await toast(page, 'Copied the session ID');
  assert.equal(await clipboard(page), sessionId);
}

async function filters(page, base) {
  await openInspector(page, base);
  await page.waitForSelector('.row');
  const all = await page.locator('.row').count();
  await page.click('.chip[data-kind="failed"]');
  await eventually(page, 'only failed sessions', () => [...document.querySelectorAll('.row')].every((row) => row.dataset.kind === 'failed'));
  assert.equal(await page.getAttribute('.chip[data-kind="failed"]', 'aria-pressed'), 'true');
  await page.click('.chip[data-kind="failed"]');
  await page.click('.chip[data-kind="problems"]');
  await eventually(page, 'only sessions with problems', () => [...document.querySelectorAll('.row')].every((row) => !row.querySelector('.problems').hidden));
  await page.click('.chip[data-kind="problems"]');
  await eventually(page, 'all are back', (number) => document.querySelectorAll('.row').length === number, all);
}

async function playDialog(page, base) {
  await openInspector(page, base);
  await page.click('#play');
  await page.waitForSelector('#play-dialog[open]');
  await page.fill('#play-dialog input[type=search]', 'weak signal');
  await page.fill('#play-dialog input[name=sessionId]', `from the dialog ${Date.now()}`);
  await page.selectOption('#play-dialog select[name=pace]', 'max');
  await page.selectOption('#play-dialog .fault-line select >> nth=0', 'duplicate');
  await page.fill('#play-dialog .fault-line input', '2');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.chosen-faults li');
  const sessionId = await page.inputValue('#play-dialog input[name=sessionId]');
  await page.click('#play-dialog button[type=submit]');
  await page.waitForSelector('#play-dialog[open]', { state: 'detached' });
  await eventually(page, 'what is played is open', (id) => document.querySelector('#session-id').textContent === id, sessionId);
}

async function acts(page, base) {
  await openInspector(page, base);
  const response = await fetch(new URL('/api/sessions', base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: new URL(base).origin },
    body: JSON.stringify({ scenario: 'happy-path', pace: '1x' }),
  });
  const { sessionId } = await response.json();
  await openInspector(page, base, sessionHash(sessionId));
  await page.click('#session-tools button:has-text("Close")');
  await page.waitForSelector(`.row[data-id="${sessionId}"]:not([data-kind="running"])`);
  await page.waitForSelector('#session-tools button:has-text("Close")', { state: 'detached' });
}

async function forget(page, base) {
  await openInspector(page, base);
  await page.waitForSelector('.row');
  await page.click('#forget');
  await page.keyboard.press('Enter');
  assert.ok(await page.locator('.row').count() > 0, 'Enter keeps them');
  await page.click('#forget');
  await page.click('#confirm-dialog button.danger');
  await page.waitForSelector('text=Play happy-path');
  assert.equal(await page.locator('.row').count(), 0);
}

async function theme(page, base) {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  await openInspector(page, base);
  const light = await ground();
  await page.click('[data-theme-switch]');
  await page.click('[data-theme-switch]');
  const dark = await ground();
  assert.notEqual(dark, light);
  await openInspector(page, base);
  assert.equal(await ground(), dark, 'the choice is remembered');
  await page.click('[data-theme-switch]');
  assert.equal(await ground(), light, 'auto follows the system');
}

/** A tab that nobody sees draws nothing, and shows everything once it is seen again. */
async function hiddenTab(page, base) {
  await openInspector(page, base);
  const hide = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await hide(true);
  const { sessionId } = await playThrough(base, { scenario: 'happy-path' });
  await hide(false);
  await page.locator(`.row[data-id="${sessionId}"]`).click();
  await page.waitForSelector('#rows tr');
}

/** The last of these forgets every session of the server. */
export async function actions(page, base) {
  const quiet = watch(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const check of [eventActions, filters, playDialog, acts, hiddenTab, theme, forget]) await check(page, base);
  quiet();
}
