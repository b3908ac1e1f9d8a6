// Shows layers, experiments and arms, and the arms of one user.
import { get, post } from './api.js';
import { badge, byId, color, failure, h, onSubmit, percent, show } from './dom.js';
import { remember } from './users.js';

const SLOTS = 10000;

export function start() {
  onSubmit(byId('assign'), byId('assign-run'), byId('assignments'), async () => {
    const user = byId('assign-user').value.trim();
    const found = await post('lookup', { user });
    remember(user);
    show(byId('assignments'), found.experiments.length === 0 ? h('p', { class: 'hint' }, `${user} is in no experiment.`) :
      h('p', {}, found.experiments.map(it => [badge(`${it.experiment} = ${it.arm}`, it.overridden ? 'warn' : 'good'),
        it.overridden ? ' by override ' : ` ${it.layer ? `of layer ${it.layer} ` : ''}`])));
  });
}

export async function open() {
  try {
    const overview = await get('experiments');
    show(byId('experiments'), overview.layers.length === 0 ?
      h('p', { class: 'empty' }, 'No experiment is configured. docs/experiments.md says how to begin one.') :
      [h('p', { class: 'hint' }, overview.holdout > 0 ? `${overview.holdout} % of all users are held out of every experiment.` :
        'No user is held out.'), ...overview.layers.map(layer)]);
  } catch (error) {
    show(byId('experiments'), failure(error));
  }
}

function layer(layer) {
  return h('div', { class: 'card' }, h('h2', {}, `Layer ${layer.name}`),
    h('div', { class: 'slots', role: 'img', 'aria-label': layer.experiments.map(it => `${it.name} has slots ${it.slots}`).join(', ') },
      layer.experiments.map((experiment, index) => {
        const [from, to] = experiment.slots.split('-').map(Number);
        return h('div', { title: experiment.slots, style: { left: `${100 * from / SLOTS}%`, width: `${100 * (to - from + 1) / SLOTS}%`,
          background: `color-mix(in srgb, ${color(index)} 80%, black)` } }, experiment.name);
      })),
    layer.experiments.map(experiment));
}

function experiment(experiment) {
  return h('table', { class: 'experiment' },
    h('caption', {}, `${experiment.name}: slots ${experiment.slots}, ${experiment.rollout} % rolled out, ${experiment.overrides} overrides`),
    h('thead', {}, h('tr', {}, ['Arm', 'Share', 'Bundle', 'Settings'].map(name => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, experiment.arms.map(arm => h('tr', {},
      h('td', {}, arm.name), h('td', {}, percent(arm.share)), h('td', {}, arm.bundle || 'the server\'s'),
      h('td', {}, Object.keys(arm.settings).length ? h('code', {}, JSON.stringify(arm.settings)) : 'the server\'s')))));
}
