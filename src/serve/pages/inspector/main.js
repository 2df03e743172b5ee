// The inspector: everything is wired here, and nothing else happens here.

import { forgetAll } from './actions.js';
import { copy } from './clipboard.js';
import { startDetail, showView } from './detail.js';
import { byId, setText } from './dom.js';
import { startEmpty } from './empty.js';
import { startFilters } from './filters.js';
import { openSession } from './feed.js';
import { on } from './frame.js';
import { startKeys } from './keys.js';
import { startList } from './list.js';
import { drawMisbehaves } from './misbehaves.js';
import { follow } from './route.js';
import { state } from './state.js';
import { setTitle } from './title.js';
import { showUnsaved } from './unsaved.js';

startFilters();
startList();
startEmpty();
startDetail();
startKeys();

on('info', () => setText(byId('webhook'), state.info?.webhook ?? ''));
on('info', drawMisbehaves);
on('info', () => {
  setText(byId('forward'), state.info?.forward ?? '');
  byId('forward-part').hidden = !state.info?.forward;
});
on('info', () => showUnsaved(state.info?.persist));
on('sessions', setTitle);
byId('copy-webhook').addEventListener('click', () => state.info && copy(state.info.webhook, 'the webhook URL'));
byId('forget').addEventListener('click', forgetAll);

follow(({ sessionId, key }) => {
  if (sessionId !== state.open) openSession(sessionId);
  showView(sessionId, key);
});
