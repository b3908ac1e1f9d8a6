// The messages and RPCs of the contract, and the failure of a request.
//
// contract.json is generated from the proto files. Requests and answers are plain objects with the
// names of the JSON mapping: lowerCamelCase, 64-bit numbers as texts, enumerations as names.

import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';

const root = protobuf.Root.fromJSON(
  JSON.parse(readFileSync(new URL('./contract.json', import.meta.url), 'utf8')),
);
root.resolveAll();

const ANSWER = { longs: String, enums: String, defaults: true, arrays: true, objects: true };
const INTEGERS = new Set(['int32', 'uint32', 'int64', 'uint64']);
const DETAILS = 'type.googleapis.com/google.rpc.';

/** Returns the RPCs of a service, by name. */
export function methodsOf(service) {
  const methods = {};
  for (const method of root.lookupService(service).methodsArray) {
    const request = method.resolvedRequestType;
    const answer = method.resolvedResponseType;
    methods[method.name] = {
      path: `/${service}/${method.name}`,
      request,
      serialize: (value) => Buffer.from(request.encode(request.fromObject(value)).finish()),
      deserialize: (bytes) => answer.toObject(answer.decode(bytes), ANSWER),
    };
  }
  return methods;
}

/** Throws a TypeError if a value does not fit the message's type. Typos would be lost otherwise. */
export function check(type, value, path = '') {
  expect(typeof value === 'object' && !Array.isArray(value), path || type.name, 'an object', value);
  for (const [name, given] of Object.entries(value)) {
    const field = type.fields[name];
    const at = path ? `${path}.${name}` : name;
    if (!field) {
      const known = Object.keys(type.fields).join(', ');
      throw new TypeError(`${path || type.name}: one of [${known}] expected, got '${name}'`);
    }
    if (given === undefined || given === null) continue;
    if (field.map) {
      expect(typeof given === 'object' && !Array.isArray(given), at, 'an object', given);
      for (const [key, one] of Object.entries(given)) checkOne(field, one, `${at}.${key}`);
    } else if (field.repeated) {
      expect(Array.isArray(given), at, 'an array', given);
      given.forEach((one, i) => checkOne(field, one, `${at}[${i}]`));
    } else {
      checkOne(field, given, at);
    }
  }
}

function checkOne(field, value, path) {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) {
    expect(value !== null, path, 'an object', value);
    check(type, value, path);
  } else if (type instanceof protobuf.Enum) {
    const names = Object.keys(type.values);
    expect(names.includes(value), path, `one of [${names.join(', ')}]`, value);
  } else if (INTEGERS.has(field.type)) {
    const text = typeof value === 'string' && /^-?\d+$/.test(value);
    expect(text || Number.isSafeInteger(value), path, 'an integer', value);
  } else if (field.type === 'float' || field.type === 'double') {
    expect(typeof value === 'number', path, 'a number', value);
  } else {
    const wanted = field.type === 'bool' ? 'boolean' : 'string';
    expect(typeof value === wanted, path, `a ${wanted}`, value);
  }
}

function expect(fits, path, wanted, value) {
  if (!fits) throw new TypeError(`${path}: ${wanted} expected, got ${JSON.stringify(value)}`);
}

const KINDS = {
  INVALID_ARGUMENT: 'INVALID',
  FAILED_PRECONDITION: 'INVALID',
  OUT_OF_RANGE: 'INVALID',
  NOT_FOUND: 'INVALID',
  UNAUTHENTICATED: 'INVALID',
  PERMISSION_DENIED: 'INVALID',
  UNIMPLEMENTED: 'INVALID',
  RESOURCE_EXHAUSTED: 'OVERLOADED',
  DEADLINE_EXCEEDED: 'DEADLINE',
  CANCELLED: 'CANCELLED',
  UNAVAILABLE: 'UNAVAILABLE',
};

/** The failure of a request. index.d.ts says what its fields mean. */
export class RequestError extends Error {
  constructor(code, message, { reason, violations = [], retryAfterMs = null, final } = {}) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    const tooLarge = code === 'RESOURCE_EXHAUSTED' && (final || reason === 'TOO_LARGE');
    this.kind = tooLarge ? 'TOO_LARGE' : (KINDS[code] ?? 'INTERNAL');
    this.reason = reason || this.kind;
    this.violations = violations;
    this.retryAfterMs = retryAfterMs;
  }

  /** Returns the failure for a status of gRPC and its details. */
  static of(failure) {
    const code = grpc.status[failure.code] ?? 'UNKNOWN';
    const found = { violations: [] };
    found.final = failure.metadata?.get('grpc-retry-pushback-ms')[0] === '-1';
    const status = failure.metadata?.get('grpc-status-details-bin')[0];
    const details = status ? root.lookupType('google.rpc.Status').decode(status).details : [];
    for (const { typeUrl, value } of details) {
      if (!typeUrl.startsWith(DETAILS)) continue;
      const name = typeUrl.slice(DETAILS.length);
      const read = () => {
        const type = root.lookupType(`google.rpc.${name}`);
        return type.toObject(type.decode(value), { ...ANSWER, longs: Number });
      };
      if (name === 'ErrorInfo') found.reason = read().reason;
      if (name === 'BadRequest') {
        for (const { field, description } of read().fieldViolations) {
          found.violations.push({ field, description });
        }
      }
      if (name === 'RetryInfo') {
        const { seconds, nanos } = read().retryDelay;
        found.retryAfterMs = seconds * 1000 + nanos / 1e6;
      }
    }
    return new RequestError(code, failure.details || code, found);
  }
}
