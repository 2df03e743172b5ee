// The events as they go out, and what the webhook said.

import { byId, make, short } from "./dom.js";
import { answered } from "./words.js";

/** A name such as MEASUREMENT_STARTED, which may go on in the next line behind each underscore. */
const breakable = (name) => name.split(/(?<=_)/).flatMap((part, place) => (place ? [make("wbr"), part] : [part]));

/** More rows than this are not shown: the inspector has them all. */
const MOST_ROWS = 300;

export class Log {
  /** Records by their key, which is the higher the later an event went out. */
  #records = new Map();
  /** Those of them that the webhook did not take. */
  #bad = new Map();
  #rows = new Map();

  clear() {
    this.#records.clear();
    this.#bad.clear();
    this.#rows.clear();
    byId("log").replaceChildren();
    byId("trouble").hidden = true;
  }

  /** Puts a record in, or in the place of what was known of it. True where it is new. */
  put(record) {
    const key = record.key ?? record.id;
    const known = this.#records.get(key);
    if (known && (known.id ?? 0) > (record.id ?? 0)) return false;
    this.#records.set(key, record);
    this.#bad.delete(key);
    if (record.delivery === "refused" || record.delivery === "failed") this.#bad.set(key, record);
    const row = this.#row(record);
    if (!known) this.#insert(key, row);
    else {
      row.dataset.key = key;
      this.#rows.get(key)?.replaceWith(row);
    }
    if (!known || this.#rows.has(key)) this.#rows.set(key, row);
    if (this.#rows.size > MOST_ROWS) {
      const oldest = byId("log").lastElementChild;
      oldest.remove();
      this.#rows.delete(Number(oldest.dataset.key));
    }
    this.#tellTrouble();
    return !known;
  }

  /** The latest stands first. What is told live may be here before what happened earlier has been fetched. */
  #insert(key, row) {
    row.dataset.key = key;
    const log = byId("log");
    let next = log.firstElementChild;
    while (next && Number(next.dataset.key) > key) next = next.nextElementSibling;
    log.insertBefore(row, next);
  }

  /** Whether no event went out later. */
  isLatest(record) {
    return Number(byId("log").firstElementChild?.dataset.key) === (record.key ?? record.id);
  }

  all() {
    return [...this.#records.values()];
  }

  #row(record) {
    const loud = record.severity === "WARN" || record.severity === "ERROR";
    const answer = record.delivery === "refused" ? record.answer : record.failure?.detail;
    const faults = record.faults?.length ? ` (${record.faults.join(", ")})` : "";
    return make(
      "tr",
      {},
      make("td", { class: "number" }, String(record.sequence ?? "–")),
      make(
        "th",
        { scope: "row" },
        make("code", {}, ...breakable(short(record.event ?? "?", 80))),
        loud ? make("span", { class: `severity ${record.severity}` }, ` ${record.severity}`) : null,
        faults ? make("span", { class: "answer" }, short(faults, 120)) : null,
      ),
      make(
        "td",
        {},
        make("span", { class: record.delivery ?? "pending" }, answered(record)),
        Number.isFinite(record.latency_ms) ? make("span", { class: "latency" }, ` ${record.latency_ms.toFixed(1)} ms`) : null,
        answer ? make("span", { class: "answer" }, short(answer, 160)) : null,
      ),
    );
  }

  #tellTrouble() {
    const place = byId("trouble");
    const [bad, all] = [this.#bad.size, this.#records.size];
    if (bad === 0) {
      place.hidden = true;
      return;
    }
    const last = [...this.#bad.values()].at(-1);
    const text =
      last.delivery === "failed"
        ? `The webhook gave no answer to ${bad} of ${all} events; the last failure: ${last.failure?.code ?? "unknown"}.`
        : `The webhook refused ${bad} of ${all} events; the last with status ${last.status ?? "?"}.`;
    // Told once when it begins; the numbers then change without being read out each time.
    place.setAttribute("aria-live", place.hidden ? "assertive" : "off");
    const advice = "The session goes on all the same, as the service's would.";
    place.replaceChildren(make("p", {}, text), make("p", {}, advice));
    place.hidden = false;
  }
}
