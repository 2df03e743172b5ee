// How numbers, times and names are written.

const two = (number) => String(number).padStart(2, '0');

/** How long ago something was: 'now', '12 s ago', '3 min ago', '5 h ago', '2 d ago'. */
export function age(then, now = Date.now()) {
  const seconds = Math.floor((now - then) / 1000);
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** Milliseconds since the session began, for the table: seconds with three digits, minutes from 100 s on. */
export function offset(ms) {
  if (!Number.isFinite(ms)) return '–';
  const sign = ms < 0 ? '−' : '';
  const all = Math.abs(ms);
  if (all < 100_000) return `${sign}${(all / 1000).toFixed(3)}`;
  const minutes = Math.floor(all / 60_000);
  const seconds = ((all % 60_000) / 1000).toFixed(3).padStart(6, '0');
  return `${sign}${minutes}:${seconds}`;
}

/** A duration: '0.74 ms', '12 ms', '1.24 s', '2 min 5 s'. */
export function duration(ms) {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A local date and time of day, the date only where it is not today's. */
export function clock(iso, now = new Date()) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

/** A size in bytes: '218 bytes', '64 KB', '1.2 MB'. */
export function size(bytes) {
  if (bytes === 1) return '1 byte';
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** A count with its noun: '1 event', '13 events'. */
export const count = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

/** Shortened in the middle, where IDs differ least. Counts characters, not halves of them. */
export function shorten(text, most = 20) {
  // Only the ends of a text of a megabyte are of interest.
  if (text.length <= most) return text;
  const start = [...text.slice(0, 2 * most)];
  const end = [...text.slice(-2 * most)];
  const tail = Math.floor((most - 1) / 3);
  return `${start.slice(0, most - 1 - tail).join('')}…${end.slice(-tail).join('')}`;
}

/** The first characters, and an ellipsis if there is more. */
export const cut = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);
