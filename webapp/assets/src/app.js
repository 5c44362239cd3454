// On every page: htmx, and the behaviours that pages ask for by attribute (docs/frontend.md).

import './htmx.js';
import { watchDrafts } from './drafts.js';
import { watchDialogs } from './dialogs.js';
import { watchFileDrops } from './file-drop.js';
import { watchFinders } from './finders.js';
import { watchForms } from './form-fields.js';
import { watchKeys } from './keys.js';
import { watchControls } from './controls.js';
import { watchMentions } from './mentions.js';
import { watchNotices } from './notices.js';
import { watchPlaces } from './places.js';
import { watchRows } from './rows.js';
import { watchScrolling } from './scrolling.js';
import { openSentPage } from './sent.js';
import { watchSignOut } from './visit/forget.js';
import { watchSourceLines } from './source-lines.js';

openSentPage();
watchControls();
watchDialogs();
watchDrafts();
watchFileDrops();
watchFinders();
watchForms();
watchKeys();
watchMentions();
watchNotices();
watchRows();
watchPlaces();
watchScrolling();
watchSignOut();
watchSourceLines();
