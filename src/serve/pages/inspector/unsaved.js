// Whether the history is being kept: it is said where it is not, for as long as it is not.

import { byId, setText } from './dom.js';

export function showUnsaved(persist) {
  const error = persist?.error;
  const box = byId('unsaved');
  box.hidden = !error;
  setText(box, error ? `The history is not being saved to ${persist.file}: ${error}. The server tries again.` : '');
}
