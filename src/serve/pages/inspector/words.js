// What the numbers of a session or an event amount to, in a word.

export const STATES = ['running', 'completed', 'canceled', 'failed', 'abandoned'];

/** The word for a session's state, and the kind (icon, colour, chip) that it belongs to. */
export function stateOf(summary) {
  if (summary.state === 'running') return { kind: 'running', word: 'running' };
  if (STATES.includes(summary.outcome)) return { kind: summary.outcome, word: summary.outcome };
  return { kind: 'other', word: summary.state === 'interrupted' ? 'interrupted' : 'ended' };
}

export const titleOf = (summary) => summary.title || summary.scenario || 'received';

/** The session's ID for the eyes: some senders give none. */
export const idOf = (summary) => summary.sessionId || '(no ID)';

/** The larger of what both sides counted: the events of one session, however they are looked at. */
export const eventsOf = (summary) => Math.max(summary.sent?.events ?? 0, summary.received?.events ?? 0);

/** Whether a session came to something else than its scenario says. */
export const surprised = (summary) =>
  Boolean(summary.expected && summary.outcome && summary.state !== 'running' && summary.outcome !== summary.expected);

/** What is wrong with a session: a number to show and the words behind it. */
export function problemsOf(summary) {
  const { sent, received } = summary;
  const parts = [
    [sent?.refused, 'refused'],
    [sent?.failed, 'without an answer'],
    [received?.macs_wrong, 'with a wrong MAC'],
    [received?.refused, 'refused by the inbox'],
    [received?.missing, 'missing'],
    [received?.findings, received?.findings === 1 ? 'finding' : 'findings'],
  ].filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  // One bad event is counted by several of these: refused here, refused there, a wrong MAC, a finding. The largest
  // says how many there are at least; the sum would tell of four.
  let number = Math.max(
    (sent?.refused ?? 0) + (sent?.failed ?? 0),
    received?.refused ?? 0,
    received?.macs_wrong ?? 0,
    received?.missing ?? 0,
    received?.findings ?? 0,
  );
  if (surprised(summary)) {
    number += 1;
    parts.push(`expected ${summary.expected}, came to ${summary.outcome}`);
  }
  return { number, words: parts.join(', ') };
}

/**
 * Whether the MAC was spoiled on purpose, so that a good receiver refuses the event. Digits in upper case are a matter of
 * taste: some compare texts, some bytes.
 */
export const isForged = ({ sent }) =>
  Boolean(sent?.mac?.verdict === 'spoiled' && sent.faults?.some((fault) => !fault.startsWith('mac:upper-case')));

/** The status of a row as a word: what the receiver answered, or why there is no answer. */
export function statusOf(row) {
  const record = row.sent ?? row.received;
  const { sent } = row;
  if (sent?.failure) return { text: sent.failure.code, kind: 'bad' };
  if (sent?.delivery === 'suppressed') return { text: 'not sent', kind: 'muted' };
  if (sent?.delivery === 'pending' || (sent && !sent.delivery && sent.status === null)) return { text: 'pending', kind: 'muted' };
  const text = record.status === null || record.status === undefined ? '–' : String(record.status);
  if (sent?.delivery === 'refused') return { text: `${text} refused`, kind: 'bad' };
  if (sent?.delivery === 'failed') return { text: `${text} failed`, kind: 'bad' };
  if (!sent && record.status >= 400) return { text: `${text} refused`, kind: 'bad' };
  return { text, kind: 'plain' };
}

/** What the target of --forward answered, as a word; null where nothing was passed on. */
export function forwardedOf(row) {
  const forwarded = row.received?.forwarded;
  if (!forwarded) return null;
  if (forwarded.failure) return { text: forwarded.failure.code, kind: 'bad' };
  if (forwarded.status === null) return { text: 'pending', kind: 'muted' };
  const taken = forwarded.status >= 200 && forwarded.status < 300;
  return { text: `${forwarded.status}${taken ? '' : ' refused'}`, kind: taken ? 'plain' : 'bad' };
}

/** The verdict about the MAC: that of the receiving side counts, where there is one. */
export function macOf(row) {
  const mac = row.received?.mac ?? row.sent?.mac;
  if (!mac) return { text: '–', kind: 'muted', mac: null };
  if (mac.verdict === 'valid') return { text: 'valid', kind: 'plain', mac };
  const kind = mac.verdict === 'spoiled' ? 'warn' : 'bad';
  return { text: mac.reason ? `${mac.verdict}: ${mac.reason}` : mac.verdict, kind, mac };
}

export const findingsOf = (row) => [...(row.received?.findings ?? []), ...(row.sent?.findings ?? [])];

/** Every fault of a row. */
export const faultsOf = (row) => [...new Set([...(row.sent?.faults ?? []), ...(row.received?.faults ?? [])])];

/** Whether a row deserves a look: refused, unanswered, a wrong MAC, or a finding that is more than a note. */
export const isProblem = (row) =>
  statusOf(row).kind === 'bad' || macOf(row).kind === 'bad' || forwardedOf(row)?.kind === 'bad'
  || findingsOf(row).some((finding) => finding.severity !== 'note');
