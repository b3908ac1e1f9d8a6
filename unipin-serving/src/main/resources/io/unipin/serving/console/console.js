// Sets up the page: its tabs, its theme, and the status line with the serving bundle.
import { get } from './api.js';
import { byId, failure, h, show, time, whole } from './dom.js';
import * as bundles from './bundles.js';
import * as fleet from './fleet.js';
import * as cache from './cache.js';
import * as experiments from './experiments.js';
import * as feed from './feed.js';
import * as inspector from './inspector.js';
import * as items from './items.js';
import * as live from './live.js';
import * as put from './put.js';
import * as recall from './recall.js';
import * as users from './users.js';

const tabs = [...document.querySelectorAll('[role="tab"]')];
const nameOf = tab => tab.id.slice('tab-'.length);
const opened = { live: live.redraw, experiments: () => { experiments.open(); live.redraw(); }, cache: cache.open, recall: items.open, bundles: () => { bundles.open(); fleet.open(); } };

function choose(name, focus = false) {
  for (const tab of tabs) {
    const chosen = nameOf(tab) === name;
    tab.setAttribute('aria-selected', String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    byId(`view-${nameOf(tab)}`).hidden = !chosen;
    if (chosen && focus) tab.focus();
  }
  if (location.hash !== `#${name}`) history.replaceState(null, '', `#${name}`);
  opened[name]?.();
}

for (const tab of tabs) {
  tab.addEventListener('click', () => choose(nameOf(tab)));
  tab.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(nameOf(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]), true);
  });
}

function fromAddress() {
  const name = location.hash.slice(1);
  choose(tabs.some(tab => nameOf(tab) === name) ? name : 'live');
}
window.addEventListener('hashchange', fromAddress);

const dark = matchMedia('(prefers-color-scheme: dark)');
let theme = localStorage.getItem('unipin-theme') ?? 'system';

function paint() {
  document.documentElement.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  const button = byId('theme');
  button.textContent = { system: '◐', light: '☀', dark: '☾' }[theme];
  button.setAttribute('aria-label', `Theme: ${theme === 'system' ? 'as the system' : theme}`);
  button.title = button.getAttribute('aria-label');
}
dark.addEventListener('change', paint);
byId('theme').addEventListener('click', () => {
  theme = { system: 'light', light: 'dark', dark: 'system' }[theme];
  localStorage.setItem('unipin-theme', theme);
  paint();
});

const FOLLOW_MS = 5000;
/** Identifies what the forms are set up for; empty before the server has answered. */
let setUpFor = '';

/** Shows what the server serves. The forms are set up again only if that has changed, to keep what is typed. */
function serving(status) {
  const fact = (name, value) => h('span', {}, `${name} `, h('b', {}, value));
  show(byId('serving'), fact('serves', status.bundle), fact('index', status.index), fact('items', whole(status.items)),
    fact('settings', status.config), fact('since', time(status.loadedAtMs)));
  const now = [status.bundle, status.index, status.config, status.loadedAtMs].join(' ');
  if (setUpFor === now) return;
  if (setUpFor === '') {
    inspector.start(status);
    feed.start(status);
    put.start(status, feed.changed);
  } else {
    inspector.setup(status);
    feed.setup(status);
    put.setup(status);
  }
  setUpFor = now;
}

/** Follows swaps and restarts that did not come from this page. */
async function follow() {
  try {
    serving(await get('status'));
  } catch (error) {
    if (setUpFor === '') show(byId('serving'), failure(error));
  }
  setTimeout(follow, FOLLOW_MS);
}

paint();
fromAddress();
await follow();
users.start();
live.start();
recall.start();
experiments.start();
cache.start();
bundles.start(serving);
document.body.dataset.ready = 'true';
