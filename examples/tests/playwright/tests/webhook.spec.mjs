// The webhook alone, without a browser: what it does with events that do not come as they should.

import { expect, test } from '../fixtures.mjs';

test('an event that comes twice is stored once', async ({ app, wms }) => {
  const sessionId = await wms.play({ scenario: 'happy-path', pace: 'max', faults: ['duplicate@3'] });
  const { events: sent } = await wms.ended(sessionId);

  const { events: stored } = await app.session(sessionId);
  expect(stored).toHaveLength(sent.length - 1);
});

test('an event that somebody else signed is refused', async ({ app, wms }) => {
  const sessionId = await wms.play({ scenario: 'happy-path', pace: 'max', faults: ['mac:wrong-secret@3'] });
  const { events: sent } = await wms.ended(sessionId);

  expect(sent[3]).toMatchObject({ sequence: 3, status: 401 });
  const { events: stored } = await app.session(sessionId);
  expect(stored.map(({ sequence }) => sequence)).not.toContain(3);
});
