// What events and outcomes mean, in words.

import { short } from "./dom.js";

const PHASES = {
  WMS_LOADED: "The page is loaded",
  CONFIGURATION_LOADED: "The configuration is loaded",
  CAMERA_PERMISSION_GRANTED: "The camera may be used",
  CAMERA_PERMISSION_DENIED: "The camera may not be used",
  CAMERA_STARTED: "The camera is on; the measurement is about to start",
  MEASUREMENT_STARTED: "Measuring",
  MEASUREMENT_CREATED: "Measuring",
  INTERMEDIATE_RESULTS: "Measuring",
  SCAN_COMPLETED: "Scan completed; waiting for results",
  RESULTS_RECEIVED: "Results received",
  REDIRECTING_TO_CALLBACK: "Going back to the app",
  MEASUREMENT_CANCELED: "Canceled",
  CONSTRAINT_VIOLATION: "A constraint was violated",
  PAGE_UNLOADED: "The page is closed",
  WEBSOCKET_DISCONNECTED: "The connection was lost",
  WEBSOCKET_RECONNECTED: null,
  WEBSOCKET_RECONNECTION_FAILED: "The connection did not come back",
  API_ERROR: "The API reported an error",
  PAGE_VISIBILITY_CHANGE: null,
  LOW_SNR: "The signal is too low",
  GENERAL_ERROR: "Something went wrong",
};

/** What the session is at after an event; null where the event changes nothing of that. */
export const phase = (event) => (Object.hasOwn(PHASES, event) ? PHASES[event] : short(event ?? "?", 80));

/** What a session is at that stopped on the way; null where its last event says it. */
export function stopped(summary) {
  if (summary.state === "interrupted") return "Cut off";
  return (summary.outcome ?? summary.expected) === "abandoned" ? "Abandoned" : null;
}

/** What the webhook did with an event. */
export function answered(record) {
  const attempts = record.attempts > 1 ? `, attempt ${record.attempts}` : "";
  switch (record.delivery) {
    case "accepted":
      return `${record.status ?? ""} accepted${attempts}`.trim();
    case "refused":
      return `${record.status ?? ""} refused${attempts}`.trim();
    case "failed":
      return `no answer: ${record.failure?.code ?? "failed"}${attempts}`;
    case "suppressed":
      return "not sent, on purpose";
    default:
      return record.status ? String(record.status) : "on its way";
  }
}

/** Why a session that has ended leads nowhere. */
export function whyNoCallback(summary, events) {
  const redirected = events.some((record) => record.event === "REDIRECTING_TO_CALLBACK");
  if (summary.state === "interrupted") {
    return "The session was cut off before its end: the server was stopped, or somebody interrupted it.";
  }
  if (redirected) {
    return (
      "The page would now send the browser back to the app, but no callback URL is known. Start the server with " +
      "--callback URL, or give the config a callback."
    );
  }
  if ((summary.outcome ?? summary.expected) === "abandoned") {
    return "In this scenario the user leaves, or everything just stops. There is no way back to the app then.";
  }
  return "The scenario ended without REDIRECTING_TO_CALLBACK, so there is no way back to the app.";
}

/** Seconds as people say them. */
export function duration(seconds) {
  const whole = Math.round(seconds);
  if (!Number.isFinite(whole)) return "";
  return whole < 120 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}
