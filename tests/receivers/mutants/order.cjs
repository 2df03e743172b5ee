'use strict';
// Bugs with events that come twice, late, out of order, or together with others.

const { createHash } = require('node:crypto');
const { pause } = require('./correct.cjs');

const last = new Map(); // sequence, by session
const seen = new Set();
const stored = new Set();
const ended = new Set();
const bound = new Map(); // socket, by session
const stamps = new Map();
const active = new Map(); // when a session was last heard of
let anySequence = -1;

const id = (body) => createHash('sha256').update(body).digest('hex');

/** The highest sequence of the session so far, -1 before the first, and notes this one. */
function before({ sessionId, sequence }) {
  const highest = last.get(sessionId) ?? -1;
  last.set(sessionId, Math.max(highest, sequence));
  return highest;
}

const forgotten = new Set();

module.exports = {
  'duplicate-409': {
    fails: 'order/duplicate*',
    says: 'refuses-duplicates',
    bug: 'Refuses an event that it has already.',
    async refusal(event, req, body) {
      if (seen.has(id(body))) return 409;
      seen.add(id(body));
    },
  },
  'duplicate-500': {
    fails: 'order/duplicate*',
    says: 'refuses-duplicates',
    bug: 'The unique index of the database throws on an event that it has already.',
    async refusal(event, req, body) {
      if (seen.has(id(body))) throw new Error('duplicate key value violates unique constraint');
      seen.add(id(body));
    },
  },
  'duplicate-race-500': {
    fails: 'order/duplicate-concurrent',
    says: 'races-on-duplicates',
    check: 'order/* events/* mac/*',
    chance: true,
    bug: 'Looks whether the event is there, and inserts it later: two at once both insert it.',
    async refusal(event, req, body) {
      if (stored.has(id(body))) return;
      await pause(50);
      if (stored.has(id(body))) throw new Error('duplicate key value violates unique constraint');
      stored.add(id(body));
    },
  },
  'swapped-409': {
    fails: 'order/swapped,order/backwards',
    says: 'refuses-swapped',
    chance: true,
    bug: 'Refuses an event whose sequence is lower than one before.',
    async refusal(event) {
      return event.sequence < before(event) ? 409 : undefined;
    },
  },
  'gap-409': {
    fails: 'order/gap',
    says: 'refuses-gaps',
    chance: true,
    bug: 'Refuses an event when the one before it has not come.',
    async refusal(event) {
      const highest = last.get(event.sessionId) ?? -1;
      if (event.sequence > highest + 1) return 409;
      before(event);
    },
  },
  'late-409': {
    fails: 'order/late',
    says: 'refuses-late',
    chance: true,
    bug: 'Refuses what comes after PAGE_UNLOADED.',
    async refusal({ sessionId, event }, req, body) {
      if (seen.has(id(body))) return;
      if (ended.has(sessionId)) return 409;
      seen.add(id(body));
      if (event === 'PAGE_UNLOADED') ended.add(sessionId);
    },
  },
  'late-410': {
    fails: 'order/late',
    says: 'refuses-late',
    chance: true,
    bug: 'Deletes a session with its last event, and answers 410 to whatever follows.',
    async refusal({ sessionId, event }) {
      if (ended.has(sessionId)) return 410;
      if (event === 'PAGE_UNLOADED') ended.add(sessionId);
    },
  },
  'late-by-seconds-404': {
    fails: 'order/late-by-seconds',
    says: 'refuses-late',
    check: 'WAITS order/late order/late-by-seconds mac/missing',
    bug: 'Forgets a session two seconds after PAGE_UNLOADED.',
    async refusal({ sessionId, event }) {
      if (forgotten.has(sessionId)) return 404;
      if (event === 'PAGE_UNLOADED') setTimeout(() => forgotten.add(sessionId), 2000).unref();
    },
  },
  'restart-500': {
    fails: 'order/restart-at-zero',
    says: 'crashes-on-restart',
    bug: 'A second event with a sequence of the session breaks the unique index on (session, sequence).',
    async refusal({ sessionId, sequence }, req, body) {
      const key = JSON.stringify([sessionId, sequence]);
      if (seen.has(key) && !seen.has(id(body))) throw new Error('duplicate key value violates unique constraint');
      seen.add(key).add(id(body));
    },
  },
  'must-begin-404': {
    fails: 'order/backwards,order/first-comes-second',
    says: 'needs-first-event-first',
    chance: true,
    bug: 'Knows a session from its WMS_LOADED on, and refuses what comes before.',
    async refusal({ sessionId, event }) {
      if (event === 'WMS_LOADED') seen.add(sessionId);
      return seen.has(sessionId) ? undefined : 404;
    },
  },
  'begins-with-zero-400': {
    fails: 'order/backwards,order/first-comes-second',
    says: 'needs-first-event-first',
    chance: true,
    bug: 'Refuses a session whose first event is not number 0.',
    async refusal({ sessionId, sequence }) {
      if (sequence === 0) seen.add(sessionId);
      return seen.has(sessionId) ? undefined : 400;
    },
  },
  'one-session': {
    fails: 'order/interleaved,events/many-sessions',
    says: 'one-session-at-a-time',
    chance: true,
    bug: 'Takes one session at a time, and is busy for a second after each of its events.',
    async refusal({ sessionId }) {
      const busy = [...active].some(([other, at]) => other !== sessionId && Date.now() - at < 1000);
      if (busy) return 503;
      active.set(sessionId, Date.now());
    },
  },
  'ten-sessions': {
    fails: 'events/many-sessions',
    says: 'limits-rate',
    check: 'events/* order/* mac/*',
    chance: true,
    bug: 'Answers 429 while it serves ten events.',
    async refusal({ sessionId }) {
      active.set(sessionId, (active.get(sessionId) ?? 0) + 1);
      try {
        if (active.size > 10) return 429;
        await pause(100);
      } finally {
        active.delete(sessionId);
      }
    },
  },
  'one-counter': {
    fails: 'events/many-sessions',
    says: 'one-session-at-a-time',
    chance: true,
    bug: 'Remembers one last sequence for all sessions, and refuses a lower one that is not 0.',
    async refusal({ sequence }) {
      if (sequence !== 0 && sequence < anySequence) return 409;
      anySequence = sequence;
    },
  },
  'bound-to-connection': {
    fails: 'order/duplicate-new-connection',
    says: 'binds-session-to-connection',
    bug: 'A session belongs to the connection that it began on.',
    async refusal({ sessionId }, req) {
      if (!bound.has(sessionId)) bound.set(sessionId, req.socket);
      return bound.get(sessionId) === req.socket ? undefined : 403;
    },
  },
  'time-goes-forward': {
    fails: 'order/backwards,order/late',
    says: 'refuses-older-stamps,refuses-late', // where few events change places with one of another second, the latter
    chance: true,
    bug: 'Refuses an event that is stamped before the one that came last in its session.',
    async refusal({ sessionId, timestamp }) {
      if (timestamp < (stamps.get(sessionId) ?? 0)) return 409;
      stamps.set(sessionId, timestamp);
    },
  },
  'same-second-429': {
    fails: 'events/many-sessions,events/session-completed',
    says: 'limits-rate',
    chance: true,
    bug: 'Limits a session to five events a second.',
    async refusal({ sessionId }) {
      const second = JSON.stringify([sessionId, Math.floor(Date.now() / 1000)]);
      active.set(second, (active.get(second) ?? 0) + 1);
      return active.get(second) > 5 ? 429 : undefined;
    },
  },
};
