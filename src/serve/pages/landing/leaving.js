// What the user does to this page, told to the session: hiding and showing it, closing it, pressing Cancel.

import * as api from "./api.js";

export class Leaving {
  #id = null;
  #listens = false;
  #acts = Promise.resolve();

  constructor() {
    document.addEventListener("visibilitychange", () => this.#tell(document.hidden ? "hide" : "show"));
    // The last event that every browser fires, also on phones; `unload` is not.
    window.addEventListener("pagehide", () => {
      if (!this.#listens) return;
      this.#listens = false;
      api.lastAct(this.#id, "close");
    });
    // A page out of the back-forward cache shows what was; its session has gone on.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }

  /** From now on the user's doings count, where the scenario lets them. */
  listen(id, interactive) {
    const begins = interactive && !this.#listens;
    this.#id = id;
    this.#listens = interactive;
    if (begins && document.hidden) this.#tell("hide");
  }

  /** From now on they do not: the session is over, or the page leaves on the service's own account. */
  ignore() {
    this.#listens = false;
  }

  /** Presses Cancel; false where nothing came of it. */
  async cancel() {
    await this.#acts;
    const answer = await api.act(this.#id, "cancel");
    return answer?.told === true;
  }

  #tell(what) {
    if (!this.#listens) return;
    const id = this.#id;
    // One after the other, so that hiding does not overtake showing. What fails here shows as a lost connection.
    this.#acts = this.#acts.then(() => api.act(id, what)).catch(() => {});
  }
}
