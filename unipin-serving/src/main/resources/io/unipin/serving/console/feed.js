// Shows a user's page, records actions on its items, and shows the next page beside it.
import { post } from './api.js';
import { byId, confirm, failure, h, onSubmit, show, toast } from './dom.js';
import { named } from './inspector.js';
import { compare, departed, explain, head, list, load, summary } from './pages.js';
import { remember } from './users.js';

let actions = [];
/** The form of the shown page, the page, the page before it, and what happened between the two. */
let shown = null;
let hidden = [];
let busy = false;

export function start(status) {
  setup(status);
  onSubmit(byId('feed'), byId('feed-run'), byId('feed-failure'), async () => {
    show(byId('feed-failure'));
    const form = { user: byId('feed-user').value.trim(), surface: byId('feed-surface').value, pageSize: Number(byId('feed-size').value) };
    const now = await load(form);
    remember(form.user);
    if (byId('compare-user').value === '') byId('compare-user').value = form.user;
    shown = { form, now, before: null, cause: '', event: null };
    draw();
    say(`The page of ${form.user}.`);
  });
  onSubmit(byId('compare'), byId('compare-run'), byId('compared'), compareArms);
}

/** Fills the forms with the surfaces, actions and arms of the server. */
export function setup(status) {
  actions = status.actions;
  fill('feed-surface', [['', 'first'], ...status.surfaces.map(name => [name, name])]);
  const arms = [['', 'as the user is assigned'], ...status.arms.map(arm => [arm, arm.replace('=', ' = ')])];
  fill('compare-left', arms);
  fill('compare-right', arms, status.arms.at(-1));
  byId('feed-size').max = status.maxPageSize;
  if (status.arms.length === 0) {
    byId('compare-hint').textContent = 'This server has no experiment, so all users get the same settings. docs/experiments.md says how to begin one.';
    byId('compare-run').disabled = true;
  }
}

function fill(id, options, chosen = '') {
  const select = byId(id);
  const value = select.options.length > 0 ? select.value : chosen;
  show(select, options.map(([option, text]) => h('option', { value: option }, text)));
  if (options.some(([option]) => option === value)) select.value = value;
}

function say(text) {
  const status = byId('feed-status');
  status.textContent = text;
}

/** Draws the shown page, with the page before it on the left. */
function draw() {
  const { form, now, before, cause, event } = shown;
  const changes = before && compare(before, now);
  const gone = before ? new Map(changes.gone.map(({ item }) => [item.id, { kind: 'gone' }])) : new Map();
  show(byId('feed-pages'), h('div', { class: before ? 'pages' : 'pages single' },
    before && h('div', { class: 'card before', id: 'page-before' }, h('h2', {}, 'Before'), head(before), list(before, gone)),
    h('div', { class: 'card now', id: 'page-now' },
      h('div', { class: 'toolbar' }, h('h2', { id: 'page-title', tabIndex: -1 }, before ? 'Now' : `Page of ${form.user}`),
        event && h('button', { type: 'button', class: 'quiet small', id: 'feed-undo', onclick: undo }, 'Take the action back')),
      before && h('p', { id: 'cause' }, `After ${cause}: ${summary(changes)}`),
      head(now), list(now, changes?.marks, buttons),
      before && departed(changes.gone, 'Gone from the page'))));
}

function buttons(item) {
  return [
    ...actions.map(name => h('button', { type: 'button', class: 'quiet small', 'data-act': name, onclick: () => act(item, name) }, name)),
    h('button', { type: 'button', class: 'quiet small apart', 'data-hide': item.id, onclick: () => hide(item) }, 'Hide for all users…')];
}

const nameOf = item => item.title || named(item);

/**
 * Runs a change and shows the page that follows. The focus stays on the same button of the same
 * item, or goes to the heading of the page if the item has left the page.
 */
async function step(work, focus) {
  if (busy) return;
  busy = true;
  const pages = byId('feed-pages');
  pages.setAttribute('aria-busy', 'true');
  pages.querySelectorAll('button').forEach(button => { button.disabled = true; });
  show(byId('feed-failure'));
  try {
    const { cause, event } = await work();
    await follow(cause, event);
  } catch (error) {
    show(byId('feed-failure'), failure(error));
    draw();
  } finally {
    busy = false;
    pages.removeAttribute('aria-busy');
    (focus && pages.querySelector(focus) || byId('page-title'))?.focus();
  }
}

/** Asks for the page again and shows it beside the page that was shown until now. */
async function follow(cause, event = null) {
  const start = shown, { form, now: before } = start;
  // The earlier page gets no more explanations, because the server can only explain what holds now.
  const now = await explain(await load(form), form, before);
  if (shown !== start) return; // the operator asked for another page meanwhile
  shown = { form, now, before, cause, event };
  draw();
  say(`After ${cause}: ${summary(compare(before, now))}`);
}

function act(item, name) {
  const { user, surface } = shown.form;
  return step(async () => {
    const { event } = await post('act', { user, item: item.id, actions: [name], surface });
    return { cause: `${name} on ${nameOf(item)}`, event };
  }, `#page-now [data-item="${item.id}"] [data-act="${CSS.escape(name)}"]`);
}

function undo() {
  const { form, event, cause } = shown;
  return step(async () => {
    await post('retract', { user: form.user, event });
    return { cause: `taking back ${cause}`, event: null };
  });
}

async function hide(item) {
  if (!await confirm(`Hide ${nameOf(item)}?`, 'No user gets this item any more, in any bundle and after a restart. It can be shown again.', 'Hide it')) return;
  await step(async () => {
    const { verdict, kept } = await post('hide', { item: item.id });
    if (verdict.outcome === 'deleted') hidden = [{ id: item.id, name: nameOf(item), kept }, ...hidden.filter(other => other.id !== item.id)];
    drawHidden();
    return { cause: `hiding ${nameOf(item)}` };
  });
}

/** Lists the items that were hidden since this page was loaded. */
function drawHidden() {
  show(byId('hidden-items'), hidden.length === 0 ? null : h('div', { class: 'card' }, h('h2', {}, 'Hidden for all users'),
    h('ul', { class: 'plain' }, hidden.map(item => h('li', {}, h('span', {}, item.name),
      h('button', { type: 'button', class: 'quiet small', 'data-restore': item.id, onclick: event => restore(item, event.target) }, 'Show again'))))));
}

async function restore(item, button) {
  button.disabled = true;
  try {
    if (item.kept) await post('put', { item: JSON.parse(item.kept) });
    else await post('restore', { item: item.id });
    hidden = hidden.filter(other => other.id !== item.id);
    drawHidden();
    toast(`${item.name} is shown again.`);
    await step(async () => ({ cause: `showing ${item.name} again` }));
  } catch (error) {
    button.disabled = false;
    show(byId('feed-failure'), failure(error));
  }
}

/**
 * Asks for the shown page again after another view changed items. Returns the verdict on the named
 * item for the shown user; null if no page is shown.
 */
export async function changed(cause, id) {
  if (!shown) return null;
  await follow(cause);
  const { explained } = await load({ ...shown.form, explained: [id] });
  return { user: shown.form.user, fate: explained[0] };
}

async function compareArms() {
  const user = byId('compare-user').value.trim();
  const forms = ['left', 'right'].map(side => ({ user, arm: byId(`compare-${side}`).value, surface: byId('feed-surface').value }));
  const loaded = await Promise.all(forms.map(load));
  remember(user);
  const [left, right] = await Promise.all(loaded.map((view, i) => explain(view, forms[i], loaded[1 - i])));
  show(byId('compared'), h('div', { class: 'pages both' }, arm('left', left, right, forms[0].arm), arm('right', right, left, forms[1].arm)));
}

/**
 * Returns the page of one arm. Marks show which items the other arm's page lacks or has at another
 * position.
 */
function arm(side, view, other, name) {
  const { marks, gone } = compare(other, view);
  const words = new Map([...marks].map(([id, mark]) => [id, mark.kind === 'same' ? mark
    : mark.kind === 'new' ? { kind: 'only', reason: mark.reason.replace(/^Before:/, 'In the other arm:') }
      : { ...mark, reason: `In the other arm: place ${mark.was}.` }]));
  const only = [...words.values()].filter(mark => mark.kind === 'only').length;
  const moved = [...words.values()].filter(mark => mark.kind === 'up' || mark.kind === 'down').length;
  return h('div', { class: 'card', id: `arm-${side}` }, h('h2', {}, name ? name.replace('=', ' = ') : 'As the user is assigned'),
    h('p', {}, only + moved + gone.length === 0 ? 'Both pages are the same.'
      : `${only} only here, ${moved} at another place, ${gone.length} only in the other arm.`), head(view), list(view, words));
}
