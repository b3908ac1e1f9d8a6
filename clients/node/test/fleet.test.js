// Tests what needs no server: the order of replicas, pauses, addresses and the check of requests.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { check, methodsOf } from '../contract.js';
import { Backoff, order, room, score } from '../fleet.js';
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
