// The inspector on the real server.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { actions } from '../checks/actions.mjs';
import { axeOnEveryView } from '../checks/axe.mjs';
import { HOSTILE, hostileStrings } from '../checks/hostile.mjs';
import { keyboardWalk, keysAsTheHelpSays } from '../checks/keyboard.mjs';
import { narrowViews } from '../checks/layout.mjs';
import { modules } from '../checks/modules.mjs';
import { reconnects } from '../checks/reconnect.mjs';
import { openInspector, playThrough, sessionHash, watch } from '../checks/support.mjs';
import { AxeBuilder, axeFindsNothing, checks } from '../harness/browser.mjs';
import { freePort, proxy, SECRET, serve } from '../harness/program.mjs';

const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
const check = checks();
let wms = null;

before(async () => { wms = await serve(); });
after(() => wms?.stop());

check('modules', (page) => modules(page, wms.url));
check('keyboard', (page) => keyboardWalk(page, wms.url));
check('keys as the help says', (page) => keysAsTheHelpSays(page, wms.url));
check('axe', (page) => axeOnEveryView(page, wms.url, { AxeBuilder }));
check('narrow', (page) => narrowViews(page, wms.url));

check('axe, while there is nothing', async (page) => {
  const empty = await serve();
  for (const width of [1440, 400]) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await openInspector(page, empty.url);
      await page.waitForSelector('text=Play happy-path');
      await axeFindsNothing(page, `empty, ${colorScheme}, ${width} px`);
    }
  }
  await empty.stop();
});

check('axe, while sessions run', async (page) => {
  for (const scenario of ['happy-path', 'low-snr', 'websocket-drop']) await wms.play({ scenario, pace: '5x' });
  const quiet = watch(page);
  await openInspector(page, wms.url);
  await page.locator('.row[data-kind="running"]').first().click();
  await page.waitForSelector('#rows tr');
  await axeFindsNothing(page, 'running');
  quiet();
});

check('an inbox that misbehaves', async (page) => {
  const odd = await serve(['--quirk', 'answers-late=200ms', '--quirk', 'accepts-any-mac']);
  const quiet = watch(page);
  const body = JSON.stringify({ timestamp: 1, sessionId: 'forged', sequence: 0, event: 'WMS_LOADED', severity: 'INFO' });
  const answer = await fetch(new URL('/webhook', odd.url), { method: 'POST', headers: { 'X-WMS-Content-MAC': 'wrong' }, body });
  assert.equal(answer.status, 204);
  for (const width of [1440, 400]) {
    await page.setViewportSize({ width, height: 800 });
    await openInspector(page, odd.url);
    await page.waitForSelector('#misbehaves:not([hidden])');
    assert.equal(await page.textContent('#misbehaves'), 'The inbox misbehaves on purpose: answers-late=200ms, accepts-any-mac');
    await axeFindsNothing(page, `an inbox that misbehaves, ${width} px`);
  }
  // The verdict is the true one, whatever was answered.
  await page.setViewportSize({ width: 1440, height: 800 });
  await page.locator('.row').first().click();
  await page.waitForSelector('#rows tr');
  const row = await page.textContent('#rows');
  assert.match(row, /invalid/);
  assert.match(row, /204/);
  quiet();
  await odd.stop();
  await openInspector(page, wms.url);
  assert.equal(await page.locator('#misbehaves').isVisible(), false);
});

check('what is passed on', async (page) => {
  // One target refuses every other event, the other one is not there.
  let number = 0;
  const app = http.createServer((request, response) => {
    request.resume().on('end', () => {
      number += 1;
      response.writeHead(number % 2 === 0 ? 503 : 204).end(number % 2 === 0 ? '<b>not now</b>' : undefined);
    });
  });
  await new Promise((resolve) => app.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${app.address().port}/hook`;
  const passing = await serve(['--forward', target]);
  const quiet = watch(page);
  const { sessionId } = await playThrough(passing.url, { scenario: 'bounce', seed: 1 });
  for (const width of [1440, 400]) {
    await page.setViewportSize({ width, height: 800 });
    await openInspector(page, passing.url);
    await page.waitForFunction((to) => document.querySelector('#forward').textContent === to, target);
    await openInspector(page, passing.url, sessionHash(sessionId));
    await page.waitForSelector('#rows tr');
    assert.match(await page.textContent('#rows tr:nth-child(2) .status'), /20[04], forwarded: → 503 refused/);
    await page.locator('#rows .pick').nth(1).click();
    await page.waitForSelector('.event.chosen');
    const shown = await page.textContent('.event.chosen');
    assert.match(shown, /Forwarded/);
    assert.ok(shown.includes(target) && shown.includes('<b>not now</b>'), shown);
    await axeFindsNothing(page, `what is passed on, ${width} px`);
  }
  await new Promise((resolve) => { app.close(resolve); app.closeAllConnections(); });
  const { sessionId: unheard } = await playThrough(passing.url, { scenario: 'bounce', seed: 2 });
  await openInspector(page, passing.url, sessionHash(unheard));
  await page.waitForFunction(() => document.querySelector('#rows')?.textContent.includes('connection-refused'));
  quiet();
  await passing.stop();
});

check('texts of strangers', async (page) => {
  const prepared = [];
  // With a right MAC, strangers or not, and with a session ID that is a path.
  for (const [sessionId, payload] of [[`${HOSTILE} signed`, { [HOSTILE]: HOSTILE }], ['../../etc?x#y%2e%00/\\', { details: '\u0000\ud800' }], ['x'.repeat(5000), {}]]) {
    const body = JSON.stringify({ timestamp: 1, sessionId, sequence: 0, event: HOSTILE, severity: HOSTILE, payload });
    const mac = `hmac-sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
    const answer = await fetch(new URL('/webhook', wms.url), { method: 'POST', headers: { 'X-WMS-Content-MAC': mac }, body });
    assert.ok([200, 204, 400, 422].includes(answer.status), `${answer.status}`);
    prepared.push(sessionId);
  }
  await hostileStrings(page, wms.url, { prepared: prepared.slice(0, 2) });
});

check('a session without an ID', async (page) => {
  const server = await serve();
  const quiet = watch(page);
  const body = JSON.stringify({ timestamp: 1, sessionId: '', sequence: 0, event: 'WMS_LOADED', severity: 'INFO' });
  const mac = `hmac-sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  await fetch(new URL('/webhook', server.url), { method: 'POST', headers: { 'X-WMS-Content-MAC': mac }, body });
  for (const width of [1440, 400]) {
    await page.setViewportSize({ width, height: 800 });
    await openInspector(page, server.url);
    await page.locator('.row').click();
    await page.waitForSelector('text=A session without an ID cannot be opened here');
    assert.equal(await page.textContent('#session-id'), '(no ID)');
    assert.match(await page.textContent('#facts'), /1 event/);
    assert.equal(await page.locator('#detail-empty').isVisible(), false);
    assert.equal(await page.locator('#rows tr').count(), 0);
    await axeFindsNothing(page, `without an ID, ${width} px`);
    // The page is loaded again at this place.
    await page.reload();
    await page.waitForSelector('text=A session without an ID cannot be opened here');
  }
  const { sessionId } = await playThrough(server.url, { scenario: 'bounce' });
  await openInspector(page, server.url, sessionHash(sessionId));
  await page.waitForSelector('#rows tr');
  await page.evaluate(() => { location.hash = '#/session/'; });
  await page.waitForSelector('text=A session without an ID cannot be opened here');
  assert.equal(await page.locator('#rows tr').count(), 0);
  quiet();
  await server.stop();
});

check('a history that cannot be written', async (page) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wms-sim-history-'));
  const history = path.join(folder, 'history.db');
  const keeping = await serve(['--persist', history]);
  const quiet = watch(page);
  await openInspector(page, keeping.url);
  assert.ok(await page.locator('#unsaved').isHidden());
  // Somebody puts a file of theirs in its place, and takes it away again.
  fs.rmSync(history);
  fs.writeFileSync(history, 'my notes');
  const { sessionId } = await playThrough(keeping.url, { scenario: 'bounce' });
  await page.waitForSelector('#unsaved:not([hidden])');
  assert.match(await page.locator('#unsaved').textContent(), /not being saved to .*history\.db: another file was put in its place/);
  await axeFindsNothing(page, 'not saved');
  fs.rmSync(history);
  await page.waitForSelector('#unsaved', { state: 'hidden' });
  await keeping.stop();
  quiet();
  const again = await serve(['--persist', history]);
  await openInspector(page, again.url, sessionHash(sessionId));
  await page.waitForSelector('#rows tr');
  await again.stop();
  fs.rmSync(folder, { recursive: true });
});

check('sessions are found by events that the page has not seen', async (page) => {
  const quiet = watch(page);
  const { sessionId: found } = await playThrough(wms.url, { scenario: 'websocket-drop' });
  const { sessionId: other } = await playThrough(wms.url, { scenario: 'happy-path' });
  await openInspector(page, wms.url);
  await page.waitForSelector(`.row[data-id="${other}"]`);
  await page.fill('#search', 'Socket_Disc');
  await page.waitForSelector(`.row[data-id="${other}"]`, { state: 'detached' });
  await page.waitForSelector(`.row[data-id="${found}"]`);
  quiet();
});

check('a connection that is lost', async (page) => {
  const listen = `127.0.0.1:${await freePort()}`;
  let behind = await serve();
  const line = await proxy(listen, behind.url);
  await reconnects(page, line.url, {
    cut: () => line.cut(),
    restore: () => line.restore(),
    restart: async () => {
      await behind.stop();
      behind = await serve();
      line.to(behind.url);
    },
  });
  await line.stop();
  await behind.stop();
});

check('a server that is started anew', async (page) => {
  const listen = `127.0.0.1:${await freePort()}`;
  let server = await serve([], { listen });
  const quiet = watch(page, { networkMayFail: true });
  const { sessionId } = await playThrough(server.url, { scenario: 'bounce' });
  await openInspector(page, server.url, sessionHash(sessionId));
  await page.waitForSelector('#rows tr');
  const before = await page.locator('#rows tr').count();
  await server.stop();
  await page.waitForSelector('#connection:not([data-state="live"])');
  assert.equal(await page.locator('#rows tr').count(), before, 'what was there stays readable');
  server = await serve([], { listen });
  await page.waitForSelector('#connection[data-state="live"]', { timeout: 30_000 });
  await page.waitForSelector('text=This session is not known');
  assert.equal(await page.locator('.row').count(), 0);
  const later = await playThrough(server.url, { scenario: 'bounce' });
  await page.waitForSelector(`.row[data-id="${later.sessionId}"]`);
  quiet();
  await server.stop();
});

// The last: it forgets every session.
check('actions', async (page) => {
  await playThrough(wms.url, { scenario: 'low-snr', faults: ['mac:wrong-secret@2'] });
  await actions(page, wms.url);
}, CLIPBOARD);
