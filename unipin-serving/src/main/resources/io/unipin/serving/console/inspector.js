// Shows how one request was answered, step by step.
import { post } from './api.js';
import { badge, byId, cacheKind, color, facts, h, number, onSubmit, percent, show, time, whole } from './dom.js';
import { remember } from './users.js';

const LISTED = 400;
let actions = [];

export function start(status) {
  setup(status);
  onSubmit(byId('inspect'), byId('inspect-run'), byId('inspection'), async () => {
    const view = await post('inspect', form());
    remember(view.user);
    show(byId('inspection'), summary(view), fate(view), h('div', { class: 'columns inspected' }, history(view), candidates(view)));
  });
}

/** Fills the form with the surfaces and actions of the serving bundle. */
export function setup(status) {
  const chosen = byId('inspect-surface').value;
  show(byId('inspect-surface'), h('option', { value: '' }, 'first'), status.surfaces.map(name => h('option', { value: name }, name)));
  if (status.surfaces.includes(chosen)) byId('inspect-surface').value = chosen;
  byId('inspect-size').max = status.maxPageSize;
  if (status.actions.join() === actions.join()) return;
  actions = status.actions;
  show(byId('wishes'), actions.map(name => h('fieldset', {}, h('legend', {}, name),
    h('label', {}, 'Outcome', h('input', { type: 'number', min: 0, step: 'any', id: `outcome-${name}` })),
    h('label', {}, 'Weight', h('input', { type: 'number', step: 'any', id: `weight-${name}` })))));
}

function form() {
  const amount = id => byId(id).value === '' ? 0 : Number(byId(id).value);
  const wishes = kind => Object.fromEntries(
    actions.filter(name => byId(`${kind}-${name}`).value !== '').map(name => [name, Number(byId(`${kind}-${name}`).value)]));
  const item = byId('inspect-item').value.trim();
  const numbered = /^-?\d{1,19}$/.test(item);
  return {
    user: byId('inspect-user').value.trim(), surface: byId('inspect-surface').value,
    pageSize: amount('inspect-size'), candidates: amount('inspect-candidates'),
    item: numbered ? item : null, itemKey: numbered ? null : item || null, allowSeen: byId('inspect-seen').checked,
    outcomes: wishes('outcome'), weights: wishes('weight'),
  };
}

/** An item without a key is named by its id. */
export const named = item => item.key || item.id;

function summary(view) {
  const stages = Object.entries(view.stagesMs);
  const total = stages.reduce((sum, [, ms]) => sum + ms, 0);
  return h('div', { class: 'card' },
    facts([
      ['User', view.user],
      ['Cache', badge(view.cache, cacheKind(view.cache))],
      ['History read', `${whole(view.historyActions)} of ${whole(view.lifetime)} actions`],
      ['Encoded now', whole(view.encodedActions)],
      ['Candidates', view.preRank
        ? `${whole(view.candidates.length)}; pre-ranking removed ${whole(view.preRank.removed)} of ${whole(view.preRank.candidates)}`
        : whole(view.candidates.length)],
      ...(view.preRank ? [['Pre-ranking', view.preRank.rule]] : []),
      ['Work', `${number(total)} ms`],
      ['Bundle', `${view.bundle} · ${view.index}`],
      ['Counts', view.counts || 'none'],
      ['Degraded', view.degradations.length ? badge(view.degradations.join(', '), 'warn') : 'no'],
      ['Experiments', view.experiments.length ? view.experiments.map(it => badge(`${it.experiment} = ${it.arm}`)) : 'none'],
    ].map(([name, value]) => [name, Array.isArray(value) ? h('span', {}, value) : value])),
    h('div', { class: 'bar', role: 'img', 'aria-label': 'Time by stage: ' + stages.map(([name, ms]) => `${name} ${number(ms)} ms`).join(', ') },
      stages.map(([name, ms], index) =>
        h('div', { title: `${name} ${number(ms)} ms`, style: { flexGrow: Math.max(ms, total / 400), background: color(index) } }))),
    h('div', { class: 'legend' }, stages.map(([name, ms], index) =>
      h('span', {}, h('i', { style: { background: color(index) } }), `${name} ${number(ms)} ms`))));
}

function fate(view) {
  const item = view.item;
  if (!item) return null;
  const known = item.verdict !== 'unknown';
  return h('div', { class: `card fate ${item.verdict}`, id: 'fate' },
    h('h2', {}, `${known ? item.title || 'Item' : 'Item'} (${named(item)}): ${item.meaning}`),
    item.reason ? h('p', { id: 'fate-reason' }, `Not served because: ${item.reason}.`) : null,
    known && facts([
      ['Nearest by query', `place ${whole(item.exactRank)} of all items that pass the filters`],
      ['Retrieval score', `${number(item.retrievalScore, 4)}; the last candidate has ${number(item.lastRetrieved, 4)}`],
      ...(view.preRank && item.preRank > 0
        ? [['Pre-ranking', `place ${whole(item.preRank)} of ${whole(view.preRank.candidates)}; the first ${whole(view.preRank.candidates - view.preRank.removed)} are kept`]] : []),
      ['Utility', `${number(item.utility, 4)}; the last on the page has ${number(item.lastOnPage, 4)}`],
      ...(item.counted === 0 ? [] : [['Counts changed it by', number(item.counted, 4)]]),
      ['Place by utility', `${whole(item.rank)} of ${whole(view.candidates.length)} candidates`],
      ...item.probabilities.map((value, i) => [view.actions[i], percent(value, 2)]),
    ]));
}

function history(view) {
  const newest = [...view.history].reverse();
  return h('div', { class: 'card' }, h('h2', {}, 'History used'),
    newest.length === 0 ? h('p', { class: 'empty' }, 'No action of this user is stored.') :
    h('div', { class: 'scroll', tabindex: 0 }, h('table', { id: 'history' },
      h('caption', {}, `Newest first; ${whole(view.historyActions)} of ${whole(view.lifetime)} actions were read`),
      h('thead', {}, h('tr', {}, ['Item', 'Actions', 'When'].map(name => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, newest.slice(0, LISTED).map(action => h('tr', {},
        h('td', {}, action.known ? action.title : badge('unknown item', 'warn'), h('span', { class: 'id' }, named(action))),
        h('td', {}, action.actions.length ? action.actions.join(', ') : '–', h('span', { class: 'id' }, action.surface)),
        h('td', {}, time(action.timeMs))))))));
}

function candidates(view) {
  const columns = [
    { name: 'Rank', value: item => item.rank, up: true, number: true },
    { name: 'Item', value: item => item.title, up: true },
    { name: 'Utility', value: item => item.utility, number: true },
    { name: 'Retrieval', value: item => item.retrievalScore, number: true },
    ...view.actions.map((name, i) => ({ name, value: item => item.probabilities[i] ?? -1, action: i })),
  ];
  let sorted = columns[0], descending = false, wanted = '';
  const body = h('tbody'), head = h('tr'), caption = h('caption');
  const most = view.actions.map((_, i) => Math.max(1e-9, ...view.candidates.map(item => item.probabilities[i] ?? 0)));
  const shown = view.candidates.filter(item => item.page > 0).length;
  const draw = () => {
    const found = view.candidates.filter(item => !wanted || item.id === wanted || item.key.toLowerCase() === wanted ||
      `${item.title} ${item.category}`.toLowerCase().includes(wanted));
    found.sort((a, b) => {
      const one = sorted.value(a), other = sorted.value(b);
      const order = typeof one === 'string' ? one.localeCompare(other) : one - other;
      return (descending ? -order : order) || a.rank - b.rank;
    });
    caption.textContent = `${whole(found.length)} of ${whole(view.candidates.length)} candidates; the first ${shown} by utility are the page`;
    show(head, columns.map(column => {
      const heading = h('th', { scope: 'col', class: column.number ? 'number' : '' }, h('button', { type: 'button', onclick: () => {
        descending = column === sorted ? !descending : !column.up;
        sorted = column;
        draw();
      } }, column.name, column === sorted ? (descending ? ' ↓' : ' ↑') : ''));
      if (column === sorted) heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      return heading;
    }));
    show(body, found.slice(0, LISTED).map(item => h('tr', { class: `${item.page ? 'page' : ''} ${item.id === view.item?.id ? 'asked' : ''}` },
      h('td', { class: 'number' }, whole(item.rank)),
      h('td', {}, item.title || '–', item.rule && badge(item.rule.replace('_', ' '), 'warn'),
        h('span', { class: 'id' }, `${named(item)} · ${item.category}`)),
      h('td', { class: 'number' }, number(item.utility, 4)),
      h('td', { class: 'number' }, number(item.retrievalScore, 4), h('span', { class: 'id' }, `place ${whole(item.retrievalRank)}`)),
      view.actions.map((_, i) => h('td', {}, probability(item.probabilities[i], most[i], i))))));
  };
  const filter = h('input', { id: 'candidate-filter', placeholder: 'title, category, id or key', 'aria-label': 'Filter candidates',
    oninput: event => { wanted = event.target.value.trim().toLowerCase(); draw(); } });
  draw();
  return h('div', { class: 'card' }, h('div', { class: 'toolbar' }, h('h2', {}, 'Candidates'), h('div', {}, filter)),
    h('p', { id: 'utility' }, `Utility = ${utility(view.utility)}`),
    h('div', { class: 'scroll', tabindex: 0 }, h('table', { id: 'candidates' }, caption, h('thead', {}, head), body)));
}

/** Returns the sum by which candidates are ordered, as text. */
function utility(weights) {
  const terms = Object.entries(weights.probabilities).map(([action, weight]) => [`P(${action})`, weight]);
  if (weights.retrievalScore !== 0) terms.unshift(['retrieval score', weights.retrievalScore]);
  return terms.length ? terms.map(([name, weight]) => `${number(weight, 4)} × ${name}`).join(' + ') : '0';
}

/**
 * Returns a probability with a bar. The bar of the best candidate of each action is full, so that
 * the bars of rare actions are visible.
 */
export function probability(value, most, index) {
  if (value === undefined) return badge('not scored', 'warn');
  return h('span', { class: 'probability' }, h('span', {}, percent(value, 2)),
    h('span', { class: 'meter' }, h('span', { style: { width: `${100 * value / most}%`, background: color(index + 1) } })));
}
