// Sends requests to the server, and asks the operator for a token when the server requires a token.
import { byId } from './dom.js';

let token = sessionStorage.getItem('unipin-token') ?? '';
let asking = null;

function ask() {
  asking ??= new Promise(resolve => {
    const dialog = byId('token');
    dialog.addEventListener('close', () => {
      token = byId('token-value').value.trim();
      sessionStorage.setItem('unipin-token', token);
      byId('token-value').value = '';
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

async function call(path, options) {
  for (;;) {
    let response;
    try {
      const headers = { ...options.headers };
      if (token) headers.Authorization = `Bearer ${token}`;
      response = await fetch(`api/${path}`, { ...options, headers });
    } catch {
      throw new Error('The server does not answer.');
    }
    if (response.status === 401) {
      await ask();
      continue;
    }
    // The token lacks a role. After a reload, the page asks for another token.
    if (response.status === 403) sessionStorage.removeItem('unipin-token');
    const body = await response.json();
    if (!response.ok) throw new Error(body.error ?? `HTTP ${response.status}`);
    return body;
  }
}

export const get = path => call(path, {});
export const post = (path, form) =>
  call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(form) });
