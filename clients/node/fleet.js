// The replicas of a fleet: which replica gets a call, and when another replica gets the call again.
//
// docs/fleet.md describes the rules. The Java client follows the same rules, so clients of both
// languages send a user's calls to the same replica. Times are in milliseconds.

import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { RequestError, methodsOf } from './contract.js';

const TICK = 100;
const SILENCE = 1000;
const IDLE_SILENCE = 10_000;
const PATIENCE = 1000;
const DNS_DISTANCE = 5000;
const RESET_BEFORE_TIMER_MS = 100;
const HEALTH = methodsOf('grpc.health.v1.Health');
const HEALTH_REQUEST = { service: 'unipin.v1.UniPin' };

/** Returns a time that only grows, whatever happens to the clock of the machine. */
export const now = () => performance.now();

const u64 = (x) => BigInt.asUintN(64, x);
const rotate = (x, bits) => u64((x << bits) | (x >> (64n - bits)));
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

function mix(k) {
  k = u64((k ^ (k >> 33n)) * 0xff51afd7ed558ccdn);
  k = u64((k ^ (k >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return k ^ (k >> 33n);
}

/** Returns a replica's score for a user: the first 64 bits of MurmurHash3 x64 128, seed 0. */
export function score(replica, user) {
  const data = Buffer.from(`${replica}\0${user}`);
  const padded = Buffer.concat([data, Buffer.alloc(16)]);
  const full = data.length - (data.length % 16);
  let h1 = 0n;
  let h2 = 0n;
  for (let i = 0; i < data.length; i += 16) {
    h1 ^= u64(rotate(u64(padded.readBigUInt64LE(i) * C1), 31n) * C2);
    if (i < full) h1 = u64((rotate(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= u64(rotate(u64(padded.readBigUInt64LE(i + 8) * C2), 33n) * C1);
    if (i < full) h2 = u64((rotate(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  h1 ^= BigInt(data.length);
  h2 ^= BigInt(data.length);
  h1 = u64(h1 + h2);
  h2 = u64(h2 + h1);
  return u64(mix(h1) + mix(h2));
}

/** Returns the names of replicas in the order in which a user prefers them. */
export function order(user, replicas) {
  const scored = [...replicas].map((name) => [score(name, user), name]);
  scored.sort(([one, a], [other, b]) =>
    one === other ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : one > other ? -1 : 1,
  );
  return scored.map(([, name]) => name);
}

/** Returns a bound. A replica has room while it has fewer calls in flight than this bound. */
export const room = (inFlight, replicas) => Math.ceil((5 * (inFlight + 1)) / (4 * replicas));

/**
 * Pauses that double up to a longest pause. Each pause is shortened at random, by a fifth at most.
 */
export class Backoff {
  constructor(first, longest) {
    Object.assign(this, { first, longest, following: first });
  }

  /** Returns the next pause. It is at least as long as the pause that the server asked for. */
  next(asked = 0) {
    const pause = this.following * (1 - 0.2 * Math.random());
    this.following = Math.min(this.longest, 2 * this.following);
    return Math.max(asked ?? 0, pause);
  }

  reset() {
    this.following = this.first;
  }
}

/** Sends calls, with the client's credentials. */
export class Caller {
  constructor({ token, ca, certificate, key } = {}) {
    if (!certificate !== !key) {
      throw new TypeError('certificate and key, or neither, expected; got one');
    }
    if (certificate && !ca) {
      throw new TypeError('authorities to trust (ca) expected beside a certificate, got none');
    }
    this.token = token;
    const read = (path) => (path ? readFileSync(path) : null);
    this.credentials = ca
      ? grpc.credentials.createSsl(read(ca), read(key), read(certificate))
      : grpc.credentials.createInsecure();
  }

  /**
   * Opens a connection. `authority` is the host in the certificate, if the address has another
   * host.
   */
  open(address, authority) {
    const named = authority && {
      'grpc.default_authority': authority,
      'grpc.ssl_target_name_override': authority,
    };
    return new grpc.Client(address, this.credentials, {
      'grpc.enable_retries': 0, // this client repeats calls itself
      'grpc.use_local_subchannel_pool': 1, // a new client has a new connection
      ...named,
    });
  }

  metadata(headers = {}) {
    const metadata = new grpc.Metadata();
    if (this.token) metadata.set('authorization', `Bearer ${this.token}`);
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return metadata;
  }

  /**
   * Sends one call, which ends at a time of `now()`. `calls` holds the call while it is in flight.
   */
  send(client, { path, serialize, deserialize }, request, endMs, headers, calls) {
    return new Promise((answer, fail) => {
      const metadata = this.metadata(headers);
      const end = (failure, value) => {
        calls?.delete(call);
        if (failure) fail(RequestError.of(atDeadline(failure, endMs)));
        else answer(value);
      };
      let call;
      const deadline = Date.now() + endMs - now();
      try {
        call = client.makeUnaryRequest(
          path, serialize, deserialize, request, metadata, { deadline }, end,
        );
      } catch {
        fail(new RequestError('UNAVAILABLE', 'an open client expected, got a closed one'));
        return;
      }
      calls?.add(call);
    });
  }
}

/**
 * A server resets a call whose deadline has passed. The reset can arrive shortly before this side's
 * timer ends, and then looks like a cancelled call. Nobody else cancels calls so near to their end.
 */
function atDeadline(failure, endMs) {
  const isReset =
    failure.code === grpc.status.CANCELLED && now() > endMs - RESET_BEFORE_TIMER_MS;
  if (!isReset) return failure;
  return { code: grpc.status.DEADLINE_EXCEEDED, details: 'the deadline has passed' };
}

const userHeader = (user) => createHash('sha256').update(user).digest('hex').slice(0, 8);

/** Sends each call once, to one address. */
export class Single {
  constructor(address, caller) {
    this.caller = caller;
    this.client = caller.open(address);
  }

  send(method, request, user, repeatable, deadlineMs) {
    const headers = { 'x-user-id': userHeader(user) };
    return this.caller.send(this.client, method, request, now() + deadlineMs, headers);
  }

  replicas() {
    return [];
  }

  close() {
    this.client.close();
  }
}

/** One replica: its connection, its health and the calls in flight. */
class Replica {
  constructor(name, open) {
    Object.assign(this, { name, open, state: 'UNKNOWN', inFlight: 0, calls: 0 });
    this.active = new Set();
    this.pauses = new Backoff(100, 2000);
    this.heard = now();
    this.client = open(name);
    this.watch();
  }

  get takesCalls() {
    return this.state === 'UNKNOWN' || this.state === 'SERVING';
  }

  watch() {
    const { path, serialize, deserialize } = HEALTH.Watch;
    const client = this.client;
    const watch = client.makeServerStreamRequest(path, serialize, deserialize, HEALTH_REQUEST);
    this.watching = watch;
    this.heard = now(); // the connection may be new
    let told = false;
    watch.on('data', ({ status }) => {
      if (this.watching !== watch) return;
      told = true;
      this.heard = now();
      this.pauses.reset();
      this.state = status === 'SERVING' ? 'SERVING' : 'DRAINING';
    });
    watch.on('error', () => {}); // the status reports the same failure
    watch.on('status', ({ code }) => {
      if (this.watching !== watch || this.closed) return;
      if (code === grpc.status.UNIMPLEMENTED) {
        this.state = 'SERVING'; // the server has no health service
        return;
      }
      this.watching = null;
      if (told) {
        this.again(0);
        return;
      }
      this.state = 'AWAY';
      // After many failures a connection waits for minutes. A new connection tries at once.
      this.reconnect();
      this.again(this.pauses.next());
    });
  }

  again(pause) {
    this.timer = setTimeout(() => this.closed || this.watch(), pause).unref();
  }

  reconnect() {
    this.client.close();
    this.client = this.open(this.name);
  }

  /** Asks a silent replica for its health. Called at short intervals. */
  tick() {
    const silence = this.inFlight > 0 ? SILENCE : IDLE_SILENCE;
    // The connection of a replica that drains can die, too.
    if (this.asking || !this.watching || now() - this.heard < silence) return;
    this.asking = true;
    const { path, serialize, deserialize } = HEALTH.Check;
    const options = { deadline: Date.now() + PATIENCE };
    const end = (failure, answer) => {
      this.asking = false;
      if (this.closed) return;
      if (failure?.code === grpc.status.DEADLINE_EXCEEDED) {
        this.cut();
      } else if (!failure || failure.code === grpc.status.UNIMPLEMENTED) {
        this.heard = now();
        if (!failure && answer.status !== 'SERVING') this.state = 'DRAINING';
      }
    };
    const none = new grpc.Metadata();
    this.client.makeUnaryRequest(path, serialize, deserialize, HEALTH_REQUEST, none, options, end);
  }

  /** Gives up a connection that may be dead. Its calls end, and go to other replicas. */
  cut() {
    this.state = 'AWAY';
    const watch = this.watching;
    this.watching = null;
    watch?.cancel();
    for (const call of this.active) {
      call.wasCut = true;
      call.cancel();
    }
    this.reconnect();
    this.again(this.pauses.next());
  }

  /** Ends the connection. Calls in flight are still answered. */
  retire() {
    this.closed = true;
    clearTimeout(this.timer);
    this.watching?.cancel();
    this.client.close();
  }

  close() {
    this.retire();
    for (const call of this.active) call.cancel();
  }
}

/** Sends each call to a replica, and repeats it at another replica if that helps. */
export class Fleet {
  constructor(names, caller, find, authority) {
    this.caller = caller;
    this.open = (name) => caller.open(name, authority);
    this.byName = new Map();
    this.update(names);
    const tick = () => this.byName.forEach((replica) => replica.tick());
    // If the names can't be found, the replicas stay as they are.
    const follow = () => find().then((found) => this.update(found), () => {});
    this.timers = [setInterval(tick, TICK).unref()];
    if (find) this.timers.push(setInterval(follow, DNS_DISTANCE).unref());
  }

  update(names) {
    if (this.closed) return;
    for (const [name, replica] of this.byName) {
      if (!names.includes(name)) {
        this.byName.delete(name);
        replica.retire();
      }
    }
    for (const name of names) {
      if (!this.byName.has(name)) this.byName.set(name, new Replica(name, this.open));
    }
  }

  /** Chooses a replica for an attempt; undefined if all replicas were tried. */
  choose(names, tried) {
    const open = [...this.byName.values()].filter((replica) => replica.takesCalls);
    const inFlight = open.reduce((sum, replica) => sum + replica.inFlight, 0);
    const bound = room(inFlight, Math.max(1, open.length));
    const left = names.filter((name) => !tried.has(name)).map((name) => this.byName.get(name));
    // Prefers the first replica with room, then the first that takes calls, then the first of all.
    return (
      left.find((replica) => replica.takesCalls && replica.inFlight < bound) ??
      left.find((replica) => replica.takesCalls) ??
      left[0]
    );
  }

  async attempt(replica, first, method, request, user, end) {
    const headers = { 'x-user-id': userHeader(user), 'unipin-route': first ? 'first' : 'other' };
    const { active, client } = replica;
    replica.inFlight++;
    replica.calls++;
    let sent;
    const noted = {
      add: (call) => active.add((sent = call)),
      delete: (call) => active.delete(call),
    };
    try {
      const answer = await this.caller.send(client, method, request, end, headers, noted);
      replica.heard = now();
      return answer;
    } catch (failure) {
      throw sent?.wasCut ? new RequestError('UNAVAILABLE', `${replica.name} fell silent`) : failure;
    } finally {
      replica.inFlight--;
    }
  }

  async send(method, request, user, repeatable, deadlineMs) {
    const end = now() + deadlineMs;
    const pauses = new Backoff(50, 1000);
    const tried = new Set();
    let last = new RequestError('UNAVAILABLE', 'a replica expected, got none');
    for (;;) {
      const names = order(user, this.byName.keys());
      const replica = this.choose(names, tried);
      if (!replica) throw last;
      tried.add(replica.name);
      try {
        return await this.attempt(replica, replica.name === names[0], method, request, user, end);
      } catch (failure) {
        last = failure;
        const helps = failure.kind === 'OVERLOADED' || failure.kind === 'UNAVAILABLE';
        if (!helps || !repeatable || this.closed) throw failure;
      }
      const everywhere = tried.size >= this.byName.size;
      if (everywhere) tried.clear();
      if (everywhere || last.kind === 'OVERLOADED' || last.retryAfterMs !== null) {
        const pause = pauses.next(last.retryAfterMs);
        if (end - now() <= pause) throw last; // the deadline would pass during the pause
        await sleep(pause);
      }
    }
  }

  replicas() {
    return [...this.byName.values()].map(({ name, state, inFlight, calls }) => {
      return { name, state, inFlight, calls };
    });
  }

  close() {
    this.closed = true;
    this.timers.forEach(clearInterval);
    this.byName.forEach((replica) => replica.close());
    this.byName.clear();
  }
}

/** Opens the calls to one server, to several servers, or to a DNS name of servers. */
export async function openCalls(addresses, caller) {
  const dns = typeof addresses === 'string' && addresses.startsWith('dns:///');
  const list = dns ? [addresses.slice(7)] : [addresses].flat().flatMap((one) => one.split(','));
  const names = list.map((name) => name.trim());
  const places = names.map((name) => {
    const place = /^(\[[^\]]+\]|[^:\s]+):(\d{1,5})$/.exec(name);
    if (!place || Number(place[2]) > 65535) {
      throw new TypeError(`host:port expected, got '${name}'`);
    }
    return place;
  });
  if (new Set(names).size < names.length) {
    throw new TypeError(`addresses that differ from each other expected, got ${addresses}`);
  }
  if (!dns) return names.length === 1 ? new Single(names[0], caller) : new Fleet(names, caller);
  const [, host, port] = places[0];
  const find = async () => {
    const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true });
    const hosts = found.map(({ address }) => (address.includes(':') ? `[${address}]` : address));
    return [...new Set(hosts)].sort().map((one) => `${one}:${port}`);
  };
  const first = await find().catch((failure) => {
    throw new RequestError('UNAVAILABLE', `a name with addresses expected, got ${host}`);
  });
  return new Fleet(first, caller, find, host);
}
