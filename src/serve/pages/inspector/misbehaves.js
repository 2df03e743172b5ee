// That the inbox misbehaves on purpose, where it does: whoever wonders about an answer sees it first.

import { byId, setText } from './dom.js';
import { state } from './state.js';

export function drawMisbehaves() {
  const quirks = state.info?.quirks ?? [];
  const notice = byId('misbehaves');
  notice.hidden = quirks.length === 0;
  setText(notice, quirks.length === 0 ? '' : `The inbox misbehaves on purpose: ${quirks.join(', ')}`);
}
