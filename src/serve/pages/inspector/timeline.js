// The timeline of the open session, to scale: a lane for what was sent, one for what was received.

import { arrange, byId, h, icon, s, setAttribute, setText } from './dom.js';
import { cut, offset } from './format.js';
import { placeLabels, tickText, ticks } from './scale.js';
import { faultsOf, isProblem, macOf, statusOf } from './words.js';

const LEFT = 74;
const RIGHT = 18;
const LABEL_ROWS = 4;
/** The chosen label is bold, and wider by about as much. */
const BOLD = 1.12;
const LABEL_HEIGHT = 15;
const LANE = 34;
/** So many marks at most get a label looked for, and marks closer than this (in pixels) are drawn once. */
const MOST_LABELS = 120;
const CROWDED = 250;
const CLOSE = 4;

const SHAPES = {
  INFO: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0',
  WARN: 'M0-6 6 5H-6z',
  ERROR: 'M-5-5h10v10h-10z',
};

const plot = byId('timeline-plot');
const lanes = s('g');
const links = s('g');
const marks = s('g');
const labels = s('g');
const svg = s('svg', { class: 'plot', role: 'group' }, lanes, links, labels, marks);
plot.append(svg);

const drawn = new Map();
const pen = document.createElement('canvas').getContext('2d');
pen.font = '11px system-ui, sans-serif';

let last = { rows: [], selected: null, running: false };
let choose = () => {};

function mark(lane) {
  const shape = s('path', { class: 'shape' });
  const node = s('g', { role: 'button', tabindex: '-1' },
    s('circle', { class: 'hit', r: 11 }), s('circle', { class: 'ring', r: 9.5 }), shape);
  node.addEventListener('click', () => choose(node.dataset.key));
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose(node.dataset.key, true);
  });
  const title = s('title');
  node.append(title);
  return {
    node,
    show(now, x, y, selected) {
      const severity = SHAPES[now[lane].severity] ? now[lane].severity : 'INFO';
      setAttribute(shape, 'd', SHAPES[severity]);
      const hollow = lane === 'sent' && (now.sent.delivery === 'pending' || now.sent.delivery === 'suppressed');
      setAttribute(node, 'class', `event-mark ${severity}${isProblem(now) ? ' problem' : ''}${hollow ? ' hollow' : ''}`);
      setAttribute(node, 'transform', `translate(${x.toFixed(1)} ${y})`);
      setAttribute(node, 'aria-current', selected ? 'true' : null);
      node.dataset.key = now.key;
      const words = describe(now, lane);
      setAttribute(node, 'aria-label', words);
      setText(title, words);
    },
  };
}

function describe(row, lane) {
  const record = row[lane];
  const parts = [`${record.sequence ?? '–'} ${cut(record.event ?? 'not an event', 80)}`, record.severity ?? 'no severity',
    `${lane} at ${offset(record.at_ms ?? record.due_ms)}`, lane === 'sent' ? statusOf(row).text : `MAC ${macOf(row).text}`];
  if (faultsOf(row).length > 0) parts.push(`fault ${faultsOf(row).join(', ')}`);
  return parts.join(', ');
}

function axis(span, x, bottom, width) {
  const { step, moments } = ticks(span, width - LEFT - RIGHT);
  return moments.flatMap((at) => [
    s('line', { class: 'grid', x1: x(at), x2: x(at), y1: 8, y2: bottom }),
    s('text', { class: 'tick', x: x(at), y: bottom + 15, 'text-anchor': 'middle' }, tickText(at, step)),
  ]);
}

/** The gap between when an event should have gone out and when it did, where it can be seen at all. */
function lateness(rows, x, y) {
  return rows.filter(({ sent }) => sent && sent.due_ms !== null && sent.at_ms !== null && x(sent.at_ms) - x(sent.due_ms) > 3)
    .map(({ sent }) => s('path', { class: 'late', d: `M${x(sent.due_ms)} ${y - 4}v8M${x(sent.due_ms)} ${y}H${x(sent.at_ms)}` }));
}

function findLabels(rows, lane, x, width, selected) {
  const rank = (row) => (row.key === selected ? 0 : isProblem(row) ? 1 : row[lane].severity === 'INFO' ? 3 : 2);
  const wanted = rows.filter((row) => row[lane]).map((row) => {
    const text = cut(row[lane].event ?? 'not an event', 32);
    return { row, text, x: x(row.moment), width: 0, rank: rank(row) };
  }).sort((a, b) => a.rank - b.rank).slice(0, MOST_LABELS);
  for (const one of wanted) one.width = pen.measureText(one.text).width * (one.row.key === selected ? BOLD : 1);
  return placeLabels(wanted, { rows: LABEL_ROWS, left: LEFT, right: width });
}

function drawLabels(placed, y, selected) {
  return placed.flatMap(({ item, row, left }) => {
    const base = y - 14 - row * LABEL_HEIGHT;
    const classes = `label${item.row.key === selected ? ' chosen' : ''}${item.rank === 1 ? ' problem' : ''}`;
    return [
      s('line', { class: 'leader', x1: item.x, x2: item.x, y1: base - 8, y2: y - 7 }),
      s('text', { class: classes, x: left, y: base }, item.text),
    ];
  });
}

/** In a crowd, marks of one kind that would cover each other are drawn once; the chosen one always is. */
function thin(entries, selected) {
  if (entries.length < CROWDED) return entries;
  const until = new Map();
  return entries.filter(({ row, lane, x }) => {
    const key = `${lane} ${isProblem(row)} ${row[lane].severity}`;
    if (row.key !== selected && x < (until.get(key) ?? -1)) return false;
    until.set(key, x + CLOSE);
    return true;
  });
}

function draw() {
  const { rows, selected } = last;
  const width = plot.clientWidth;
  if (width === 0) return;
  const has = { sent: rows.some((row) => row.sent), received: rows.some((row) => row.received) };
  const shown = ['sent', 'received'].filter((lane) => has[lane]);
  const span = Math.max(1, ...rows.map(({ sent, received }) => Math.max(sent?.at_ms ?? 0, sent?.due_ms ?? 0, received?.at_ms ?? 0)));
  const x = (ms) => LEFT + (Math.max(0, ms) / span) * (width - LEFT - RIGHT);

  const placed = shown.length > 0 ? findLabels(rows, shown[0], x, width, selected) : [];
  // While events come in, the height stays: the table below must not jump.
  const labelRows = last.running ? LABEL_ROWS : Math.max(0, ...placed.map(({ row }) => row + 1));
  const top = 18 + labelRows * LABEL_HEIGHT;
  const y = { sent: top, received: has.sent ? top + LANE : top };
  const bottom = top + LANE * Math.max(0, shown.length - 1) + 16;

  setAttribute(svg, 'viewBox', `0 0 ${width} ${bottom + 22}`);
  setAttribute(svg, 'height', bottom + 22);
  setAttribute(svg, 'aria-label', `${rows.length} events in ${offset(span)} seconds; the arrow keys go from one to the next`);
  lanes.replaceChildren(...axis(span, x, bottom, width), ...shown.flatMap((lane) => [
    s('text', { class: 'lane-name', x: 0, y: y[lane] + 4 }, lane),
    s('line', { class: 'lane', x1: LEFT, x2: width - RIGHT, y1: y[lane], y2: y[lane] }),
  ]));
  links.replaceChildren(...lateness(rows, x, y.sent), ...(rows.length < CROWDED ? rows : [])
    .filter((row) => row.sent && row.received && row.sent.at_ms !== null)
    .map((row) => s('line', { class: 'link', x1: x(row.sent.at_ms), y1: y.sent + 6, x2: x(row.received.at_ms), y2: y.received - 6 })));
  labels.replaceChildren(...drawLabels(placed, top, selected));

  const entries = rows.flatMap((row) => shown.filter((lane) => row[lane]).map((lane) =>
    ({ row, lane, x: x(row[lane].at_ms ?? row[lane].due_ms ?? 0), id: `${lane} ${row[lane].key}` })));
  const kept = new Set();
  const nodes = thin(entries, selected).map(({ row, lane, x: at, id }) => {
    kept.add(id);
    let one = drawn.get(id);
    if (!one) drawn.set(id, one = mark(lane));
    one.show(row, at, y[lane], row.key === selected);
    return one.node;
  });
  for (const id of drawn.keys()) if (!kept.has(id)) drawn.delete(id);
  arrange(marks, nodes);
  const tabbable = nodes.find((node) => node.dataset.key === selected) ?? nodes[0];
  for (const node of nodes) setAttribute(node, 'tabindex', node === tabbable ? '0' : '-1');
}

export function drawTimeline(rows, selected, running) {
  byId('timeline').hidden = rows.length === 0;
  last = { rows, selected, running };
  draw();
}

export const inTimeline = (element) => marks.contains(element);

/** Puts the focus on the mark of a row, in the lane that has it now. */
export function focusMark(key) {
  const lane = document.activeElement?.getAttribute('transform')?.split(' ')[1];
  const found = [...marks.children].filter((node) => node.dataset.key === key);
  (found.find((node) => node.getAttribute('transform').split(' ')[1] === lane) ?? found[0])?.focus();
}

export function startTimeline(chosen) {
  choose = chosen;
  new ResizeObserver(draw).observe(plot);
  byId('legend').append(
    ...['INFO', 'WARN', 'ERROR'].map((severity) => h('span', { class: `severity ${severity}` }, icon(severity), severity)),
    h('span', { class: 'severity ring-sample' }, icon('INFO'), 'problem'),
    h('span', { class: 'late-sample' }, 'due to sent'));
}
