// Tests what needs no server: the order of replicas, pauses, addresses and the check of requests.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { check, methodsOf } from '../contract.js';
import { Backoff, Caller, Fleet, order, room, score } from '../fleet.js';
import { connect } from '../index.js';

const METHODS = methodsOf('unipin.v1.UniPin');

test('the order is that of all clients', () => {
  const golden = JSON.parse(readFileSync(process.env.UNIPIN_REPLICA_ORDER, 'utf8'));
  assert.ok(golden.vectors.length > 10);
  for (const { user, replicas, scores, order: wanted } of golden.vectors) {
    const found = replicas.map((name) => score(name, user).toString(16).padStart(16, '0'));
    assert.deepEqual(found, scores);
    assert.deepEqual(order(user, [...replicas].reverse()), wanted);
  }
  for (const one of golden.rooms) assert.equal(room(one.inFlight, one.replicas), one.room);
});

test('pauses grow and respect the server', () => {
  const pauses = new Backoff(50, 200);
  for (const most of [50, 100, 200, 200]) {
    const pause = pauses.next(null);
    assert.ok(pause >= 0.8 * most && pause <= most, `${pause} of ${most}`);
  }
  assert.equal(pauses.next(3000), 3000);
});

test('addresses that are wrong are refused', async () => {
  for (const address of ['host', 'host:x', 'host:70000', 'a:1,', 'a:1,a:1', 'dns:///host']) {
    await assert.rejects(connect(address), TypeError, address);
  }
});

test('a certificate without a key is refused', async () => {
  await assert.rejects(connect('a:1', { ca: 'ca.pem', certificate: 'c.pem' }), TypeError);
});

test('a closed client says so', async () => {
  for (const address of ['127.0.0.1:1', '127.0.0.1:1,127.0.0.1:2']) {
    const client = await connect(address);
    client.close();
    client.close();
    await assert.rejects(client.rank({}), { name: 'RequestError', kind: 'UNAVAILABLE' });
  }
});

/**
 * Starts a server that tells each watcher of its health that it drains, and then answers nothing.
 */
async function muteServer() {
  const bytes = (value) => value;
  const kind = (name, responseStream) => ({
    path: `/grpc.health.v1.Health/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  });
  const counts = { watches: 0, questions: 0 };
  const server = new grpc.Server();
  server.addService({ Watch: kind('Watch', true), Check: kind('Check', false) }, {
    Watch: (call) => {
      counts.watches++;
      call.write(Buffer.from([8, 2])); // NOT_SERVING
    },
    Check: () => counts.questions++,
  });
  const port = await new Promise((done, fail) => {
    const none = grpc.ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', none, (failure, bound) => failure ? fail(failure) : done(bound));
  });
  return { name: `127.0.0.1:${port}`, counts, close: () => server.forceShutdown() };
}

async function until(condition) {
  for (let i = 0; i < 400 && !condition(); i++) await sleep(25);
  assert.ok(condition());
}

test('a silent replica that drains is asked and connected again', async () => {
  const server = await muteServer();
  const fleet = new Fleet([server.name], new Caller());
  const clock = Date.now;
  try {
    const replica = fleet.byName.get(server.name);
    await until(() => replica.state === 'DRAINING');
    assert.equal(server.counts.questions, 0);
    Date.now = () => clock() - 3_600_000; // the machine's clock is set back
    replica.heard -= 11_000;
    await until(() => server.counts.questions === 1);
    Date.now = clock;
    await until(() => server.counts.watches === 2);
    await until(() => replica.state === 'DRAINING');
  } finally {
    Date.now = clock;
    fleet.close();
    server.close();
  }
});

test('requests that do not fit the contract are refused', () => {
  const wrong = [
    [{ user: { userid: 'u' } }, /user: one of \[userId, .*\] expected, got 'userid'/],
    [{ itemIds: ['sku-1'] }, /itemIds\[0\]: an integer expected, got "sku-1"/],
    [{ itemIds: [2 ** 60] }, /itemIds\[0\]: an integer expected/],
    [{ itemIds: '5' }, /itemIds: an array expected, got "5"/],
    [{ preferences: { outcomes: { save: '1' } } }, /outcomes.save: a number expected/],
    [{ preferences: { allowSeen: 1 } }, /allowSeen: a boolean expected, got 1/],
    [{ user: 'u' }, /user: an object expected, got "u"/],
    ['u', /RankRequest: an object expected, got "u"/],
  ];
  for (const [request, message] of wrong) {
    assert.throws(() => check(METHODS.Rank.request, request), message);
  }
  check(METHODS.Rank.request, {
    user: { userId: 'u', history: undefined },
    itemIds: ['9007199254740993', 5],
    preferences: { outcomes: { save: 1.5 }, allowSeen: true },
  });
});
