// Makes the calls of a list of cases. Prints how each case ends, as one line of JSON.
//
// Usage: conformance.js SERVERS CASES. SERVERS is a file with the addresses and authorities of
// servers. CASES is a file with a list of cases. A case has a server, an RPC, a request in JSON,
// and perhaps a token and a deadline.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError, UniPinAdminClient, connect, connectAdmin } from '../index.js';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const [servers, cases] = process.argv.slice(2).map(read);
const nameOf = (rpc) => rpc[0].toLowerCase() + rpc.slice(1);
const isAdmin = ({ rpc }) => nameOf(rpc) in UniPinAdminClient.prototype;

async function open(test) {
  const { address, admin, ca } = servers[test.server];
  const options = { token: test.token, ca };
  if (test.deadlineMs) options.deadlineMs = test.deadlineMs;
  if (isAdmin(test)) return connectAdmin(admin, options);
  const client = await connect(address, options);
  while (client.replicas().some(({ state }) => state === 'UNKNOWN')) await sleep(10);
  return client;
}

async function outcome(client, test) {
  try {
    const method = nameOf(test.rpc);
    if (!test.requests) return { answers: [await client[method](test.request)] };
    const answers = [];
    for await (const answer of client[method](test.requests)) answers.push(answer);
    return { answers };
  } catch (failure) {
    if (!(failure instanceof RequestError)) throw failure;
    const { code, kind, reason, message, violations, retryAfterMs } = failure;
    const pairs = violations.map(({ field, description }) => [field, description]);
    return { code, kind, reason, message, violations: pairs, retryAfterMs };
  }
}

const clients = new Map();
for (const test of cases) {
  const key = JSON.stringify([test.server, isAdmin(test), test.token, test.deadlineMs]);
  if (!clients.has(key)) clients.set(key, await open(test));
  console.log(JSON.stringify({ name: test.name, ...(await outcome(clients.get(key), test)) }));
}
for (const client of clients.values()) client.close();
