// From the app's start page through the landing page and back: what the app has been told in the end.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { checks } from '../harness/browser.mjs';
import { freePort, serve, webapp } from '../harness/program.mjs';
import { watch } from '../checks/support.mjs';

const check = checks();
let [app, wms] = [null, null];

before(async () => {
  // Each needs the other's address.
  const listen = `127.0.0.1:${await freePort()}`;
  app = await webapp(`http://${listen}`);
  // A seed, because some sessions of a scenario take minutes in life, and others seconds.
  wms = await serve(['--seed', '7', '--to', `${app.url}/webhook`, '--callback', `${app.url}/done?from=wms`], { listen });
});
after(async () => {
  await wms?.stop();
  await app?.stop();
});

/** From the start page to the landing page's chooser; gives the session's ID. */
async function callIn(page) {
  await page.goto(app.url);
  await page.click('text=Measure me');
  await page.waitForSelector('#choose:not([hidden])');
  assert.equal(new URL(page.url()).origin, wms.url);
  const segments = new URL(page.url()).pathname.split('/');
  assert.equal(segments.length, 7, page.url());
  assert.equal(await page.locator('#notes li').count(), 0, 'the call-in URL has no slips');
  return decodeURIComponent(segments.at(-1));
}

async function choose(page, scenario, pace = '20x') {
  await page.fill('#search', scenario);
  await page.locator(`input[name=play][value="scenario:${scenario}"]`).check();
  await page.selectOption('#pace', pace);
  await page.click('#start');
  await page.waitForSelector('#run:not([hidden])', { state: 'attached' });
}

/** What the app has of a session, once WMS has sent all of it. */
async function told(sessionId) {
  const session = await wms.ended(sessionId);
  const answer = await fetch(new URL(`/sessions/${sessionId}`, app.url));
  assert.equal(answer.status, 200);
  const kept = await answer.json();
  const sent = session.events.map(({ body }) => JSON.parse(body));
  assert.deepEqual(kept.events, sent, 'the app has each event once, as it was sent and in that order');
  assert.deepEqual(app.rows().map(({ event }) => event).filter((event) => event.sessionId === sessionId), sent, 'and on its disk');
  assert.deepEqual(sent.map(({ sequence }) => sequence), sent.map((_, index) => index));
  assert.deepEqual([session.sent.refused, session.sent.failed], [0, 0]);
  return { session, outcome: kept.outcome, codes: sent.map(({ event }) => event) };
}

async function returned(page) {
  await page.waitForURL(`${app.url}/done?**`, { waitUntil: 'load', timeout: 60_000 });
  const parameters = Object.fromEntries(new URL(page.url()).searchParams);
  assert.equal(parameters.from, 'wms', 'the query that the callback had is kept');
  delete parameters.from;
  return parameters;
}

const inOrder = (codes, wanted) => {
  let from = 0;
  for (const code of wanted) {
    const at = codes.indexOf(code, from);
    assert.ok(at >= 0, `${code} is missing, or too early: ${codes}`);
    from = at + 1;
  }
};
const GOODBYE = ['REDIRECTING_TO_CALLBACK', 'PAGE_UNLOADED'];

/** Plays a scenario that goes its way without the user; gives what the callback said and what the app was told. */
async function through(page, scenario) {
  const quiet = watch(page);
  const sessionId = await callIn(page);
  await choose(page, scenario);
  const parameters = await returned(page);
  quiet();
  return { parameters, page, ...await told(sessionId) };
}

check('all goes well', async (page) => {
  const { parameters, outcome, codes } = await through(page, 'happy-path');
  inOrder(codes, ['WMS_LOADED', 'CONFIGURATION_LOADED', 'CAMERA_PERMISSION_GRANTED', 'CAMERA_STARTED', 'MEASUREMENT_STARTED',
    'MEASUREMENT_CREATED', 'INTERMEDIATE_RESULTS', 'SCAN_COMPLETED', 'RESULTS_RECEIVED', ...GOODBYE]);
  assert.equal(outcome, 'completed');
  assert.deepEqual(Object.keys(parameters), ['results']);
  const document = JSON.parse(Buffer.from(parameters.results, 'base64url').toString());
  assert.equal(document.simulated, true);
  assert.match(await page.textContent('#results'), new RegExp(`HR_BPM\\s*${document.points.HR_BPM} bpm`));
  // The page that one leaves tells its last events meanwhile.
  await page.reload();
  assert.equal(await page.textContent('#outcome'), 'completed');
});

check('the signal is too low', async (page) => {
  const { parameters, outcome, codes } = await through(page, 'low-snr');
  inOrder(codes, ['INTERMEDIATE_RESULTS', 'LOW_SNR', ...GOODBYE]);
  assert.deepEqual([outcome, parameters], ['failed', { error: 'LOW_SNR' }]);
  assert.equal(await page.textContent('#error'), 'LOW_SNR');
});

check('the camera is refused', async (page) => {
  const { parameters, outcome, codes } = await through(page, 'camera-denied');
  assert.deepEqual(codes, ['WMS_LOADED', 'CONFIGURATION_LOADED', 'CAMERA_PERMISSION_DENIED', ...GOODBYE]);
  assert.deepEqual([outcome, parameters], ['failed', { error: 'CAMERA_PERMISSION_NOT_GRANTED' }]);
});

check('the socket does not come back', async (page) => {
  const { parameters, outcome, codes } = await through(page, 'websocket-failed');
  inOrder(codes, ['WEBSOCKET_DISCONNECTED', 'WEBSOCKET_RECONNECTION_FAILED', ...GOODBYE]);
  assert.deepEqual([outcome, parameters], ['failed', { error: 'WEBSOCKET_RECONNECTION_FAILED' }]);
});

check('the user cancels', async (page) => {
  const quiet = watch(page);
  const sessionId = await callIn(page);
  await choose(page, 'happy-path', '5x');
  await wms.reached(sessionId, 7);
  await page.click('#cancel');
  assert.deepEqual(await returned(page), { error: 'MEASUREMENT_CANCELED' });
  const { outcome, codes } = await told(sessionId);
  inOrder(codes, ['MEASUREMENT_STARTED', 'MEASUREMENT_CANCELED', ...GOODBYE]);
  assert.equal(codes.includes('RESULTS_RECEIVED'), false);
  assert.equal(outcome, 'canceled');
  quiet();
});

check('the user closes the tab', async (page, context) => {
  const stays = await context.newPage();
  const sessionId = await callIn(page);
  await choose(page, 'happy-path', '5x');
  await wms.reached(sessionId, 5);
  await page.waitForSelector('#cancel:not([hidden])');
  await page.close({ runBeforeUnload: true });
  const { session, outcome, codes } = await told(sessionId);
  assert.equal(codes.at(-1), 'PAGE_UNLOADED');
  assert.equal(codes.includes('REDIRECTING_TO_CALLBACK'), false, `${codes}`);
  assert.deepEqual([outcome, session.callback], ['abandoned', null]);
  // The app's own page knows it too, whoever opens it.
  await stays.goto(`${app.url}/done`);
  assert.equal(await stays.textContent('#outcome'), 'abandoned');
});

check('two users at once do not mix', async (page, context) => {
  const other = await context.browser().newContext();
  const second = await other.newPage();
  const [one, two] = [await callIn(page), await callIn(second)];
  await Promise.all([choose(page, 'low-snr'), choose(second, 'happy-path')]);
  assert.deepEqual(await returned(page), { error: 'LOW_SNR' });
  assert.deepEqual(Object.keys(await returned(second)), ['results']);
  assert.equal((await told(one)).outcome, 'failed');
  assert.equal((await told(two)).outcome, 'completed');
  await other.close();
});
