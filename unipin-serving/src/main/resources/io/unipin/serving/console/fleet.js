// Shows the replicas of the fleet, and each difference between what they serve and what this
// replica serves.
import { get } from './api.js';
import { badge, byId, failure, h, show, time } from './dom.js';

const STATES = {
  LIVE: ['live', 'good'], STOPPED: ['stopped', 'plain'], AWAY: ['away', 'bad'], UNSEEN: ['unseen for 7 days', 'bad'],
};

export async function open() {
  const card = byId('fleet');
  try {
    const { self, reachable, problem, replicas } = await get('fleet');
    card.hidden = self === '';
    if (card.hidden) return;
    show(card, h('h2', {}, 'Fleet'),
      reachable ? '' : h('p', { class: 'hint' }, `The register of replicas can't be read (${problem}); this is what was read last.`),
      h('div', { class: 'scroll' }, h('table', {},
        h('thead', {}, h('tr', {}, ['Replica', 'Address', 'State', 'Seen', 'Versions'].map(name => h('th', { scope: 'col' }, name)))),
        h('tbody', {}, replicas.map(replica => h('tr', {},
          h('td', {}, h('strong', {}, replica.name), replica.name === self ? ' (this one)' : ''),
          h('td', {}, replica.address), h('td', {}, badge(...STATES[replica.state])), h('td', {}, time(replica.seenMs)),
          h('td', {}, replica.differences.length ? replica.differences.map(text => h('div', {}, badge('differs', 'bad'), ' ', text)) :
            badge('same', 'good'))))))));
  } catch (error) {
    card.hidden = false;
    show(card, failure(error));
  }
}
