// Shows the users' KV cache, and the cached state of one user.
import { get, post } from './api.js';
import { badge, byId, bytes, color, confirm, failure, h, onSubmit, percent, show, toast, whole } from './dom.js';
import { forget, remember } from './users.js';

export function start() {
  onSubmit(byId('lookup'), byId('lookup-run'), byId('lookup-result'), async () => {
    const user = byId('lookup-user').value.trim();
    const found = await post('lookup', { user });
    remember(user);
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
      forget(user);
      const late = [...result.unconfirmed, ...result.unseen];
      toast((result.existed ? `${user} is erased.` : `Nothing was stored of ${user}.`)
        + (late.length ? ` Not confirmed by ${late.join(', ')}: each erases the user once it can.` : ''));
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
  ['RELOADED', 'reload: all rows from the files'], ['RELOADED_PART', 'reload: the first rows from the files'],
  ['NO_ROOM', 'uncached: no room'], ['BUSY', 'uncached: another request was writing the entry'],
];
const DEPARTURES = [
  ['POLICY', 'others were worth more'], ['ROOM', 'a new one needed the place'], ['AGE', 'not used for long'], ['ERASED', 'erased'],
];

const row = (name, value) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'number' }, value));

const RESULTS = [
  ['RELOADED', 'read'], ['ABSENT', 'not there'], ['DECLINED', 'encoding was expected to be faster'], ['FAILED', 'nothing could be verified'],
  ['AWAY', 'no answer in time'],
];
const DROPS = [
  ['FULL', 'too much waited'], ['OFF', 'the disk could not be written'], ['GONE', 'the user left the memory first'],
];

const below = tier => h('table', { id: `tier-${tier.name}` }, h('caption', {}, `Below the memory: ${tier.name}`), h('tbody', {},
  row('State', tier.on ? badge('on', 'good') : badge('off', 'bad')),
  row('Users, per model', whole(tier.space.entries)),
  row('Used', `${bytes(tier.space.usedBytes)} of ${bytes(tier.space.limitBytes)}`),
  row('Written', bytes(tier.bytes.written)), row('Waiting', bytes(tier.bytes.queued)), row('Read', bytes(tier.bytes.reloaded)),
  RESULTS.map(([result, words]) => row(`Look-ups: ${words}`, whole(tier.lookups[result]))),
  DROPS.map(([cause, words]) => row(`Not written: ${words}`, whole(tier.drops[cause]))),
  row('Chunks that failed verification', whole(tier.space.failures))));

export async function open() {
  try {
    const [stats, tiers] = await Promise.all([get('cache'), get('tiers')]);
    const total = LOOKUPS.reduce((sum, [reason]) => sum + stats.reasons[reason], 0);
    show(byId('cache'), h('h2', {}, 'Users\' KV cache'),
      h('div', { class: 'bar', role: 'img', 'aria-label': `${percent(stats.usedBytes / stats.budgetBytes)} of the budget is used` },
        h('div', { style: { width: `${100 * stats.usedBytes / Math.max(1, stats.budgetBytes)}%`, background: color(1) } })),
      h('p', { class: 'hint' }, `${bytes(stats.usedBytes)} of ${bytes(stats.budgetBytes)} used, ${bytes(stats.leasedBytes)} in use by requests`),
      h('table', { id: 'cache-stats' }, h('caption', {}, 'Since the start of the server'), h('tbody', {},
        row('Users', whole(stats.entries)), row('Leases', whole(stats.leases)),
        LOOKUPS.map(([reason, words]) => row(`Look-ups: ${words}`, `${whole(stats.reasons[reason])} (${percent(total ? stats.reasons[reason] / total : 0)})`)),
        DEPARTURES.map(([departure, words]) => row(`Gone: ${words}`, whole(stats.departures[departure]))))),
      tiers.map(below));
  } catch (error) {
    show(byId('cache'), failure(error));
  }
}
