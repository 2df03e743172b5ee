// The countdown of the scan. Documented: a measurement lasts 30 s.

import { byId } from "./dom.js";

const SCAN_SECONDS = 30;
const STARTS = "MEASUREMENT_STARTED";
const ENDS = [
  "SCAN_COMPLETED",
  "RESULTS_RECEIVED",
  "MEASUREMENT_CANCELED",
  "CONSTRAINT_VIOLATION",
  "LOW_SNR",
  "API_ERROR",
  "GENERAL_ERROR",
  "WEBSOCKET_RECONNECTION_FAILED",
  "REDIRECTING_TO_CALLBACK",
  "PAGE_UNLOADED",
];

/** How many times as fast as in life; null where nothing is waited for. */
export function factor(pace) {
  const number = /^([0-9.]+)x$/.exec(pace ?? "1x");
  return number && Number(number[1]) > 0 ? Number(number[1]) : null;
}

export class Ring {
  #startedAt = null;
  #times = 1;
  #timer = null;
  #still = window.matchMedia("(prefers-reduced-motion: reduce)");

  constructor() {
    this.#draw(null);
  }

  /** Takes note of an event that went out `ago` milliseconds before now. */
  note(event, ago, pace) {
    if (event === STARTS) {
      this.#times = factor(pace);
      byId("ring").classList.remove("over");
      if (this.#times === null) return;
      this.#startedAt = performance.now() - Math.max(0, ago);
      this.#tick();
    } else if (ENDS.includes(event)) {
      this.#stop();
      if (event === "SCAN_COMPLETED") {
        byId("ring").classList.add("over");
        this.#draw(0);
      } else if (event !== "RESULTS_RECEIVED" && !byId("ring").classList.contains("over")) {
        this.#draw(null);
      }
    }
  }

  /** Nothing more will come. */
  end() {
    this.#stop();
    if (!byId("ring").classList.contains("over")) this.#draw(null);
  }

  #stop() {
    window.clearTimeout(this.#timer);
    this.#startedAt = null;
  }

  #tick() {
    window.clearTimeout(this.#timer);
    if (this.#startedAt === null) return;
    const gone = ((performance.now() - this.#startedAt) / 1000) * this.#times;
    const left = Math.max(0, SCAN_SECONDS - gone);
    this.#draw(left);
    // Without motion it steps from second to second.
    const pause = this.#still.matches ? Math.max(200, 1000 / this.#times) : 40;
    if (left > 0) this.#timer = window.setTimeout(() => this.#tick(), pause);
  }

  #draw(left) {
    const whole = left === null ? null : Math.ceil(left);
    const shown = this.#still.matches ? whole : left;
    byId("ring-left").style.strokeDashoffset = String(left === null ? 100 : 100 - (100 * shown) / SCAN_SECONDS);
    if (left === 0) byId("ring-left").style.strokeDashoffset = "0";
    const over = byId("ring").classList.contains("over");
    const count = over ? "✓" : whole === null ? "–" : String(whole);
    const unit = over ? "scan done" : whole === null ? "not scanning" : "seconds left";
    if (byId("ring-count").textContent !== count) byId("ring-count").textContent = count;
    if (byId("ring-unit").textContent !== unit) byId("ring-unit").textContent = unit;
  }
}
