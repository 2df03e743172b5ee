// One DOM update per animation frame, however many messages came. A hidden tab gets no frames, so nothing is drawn there.

const listeners = new Map();
const dirty = new Set();
const restUntil = new Map();
let scheduled = false;

/** How much of the time drawing a topic may take: one part in this many. */
const SHARE = 6;

/** Calls `draw` in the frame after `changed(topic)`. */
export function on(topic, draw) {
  if (!listeners.has(topic)) listeners.set(topic, []);
  listeners.get(topic).push(draw);
}

/** Something about a topic is new. */
export function changed(...topics) {
  for (const topic of topics) dirty.add(topic);
  schedule();
}

function schedule() {
  if (scheduled || dirty.size === 0) return;
  scheduled = true;
  requestAnimationFrame(run);
}

function run() {
  scheduled = false;
  const now = performance.now();
  const drawn = [];
  let soonest = Infinity;
  for (const topic of [...dirty]) {
    const rest = restUntil.get(topic) ?? 0;
    if (now < rest) {
      soonest = Math.min(soonest, rest);
      continue;
    }
    dirty.delete(topic);
    const begun = performance.now();
    for (const draw of listeners.get(topic) ?? []) draw();
    drawn.push({ topic, took: performance.now() - begun });
  }
  if (drawn.length > 0) rest(drawn);
  if (dirty.size === 0) return;
  if (soonest === Infinity) schedule();
  else setTimeout(schedule, Math.max(0, soonest - performance.now()));
}

/**
 * What is expensive to draw is drawn less often; what is cheap, in every frame. Most of the expense comes after the
 * script: layout and paint, which are over when the next task runs.
 */
function rest(drawn) {
  const end = performance.now();
  setTimeout(() => {
    const now = performance.now();
    const script = drawn.reduce((sum, { took }) => sum + took, 0);
    for (const { topic, took } of drawn) {
      const share = took + (now - end) * (took / Math.max(script, 0.1));
      if (share > 8) restUntil.set(topic, now + share * SHARE);
    }
  });
}
