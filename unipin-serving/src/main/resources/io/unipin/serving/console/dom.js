// Functions that create elements and format numbers.

/**
 * Returns an element with properties, attributes (such as "aria-label") and children. Text becomes
 * text nodes, never markup.
 */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === 'style') Object.assign(element.style, value);
    else if (key === 'class') element.className = value;
    else if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== 'list') element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = id => document.getElementById(id);

export function show(target, ...children) {
  target.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

export const color = index => `var(--c${index % 8})`;

export function number(value, digits = 2) {
  if (!Number.isFinite(value)) return '–';
  if (value !== 0 && Math.abs(value) < 10 ** -digits) return String(Number(value.toPrecision(2)));
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: Number.isInteger(value) ? 0 : digits });
}

export const whole = value => Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–';
export const percent = (value, digits = 1) => Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : '–';

/** Returns a number in a short form, for axes and tiles. */
export function short(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(0)}k`;
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : 2);
}

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return `${value.toFixed(value >= 100 || unit === 0 ? 0 : 1)} ${units[unit]}`;
}

export function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} d`;
}

export const time = ms => new Date(ms).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });

export function toast(text) {
  const note = h('div', {}, text);
  byId('toast').append(note);
  setTimeout(() => note.remove(), 5000);
}

export function failure(error) {
  return h('p', { class: 'error', role: 'alert' }, error.message);
}

/** Asks the operator before an action that can't be undone easily. Returns whether to go on. */
export function confirm(title, text, action) {
  const dialog = byId('confirm');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  byId('confirm-yes').textContent = action;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(resolve =>
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

/**
 * Runs the work of a form when the form is submitted. The button is disabled meanwhile. The target
 * shows a failure in place of the result.
 */
export function onSubmit(form, button, target, work) {
  form.addEventListener('submit', async event => {
    event.preventDefault();
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      show(target, failure(error));
    } finally {
      button.disabled = false;
    }
  });
}

export function facts(entries) {
  return h('div', { class: 'facts' }, entries.filter(Boolean).map(([name, value]) =>
    h('div', {}, h('span', {}, name), h('strong', {}, value))));
}

export const badge = (text, kind = 'plain') => h('span', { class: `badge ${kind}` }, text);
export const cacheKind = outcome => ({ hit: 'good', append: 'good', reload: 'good', prefill: 'warn', uncached: 'bad' })[outcome] ?? 'plain';
