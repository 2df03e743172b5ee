// What a user sees after being measured.

import { escape } from './page.mjs';

/** The stand-in's results are JSON in base64url. How WMS encodes them is not documented: see `wms-sim dialect`. */
function decode(text) {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}

function table(document) {
  const rows = Object.entries(document?.points ?? {}).map(([name, value]) =>
    `<tr><th scope="row">${escape(name)}</th><td>${escape(value)} ${escape(document.units?.[name] ?? '')}</td></tr>`);
  return rows.length > 0 ? `<table id="results">${rows.join('')}</table>` : '<p>The results cannot be read.</p>';
}

/** `text` and `error` are what the callback URL said; `told` is what the webhook did, if the session is known. */
export function results(text, error, told) {
  const shown = typeof text === 'string' ? table(decode(text))
    : typeof error === 'string' ? `<p>There are no results: <code id="error">${escape(error)}</code></p>`
      : '<p>There is nothing here.</p>';
  const session = told ? `<p>Our own records say: <strong id="outcome">${escape(told.outcome)}</strong>, in ${told.events.length} events.</p>` : '';
  return `${shown}\n    ${session}\n    <p><a href="/">Once more</a></p>`;
}
