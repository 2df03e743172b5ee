// What each test can ask for: `wms`, the stand-in for WMS with its control API, and `app`, the app under test. Both are
// started once for each worker, on ports of their own, so workers do not get into each other's way.

import { fileURLToPath } from 'node:url';
import { test as base, expect } from '@playwright/test';
import { freePort, start } from './program.mjs';

export { expect };

const WMS_SIM = process.env.WMS_SIM_BIN ?? 'wms-sim';
/** Yours goes here. */
const APP = fileURLToPath(new URL('../../webapp/server.mjs', import.meta.url));
const SECRET = 'a MAC secret that only these tests know';

export const test = base.extend({
  /** The app's port: wms-sim must know where the app is before it starts, and the app where wms-sim is. */
  appUrl: [async ({}, use) => use(`http://127.0.0.1:${await freePort()}`), { scope: 'worker' }],

  wms: [async ({ appUrl, playwright }, use) => {
    const program = await start(
      WMS_SIM,
      ['serve', '--listen', '127.0.0.1:0', '--output', 'ndjson', '--to', `${appUrl}/webhook`, '--callback', `${appUrl}/done`],
      { WMS_SIM_SECRET: SECRET },
      (line) => {
        const { type, url } = JSON.parse(line);
        return type === 'ready' ? url : null;
      },
    );
    const request = await playwright.request.newContext({ baseURL: program.url });
    await use({
      url: program.url,

      /** Plays a session: `scenario` or `mix`, `sessionId`, `pace`, `seed`, `faults`. Gives its ID. */
      async play(order) {
        const answer = await request.post('/api/sessions', { data: order });
        // A name that does not exist is answered with the one that was probably meant.
        expect(answer.status(), await answer.text()).toBe(201);
        return (await answer.json()).sessionId;
      },

      /** A session, once all of it was sent. */
      async ended(sessionId) {
        const answer = await request.get(`/api/sessions/${encodeURIComponent(sessionId)}?wait=end&timeout=20s`);
        await expect(answer).toBeOK();
        const session = await answer.json();
        // When the time is over, the answer is the session as it is then.
        expect(session.state).toBe('ended');
        return session;
      },
    });
    await request.dispose();
    await program.stop();
  }, { scope: 'worker' }],

  app: [async ({ appUrl, wms, playwright }, use, workerInfo) => {
    const database = `${workerInfo.project.outputDir}/sessions-${workerInfo.workerIndex}.ndjson`;
    const program = await start(
      process.execPath,
      [APP],
      { PORT: new URL(appUrl).port, WMS_URL: wms.url, WMS_MAC_SECRET: SECRET, DATA_FILE: database },
      (line) => (line.startsWith('http') ? line : null),
    );
    const request = await playwright.request.newContext({ baseURL: program.url });
    await use({
      url: program.url,

      /** What the app has in its database. */
      async session(sessionId) {
        const answer = await request.get(`/sessions/${encodeURIComponent(sessionId)}`);
        await expect(answer).toBeOK();
        return answer.json();
      },
    });
    await request.dispose();
    await program.stop();
  }, { scope: 'worker' }],
});
