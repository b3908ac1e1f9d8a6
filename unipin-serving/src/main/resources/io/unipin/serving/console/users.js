// Remembers the users whom the operator asked for, so that the fields for a user can offer them.
import { byId, h, show } from './dom.js';

const KEPT = 20;
const STORED = 'unipin-users';
let users = [];

/** Offers the users whom this tab of the browser asked for before. */
export function start() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORED) ?? '[]');
    users = Array.isArray(stored) ? stored.filter(user => typeof user === 'string').slice(0, KEPT) : [];
  } catch {
    users = [];
  }
  offer();
}

/** Puts a user first among those that are offered. */
export function remember(user) {
  users = [user, ...users.filter(other => other !== user)].slice(0, KEPT);
  offer();
}

/** Removes an erased user from the users that are offered. */
export function forget(user) {
  users = users.filter(other => other !== user);
  offer();
}

function offer() {
  sessionStorage.setItem(STORED, JSON.stringify(users));
  show(byId('users'), users.map(user => h('option', { value: user })));
}
