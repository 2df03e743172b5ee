// The landing page: choose, play, follow, go back to the app.

import * as api from "./api.js";
import { Chooser, wanted } from "./chooser.js";
import { byId, make, say, short, show } from "./dom.js";
import { follow } from "./follow.js";
import { Leaving } from "./leaving.js";
import { Log } from "./log.js";
import * as memory from "./memory.js";
import { Ring } from "./ring.js";
import { phase, stopped, whyNoCallback } from "./words.js";

const data = JSON.parse(byId("data").textContent);
const log = new Log();
const ring = new Ring();
const leaving = new Leaving();
const chooser = new Chooser(start);
let catalogue = { scenarios: [], mixes: [], info: {} };
let unfollow = () => {};
let summary = null;
let gone = false;
let ending = false;

const VIEWS = ["waiting", "choose", "run"];

function view(...shown) {
  for (const id of VIEWS) show(id, shown.includes(id));
}

function tell(kind, title, text, ...actions) {
  byId("message").classList.toggle("bad", kind === "bad");
  byId("message-title").textContent = title;
  byId("message-text").textContent = short(text, 600);
  byId("message-actions").replaceChildren(...actions);
  show("message", true);
  say(`${title}. ${text}`);
}

const untell = () => show("message", false);

function button(text, handler) {
  const element = make("button", { type: "button", class: "main" }, text);
  element.addEventListener("click", handler);
  return element;
}

function facts(sessionId) {
  const config = data.knownConfig === false ? `${data.config} (not configured: defaults)` : data.config;
  byId("fact-config").textContent = short(config ?? "–", 120);
  byId("fact-session").textContent = sessionId ? short(sessionId, 120) : "made up at the start";
  byId("fact-callback").textContent = data.callback ? short(data.callback, 160) : "none";
  byId("notes").replaceChildren(...(data.notes ?? []).map((note) => make("li", {}, short(note, 400))));
  show("notes", (data.notes ?? []).length > 0);
}

/** What the page would play if nobody chose. */
function preferred() {
  const given = (scenario, mix) => (scenario ? `scenario:${scenario}` : mix ? `mix:${mix}` : null);
  const known = (value) =>
    value?.startsWith("mix:")
      ? catalogue.mixes.some((mix) => `mix:${mix.name}` === value)
      : catalogue.scenarios.some((scenario) => `scenario:${scenario.name}` === value);
  const wishes = [given(data.scenario, data.mix), memory.lastChoice(), given(catalogue.info.scenario, catalogue.info.mix)];
  return wishes.find(known) ?? "scenario:happy-path";
}

async function load() {
  untell();
  view("waiting");
  facts(data.sessionId ?? memory.sessionHere());
  try {
    const [scenarios, mixes, info] = await Promise.all([api.scenarios(), api.mixes(), api.info()]);
    catalogue = { scenarios: scenarios ?? [], mixes: mixes ?? [], info: info ?? {} };
    const known = await begun();
    if (known) {
      play(known.sessionId, known);
    } else if (data.auto) {
      await start(wanted(preferred(), data.pace));
    } else {
      choose();
    }
  } catch (trouble) {
    view();
    serverGone(trouble, load);
  }
}

/** The session of this page, where it has begun already: the page was loaded again. */
async function begun() {
  const here = memory.sessionHere();
  const id = data.sessionId ?? here;
  // The server said that it does not know it, unless the browser took this page out of its cache.
  if (!id || (id !== here && data.knownSession === false)) return null;
  try {
    return await api.look(id);
  } catch (trouble) {
    if (trouble.status === 404) return null;
    throw trouble;
  }
}

function serverGone(trouble, again) {
  const title = trouble.gone ? "The server is gone" : "That did not work";
  const text = trouble.gone ? "No answer: is wms-sim serve still running?" : trouble.message;
  tell("bad", title, text, button("Try again", again));
}

function choose() {
  leaving.ignore();
  unfollow();
  view("choose");
  chooser.fill(catalogue.scenarios, catalogue.mixes, preferred(), data.pace ?? memory.lastPace() ?? catalogue.info.pace);
}

async function start(what) {
  untell();
  byId("start").disabled = true;
  try {
    const { sessionId } = await api.start(what);
    memory.keepSession(sessionId);
    play(sessionId, null);
  } catch (trouble) {
    choose();
    serverGone(trouble, () => start(what));
  } finally {
    byId("start").disabled = false;
  }
}

function play(id, known) {
  unfollow();
  log.clear();
  summary = null;
  gone = false;
  ending = false;
  facts(id);
  byId("phase").textContent = "Starting";
  view("run");
  if (known) takeAll(known, true);
  if (known && known.state !== "running") return;
  byId("heading").focus();
  const reload = () =>
    api.look(id).then(takeAll, (trouble) => (trouble.status === 404 ? forgotten() : undefined));
  unfollow = follow(id, {
    session: takeSession,
    record: (record) => takeRecord(record, 0),
    removed: forgotten,
    reload,
    lost: (ended) =>
      tell("bad", ended ? "The server has ended" : "The connection is lost", "This page goes on when the server is back."),
    back: () => {
      untell();
      reload();
    },
  });
  if (!known) reload();
}

function takeAll(session, old = false) {
  const { events = [], ...rest } = session;
  const began = Date.parse(rest.startedAt);
  summary ??= rest;
  for (const record of events) takeRecord(record, Number.isFinite(began) ? Date.now() - (began + record.at_ms) : 0);
  takeSession(rest, old, true);
}

function takeRecord(record, ago) {
  if (!log.put(record)) return;
  ring.note(record.event, ago, summary?.pace);
  const words = phase(record.event);
  // What is fetched may be older than what was told live.
  if (words && log.isLatest(record) && byId("phase").textContent !== words) {
    byId("phase").textContent = words;
    say(words);
  }
}

/** Takes what the server says of the session. A session that was over when the page came leads nowhere by itself: the
 *  user may have come back from the app with the browser's own button. `whole` says that its events are known too. */
function takeSession(session, old = false, whole = false) {
  // An answer that was overtaken by an event does not bring a session back to life.
  if (summary && summary.state !== "running" && session.state === "running") return;
  summary = session;
  const scenario = catalogue.scenarios.find((each) => each.name === session.scenario);
  const running = session.state === "running";
  const interactive = running && scenario?.interactive === true;
  byId("scenario").textContent = [session.title ?? session.scenario, session.pace].filter(Boolean).map((text) => short(text)).join(" · ");
  byId("hint").textContent = !running
    ? ""
    : interactive
      ? "Hiding this tab, closing it and Cancel become events, as in life."
      : "This scenario plays by itself: hiding or closing this tab changes nothing.";
  show("cancel", interactive);
  if (session.callback && !old) {
    leave(session.callback);
  } else if (running) {
    if (!gone) leaving.listen(session.sessionId, interactive);
  } else if (!gone) {
    if (whole) over(session);
    else finish(session);
  }
}

/** The word that a session is over comes before the word of its last event: the whole of it is looked at once more. */
function finish(session) {
  if (ending) return;
  ending = true;
  leaving.ignore();
  const id = session.sessionId;
  const mine = () => summary?.sessionId === id;
  api.look(id).then(
    (known) => mine() && takeAll(known),
    (trouble) => {
      if (!mine()) return;
      if (trouble.status === 404) forgotten();
      else over(session);
    },
  );
}

/** The URL, where a browser may be sent to it; a `javascript:` would run here. */
function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

/** Goes back to the app, as the service does. */
function leave(callback) {
  if (gone) return;
  const url = webAddress(callback);
  if (!url) {
    tell("bad", "The callback is no web address", short(callback));
    return;
  }
  gone = true;
  leaving.ignore();
  unfollow();
  ring.end();
  show("cancel", false);
  const link = make("a", { href: url.href, rel: "noreferrer" }, "Go now");
  tell("good", "Going back to the app", url.host, link);
  location.assign(url.href);
}

function over(session) {
  leaving.ignore();
  ring.end();
  unfollow();
  const last = stopped(session);
  if (last) byId("phase").textContent = last;
  const again = button("Play another", () => {
    untell();
    choose();
  });
  const outcome = session.outcome ?? session.expected;
  const title = outcome ? `The session has ended: ${outcome}` : "The session has ended";
  const url = webAddress(session.callback);
  if (url) {
    const link = make("a", { href: url.href, rel: "noreferrer" }, "Go back to the app");
    tell("good", title, "This page does not send you on by itself a second time.", link, again);
  } else {
    tell("good", title, whyNoCallback(session, log.all()), again);
  }
}

function forgotten() {
  leaving.ignore();
  ring.end();
  unfollow();
  show("cancel", false);
  memory.keepSession(null);
  tell(
    "bad",
    "The server does not know this session",
    "It was forgotten, or the server was started anew.",
    button("Play another", () => {
      untell();
      choose();
    }),
  );
}

byId("cancel").addEventListener("click", async () => {
  byId("cancel").disabled = true;
  try {
    if (!(await leaving.cancel())) say("There is nothing to cancel now.");
  } catch (trouble) {
    if (!gone) serverGone(trouble, untell);
  } finally {
    byId("cancel").disabled = false;
  }
});

load();
