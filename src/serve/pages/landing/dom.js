// The page's elements. Whatever comes from elsewhere becomes text and nothing else.

/** The element of this ID. */
export const byId = (id) => document.getElementById(id);

/** Makes an element; `text` and `children` are put in as text, never read as HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Shows or hides. */
export function show(id, visible) {
  byId(id).hidden = !visible;
}

// Control characters, and those that turn the direction of what stands beside them.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text that a stranger may have made endless, or to be read backwards. */
export function short(text, most = 200) {
  const letters = Array.from(String(text).replace(UNSEEN, "\ufffd"));
  return letters.length > most ? `${letters.slice(0, most).join("")} …` : letters.join("");
}

/** Tells a screen reader. The same words twice are told once. */
export function say(text) {
  const place = byId("spoken");
  if (place.textContent !== text) place.textContent = text;
}
