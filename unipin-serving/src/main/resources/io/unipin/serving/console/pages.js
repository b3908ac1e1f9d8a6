// Shows pages of a feed as lists of items, and explains how two pages of one user differ.
import { post } from './api.js';
import { badge, h, number, percent, whole } from './dom.js';
import { named, probability } from './inspector.js';

/** The largest number of items that the server explains in one answer. */
const EXPLAINED = 200;

/** Returns an inspected page of a user. The form has the fields of the inspector's form. */
export const load = form => post('inspect', form);

/** Returns the items of a page, the first item first. */
export const itemsOf = view => view.candidates.filter(item => item.page > 0).sort((a, b) => a.page - b.page);

/**
 * Adds to a page the reasons why it lacks items that another page has. For the page's own candidates, the
 * server is not asked again.
 */
export async function explain(view, form, other) {
  const known = new Set(view.candidates.map(item => item.id));
  const missing = itemsOf(other).map(item => item.id).filter(id => !known.has(id)).slice(0, EXPLAINED);
  if (missing.length === 0) return view;
  const { explained } = await load({ ...form, explained: missing });
  return { ...view, explained };
}

/** The terms whose sum is the utility of an item: name, weight and value. */
function terms(view, item) {
  const found = view.actions
    .map((action, i) => ({ name: `P(${action})`, weight: view.utility.probabilities[action] ?? 0, value: item.probabilities[i], share: true }))
    .filter(term => term.weight !== 0 && term.value !== undefined);
  if (view.utility.retrievalScore !== 0) {
    found.push({ name: 'retrieval score', weight: view.utility.retrievalScore, value: item.retrievalScore, share: false });
  }
  return found;
}

/** Returns a change as text with its sign. */
const signed = value => `${value < 0 ? '−' : '+'}${number(Math.abs(value), 4)}`;

const shown = term => term.share ? percent(term.value) : number(term.value, 3);

/** Says why an item has its position on the page. */
export function why(view, item) {
  const reasons = [];
  if (item.rule === 'exploration') {
    reasons.push('Exploration drew it for this place, because it has few impressions.');
  }
  reasons.push(`Place ${whole(item.rank)} by utility of ${whole(view.candidates.length)} candidates; retrieval had it at place ${whole(item.retrievalRank)}${item.preRank > 0 ? `, pre-ranking at place ${whole(item.preRank)}` : ""}.`);
  const better = view.candidates.filter(other => other.rank < item.rank && other.page === 0).length;
  if (better > 0 && item.rule !== 'exploration') {
    reasons.push(`Rules kept ${whole(better)} better ${better === 1 ? 'item' : 'items'} off the page.`);
  }
  const parts = terms(view, item).sort((a, b) => Math.abs(b.weight * b.value) - Math.abs(a.weight * a.value));
  if (parts.length > 0) {
    const [most] = parts;
    reasons.push(`Most of its utility comes from ${most.name} of ${shown(most)}${most.weight === 1 ? '' : `, which weighs ${number(most.weight, 3)}`}.`);
  } else if (item.probabilities.length === 0) {
    reasons.push('There was no time to score it; the retrieval score decides.');
  }
  if (item.counted !== 0) reasons.push(`Counts changed its utility by ${signed(item.counted)}.`);
  return reasons.join(' ');
}

/** Says which part of an item's utility differs most between two pages; empty if none does. */
function difference(one, item, other, now) {
  if (one.bundle !== other.bundle) return '';
  const before = new Map(terms(one, item).map(term => [term.name, term]));
  const parts = terms(other, now).flatMap(term => {
    const old = before.get(term.name);
    return old ? [{ old, term, size: Math.abs(term.weight * term.value - old.weight * old.value) }] : [];
  }).sort((a, b) => b.size - a.size);
  if (parts.length === 0 || parts[0].size < 1e-6) return '';
  const { old, term } = parts[0];
  if (old.value === term.value) return ` The weight of ${term.name} is ${number(term.weight, 3)}, not ${number(old.weight, 3)}.`;
  return ` ${term.name} ${term.value > old.value ? 'rose' : 'fell'} from ${shown(old)} to ${shown(term)}.`;
}

const ruled = item => `the rule ${item.rule.replaceAll('_', ' ')} kept it off the page`;

/** Says why an item is not on a page. */
function absence(view, id) {
  const candidate = view.candidates.find(item => item.id === id);
  if (candidate) {
    return candidate.rule ? `Place ${whole(candidate.rank)} by utility, but ${ruled(candidate)}.`
      : `Place ${whole(candidate.rank)} by utility, below the end of the page.`;
  }
  const fate = view.explained.find(item => item.id === id);
  if (!fate) return 'Not among the candidates.';
  if (fate.verdict === 'removed_by_pre_ranking' && view.preRank) {
    return `Removed by pre-ranking, place ${whole(fate.preRank)} of ${whole(view.preRank.candidates)}.`;
  }
  return fate.reason && fate.verdict !== 'deleted' ? `${fate.meaning} Reason: ${fate.reason}.` : fate.meaning;
}

/**
 * Compares a page with the page before it. Returns a map with a mark and a reason for each item of
 * the page, and a list of the items that are gone, with reasons.
 */
export function compare(before, now) {
  const old = new Map(itemsOf(before).map(item => [item.id, item]));
  const marks = new Map();
  for (const item of itemsOf(now)) {
    const was = old.get(item.id);
    if (was) {
      const moved = was.page - item.page;
      marks.set(item.id, { kind: moved === 0 ? 'same' : moved > 0 ? 'up' : 'down', by: Math.abs(moved), was: was.page,
        reason: moved === 0 ? '' : (difference(before, was, now, item) || ' Others changed their places.').trim() });
    } else {
      const candidate = before.candidates.find(other => other.id === item.id);
      marks.set(item.id, { kind: 'new', reason: `Before: ${lower(absence(before, item.id))}${candidate ? difference(before, candidate, now, item) : ''}` });
    }
    old.delete(item.id);
  }
  const gone = [...old.values()].map(item => {
    const candidate = now.candidates.find(other => other.id === item.id);
    return { item, reason: absence(now, item.id) + (candidate ? difference(before, item, now, candidate) : '') };
  });
  return { marks, gone };
}

const lower = text => text.charAt(0).toLowerCase() + text.slice(1);

/** Says in one sentence how many items moved, came and went. */
export function summary({ marks, gone }) {
  const kinds = [...marks.values()].map(mark => mark.kind);
  const count = (...wanted) => kinds.filter(kind => wanted.includes(kind)).length;
  const moved = count('up', 'down'), fresh = count('new');
  return moved + fresh + gone.length === 0 ? 'The page is the same.' : `${moved} moved, ${fresh} new, ${gone.length} gone.`;
}

const MARKS = {
  new: () => badge('new', 'good'),
  up: mark => badge(`▲ ${mark.by}`, 'good'),
  down: mark => badge(`▼ ${mark.by}`, 'warn'),
  same: () => null,
  gone: () => badge('gone', 'bad'),
  only: () => badge('only here', 'good'),
};

const SPOKEN = {
  up: mark => `moved up by ${mark.by}, from place ${mark.was}`,
  down: mark => `moved down by ${mark.by}, from place ${mark.was}`,
};

function mark(of) {
  const element = of && MARKS[of.kind](of);
  if (!element) return null;
  const spoken = SPOKEN[of.kind];
  if (spoken) {
    element.title = spoken(of);
    element.setAttribute('role', 'img');
    element.setAttribute('aria-label', spoken(of));
  }
  return element;
}

/**
 * Returns a page as a list.
 *
 * @param marks map from item id to mark; items without a mark are not in it
 * @param buttons returns the buttons of an item; absent for a page without buttons
 */
export function list(view, marks = new Map(), buttons = null) {
  const items = itemsOf(view);
  const most = view.actions.map((_, i) => Math.max(1e-9, ...items.map(item => item.probabilities[i] ?? 0)));
  if (items.length === 0) return h('p', { class: 'empty' }, 'The page has no items.');
  return h('ol', { class: 'page' }, items.map(item => {
    const of = marks.get(item.id);
    return h('li', { class: `item ${of ? of.kind : ''}`, 'data-item': item.id },
      h('span', { class: 'place' }, whole(item.page)),
      h('div', { class: 'body' },
        h('div', { class: 'title' }, h('strong', {}, item.title || named(item)), mark(of),
          item.rule && badge(item.rule.replaceAll('_', ' '), 'warn')),
        h('span', { class: 'id' }, [item.title && named(item), item.category, `utility ${number(item.utility, 4)}`].filter(Boolean).join(' · ')),
        h('div', { class: 'chances' }, view.actions.map((name, i) =>
          h('span', { class: 'chance' }, h('span', {}, name), probability(item.probabilities[i], most[i], i)))),
        h('p', { class: 'why' }, why(view, item)),
        of?.reason && h('p', { class: 'why change' }, of.reason),
        buttons && h('div', { class: 'acts', role: 'group', 'aria-label': `Actions on ${item.title || named(item)}` }, buttons(item))));
  }));
}

/** Returns the list of the items that are no longer on a page. */
export function departed(gone, title) {
  if (gone.length === 0) return null;
  return h('div', { class: 'gone-items' }, h('h3', {}, title), h('ul', {}, gone.map(({ item, reason }) =>
    h('li', { 'data-item': item.id }, h('strong', {}, item.title || named(item)), ' ', h('span', { class: 'id' }, `was at place ${whole(item.page)}`),
      h('p', { class: 'why change' }, reason)))));
}

/** Returns the facts in the head of a page: bundle, arms and cache. */
export const head = view => h('p', { class: 'hint' },
  [`bundle ${view.bundle}`, view.counts && `counts ${view.counts}`, view.experiments.map(it => `${it.experiment} = ${it.arm}`).join(', ') || 'no experiment',
    `${whole(view.historyActions)} of ${whole(view.lifetime)} actions read`, `cache: ${view.cache}`,
    view.degradations.length ? `degraded: ${view.degradations.join(', ')}` : ''].filter(Boolean).join(' · '));
