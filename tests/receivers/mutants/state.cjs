'use strict';
// Bugs in what is remembered: every answer is right, and the session is not.

const { Sessions } = require('../events.cjs');

const OUTCOMES = {
  RESULTS_RECEIVED: 'completed',
  MEASUREMENT_CANCELED: 'canceled',
  PAGE_UNLOADED: 'abandoned',
};

/** Remembers rightly, and changes what it tells, or leaves out what it is to remember. */
class Wrong extends Sessions {
  kept = new Map();

  /** What this session keeps, made at first. */
  of(sessionId, make) {
    if (!this.kept.has(sessionId)) this.kept.set(sessionId, make());
    return this.kept.get(sessionId);
  }
}

/** Sessions under what this makes of their IDs. */
const called = (name) =>
  new (class extends Sessions {
    add(event, body) {
      super.add({ ...event, sessionId: name(event.sessionId) }, body);
    }

    find(id) {
      return super.find(name(id));
    }
  })();

let arrivals = 0;
const [seen, stored, unheard, sockets] = [new Set(), new Set(), new Set(), new Map()];

module.exports = {
  'counts-each-arrival': {
    fails: 'state/duplicates',
    says: 'not-idempotent',
    bug: 'Counts an event as often as it comes.',
    sessions: new (class extends Wrong {
      add(event) {
        arrivals += 1;
        super.add(event, String(arrivals)); // known by when it came, and not by what it is
      }
    })(),
  },
  'last-arrival-wins': {
    fails: 'state/backwards,state/late',
    says: 'last-event-wins',
    chance: true,
    bug: 'The outcome is that of the event that came last.',
    sessions: new (class extends Wrong {
      add(event, body) {
        super.add(event, body);
        const outcome = OUTCOMES[event.event] ?? (event.severity === 'ERROR' ? 'failed' : undefined);
        if (outcome) this.kept.set(event.sessionId, outcome);
      }

      find(id) {
        const found = super.find(id);
        return found && { ...found, outcome: this.kept.get(id) ?? null };
      }
    })(),
  },
  'last-sequence-of-last-arrival': {
    fails: 'state/backwards,state/late',
    says: 'order-of-arrival-shows',
    chance: true,
    bug: 'The last sequence is that of the event that came last.',
    sessions: new (class extends Wrong {
      add(event, body) {
        super.add(event, body);
        this.kept.set(event.sessionId, event.sequence);
      }

      find(id) {
        const found = super.find(id);
        return found && { ...found, lastSequence: this.kept.get(id) };
      }
    })(),
  },
  'forgets-late-events': {
    fails: 'state/late,state/backwards',
    says: 'loses-late-events',
    chance: true,
    bug: 'Answers 204 to what comes after PAGE_UNLOADED, and drops it.',
    sessions: new (class extends Wrong {
      add(event, body) {
        const state = this.of(event.sessionId, () => ({ ended: false }));
        if (!state.ended) super.add(event, body);
        state.ended ||= event.event === 'PAGE_UNLOADED';
      }
    })(),
  },
  'arrival-order': {
    fails: 'state/swapped,state/backwards,state/shuffled',
    says: 'order-of-arrival-shows',
    chance: true,
    bug: 'Shows the events in the order in which they came.',
    sessions: new (class extends Wrong {
      add(event, body) {
        super.add(event, body);
        this.of(event.sessionId, () => new Set()).add(`${event.sequence} ${event.event}`);
      }

      find(id) {
        const found = super.find(id);
        return found && { ...found, log: [...this.kept.get(id)] };
      }
    })(),
  },
  'drops-lower-sequence': {
    fails: 'state/swapped,state/backwards',
    says: 'order-of-arrival-shows',
    chance: true,
    bug: 'Takes an event with a lower sequence than the last for an old one, and drops it.',
    sessions: new (class extends Wrong {
      add(event, body) {
        const state = this.of(event.sessionId, () => ({ last: -1 }));
        if (event.sequence < state.last) return;
        state.last = event.sequence;
        super.add(event, body);
      }
    })(),
  },
  'duplicates-across-sessions': {
    fails: 'state/undisturbed',
    says: 'loses-events',
    bug: 'Knows an event by its time, sequence and code, without the session: what another session has had is dropped.',
    sessions: new (class extends Wrong {
      add(event, body) {
        const key = `${event.timestamp} ${event.sequence} ${event.event}`;
        if (this.of(key, () => event.sessionId) === event.sessionId) super.add(event, body);
      }
    })(),
  },
  idtrunc: {
    fails: 'state/long-ids',
    says: 'merges-sessions',
    bug: 'The column of the session ID has 36 characters, and what is longer is cut.',
    sessions: new (class extends Sessions {
      add(event, body) {
        super.add({ ...event, sessionId: event.sessionId.slice(0, 36) }, body);
      }

      find(id) {
        return super.find(id.slice(0, 36));
      }
    })(),
  },
  idcase: {
    fails: 'state/ids-by-case',
    says: 'merges-sessions',
    bug: 'The column of the session ID does not tell capitals from small letters.',
    sessions: new (class extends Sessions {
      add(event, body) {
        super.add({ ...event, sessionId: event.sessionId.toLowerCase() }, body);
      }

      find(id) {
        return super.find(id.toLowerCase());
      }
    })(),
  },
  idform: {
    fails: 'state/ids-by-form',
    says: 'merges-sessions',
    bug: 'The collation of the session ID does not tell accents apart, as utf8mb4_0900_ai_ci.',
    sessions: called((id) => id.normalize('NFKD').replace(/\p{M}/gu, '')),
  },
  idtrim: {
    fails: 'state/ids-by-form',
    says: 'merges-sessions',
    bug: 'Cuts blanks around the session ID.',
    sessions: called((id) => id.trim()),
  },
  idnfc: {
    fails: 'state/ids-by-form',
    says: 'merges-sessions',
    bug: 'Normalises the session ID: the same letter in another form is another ID.',
    sessions: called((id) => id.normalize('NFC')),
  },
  'remembers-for-8-seconds': {
    fails: 'state/duplicates-after-a-while',
    says: 'forgets-what-has-come',
    check: 'WAITS state/*',
    bug: 'Keeps what has come in a cache for eight seconds, and counts what comes again later.',
    sessions: new (class extends Wrong {
      add(event, body) {
        const before = this.of(body.toString('latin1'), () => ({ at: 0 }));
        if (Date.now() - before.at < 8_000) return;
        before.at = Date.now();
        arrivals += 1;
        super.add(event, String(arrivals));
      }
    })(),
  },
  'known-by-name': {
    fails: 'state/backwards',
    says: 'keeps-one-of-a-key',
    chance: true,
    bug: 'Knows an event by its session and its name: of several with one name the first to come is kept.',
    sessions: new (class extends Wrong {
      add(event, body) {
        super.add(event, event.event);
        const byName = this.of(event.sessionId, () => new Map());
        if (!byName.has(event.event)) byName.set(event.event, event.payload?.snr);
      }

      find(id) {
        const found = super.find(id);
        const snrs = [...(this.kept.get(id) ?? new Map())].filter(([, snr]) => snr !== undefined);
        return found && { events: found.events, outcome: found.outcome, snrs: snrs.sort().map(([, snr]) => snr) };
      }
    })(),
  },
  'forgets-ended-sessions': {
    fails: 'state/late,state/backwards',
    says: 'forgets-ended-sessions',
    bug: 'Keeps the outcome of a session at PAGE_UNLOADED, and deletes its events.',
    chance: true,
    sessions: new (class extends Wrong {
      add(event, body) {
        const state = this.of(event.sessionId, () => ({ rows: new Sessions() }));
        state.rows.add(event, body);
        if (event.event !== 'PAGE_UNLOADED') return;
        state.outcome = state.rows.find(event.sessionId).outcome;
        state.rows = new Sessions();
      }

      find(id) {
        const state = this.kept.get(id);
        const rows = state?.rows.find(id);
        return state && { outcome: state.outcome ?? rows?.outcome ?? null, events: rows?.events ?? 0 };
      }
    })(),
  },
  'one-current-session': {
    fails: 'state/one-connection',
    says: 'shares-current-session',
    bug: 'The session of an event is the one that began last, in one variable for all.',
    chance: true,
    sessions: new (class extends Wrong {
      add(event, body) {
        if (event.sequence === 0 || this.current === undefined) this.current = event.sessionId;
        super.add({ ...event, sessionId: this.current }, body);
      }
    })(),
  },
  'starts-anew': {
    fails: 'state/backwards',
    says: 'order-of-arrival-shows',
    chance: true,
    bug: 'WMS_LOADED begins the session again, whenever it comes.',
    sessions: new (class extends Wrong {
      add(event, body) {
        const begun = event.event === 'WMS_LOADED';
        if (begun || !this.kept.has(event.sessionId)) this.kept.set(event.sessionId, new Sessions());
        this.kept.get(event.sessionId).add(event, body);
      }

      find(id) {
        return this.kept.get(id)?.find(id);
      }
    })(),
  },
  'duration-of-arrivals': {
    fails: 'state/duplicates,state/late',
    says: 'not-idempotent',
    chance: true,
    bug: 'Counts the arrivals after the end, for a report that nobody asked for.',
    sessions: new (class extends Wrong {
      add(event, body) {
        super.add(event, body);
        const state = this.of(event.sessionId, () => ({ ended: false, after: 0 }));
        if (state.ended) state.after += 1;
        state.ended ||= event.event === 'PAGE_UNLOADED';
      }

      find(id) {
        const found = super.find(id);
        return found && { ...found, after: this.kept.get(id).after };
      }
    })(),
  },
  'concurrent-updates-lost': {
    fails: 'state/concurrent',
    says: 'races-on-state',
    chance: true,
    bug: 'Reads the row, works, and writes it back: of two events at once, one is lost.',
    async refusal(event, req, body) {
      const rows = this.sessions.rows;
      const row = new Map(rows.get(event.sessionId)); // read
      await new Promise((resolve) => setTimeout(resolve, 20));
      rows.set(event.sessionId, row.set(String(body), event)); // written back
    },
    sessions: new (class {
      rows = new Map();

      add() {}

      find(id) {
        const sessions = new Sessions();
        for (const [body, event] of this.rows.get(id) ?? []) sessions.add(event, body);
        return sessions.find(id);
      }
    })(),
  },
  'seen-before-verified': {
    fails: 'state/forged-copies',
    says: 'forgotten-after-forged-copies',
    bug: 'Notes a body as seen, and verifies then: the right event is taken for a repetition of the forged one.',
    isSigned(req, body) {
      const text = body.toString('latin1');
      const right = super.isSigned(req, body);
      if (right && seen.has(text) && !stored.has(text)) unheard.add(text);
      if (right) stored.add(text);
      seen.add(text);
      return right;
    },
    sessions: new (class extends Wrong {
      add(event, body) {
        if (!unheard.has(body.toString('latin1'))) super.add(event, body);
      }
    })(),
  },
  'session-of-the-connection': {
    fails: 'state/one-connection',
    says: 'session-of-the-connection',
    bug: 'The session is that of the first event of the connection.',
    isSigned(req, body) {
      sockets.set(body.toString('latin1'), req.socket);
      return super.isSigned(req, body);
    },
    sessions: new (class extends Wrong {
      add(event, body) {
        const socket = sockets.get(body.toString('latin1'));
        socket.session ??= event.sessionId;
        super.add({ ...event, sessionId: socket.session }, body);
      }
    })(),
  },
};
