// Reads a sample of the server every second and draws the charts from these samples.
import { get } from './api.js';
import { Chart } from './chart.js';
import { byId, bytes, duration, h, percent, short, show } from './dom.js';

const KEPT = 300;
/** Seconds over which rates are computed. A longer time would hide bursts of calls. */
const WINDOW = 5;
const STATUSES = ['OK', 'RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED', 'INVALID_ARGUMENT', 'INTERNAL', 'UNAVAILABLE', 'CANCELLED'];
const OUTCOMES = ['hit', 'append', 'reload', 'prefill', 'uncached'];
const STAGES = ['history', 'cache', 'encode', 'query', 'search', 'pre_rank', 'score', 'respond'];
/** Outcomes of look-ups after which the server need not encode the whole history. */
const REUSED = ['hit', 'append', 'reload'];

const samples = [];
let span = 300;
let paused = false;

/** Returns the names of a kind in a fixed order: first the known names, then all others. */
function names(kind, known) {
  const found = new Set(samples.flatMap(sample => Object.keys(sample[kind])));
  return [...known.filter(name => found.has(name)), ...[...found].filter(name => !known.includes(name)).sort()];
}

/** Returns how much a counter grew per second in the window that ends at sample i. */
function rate(i, read) {
  const begin = samples[Math.max(0, i - WINDOW)];
  const seconds = (samples[i].timeMs - begin.timeMs) / 1000;
  return seconds > 0 ? (read(samples[i]) - read(begin)) / seconds : NaN;
}

/**
 * Returns a quantile of the call times in milliseconds, by linear interpolation between the bounds
 * of buckets; NaN if the window has no call.
 */
function quantile(i, share) {
  const end = samples[i].pages, begin = samples[Math.max(0, i - 2 * WINDOW)].pages;
  const bounds = Object.keys(end).filter(bound => bound !== '+Inf').map(Number).sort((a, b) => a - b);
  const count = bound => (end[bound] ?? 0) - (begin[bound] ?? 0);
  const at = key => { const name = Object.keys(end).find(bound => Number(bound) === key); return name ? count(name) : 0; };
  const wanted = share * count('+Inf');
  if (!(wanted > 0)) return NaN;
  let below = 0, from = 0;
  for (const bound of bounds) {
    const upTo = at(bound);
    if (upTo >= wanted) return from + (bound - from) * (wanted - below) / Math.max(upTo - below, 1e-9);
    below = upTo;
    from = bound;
  }
  return bounds.at(-1);
}

const charts = {
  requests: new Chart('Requests', { stack: true, unit: '/s' }),
  latency: new Chart('Time of RetrieveAndRank', { unit: 'ms', hint: 'In the server, with the wait for a worker.' }),
  cache: new Chart('Cache look-ups', { stack: true, unit: '/s' }),
  stages: new Chart('Work per answer', { stack: true, unit: 'ms', hint: 'Mean time of each stage.' }),
  queue: new Chart('Waiting calls', { hint: 'And how many the adaptive limit allows in the server.' }),
  cpu: new Chart('Processor', { format: value => percent(value, 0), most: 1 }),
};
const arms = new Chart('Answers by arm', { stack: true, unit: '/s' });

function draw() {
  const begin = Math.max(0, samples.length - span);
  const shown = samples.map((_, i) => i).slice(begin);
  const times = shown.map(i => samples[i].timeMs);
  const series = (kind, known, value) => names(kind, known).map((name, index) => ({
    name, color: known.includes(name) ? known.indexOf(name) : index, values: shown.map(i => value(i, name)) }));
  const counters = (kind, known) => series(kind, known, (i, name) => rate(i, sample => sample[kind][name] ?? 0));
  charts.requests.update(times, counters('statuses', STATUSES));
  charts.latency.update(times, [0.5, 0.99].map((share, index) => (
    { name: `p${100 * share}`, color: index === 0 ? 1 : 0, values: shown.map(i => quantile(i, share)) })));
  charts.cache.update(times, counters('cache', OUTCOMES));
  charts.stages.update(times, series('stages', STAGES, (i, name) =>
    1000 * rate(i, sample => sample.stages[name] ?? 0) / rate(i, sample => sample.answers)));
  charts.queue.update(times, [['waiting', 0], ['limit', 6]].map(([name, color]) => (
    { name, color, values: shown.map(i => samples[i].gauges[name]) })));
  charts.cpu.update(times, [{ name: 'of the machine', color: 1, values: shown.map(i =>
    rate(i, sample => sample.gauges.cpuNanos) / 1e9 / samples[i].gauges.cores) }]);
  arms.update(times, counters('arms', []));
  tiles();
}

function tiles() {
  const last = samples.length - 1, now = samples[last];
  const all = read => Object.values(read).reduce((sum, value) => sum + value, 0);
  const lookups = rate(last, sample => all(sample.cache));
  const reused = rate(last, sample => REUSED.reduce((sum, outcome) => sum + (sample.cache[outcome] ?? 0), 0));
  const tile = (name, value, more = '') =>
    h('div', { class: 'tile' }, h('span', {}, name), h('strong', {}, value), h('small', {}, more));
  show(byId('tiles'),
    tile('Requests', short(rate(last, sample => all(sample.statuses))), '/s'),
    tile('p99', short(quantile(last, 0.99)), 'ms'),
    tile('Hits, appends, reloads', percent(reused / lookups, 0)),
    tile('Users in the cache', short(now.gauges.cacheUsers)),
    tile('Cache', bytes(now.gauges.cacheUsed), `of ${bytes(now.gauges.cacheBudget)}`),
    tile('Heap', bytes(now.gauges.heap)),
    tile('Up', duration(now.gauges.uptimeSeconds)));
}

async function poll() {
  try {
    const after = samples.length ? `?after=${samples.at(-1).timeMs}` : '';
    const fresh = await get(`live${after}`);
    samples.push(...fresh);
    samples.splice(0, Math.max(0, samples.length - KEPT));
    document.body.classList.remove('lost');
    if (samples.length && !paused && !document.hidden) draw();
  } catch {
    document.body.classList.add('lost');
  }
  setTimeout(poll, 1000);
}

export function start() {
  byId('charts').append(...Object.values(charts).map(chart => chart.element));
  byId('arms').append(arms.element);
  for (const button of document.querySelectorAll('[data-span]')) {
    button.addEventListener('click', () => {
      span = Number(button.dataset.span);
      document.querySelectorAll('[data-span]').forEach(other => other.setAttribute('aria-pressed', String(other === button)));
      if (samples.length) draw();
    });
  }
  const pause = byId('pause');
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = paused ? 'Go on' : 'Pause';
    if (!paused && samples.length) draw();
  });
  poll();
}

/** Draws the charts again, because charts that were hidden have a size now. */
export function redraw() {
  if (samples.length) draw();
}
