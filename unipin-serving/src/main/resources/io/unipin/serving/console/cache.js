// Shows the users' KV cache, and the cached state of one user.
import { get, post } from './api.js';
import { badge, byId, bytes, color, confirm, failure, h, onSubmit, percent, show, toast, whole } from './dom.js';

export function start() {
  onSubmit(byId('lookup'), byId('lookup-run'), byId('lookup-result'), async () => {
    const user = byId('lookup-user').value.trim();
    const found = await post('lookup', { user });
    show(byId('lookup-result'), h('table', {}, h('caption', {}, `User ${user}`), h('tbody', {},
      row('In the cache', found.resident ? badge('yes', 'good') : badge('no', 'plain')),
      row('Actions, all', whole(found.lifetime)), row('Actions, kept', whole(found.kept)),
      row('Experiments', found.experiments.map(it => `${it.experiment} = ${it.arm}`).join(', ') || 'none'))));
  });
  byId('erase').addEventListener('click', async () => {
    const user = byId('lookup-user').value.trim();
    if (!byId('lookup').reportValidity()) return;
    if (!await confirm(`Erase ${user}?`, 'History, cached state and served pages are removed, on disk too. This can\'t be undone.', 'Erase')) return;
    try {
      const result = await post('erase', { user });
      toast(result.existed ? `${user} is erased.` : `Nothing was stored of ${user}.`);
      show(byId('lookup-result'));
      open();
    } catch (error) {
      show(byId('lookup-result'), failure(error));
    }
  });
}

const LOOKUPS = [
  ['UNCHANGED', 'hit'], ['GROWN', 'append: new actions'], ['CORRECTED', 'append: changed from some action on'],
  ['ABSENT', 'prefill: no entry'], ['MOVED', 'prefill: the window moved'],
  ['NO_ROOM', 'uncached: no room'], ['BUSY', 'uncached: another request was writing the entry'],
];
const DEPARTURES = [
  ['POLICY', 'others were worth more'], ['ROOM', 'a new one needed the place'], ['AGE', 'not used for long'], ['ERASED', 'erased'],
];

const row = (name, value) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'number' }, value));

export async function open() {
  try {
    const stats = await get('cache');
    const total = LOOKUPS.reduce((sum, [reason]) => sum + stats.reasons[reason], 0);
    show(byId('cache'), h('h2', {}, 'Users\' KV cache'),
      h('div', { class: 'bar', role: 'img', 'aria-label': `${percent(stats.usedBytes / stats.budgetBytes)} of the budget is used` },
        h('div', { style: { width: `${100 * stats.usedBytes / Math.max(1, stats.budgetBytes)}%`, background: color(1) } })),
      h('p', { class: 'hint' }, `${bytes(stats.usedBytes)} of ${bytes(stats.budgetBytes)} used, ${bytes(stats.leasedBytes)} in use by requests`),
      h('table', { id: 'cache-stats' }, h('caption', {}, 'Since the start of the server'), h('tbody', {},
        row('Users', whole(stats.entries)), row('Leases', whole(stats.leases)),
        LOOKUPS.map(([reason, words]) => row(`Look-ups: ${words}`, `${whole(stats.reasons[reason])} (${percent(total ? stats.reasons[reason] / total : 0)})`)),
        DEPARTURES.map(([departure, words]) => row(`Gone: ${words}`, whole(stats.departures[departure]))))));
  } catch (error) {
    show(byId('cache'), failure(error));
  }
}
