// Scenarios, mixes and faults do not change while the server runs: they are asked for once.

import * as api from './api.js';

function once(ask) {
  let answer = null;
  return () => {
    answer ??= ask().catch((error) => {
      answer = null;
      throw error;
    });
    return answer;
  };
}

export const scenarioList = once(api.scenarios);
export const mixList = once(api.mixes);
export const faultList = once(api.faults);

/** Whether the user of this scenario's page can interfere. */
export async function isInteractive(name) {
  const scenarios = await scenarioList();
  return scenarios.some((scenario) => scenario.name === name && scenario.interactive);
}
