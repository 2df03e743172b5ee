// Choosing what to play: a search, a list of radio buttons, a pace.

import { byId, make, short } from "./dom.js";
import * as memory from "./memory.js";
import { duration } from "./words.js";

const PACES = ["1x", "2x", "5x", "20x", "100x", "max"];

export class Chooser {
  #options = [];

  constructor(onStart) {
    byId("search").addEventListener("input", () => this.#filter());
    byId("options").addEventListener("change", () => this.#tell());
    byId("choose").addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = this.#chosen();
      if (!chosen) return;
      const pace = byId("pace").value;
      memory.keepChoice(chosen.value, pace);
      onStart(wanted(chosen.value, pace));
    });
  }

  /** Fills the form; `preferred` is a value such as `scenario:low-snr`. */
  fill(scenarios, mixes, preferred, pace) {
    const radio = (value, checked) => make("input", { type: "radio", name: "play", value, checked });
    const scenarioRow = (scenario) => {
      const span = scenario.events_min === scenario.events_max ? `${scenario.events_min}` : `${scenario.events_min} to ${scenario.events_max}`;
      const more = [`${span} events`, `at most ${duration(scenario.longest_s)}`];
      if (!scenario.interactive) more.push("plays by itself");
      return this.#row(`scenario:${scenario.name}`, scenario.name, scenario.title, scenario.outcome, more.join(" · "), radio);
    };
    const mixRow = (mix) => this.#row(`mix:${mix.name}`, mix.name, mix.title, null, "one of several, drawn", radio);
    this.#options = [];
    const parts = scenarios.map(scenarioRow);
    if (mixes.length > 0) parts.push(make("h3", { id: "mixes" }, "Mixes"), ...mixes.map(mixRow));
    byId("options").replaceChildren(...parts);
    const first = this.#options.find((option) => option.value === preferred) ?? this.#options[0];
    if (first) first.input.checked = true;
    const paces = PACES.includes(pace) || !pace ? PACES : [pace, ...PACES];
    byId("pace").replaceChildren(
      ...paces.map((each) => make("option", { value: each, selected: each === (pace ?? "1x") }, each === "max" ? "max: without waiting" : each)),
    );
    this.#filter();
  }

  #row(value, name, title, outcome, more, radio) {
    const input = radio(value, false);
    const element = make(
      "label",
      { class: "option" },
      input,
      make("span", { class: "what" }, short(title ?? name, 200), make("br"), make("span", { class: "more" }, make("span", { class: "name" }, short(name, 80)), ` · ${more}`)),
      outcome ? make("span", { class: `outcome ${outcome}` }, outcome) : null,
    );
    const text = `${name} ${title ?? ""} ${outcome ?? "mix"}`.toLowerCase();
    this.#options.push({ value, name, input, element, text });
    return element;
  }

  #filter() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const option of this.#options) {
      option.element.hidden = !words.every((word) => option.text.includes(word));
    }
    const mixes = byId("mixes");
    if (mixes) mixes.hidden = !this.#options.some((option) => option.value.startsWith("mix:") && !option.element.hidden);
    this.#tell();
    this.#reveal();
  }

  /** Brings what Start plays into sight in the list. `scrollIntoView` would move the page too. */
  #reveal() {
    const chosen = this.#chosen();
    if (!chosen) return;
    const list = byId("options");
    const [outer, inner] = [list.getBoundingClientRect(), chosen.element.getBoundingClientRect()];
    if (inner.top >= outer.top && inner.bottom <= outer.bottom) return;
    list.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
  }

  /** How many the search found, and which of them Start plays: it may stand far down. */
  #tell() {
    const [all, found] = [this.#options.length, this.#shown().length];
    const chosen = this.#chosen();
    const count = found === all ? `${all} to choose from` : `${found} of ${all} fit`;
    byId("found").textContent = chosen ? `${count}; Start plays ${short(chosen.name, 80)}` : count;
    byId("start").disabled = !chosen;
  }

  #shown() {
    return this.#options.filter((option) => !option.element.hidden);
  }

  /** What is chosen, or the first that the search found where that is hidden. */
  #chosen() {
    const shown = this.#shown();
    return shown.find((option) => option.input.checked) ?? shown[0];
  }
}

/** The body of the request that starts a session. */
export function wanted(value, pace) {
  const [kind, name] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
  return { [kind === "mix" ? "mix" : "scenario"]: name, ...(pace ? { pace } : {}) };
}
