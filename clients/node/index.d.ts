import type * as m from './messages.js';

export * from './messages.js';

/** How a client connects. The files are PEM. */
export interface Options {
  /** Bearer token, if the server requires one. */
  token?: string;
  /** File of the trusted authorities; without it the connection is not encrypted. */
  ca?: string;
  /** File of the client's certificate chain, if the server requires one. */
  certificate?: string;
  /** File of the client's key. */
  key?: string;
  /** Time for a call with all its attempts; by default 10 s, or 5 minutes for administration. */
  deadlineMs?: number;
}

/**
 * Connects to one server, to a fleet, or to a DNS name whose addresses are a fleet:
 * `'host:9090'`, `['host1:9090', 'host2:9090']` or `'dns:///name:9090'`.
 */
export function connect(addresses: string | string[], options?: Options): Promise<UniPinClient>;

/** Connects to the admin port of one server. */
export function connectAdmin(address: string, options?: Options): Promise<UniPinAdminClient>;

/** What the caller of a failed request should do next; docs/clients.md explains each kind. */
export type Kind =
  | 'INVALID'
  | 'TOO_LARGE'
  | 'OVERLOADED'
  | 'DEADLINE'
  | 'CANCELLED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** The failure of a request, at a server or before the request reached a server. */
export class RequestError extends Error {
  kind: Kind;
  /** Name of gRPC's status, such as INVALID_ARGUMENT. */
  code: string;
  /** The server's reason, such as OVERLOADED; the kind if no server gave a reason. */
  reason: string;
  /** What is wrong with the request, field by field; empty if the server does not say. */
  violations: { field: string; description: string }[];
  /** How long to wait before the next attempt; null if the server does not say. */
  retryAfterMs: number | null;
}

/** A replica as one client sees it. `calls` counts every attempt of a repeated call. */
export interface ReplicaStatus {
  name: string;
  state: 'UNKNOWN' | 'SERVING' | 'DRAINING' | 'AWAY';
  inFlight: number;
  calls: number;
}

/**
 * A client of the service. A failed call rejects with a RequestError; a request that does not fit
 * the contract rejects with a TypeError.
 *
 * With a fleet, all calls of a user go to the same replica. A call that failed because a replica is
 * away or has no room is repeated within the deadline, unless the repeated call could count twice.
 */
export class UniPinClient {
  private constructor();
  retrieveAndRank(request: m.RetrieveAndRankRequest): Promise<m.RetrieveAndRankResponse>;
  retrieve(request: m.RetrieveRequest): Promise<m.RetrieveResponse>;
  rank(request: m.RankRequest): Promise<m.RankResponse>;
  /** Give one user's actions per call. A call is repeated only if all actions have event ids. */
  recordActions(request: m.RecordActionsRequest): Promise<m.RecordActionsResponse>;
  retractActions(request: m.RetractActionsRequest): Promise<m.RetractActionsResponse>;
  /** If the call was repeated, `existed` may be false although data was erased. */
  eraseUser(request: m.EraseUserRequest): Promise<m.EraseUserResponse>;
  /** Returns the replicas as this client sees them; empty for a client of one address. */
  replicas(): ReplicaStatus[];
  /** Closes the connections. Idempotent. */
  close(): void;
}

/**
 * A client of a server's admin port. Its calls fail in the same way as the calls of UniPinClient.
 */
export class UniPinAdminClient {
  private constructor();
  loadBundle(request: m.LoadBundleRequest): Promise<m.BundleStatus>;
  rollBackBundle(request?: m.RollBackBundleRequest): Promise<m.BundleStatus>;
  listBundles(request?: m.ListBundlesRequest): Promise<m.ListBundlesResponse>;
  getBundle(request?: m.GetBundleRequest): Promise<m.BundleStatus>;
  reloadCounts(request: m.ReloadCountsRequest): Promise<m.CountsStatus>;
  getCache(request?: m.GetCacheRequest): Promise<m.CacheStatus>;
  changeItems(request: m.ChangeItemsRequest): Promise<m.IndexStatus>;
  getIndex(request?: m.GetIndexRequest): Promise<m.IndexStatus>;
  getItem(request: m.GetItemRequest): Promise<m.ItemStatus>;
  /**
   * Sends messages and yields the answer to each, in order.
   *
   * At most four messages wait for answers at a time. If the server has no room, or the connection
   * ends after the first answer, the stream connects again and repeats the messages without an
   * answer. Repeating a message is harmless. The deadline holds for each answer.
   */
  changeItemsStream(
    requests: Iterable<m.ChangeItemsRequest> | AsyncIterable<m.ChangeItemsRequest>,
  ): AsyncGenerator<m.ItemVerdicts>;
  /** Closes the connection. Idempotent. */
  close(): void;
}
