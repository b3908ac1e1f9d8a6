// Shows counts and sizes of the items that callers put while bundles serve.
import { get } from './api.js';
import { byId, bytes, facts, failure, h, show, whole } from './dom.js';

export async function open() {
  try {
    const items = await get('items');
    show(byId('items'), h('div', { class: 'card' }, h('h2', {}, 'Items put while serving'),
      items.limit === 0 ? h('p', { class: 'empty' }, 'This server takes none: items.limit is 0.') :
      facts([
        ['Live', `${whole(items.served)} of ${whole(items.limit)}`],
        ['Kept, not served by this bundle', whole(items.stored - items.served)],
        ['Deleted', whole(items.deleted)],
        ['Kept bytes', `${bytes(items.bytes)} of ${bytes(items.maxBytes)}`],
      ])));
  } catch (error) {
    show(byId('items'), failure(error));
  }
}
