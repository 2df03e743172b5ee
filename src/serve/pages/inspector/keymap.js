// The keys and what they are for; the help shows this table, keys.js acts on it.

const KEY = 'wms-sim.single-keys';

export const keyRows = () => [
  [['j', '↓'], 'next session, or next event where the focus is among events'],
  [['k', '↑'], 'the one before'],
  [['Home', 'End'], 'the first, the last'],
  [['Enter'], 'open; once more to go on to its events, or to what an event says'],
  [['←', '→'], 'event before, next event'],
  [['/'], 'search'],
  [['Esc'], 'clear the search and the filter; go back'],
  [['s'], 'to the sessions'],
  [['e'], 'to the events'],
  [['p'], 'play a scenario'],
  [['?'], 'these keys'],
];

let on = true;
try {
  on = localStorage.getItem(KEY) !== 'off';
} catch {
  // Storage is forbidden: the choice holds until the page is left.
}

/** Whether letters act: those who speak to their computer may want them not to. */
export const singleKeys = () => on;

export function setSingleKeys(wanted) {
  on = wanted;
  try {
    localStorage.setItem(KEY, wanted ? 'on' : 'off');
  } catch {
    // As above.
  }
}
