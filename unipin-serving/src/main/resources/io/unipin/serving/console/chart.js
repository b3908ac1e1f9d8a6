// Draws lines and stacked areas over time as SVG.
import { color, h, short } from './dom.js';

const WIDTH = 640, HEIGHT = 190, LEFT = 46, RIGHT = 8, TOP = 8, BOTTOM = 22;
const SPACE = 'http://www.w3.org/2000/svg';

function s(name, attributes, text) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Returns the smallest round number that is not below the value. */
function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map(step => step * power).find(step => step >= value * 0.999);
}

export class Chart {
  constructor(title, { stack = false, unit = '', format = short, hint = '', most = Infinity } = {}) {
    this.title = title;
    this.stack = stack;
    this.unit = unit;
    this.format = format;
    this.most = most;
    this.legend = h('div', { class: 'legend' });
    this.svg = s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
    this.tip = h('div', { class: 'tip', hidden: true });
    this.element = h('article', { class: 'card chart', title: hint },
      h('header', {}, h('h3', {}, title), this.legend), this.svg, this.tip);
    this.svg.addEventListener('pointermove', event => this.point(event));
    this.svg.addEventListener('pointerleave', () => this.leave());
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /**
   * Replaces the data. Times are in milliseconds, and each series has one value per time. A value
   * that is not finite leaves a gap.
   */
  update(times, series) {
    this.times = times;
    this.series = series;
    this.draw();
  }

  draw() {
    if (!this.times) return;
    const width = Math.max(200, this.svg.clientWidth || WIDTH);
    this.width = width;
    this.svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    const { times, series } = this;
    const tops = this.layers();
    const most = Math.max(0, ...tops.flat().filter(Number.isFinite));
    const limit = Math.min(this.most, roundUp(most * 1.05));
    const x = i => LEFT + (width - LEFT - RIGHT) * (times.length < 2 ? 1 : (times[i] - times[0]) / (times.at(-1) - times[0]));
    const y = value => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / limit);
    this.x = x;
    const parts = [];
    for (const share of [0, 0.5, 1]) {
      const at = y(limit * share);
      parts.push(s('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: at, y2: at }));
      parts.push(s('text', { x: LEFT - 6, y: at + 4, 'text-anchor': 'end' }, this.format(limit * share)));
    }
    if (times.length > 1) {
      for (const share of [0, 0.5, 1]) {
        const seconds = Math.round((times.at(-1) - times[0]) / 1000 * (1 - share));
        const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
        parts.push(s('text', { x: LEFT + (width - LEFT - RIGHT) * share, y: HEIGHT - 5, 'text-anchor': anchor },
          seconds === 0 ? 'now' : `${seconds} s ago`));
      }
    }
    tops.forEach((top, index) => !this.isFlat(index) && parts.push(...this.line(top, index === 0 ? null : tops[index - 1], index, x, y)));
    this.cross = s('line', { class: 'cross', y1: TOP, y2: HEIGHT - BOTTOM, visibility: 'hidden' });
    parts.push(this.cross);
    this.svg.replaceChildren(...parts);
    this.legend.replaceChildren(...series.map((one, index) =>
      h('span', {}, h('i', { style: { background: color(one.color ?? index) } }), one.name)));
    this.svg.setAttribute('aria-label', `${this.title}: ` + (series.length === 0 ? 'no data yet' : series.map(one =>
      `${one.name} ${this.format(one.values.at(-1))} ${this.unit}`).join(', ')));
  }

  /**
   * Returns the values to draw: the values of each series, or running totals if the series are
   * stacked.
   */
  layers() {
    if (!this.stack) return this.series.map(one => one.values);
    const sums = this.times.map(() => 0);
    return this.series.map(one => one.values.map((value, i) => (sums[i] += Number.isFinite(value) ? value : 0)));
  }

  /** Whether a stacked series has only zeros. Its line would hide the line of the series below. */
  isFlat(index) {
    return this.stack && this.series[index].values.every(value => !(value > 0));
  }

  line(top, below, index, x, y) {
    const paint = color(this.series[index].color ?? index);
    const runs = [];
    let run = [];
    top.forEach((value, i) => {
      if (Number.isFinite(value)) run.push(i);
      else if (run.length) { runs.push(run); run = []; }
    });
    if (run.length) runs.push(run);
    return runs.flatMap(points => {
      const upper = points.map(i => `${x(i).toFixed(1)},${y(top[i]).toFixed(1)}`);
      const shapes = [];
      if (this.stack) {
        const lower = points.map(i => `${x(i).toFixed(1)},${y(below ? below[i] : 0).toFixed(1)}`).reverse();
        const area = s('polygon', { points: [...upper, ...lower].join(' ') });
        area.style.fill = paint;
        area.style.fillOpacity = .38;
        shapes.push(area);
      }
      const stroke = s('polyline', { points: upper.join(' '), fill: 'none', 'stroke-width': 1.8, 'stroke-linejoin': 'round' });
      stroke.style.stroke = paint;
      return [...shapes, stroke];
    });
  }

  point(event) {
    if (!this.times?.length || !this.series.length) return;
    const box = this.svg.getBoundingClientRect();
    const at = (event.clientX - box.left) / box.width * this.width;
    let best = 0;
    for (let i = 1; i < this.times.length; i++) {
      if (Math.abs(this.x(i) - at) < Math.abs(this.x(best) - at)) best = i;
    }
    this.cross.setAttribute('x1', this.x(best));
    this.cross.setAttribute('x2', this.x(best));
    this.cross.setAttribute('visibility', 'visible');
    this.tip.replaceChildren(h('strong', {}, new Date(this.times[best]).toLocaleTimeString()),
      ...this.series.map((one, index) => h('div', {},
        h('span', {}, h('i', { class: 'dot', style: { background: color(one.color ?? index) } }), one.name),
        h('span', {}, `${this.format(one.values[best])} ${this.unit}`))));
    this.tip.hidden = false;
    const left = this.x(best) / this.width * box.width;
    this.tip.style.left = left > box.width / 2 ? 'auto' : `${left + 30}px`;
    this.tip.style.right = left > box.width / 2 ? `${box.width - left + 30}px` : 'auto';
  }

  leave() {
    this.tip.hidden = true;
    this.cross?.setAttribute('visibility', 'hidden');
  }
}
