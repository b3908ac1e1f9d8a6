// Measures which share of an exact search's results the approximate search finds.
import { post } from './api.js';
import { byId, facts, h, number, onSubmit, percent, show, whole } from './dom.js';

const BARS = 20;

export function start() {
  onSubmit(byId('recall'), byId('recall-run'), byId('recall-result'), async () => {
    show(byId('recall-result'), h('p', { class: 'empty' }, 'Measuring…'));
    const result = await post('recall', { users: Number(byId('recall-users').value), k: Number(byId('recall-k').value) });
    const counts = new Array(BARS).fill(0);
    result.recalls.forEach(value => counts[Math.min(BARS - 1, Math.floor(value * BARS))]++);
    const most = Math.max(...counts);
    show(byId('recall-result'), h('div', { class: 'card' },
      facts([
        ['Recall, mean', h('span', { id: 'recall-mean' }, percent(result.mean, 2))], ['Worst user', percent(result.least, 2)],
        ['Nearest items', whole(result.k)], ['Users', result.stored ? whole(result.recalls.length) : 'none stored: one without actions'],
        ['Items', whole(result.items)], ['Bundle', `${result.bundle} · ${result.index}`],
      ].map(([name, value]) => [name, value])),
      h('div', { class: 'histogram', role: 'img', 'aria-label': `Users by recall; the median is ${number(result.recalls[result.recalls.length >> 1], 3)}` },
        counts.map((count, i) => h('div', { title: `${count} users from ${percent(i / BARS, 0)}`, style: { height: `${100 * count / most}%` } }))),
      h('div', { class: 'scale' }, h('span', {}, 'recall 0'), h('span', {}, '0.5'), h('span', {}, '1'))));
  });
}
