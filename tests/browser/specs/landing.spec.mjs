// The landing page on the real server.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import nodePath from 'node:path';
import { after, before } from 'node:test';
import { axeFindsNothing, checks } from '../harness/browser.mjs';
import { freePort, serve } from '../harness/program.mjs';
import { HOSTILE } from '../checks/hostile.mjs';
import { eventually, watch } from '../checks/support.mjs';

const check = checks();
let wms = null;
let number = 0;

before(async () => { wms = await serve(['--callback', 'http://127.0.0.1:9/done']); });
after(() => wms?.stop());

const path = (sessionId) => `/c/demo/profile%2Fdata/token/refresh/${encodeURIComponent(sessionId)}`;

/** Opens the page of a new session; with a scenario it begins by itself. */
async function open(page, options = {}, server = wms) {
  number += 1;
  const sessionId = options.sessionId ?? `landing ${number}`;
  const query = options.scenario ? `?auto=1&scenario=${options.scenario}&pace=${options.pace ?? '5x'}` : '';
  await page.goto(`${server.url}${path(sessionId)}${query}`);
  await page.waitForSelector(options.scenario ? '#run:not([hidden])' : '#choose:not([hidden])');
  return sessionId;
}

const title = (page, pattern) => eventually(page, `the message ${pattern}`, (source) => {
  const message = document.querySelector('#message');
  return !message.hidden && new RegExp(source).test(message.textContent);
}, pattern);

async function fits(page, where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${where}: ${over} px too wide`);
}

const codes = ({ events }) => events.map(({ event }) => event);

for (const colorScheme of ['light', 'dark']) {
  check(`axe and the policy, ${colorScheme}`, async (page) => {
    const quiet = watch(page);
    for (const width of [1000, 400, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await open(page);
      await fits(page, `choosing at ${width} px`);
      if (width !== 320) await axeFindsNothing(page, `choosing, ${colorScheme}, ${width} px`);
      const sessionId = await open(page, { scenario: 'happy-path', pace: '2x' });
      await wms.reached(sessionId, 2);
      await page.waitForSelector('#log tr');
      await fits(page, `running at ${width} px`);
      if (width !== 320) await axeFindsNothing(page, `running, ${colorScheme}, ${width} px`);
    }
    quiet();
  }, { colorScheme });
}

check('without a pointer', async (page) => {
  const quiet = watch(page);
  const sessionId = await open(page);
  await page.focus('#search');
  await page.keyboard.type('user cancels during');
  assert.match(await page.textContent('#found'), /Start plays user-cancels$/);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'pace');
  await page.selectOption('#pace', '100x');
  await page.keyboard.press('Tab');
  await page.route('http://127.0.0.1:9/**', (route) => route.fulfill({ body: 'the app' }));
  await page.keyboard.press('Enter');
  await page.waitForURL('http://127.0.0.1:9/done?error=MEASUREMENT_CANCELED');
  assert.equal((await wms.ended(sessionId)).outcome, 'canceled');
  quiet();
});

check('what is chosen already is in sight', async (page) => {
  const quiet = watch(page);
  const inSight = (scenario) => page.locator(`input[value="scenario:${scenario}"]`).evaluate((input) => {
    const [row, list] = [input.closest('label'), document.querySelector('#options')].map((each) => each.getBoundingClientRect());
    return row.top >= Math.max(0, list.top) && row.bottom <= Math.min(innerHeight, list.bottom) && row.height > 0;
  });
  const scrolled = (id) => page.evaluate((id) => (id ? document.getElementById(id) : document.scrollingElement).scrollTop, id);
  number += 1;
  for (const scenario of ['api-error', 'low-snr', 'websocket-failed']) {
    await page.goto(`${wms.url}${path(`landing ${number}`)}?scenario=${scenario}`);
    await page.waitForSelector('#choose:not([hidden])');
    assert.ok(await page.locator(`input[value="scenario:${scenario}"]`).isChecked());
    assert.ok(await inSight(scenario), scenario);
    assert.equal(await scrolled(), 0, 'the page stays where it is');
  }
  assert.ok(await scrolled('options') > 0);
  // What the search hides comes back into sight with the list.
  await page.fill('#search', 'bounce');
  await page.fill('#search', '');
  assert.ok(await inSight('websocket-failed'));
  await page.goto(`${wms.url}${path(`landing ${number}`)}?scenario=api-error`);
  await page.waitForSelector('#choose:not([hidden])');
  assert.equal(await scrolled('options'), 0, 'nor does the list move without need');
  quiet();
});

check('a tab that is hidden and shown', async (page) => {
  const quiet = watch(page);
  const sessionId = await open(page, { scenario: 'happy-path', pace: '2x' });
  await page.waitForSelector('#cancel:not([hidden])');
  for (const hidden of [true, false]) {
    await page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  }
  await eventually(page, 'both are listed', () => document.querySelector('#log').textContent.split('PAGE_VISIBILITY_CHANGE').length === 3);
  const seen = (await wms.get(`/api/sessions/${encodeURIComponent(sessionId)}`)).events
    .filter(({ event }) => event === 'PAGE_VISIBILITY_CHANGE').map(({ body }) => JSON.parse(body).payload);
  assert.equal(seen.length, 2);
  assert.notDeepEqual(seen[0], seen[1]);
  quiet();
});

check('a page that is loaded again', async (page) => {
  const quiet = watch(page);
  const sessionId = await open(page, { scenario: 'happy-path', pace: '2x' });
  await wms.reached(sessionId, 2);
  await page.waitForSelector('#cancel:not([hidden])');
  await page.reload();
  await title(page, 'abandoned');
  const session = await wms.ended(sessionId);
  assert.equal(codes(session).at(-1), 'PAGE_UNLOADED');
  // The events are those of the session, and another can be played.
  assert.equal(await page.locator('#log tr').count(), session.events.length);
  await page.click('#message button:has-text("Play another")');
  await page.waitForSelector('#choose:not([hidden])');
  quiet();
});

check('back from the app with the browser\'s button', async (page) => {
  await page.route('http://127.0.0.1:9/**', (route) => route.fulfill({ body: 'the app' }));
  await open(page, { scenario: 'low-snr', pace: '100x' });
  await page.waitForURL('http://127.0.0.1:9/done?error=LOW_SNR');
  await page.goBack();
  await title(page, 'failed');
  assert.match(page.url(), /\/c\/demo/, 'it does not send the user off again');
  assert.ok(await page.locator('#message a:has-text("Go back to the app")').isVisible());
});

check('a server that goes away and comes back', async (page) => {
  const listen = `127.0.0.1:${await freePort()}`;
  let server = await serve([], { listen });
  const quiet = watch(page, { networkMayFail: true });
  await open(page, { scenario: 'happy-path', pace: '1x' }, server);
  await page.waitForSelector('#cancel:not([hidden])');
  await server.stop('SIGKILL');
  await title(page, 'connection is lost');
  server = await serve([], { listen });
  await title(page, 'does not know this session');
  await page.click('#message button:has-text("Play another")');
  await page.waitForSelector('#choose:not([hidden])');
  // In order this time: the session says goodbye.
  await page.click('#start');
  await page.waitForSelector('#cancel:not([hidden])');
  await server.stop();
  await title(page, 'ended|lost');
  quiet();
});

check('a server that is gone when one wants to begin', async (page) => {
  const server = await serve();
  const quiet = watch(page, { networkMayFail: true });
  await open(page, {}, server);
  await server.stop();
  await page.click('#start');
  await title(page, 'The server is gone');
  await axeFindsNothing(page, 'gone');
  quiet();
});

check('a session without a callback', async (page) => {
  const server = await serve();
  const quiet = watch(page);
  await open(page, { scenario: 'happy-path', pace: 'max' }, server);
  await title(page, '--callback');
  await axeFindsNothing(page, 'no callback');
  quiet();
  await server.stop();
});

check('events that come before the page can follow them', async (page) => {
  const server = await serve();
  await page.route('**/api/events?**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await route.continue();
  });
  // What happened before the page could follow is here later than what it is told live.
  let looks = 0;
  await page.route('**/api/sessions/*', async (route) => {
    looks += 1;
    if (looks > 1) await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  const sessionId = await open(page, { scenario: 'happy-path', pace: '20x' }, server);
  await title(page, '--callback');
  const { events } = await server.ended(sessionId);
  const listed = await page.locator('#log tr td:first-child').allTextContents();
  assert.deepEqual(listed.map(Number).reverse(), events.map(({ sequence }) => sequence));
  await server.stop();
});

check('a webhook that refuses', async (page) => {
  const other = await serve([], { secret: 'another secret than the one that signs' });
  const server = await serve(['--to', `${other.url}/webhook`, '--callback', 'http://127.0.0.1:9/done']);
  const quiet = watch(page);
  await open(page, { scenario: 'happy-path', pace: '2x' }, server);
  await page.waitForSelector('#trouble:not([hidden])');
  assert.match(await page.textContent('#trouble'), /refused .* 401/);
  await page.setViewportSize({ width: 400, height: 800 });
  await fits(page, 'trouble');
  await axeFindsNothing(page, 'refused');
  quiet();
  await server.stop();
  await other.stop();
});

check('texts of strangers', async (page) => {
  const quiet = watch(page);
  for (const sessionId of [`${HOSTILE} landing`, 'x'.repeat(3000), 'a\u0000b\u202ec']) {
    await open(page, { sessionId });
    await page.setViewportSize({ width: 400, height: 800 });
    await fits(page, sessionId.slice(0, 30));
    const found = await page.evaluate(() => [window.pwned, document.querySelectorAll('img, main script').length]);
    assert.deepEqual(found, [undefined, 0]);
    assert.doesNotMatch(await page.textContent('main'), /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    await open(page, { sessionId, scenario: 'bounce', pace: '20x' });
    await fits(page, `running ${sessionId.slice(0, 30)}`);
    await wms.ended(sessionId);
  }
  quiet();
});

check('call-in URLs with slips', async (page) => {
  await page.goto(`${wms.url}/c/demo/undefined/token/refresh`);
  await page.waitForSelector('#choose:not([hidden])');
  assert.match(await page.textContent('#notes'), /the word 'undefined'[\s\S]*no session ID/);
  await axeFindsNothing(page, 'notes');
  const answer = await page.goto(`${wms.url}/c/demo/only-two`);
  assert.equal(answer.status(), 400);
  assert.match(await page.textContent('body'), /cannot be used/);
});

for (const [scenario, phase] of [['bounce', 'Abandoned'], ['crash', 'Abandoned'], ['page-closed', 'Abandoned'], ['happy-path', null]]) {
  check(`the last event of a session without a redirect: ${scenario}`, async (page) => {
    const server = await serve();
    const quiet = watch(page);
    for (let time = 0; time < 3; time += 1) {
      const sessionId = await open(page, { scenario, pace: '100x' }, server);
      await title(page, 'has ended');
      const { events } = await server.ended(sessionId);
      const answers = await page.locator('#log tr td:last-child > span:first-child').allTextContents();
      assert.equal(answers.length, events.length);
      assert.deepEqual(answers.filter((text) => !text.includes('accepted')), []);
      if (phase) {
        assert.equal(await page.textContent('#phase'), phase);
        const unit = await page.textContent('#ring-unit');
        assert.match(unit, /not scanning|scan done/);
        // The ring does not go on by itself.
        await page.waitForTimeout(100);
        assert.equal(await page.textContent('#ring-unit'), unit);
      }
    }
    quiet();
    await server.stop();
  });
}

check('a scenario that there is not', async (page) => {
  const folder = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'wms-sim-configs-'));
  const configs = nodePath.join(folder, 'wms-sim.toml');
  fs.writeFileSync(configs, '[configs.other]\nscenario = "low-snr"\nauto = true\n');
  const server = await serve(['--serve-config', configs]);
  const quiet = watch(page);
  const asked = async (config, query) => {
    number += 1;
    await page.goto(`${server.url}/c/${config}/p/t/r/landing%20${number}?${query}`);
    await page.waitForSelector('#choose:not([hidden])');
    return page.textContent('#notes');
  };
  const chosen = () => page.locator('#options input:checked').getAttribute('value');
  for (const query of ['scenario=nope', 'scenario=nope&auto=1']) {
    assert.equal(await asked('demo', query), "there is no scenario 'nope'; happy-path is chosen");
    assert.equal(await chosen(), 'scenario:happy-path');
    assert.match(await page.textContent('#found'), /Start plays happy-path$/);
  }
  for (const query of ['scenario=nope', 'mix=nope&auto=1']) {
    assert.match(await asked('other', query), /there is no (scenario|mix) 'nope'; low-snr is chosen/);
    assert.equal(await chosen(), 'scenario:low-snr');
  }
  await axeFindsNothing(page, 'a scenario that there is not');
  quiet();
  await server.stop();
  fs.rmSync(folder, { recursive: true });
});
