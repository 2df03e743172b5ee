// Arithmetic of the timeline: where the ticks stand and which labels fit. No drawing here.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500,
  SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND,
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR,
];

/** Round moments from 0 to `span`, at most one per `room` pixels. */
export function ticks(span, width, room = 80) {
  const most = Math.max(1, Math.floor(width / room));
  const step = STEPS.find((one) => span / one <= most) ?? Math.ceil(span / most / (24 * HOUR)) * 24 * HOUR;
  const moments = [];
  for (let at = 0; at <= span; at += step) moments.push(at);
  return { step, moments };
}

/** A moment on the axis, in the unit that suits the step. */
export function tickText(ms, step) {
  if (ms === 0) return '0';
  if (step < SECOND) return ms < SECOND ? `${ms} ms` : `${(ms / SECOND).toFixed(step < 10 ? 3 : step < 100 ? 2 : 1)} s`;
  if (ms < MINUTE) return `${ms / SECOND} s`;
  const hours = Math.floor(ms / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  const seconds = Math.round((ms % MINUTE) / SECOND);
  const two = (number) => String(number).padStart(2, '0');
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds)} h`;
  return `${minutes}:${two(seconds)} min`;
}

/**
 * Places labels in rows above the marks, each with a line down to its mark, so that neither labels nor lines cross. A
 * lower `rank` has the first choice; what does not fit is left out. Row 0 is the lowest.
 * `wanted`: [{ x, width, rank }]; returns [{ item, row, left }].
 */
export function placeLabels(wanted, { rows, left, right }) {
  const placed = [];
  const GAP = 8;
  // A text stands to the right of its line, or to the left where it would leave the plot. From right to left (or left to
  // right) the next line then passes above the texts that are there, as on a stair.
  const turned = ({ x, width }) => x + width + 4 > right;
  const order = (a, b) => a.rank - b.rank || turned(b) - turned(a) || (turned(a) ? a.x - b.x : b.x - a.x);
  for (const item of [...wanted].sort(order)) {
    const start = turned(item) ? Math.max(left, item.x - item.width - 4) : item.x + 4;
    const end = start + item.width;
    const row = range(rows).find((one) => placed.every((other) => {
      if (other.row === one) return end + GAP < other.from || other.to + GAP < start;
      // A line comes down from the higher of the two past the lower one's text.
      if (other.row > one) return other.item.x < start - 3 || other.item.x > end + 3;
      return item.x < other.from - 3 || item.x > other.to + 3;
    }));
    if (row === undefined) continue;
    placed.push({ item, row, left: start, from: Math.min(start, item.x), to: Math.max(end, item.x) });
  }
  return placed;
}

const range = (number) => Array.from({ length: number }, (_, index) => index);
