// The title of the tab: the open session, and how many are running.

import { visible } from './dom.js';
import { cut } from './format.js';
import { openEntry, state } from './state.js';
import { titleOf } from './words.js';

export function setTitle() {
  let running = 0;
  for (const { kind } of state.sessions.values()) if (kind === 'running') running += 1;
  const entry = openEntry();
  const parts = [running > 0 ? `(${running} running)` : '', entry ? cut(titleOf(entry.summary), 60) : '', 'wms-sim'];
  const text = visible(parts.filter(Boolean).join(' · ').replace(') · ', ') '));
  if (document.title !== text) document.title = text;
}
