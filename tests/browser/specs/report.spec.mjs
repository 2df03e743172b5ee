// The page of a check, made by `wms-sim report` from a journal.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import nodePath from 'node:path';
import { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import { axeFindsNothing, checks } from '../harness/browser.mjs';
import { BINARY } from '../harness/program.mjs';
import { HOSTILE } from '../checks/hostile.mjs';

const check = checks();
let folder = null;
let address = null;

const trace = (role, status, answer) => ({
  label: `an event ${HOSTILE}`, role, request: `POST /webhook HTTP/1.1\r\nHost: x\r\n\r\n${HOSTILE}`, body_bytes: 9, status, answer, failure: null, detail: null, took_ms: 1.5,
});

const judged = (id, level, verdict, more = {}) => ({
  id, title: `what is required ${HOSTILE}`, level, verdict, requirement: HOSTILE, source: 'RFC 2104', stimulus: HOSTILE, expected: '4xx', actual: HOSTILE, hint: HOSTILE,
  reproduce: { command: `wms-sim check ${id}`, curl: `curl ${'x'.repeat(300)} http://127.0.0.1/` }, took_ms: 2, traces: [trace('setup', 204, ''), trace('test', 500, HOSTILE.repeat(40))], requests: 2, ...more,
});

/** A journal with a case of each kind. */
function journal() {
  const cases = [
    judged('mac/right', 'MUST', 'pass'),
    judged('mac/missing', 'MUST', 'fail', { counts: true }),
    judged(`mac/${HOSTILE}`, 'MUST', 'fail', { counts: true, flaky: true }),
    judged('body/spaces', 'SHOULD', 'fail'),
    judged('body/known', 'MUST', 'fail', { known: HOSTILE }),
    judged('body/stale', 'MUST', 'pass', { known: HOSTILE, counts: true }),
    judged('time/window', 'INFO', 'pass'),
    judged('state/late', 'MUST', 'skip', { traces: [] }),
    judged('http/reset', 'MUST', 'error'),
  ];
  const diagnosis = [{
    name: 'bug', says: HOSTILE, matters: HOSTILE, evidence: ['mac/missing', 'mac/right'], fixes: [{ language: 'node', text: HOSTILE, code: `const a = 1;\n\tif (a) ${HOSTILE}` }],
  }];
  const lines = [
    { type: 'check', suite: 'wms-webhook', version: '1.2.3', target: 'http://127.0.0.1:3000/webhook', started: '2026-01-02T03:04:05Z', seed: 7, dialect: 'current', strict: false, selected: cases.length },
    ...cases.map((one, place) => ({ type: 'case', place, ...one })),
    { type: 'check-end', diagnosis, ending: { took_s: 3 } },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

before(() => {
  folder = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'wms-sim-report-'));
  fs.writeFileSync(nodePath.join(folder, 'check.ndjson'), journal());
  const made = spawnSync(BINARY, ['report', 'check.ndjson', '--report', 'html=check.html'], { cwd: folder, encoding: 'utf8' });
  assert.equal(made.status, 1, made.stderr);
  address = pathToFileURL(nodePath.join(folder, 'check.html')).href;
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

check('axe finds nothing, and the page fits, in every size and both colours', async (page) => {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 400]) {
      const where = `${colorScheme}, ${width} px`;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(address);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await axeFindsNothing(page, where);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${where}: ${over} px too wide`);
    }
  }
});

check('nothing from elsewhere is markup, nothing is loaded and nothing breaks the policy', async (page) => {
  const asked = [];
  const said = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => said.push(message.text()));
  page.on('dialog', (dialog) => { said.push(dialog.message()); dialog.dismiss(); });
  await page.goto(address);
  assert.deepEqual(asked, [address]);
  assert.deepEqual(said, []);
  assert.equal(await page.locator('script, img, iframe, object, embed, form, input, base, link').count(), 0);
  assert.match(await page.locator('h1').innerText(), /Failed/);
  // The style is the one that the policy names.
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.querySelector('article.bad')).borderLeftWidth), '0px');
});

check('a link leads to its case, and a click into a command selects it whole', async (page) => {
  await page.goto(address);
  // What mends a bug stands beneath it; what shows it is folded behind, with its number.
  const order = await page.locator('.bug').first().evaluate((bug) => [...bug.children].map((child) => child.className || child.localName));
  assert.deepEqual(order, ['h3', 'p', 'fix', 'shown']);
  assert.equal(await page.locator('.bug a').first().isVisible(), false);
  const shown = page.locator('.bug summary').first();
  assert.match(await shown.innerText(), /bug, shown by 2 cases/);
  await shown.click();
  await page.locator('.bug a', { hasText: 'mac/missing' }).click();
  assert.match(await page.locator(':target').innerText(), /mac\/missing/);
  const command = page.locator(':target pre.copy').first();
  await command.click();
  assert.equal(await page.evaluate(() => String(getSelection()).trim()), await command.innerText());
});
