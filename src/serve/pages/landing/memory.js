// What the browser remembers. Where it may not, the page works without.

const CHOICE = "wms-sim.landing.choice";
const PACE = "wms-sim.landing.pace";
const SESSION = "wms-sim.landing.session ";

function read(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

function write(storage, key, value) {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, value);
  } catch {
    // Storage is full or forbidden.
  }
}

/** The choice of last time, such as `scenario:low-snr`. */
export const lastChoice = () => read("localStorage", CHOICE);
export const lastPace = () => read("localStorage", PACE);

export function keepChoice(choice, pace) {
  write("localStorage", CHOICE, choice);
  write("localStorage", PACE, pace);
}

/** The session that this tab began at this path: a call-in URL without a session ID does not name it. */
export const sessionHere = () => read("sessionStorage", SESSION + location.pathname);
export const keepSession = (id) => write("sessionStorage", SESSION + location.pathname, id);
