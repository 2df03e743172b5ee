// Pictures of the pages, to be looked at; scripts/screenshots runs it. With --docs only the two of the README.

import fs from 'node:fs';
import path from 'node:path';
import { openInspector, sessionHash } from './checks/support.mjs';
import { launch } from './harness/browser.mjs';
import { serve } from './harness/program.mjs';

const [folder, only] = [path.resolve(process.argv[2]), process.argv[3]];
fs.mkdirSync(folder, { recursive: true });
const browser = await launch();

async function shot(name, run, { width = 1280, height = 800, colorScheme = 'light' } = {}) {
  if (only === '--docs' && !['inspector', 'landing'].includes(name)) return;
  const server = await serve(['--callback', 'http://127.0.0.1:3000/done']);
  const page = await (await browser.newContext({ viewport: { width, height }, colorScheme })).newPage();
  await run(page, server);
  await page.evaluate(() => document.activeElement?.blur());
  await page.waitForTimeout(300);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await page.context().close();
  await server.stop();
  console.log(path.join(folder, `${name}.png`));
}

const ended = (server, order) => server.play({ pace: 'max', ...order }).then(server.ended);

async function some(server) {
  await ended(server, { scenario: 'camera-denied', seed: 3, sessionId: 'user-17' });
  await ended(server, { scenario: 'happy-path', seed: 4, sessionId: 'user-18', pace: '100x' });
  await ended(server, { scenario: 'user-cancels', seed: 5, sessionId: 'user-19' });
}

const inspector = async (page, server) => {
  await some(server);
  const { sessionId } = await ended(server, { scenario: 'websocket-drop', seed: 6, sessionId: 'user-20', pace: '20x', faults: ['mac:wrong-secret@11'] });
  await openInspector(page, server.url, sessionHash(sessionId));
  await page.waitForSelector('#rows tr');
  await page.locator('#rows .pick').nth(11).click();
  await page.waitForSelector('.event.chosen');
  await page.evaluate(() => { for (const element of document.querySelectorAll('main *')) element.scrollTop = 0; });
};

const running = async (page, server) => {
  await some(server);
  const ids = [];
  for (const [scenario, seed] of [['happy-path', 7], ['low-snr', 8], ['tab-hidden', 9]]) ids.push(await server.play({ scenario, seed, pace: '20x' }));
  await openInspector(page, server.url, sessionHash(ids[0]));
  await server.reached(ids[0], 7);
  await page.waitForSelector('#rows tr');
};

/** Events that are passed on to the server of another run, which refuses some on purpose. */
const forwarding = async (page) => {
  const app = await serve(['--quirk', 'fails-every-third']);
  const passing = await serve(['--forward', `${app.url}/webhook`]);
  const { sessionId } = await ended(passing, { scenario: 'low-snr', seed: 6, sessionId: 'user-21', pace: '100x', faults: ['mac:wrong-secret@4'] });
  await openInspector(page, passing.url, sessionHash(sessionId));
  await page.waitForSelector('#rows tr');
  await page.locator('#rows .pick').nth(5).click();
  await page.waitForSelector('.event.chosen');
};
const misbehaving = async (page) => {
  const odd = await serve(['--quirk', 'accepts-any-mac', '--quirk', 'fails-every-third', '--quirk', 'answers-late=300ms']);
  const { sessionId } = await ended(odd, { scenario: 'low-snr', seed: 6, sessionId: 'user-22', pace: '100x', faults: ['mac:wrong-secret@4'] });
  await openInspector(page, odd.url, sessionHash(sessionId));
  await page.waitForSelector('#rows tr');
  await page.locator('#rows .pick').nth(4).click();
  await page.waitForSelector('.event.chosen');
};

const empty = async (page, server) => openInspector(page, server.url);
const chooser = async (page, server) => {
  await page.goto(`${server.url}/c/demo/profile/token/refresh/user-20`);
  await page.waitForSelector('#choose:not([hidden])');
};
const measuring = async (page, server) => {
  await page.goto(`${server.url}/c/demo/profile/token/refresh/user-20?auto=1&scenario=happy-path&pace=20x`);
  await server.reached('user-20', 9);
  await page.waitForFunction(() => Number(document.querySelector('#ring-count').textContent) < 22);
};

const dark = { colorScheme: 'dark' };
const phone = { width: 400, height: 800 };
await shot('inspector', inspector, { width: 1120, height: 640 });
await shot('landing', measuring, { width: 800, height: 720 });
await shot('inspector-dark', inspector, dark);
await shot('inspector-400', inspector, phone);
await shot('inspector-running', running);
await shot('inspector-running-dark', running, dark);
await shot('inspector-running-400', running, phone);
await shot('inspector-forwarding', forwarding);
await shot('inspector-forwarding-400', forwarding, phone);
await shot('inspector-misbehaving', misbehaving);
await shot('inspector-empty', empty);
await shot('inspector-empty-dark-400', empty, { ...phone, ...dark });
await shot('landing-chooser', chooser, { width: 800, height: 720 });
await shot('landing-chooser-dark-400', chooser, { ...phone, ...dark });
await shot('landing-dark', measuring, { width: 800, height: 720, ...dark });
await shot('landing-400', measuring, phone);
await browser.close();
process.exit(0);
