// From the app's start page to the page of WMS and back: what the user sees, what the app has stored.

import { expect, test } from '../fixtures.mjs';

/** The user presses "Measure me", and is on the page of WMS. Gives the session's ID, which is the last part of its URL. */
async function callIn(page, app) {
  await page.goto(app.url);
  await page.getByRole('button', { name: 'Measure me' }).click();
  await page.waitForURL('**/c/**');
  return decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1));
}

/** On the real page the user is measured; here one says what happens. */
async function choose(page, scenario) {
  await page.getByRole('radio', { name: `${scenario} ·` }).check();
  await page.getByLabel('Pace').selectOption('100x');
  await page.getByRole('button', { name: 'Start' }).click();
}

test('all goes well', async ({ page, app, wms }) => {
  const sessionId = await callIn(page, app);
  await choose(page, 'happy-path');

  await page.waitForURL(`${app.url}/done?results=*`);
  await expect(page.locator('#results')).toContainText('bpm');
  await expect(page.locator('#outcome')).toHaveText('completed');

  // The page that the user has left tells its last event meanwhile, so wait for the end before counting.
  const { events } = await wms.ended(sessionId);
  const stored = await app.session(sessionId);
  expect(stored.outcome).toBe('completed');
  expect(stored.events).toEqual(events.map(({ body }) => JSON.parse(body)));
});

test('the signal is too weak', async ({ page, app, wms }) => {
  const sessionId = await callIn(page, app);
  await choose(page, 'low-snr');

  await page.waitForURL(`${app.url}/done?error=LOW_SNR`);
  await expect(page.locator('#error')).toHaveText('LOW_SNR');

  await wms.ended(sessionId);
  const stored = await app.session(sessionId);
  expect(stored.outcome).toBe('failed');
  expect(stored.events.map(({ event }) => event)).not.toContain('RESULTS_RECEIVED');
});

test('the user refuses the camera', async ({ page, app, wms }) => {
  // The test says what happens, not the user: it begins the session under the ID that the app has just made up, before
  // the browser gets to the page of WMS, which then shows what happens.
  let sessionId;
  await page.route('**/start', async (route) => {
    const response = await route.fetch({ maxRedirects: 0 });
    sessionId = decodeURIComponent(new URL(response.headers().location).pathname.split('/').at(-1));
    // With this seed the user takes 14 s to refuse; a session that is drawn may be over before the browser gets there.
    await wms.play({ scenario: 'camera-denied', sessionId, seed: 7, pace: '5x' });
    await route.fulfill({ response });
  });
  await page.goto(app.url);
  await page.getByRole('button', { name: 'Measure me' }).click();

  await page.waitForURL(`${app.url}/done?error=CAMERA_PERMISSION_NOT_GRANTED`);
  await expect(page.locator('#outcome')).toHaveText('failed');

  await wms.ended(sessionId);
  const { events } = await app.session(sessionId);
  expect(events.map(({ event }) => event)).toEqual([
    'WMS_LOADED', 'CONFIGURATION_LOADED', 'CAMERA_PERMISSION_DENIED', 'REDIRECTING_TO_CALLBACK', 'PAGE_UNLOADED',
  ]);
});
