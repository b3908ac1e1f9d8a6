// Clients of a server or a fleet, with one method for each RPC. index.d.ts describes them.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError, check, methodsOf } from './contract.js';
import { Backoff, Caller, now, openCalls } from './fleet.js';

export { RequestError };

const WINDOW = 4;
const MAX_FAILURES = 10;

export async function connect(addresses, { deadlineMs = 10_000, ...security } = {}) {
  return new UniPinClient(await openCalls(addresses, new Caller(security)), deadlineMs);
}

export async function connectAdmin(address, { deadlineMs = 300_000, ...security } = {}) {
  return new UniPinAdminClient(address, new Caller(security), deadlineMs);
}

export class UniPinClient {
  static #methods = methodsOf('unipin.v1.UniPin');
  #calls;
  #deadlineMs;

  constructor(calls, deadlineMs) {
    this.#calls = calls;
    this.#deadlineMs = deadlineMs;
  }

  async #send(rpc, request, userOf, repeatable = () => true) {
    const method = UniPinClient.#methods[rpc];
    check(method.request, request);
    const user = userOf(request) ?? '';
    return this.#calls.send(method, request, user, repeatable(request), this.#deadlineMs);
  }

  /** Sends a request with an id, so that a repeated request is recognised in logs. */
  #identified(rpc, request) {
    const known = request?.requestId
      ? request
      : { ...request, requestId: randomBytes(16).toString('hex') };
    return this.#send(rpc, known, ({ user }) => user?.userId);
  }

  retrieveAndRank(request) {
    return this.#identified('RetrieveAndRank', request);
  }

  retrieve(request) {
    return this.#identified('Retrieve', request);
  }

  rank(request) {
    return this.#identified('Rank', request);
  }

  recordActions(request) {
    const counted = ({ users = [] }) =>
      users.every(({ actions = [] }) => actions.every(({ eventId }) => eventId));
    return this.#send('RecordActions', request, ({ users }) => users?.[0]?.userId, counted);
  }

  retractActions(request) {
    return this.#send('RetractActions', request, ({ userId }) => userId);
  }

  eraseUser(request) {
    return this.#send('EraseUser', request, ({ userId }) => userId);
  }

  replicas() {
    return this.#calls.replicas();
  }

  close() {
    this.#calls.close();
  }
}

export class UniPinAdminClient {
  static #methods = methodsOf('unipin.v1.UniPinAdmin');
  #caller;
  #client;
  #deadlineMs;

  constructor(address, caller, deadlineMs) {
    this.#caller = caller;
    this.#client = caller.open(address);
    this.#deadlineMs = deadlineMs;
  }

  async #send(rpc, request = {}) {
    const method = UniPinAdminClient.#methods[rpc];
    check(method.request, request);
    return this.#caller.send(this.#client, method, request, now() + this.#deadlineMs);
  }

  loadBundle(request) {
    return this.#send('LoadBundle', request);
  }

  rollBackBundle(request) {
    return this.#send('RollBackBundle', request);
  }

  listBundles(request) {
    return this.#send('ListBundles', request);
  }

  getBundle(request) {
    return this.#send('GetBundle', request);
  }

  reloadCounts(request) {
    return this.#send('ReloadCounts', request);
  }

  getCache(request) {
    return this.#send('GetCache', request);
  }

  changeItems(request) {
    return this.#send('ChangeItems', request);
  }

  getIndex(request) {
    return this.#send('GetIndex', request);
  }

  getItem(request) {
    return this.#send('GetItem', request);
  }

  async *changeItemsStream(requests) {
    const method = UniPinAdminClient.#methods.ChangeItemsStream;
    const source = requests[Symbol.asyncIterator]?.() ?? requests[Symbol.iterator]();
    const waiting = [];
    const pauses = new Backoff(100, 5000);
    let ended = false;
    let failures = 0;
    let reached = false;
    for (;;) {
      const stream = new Stream(this.#client, method, this.#caller.metadata());
      let failure;
      try {
        for (const message of waiting) stream.send(message);
        while (!failure) {
          while (!ended && waiting.length < WINDOW) {
            const { done, value } = await source.next();
            ended = done;
            if (done) break;
            check(method.request, value);
            waiting.push(value);
            stream.send(value);
          }
          if (waiting.length === 0) return;
          let answer;
          try {
            answer = await stream.answer(this.#deadlineMs);
          } catch (thrown) {
            failure = thrown;
            continue;
          }
          waiting.shift();
          failures = 0;
          reached = true;
          pauses.reset();
          yield answer;
        }
      } finally {
        stream.close();
      }
      failures++;
      const away = reached && failure.kind === 'UNAVAILABLE';
      if ((!away && failure.kind !== 'OVERLOADED') || failures > MAX_FAILURES) throw failure;
      await sleep(pauses.next(failure.retryAfterMs));
    }
  }

  close() {
    this.#client.close();
  }
}

/** One call of a streaming RPC. */
class Stream {
  constructor(client, { path, serialize, deserialize }, metadata) {
    this.call = client.makeBidiStreamRequest(path, serialize, deserialize, metadata);
    this.call.on('error', () => {}); // the iterator reports the same failure
    this.answers = this.call[Symbol.asyncIterator]();
  }

  send(message) {
    this.call.write(message);
  }

  /** Waits for the next answer, `patience` milliseconds at most. */
  async answer(patience) {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.call.cancel();
    }, patience);
    try {
      const { done, value } = await this.answers.next();
      if (done) throw new RequestError('UNAVAILABLE', 'the server ended the stream');
      return value;
    } catch (failure) {
      if (late) {
        const message = `an answer within ${patience} ms expected`;
        throw new RequestError('DEADLINE_EXCEEDED', message);
      }
      throw failure instanceof RequestError ? failure : RequestError.of(failure);
    } finally {
      clearTimeout(timer);
    }
  }

  close() {
    this.call.end();
    this.call.cancel();
  }
}
