// Puts one item, and shows the server's verdict and what it means for the shown user.
import { post } from './api.js';
import { badge, byId, failure, h, onSubmit, show, whole } from './dom.js';

const KINDS = { added: 'good', replaced: 'good', unchanged: 'good', known_by_bundle: 'warn', not_served: 'warn', refused: 'bad' };
const MEANINGS = {
  added: 'The next search finds the item.',
  replaced: 'The next search finds the new values.',
  unchanged: 'The item was kept with the same values before.',
  known_by_bundle: 'The bundle has its own item of this name, and serves that one.',
  not_served: 'The item is kept, but this bundle can\'t serve it.',
  refused: 'Nothing was changed.',
};

/** Sets up the form. `changed` shows the current user's page again after a put. */
export function start(status, changed) {
  setup(status);
  onSubmit(byId('put'), byId('put-run'), byId('put-result'), async () => {
    show(byId('put-result'), h('p', { class: 'hint' }, 'Putting…'));
    const item = read();
    const verdict = await post('put', { item });
    const result = [h('p', { id: 'put-verdict' }, badge(verdict.outcome.replaceAll('_', ' '), KINDS[verdict.outcome] ?? 'plain'),
      ` ${verdict.key || verdict.id}: ${MEANINGS[verdict.outcome] ?? ''} ${verdict.reason ? `${verdict.reason}.` : ''}`)];
    show(byId('put-result'), result);
    if (verdict.outcome !== 'added' && verdict.outcome !== 'replaced') return;
    try {
      const seen = await changed(`putting ${item.title || verdict.key || verdict.id}`, verdict.id);
      if (seen) {
        show(byId('put-result'), result, h('p', { id: 'put-fate' }, `For ${seen.user}: ${seen.fate.meaning} `,
          `Place ${whole(seen.fate.rank)} by utility; place ${whole(seen.fate.exactRank)} by retrieval.`));
      }
    } catch (error) {
      show(byId('put-result'), result, failure(error));
    }
  });
}

/** Says in the form how many numbers the content of an item must have. */
export function setup(status) {
  byId('put-content-label').textContent = status.contentDim > 0 ? `Content: ${status.contentDim} numbers, separated by commas`
    : 'Content: the items of this bundle have none';
  byId('put-content').placeholder = status.contentDim > 0 ? '0.5, -0.25, …' : '';
}

function read() {
  const text = id => byId(id).value.trim();
  const name = text('put-name');
  const parts = id => text(id).replace(/^\[|\]$/g, '').split(/[,\s]+/).filter(Boolean);
  const content = parts('put-content').map(part => {
    const value = Number(part);
    if (!Number.isFinite(value)) throw new Error(`Content: a number expected, got '${part}'.`);
    return value;
  });
  const attributes = text('put-attributes').split(',').map(part => part.trim()).filter(Boolean);
  return {
    ...(/^\d{1,19}$/.test(name) ? { id: name } : { key: name }),
    title: text('put-title'), category: text('put-category'), author: text('put-author'), content, attributes,
  };
}
