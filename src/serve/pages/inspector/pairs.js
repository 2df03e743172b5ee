// What was sent and what was received, as one row each: the two sides of one event belong together.

/** When a row happened: when it went out, or should have, or came in. */
export const momentOf = ({ sent, received }) =>
  sent?.at_ms ?? sent?.due_ms ?? received?.at_ms ?? 0;

export const recordOf = ({ sent, received }) => sent ?? received;

/**
 * Rows in the order of time. A received record belongs to the first sent one with the same sequence and body that has
 * none yet: a duplicate thus gets its own row. A row answers to the keys of both of its sides.
 */
export function pair({ sent, received }) {
  const waiting = new Map();
  for (const record of received.values()) {
    if (!waiting.has(record.sequence)) waiting.set(record.sequence, []);
    waiting.get(record.sequence).push(record);
  }
  const rows = [];
  for (const record of sent.values()) {
    const queue = waiting.get(record.sequence) ?? [];
    const at = record.delivery === 'suppressed' ? -1 : queue.findIndex(({ body }) => body === record.body);
    rows.push(row(record, at < 0 ? null : queue.splice(at, 1)[0]));
  }
  for (const queue of waiting.values()) for (const record of queue) rows.push(row(null, record));
  return rows.sort((a, b) => a.moment - b.moment || (recordOf(a).sequence ?? 0) - (recordOf(b).sequence ?? 0));
}

function row(sent, received) {
  const one = { sent, received, keys: [] };
  if (sent) one.keys.push(`s${sent.key}`);
  if (received) one.keys.push(`r${received.key}`);
  one.key = one.keys[0];
  one.moment = momentOf(one);
  // Differs whenever anything of the row does.
  one.version = `${sent?.id ?? ''}/${received?.id ?? ''}`;
  return one;
}
