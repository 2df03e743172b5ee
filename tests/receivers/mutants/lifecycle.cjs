'use strict';
// Bugs in what a receiver believes about the course of a session.

const { createHash } = require('node:crypto');
const { pause } = require('./correct.cjs');

const id = (body) => createHash('sha256').update(body).digest('hex');

const begun = new Map(); // body of its WMS_LOADED, by session
const over = new Set(); // sessions
const busy = new Set(); // sessions
const stages = new Map(); // by session
const numbers = new Map(); // sequences that came, by session
const bodies = new Set();

const STAGES = ['WMS_LOADED', 'CONFIGURATION_LOADED', 'CAMERA_STARTED', 'MEASUREMENT_STARTED', 'MEASUREMENT_CREATED'];

module.exports = {
  'sequence-falsy-400': {
    fails: 'events/wms-loaded,events/session-completed',
    says: 'refuses-sequence-zero',
    bug: 'if (!event.sequence) return 400: the first event of each session has the sequence 0.',
    async refusal({ sequence }) {
      return sequence ? undefined : 400;
    },
  },
  'results-end-410': {
    fails: 'events/session-completed',
    says: 'ends-sessions-early',
    chance: true,
    bug: 'A session is over with RESULTS_RECEIVED, and what follows gets a 410.',
    async refusal({ sessionId, event }) {
      if (over.has(sessionId)) return 410;
      if (event === 'RESULTS_RECEIVED') over.add(sessionId);
    },
  },
  'begins-once-409': {
    fails: 'order/duplicate',
    says: 'refuses-duplicates',
    bug: 'A second WMS_LOADED of a session gets a 409, the same one too: the session exists.',
    async refusal({ sessionId, event }) {
      if (event !== 'WMS_LOADED') return undefined;
      if (begun.has(sessionId)) return 409;
      begun.set(sessionId, true);
    },
  },
  'state-machine-422': {
    fails: 'events/measurement-started,order/backwards',
    says: 'needs-events-before',
    chance: true,
    bug: 'A state machine: the stages of a session have to come one after the other.',
    async refusal({ sessionId, event }) {
      const stage = STAGES.indexOf(event);
      if (stage < 0) return undefined;
      if (stage > (stages.get(sessionId) ?? -1) + 1) return 422;
      stages.set(sessionId, Math.max(stage, stages.get(sessionId) ?? -1));
    },
  },
  'waits-for-gap': {
    fails: 'order/gap,order/backwards',
    says: 'refuses-gaps,waits-for-missing',
    chance: true,
    bug: 'Does not answer before the event with the sequence before has come.',
    async refusal({ sessionId, sequence }) {
      const came = numbers.get(sessionId) ?? new Set([-1]);
      numbers.set(sessionId, came);
      for (let waited = 0; !came.has(sequence - 1) && waited < 20_000; waited += 50) await pause(50);
      came.add(sequence);
    },
  },
  'session-locked-423': {
    fails: 'order/concurrent-events',
    says: 'races-on-sessions',
    chance: true,
    bug: 'Locks the session while it works on an event, and answers 423 to another one.',
    async refusal({ sessionId }) {
      if (busy.has(sessionId)) return 423;
      busy.add(sessionId);
      await pause(30);
      busy.delete(sessionId);
    },
  },
  'duplicate-304': {
    fails: 'order/duplicate*',
    says: 'refuses-duplicates',
    bug: 'Answers 304 Not Modified to an event that it has already.',
    async refusal(event, req, body) {
      if (bodies.has(id(body))) return 304;
      bodies.add(id(body));
    },
  },
  'clock-runs-late-400': {
    fails: 'events/wms-loaded',
    says: 'refuses-verified-events',
    bug: 'Refuses events that are stamped more than a minute ahead of its clock, which runs ten minutes late.',
    async refusal({ timestamp }) {
      return timestamp > Date.now() / 1000 - 540 ? 400 : undefined;
    },
  },
  'stamps-in-milliseconds-400': {
    fails: 'events/wms-loaded',
    says: 'refuses-verified-events',
    bug: 'Takes the timestamp for milliseconds, and refuses events of 1970.',
    async refusal({ timestamp }) {
      return timestamp < 1e12 ? 400 : undefined;
    },
  },
  'error-severity-hangs': {
    fails: 'events/api-error,events/general-error',
    says: 'fails-at-errors',
    chance: true,
    bug: 'Waits for an alarm to be sent where the severity is ERROR, and nobody answers there.',
    async refusal({ severity }) {
      if (severity === 'ERROR') await new Promise(() => {});
    },
  },
  'results-take-seconds': {
    fails: 'events/results-received,events/session-completed',
    says: 'crashes-on-some-events,works-before-answering',
    chance: true,
    bug: 'Fetches the results and writes a PDF before it answers RESULTS_RECEIVED.',
    async refusal({ event }) {
      if (event === 'RESULTS_RECEIVED') await pause(4_000);
    },
  },
  'snr-integer-422': {
    fails: 'events/intermediate-results',
    says: 'reads-snr-as-integer',
    chance: true,
    bug: 'The schema says that snr is an integer.',
    async refusal({ payload }) {
      const snr = payload?.snr;
      return snr === undefined || Number.isInteger(snr) ? undefined : 422;
    },
  },
  'snr-falsy-400': {
    fails: 'events/snr-zero',
    says: 'refuses-snr-of-zero-or-less',
    bug: 'if (!payload.snr) return 400: results without a signal have an SNR of 0.',
    async refusal({ event, payload }) {
      return event === 'INTERMEDIATE_RESULTS' && !payload?.snr ? 400 : undefined;
    },
  },
  'snr-positive-422': {
    fails: 'events/snr-zero,events/snr-negative',
    says: 'refuses-snr-of-zero-or-less',
    chance: true,
    bug: 'The schema says that snr is greater than 0.',
    async refusal({ payload }) {
      return payload?.snr <= 0 ? 422 : undefined;
    },
  },
  'snr-unsigned-500': {
    fails: 'events/snr-negative',
    says: 'refuses-snr-of-zero-or-less',
    chance: true,
    bug: 'The column of the SNR is unsigned, and nobody catches what the database says.',
    async refusal({ payload }) {
      if (payload?.snr < 0) throw new Error("Out of range value for column 'snr'");
    },
  },
  'payload-required-422': {
    fails: 'events/wms-loaded',
    says: 'needs-payload',
    bug: 'The schema says that payload is required.',
    async refusal({ payload }) {
      return payload && typeof payload === 'object' ? undefined : 422;
    },
  },
  'uuid-strictly-400': {
    fails: 'body/id-255',
    says: 'takes-uuids-only,refuses-verified-events',
    bug: 'Takes session IDs only that are UUIDs.',
    async refusal({ sessionId }) {
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(sessionId) ? undefined : 400;
    },
  },
  'id-word-characters-400': {
    fails: 'body/id-latin1,body/id-emoji,body/id-scripts',
    says: 'breaks-beyond-ascii',
    bug: 'Takes letters, digits, _ and - in a session ID.',
    async refusal({ sessionId }) {
      return /^[\w-]+$/.test(sessionId) ? undefined : 400;
    },
  },
};
