// Shows the bundles of the folder and marks the bundle that serves.
import { get, post } from './api.js';
import { badge, byId, bytes, confirm, failure, h, show, time, toast, whole } from './dom.js';

let changed = () => {};

/** Sets up the tab. Calls onChange with the new status when another bundle serves. */
export function start(onChange) {
  changed = onChange;
  byId('bundles-refresh').addEventListener('click', open);
}

export async function open() {
  try {
    const { serving, bundles } = await get('bundles');
    show(byId('bundles'), h('div', { class: 'scroll' }, h('table', {},
      h('thead', {}, h('tr', {}, ['Bundle', 'Created', 'Index', 'Items', 'Dimension', 'Size', ''].map((name, i) =>
        h('th', { scope: 'col', class: i > 2 && i < 6 ? 'number' : '' }, name)))),
      h('tbody', {}, bundles.map(bundle => h('tr', {},
        h('td', {}, h('strong', {}, bundle.name)), h('td', {}, time(Date.parse(bundle.created))), h('td', {}, bundle.index),
        h('td', { class: 'number' }, whole(bundle.items)), h('td', { class: 'number' }, whole(bundle.dimension)),
        h('td', { class: 'number' }, bytes(bundle.bytes)),
        h('td', { class: 'number' }, bundle.name === serving ? badge('serves', 'good') :
          h('button', { type: 'button', class: 'quiet small', 'data-bundle': bundle.name, onclick: event => load(bundle.name, event.target) },
            'Load'))))))));
  } catch (error) {
    show(byId('bundles'), failure(error));
  }
}

async function load(name, button) {
  if (!await confirm(`Serve ${name}?`, 'The bundle is verified and warmed, then takes all new requests; those under way finish on the old one.',
    'Serve it')) return;
  button.disabled = true;
  button.textContent = 'Loading…';
  try {
    changed(await post('load', { bundle: name }));
    toast(`${name} serves.`);
    await open();
  } catch (error) {
    await open();
    byId('bundles').prepend(failure(error));
  }
}
