// Generated from the proto files by ClientDriftTest; do not edit.

/** A 64-bit number. Give large ones as texts, because JavaScript rounds them. */
export type Int64 = string | number;

export type ServedCacheOutcome =
  | 'CACHE_OUTCOME_UNSPECIFIED'
  | 'HIT'
  | 'APPEND'
  | 'PREFILL'
  | 'UNCACHED'
  | 'RELOAD';

/** Whether the store of histories rewrites its files, so that erased bytes leave its disk. */
export type EraseUserResponseLogRewrite =
  | 'NONE'
  | 'STARTED'
  | 'QUEUED';

export type ItemVerdictOutcome =
  | 'OUTCOME_UNSPECIFIED'
  | 'ADDED'
  | 'REPLACED'
  | 'UNCHANGED'
  | 'DELETED'
  | 'ABSENT'
  | 'KNOWN_BY_BUNDLE'
  | 'NOT_SERVED'
  | 'REFUSED';

export type ItemPlaceService =
  | 'SERVICE_UNSPECIFIED'
  | 'SERVED'
  | 'OWN_ITEM'
  | 'NOT_SERVED';

export interface RetrieveAndRankRequest {
  user?: UserContext;
  /** Number of items on the page; 0 means the server's default. */
  pageSize?: number;
  /** Field next_page_cursor of the previous page. Empty requests the first page. */
  pageCursor?: string;
  /** Number of candidates to retrieve and score; 0 means the server's default. */
  candidates?: number;
  preferences?: Preferences;
  /**
   * Id of the request, which the caller chooses. The response and the served log contain it.
   * If empty, the server chooses an id.
   */
  requestId?: string;
}

/** The user whose history a request uses, and additions to the stored history. */
export interface UserContext {
  userId?: string;
  /** If set, the request uses this history instead of the stored history. */
  history?: History;
  /**
   * Actions that are newer than the history and not recorded yet. These actions count only
   * for this request.
   */
  recentActions?: Action[];
  surface?: string;
  /**
   * Time of the request in milliseconds since the epoch; 0 means the time at which the
   * request arrives.
   */
  timeMs?: Int64;
}

/** A complete history that the caller provides, oldest action first. */
export interface History {
  actions?: Action[];
  /** Number of older actions of the user that the caller left out. */
  omitted?: Int64;
}

/** A user's action on an item. */
export interface Action {
  /** Id of the item, unless item_key names it. */
  itemId?: Int64;
  /**
   * Names of action types from the bundle's schema, such as "click" or "save". Empty means an
   * impression without engagement.
   */
  actions?: string[];
  /** Name of a surface from the bundle's schema. Empty means the schema's first surface. */
  surface?: string;
  /**
   * Time of the action in milliseconds since the epoch. RecordActions requires a time, which
   * may be at most ten minutes ahead of the server's clock. No call accepts seconds.
   */
  timeMs?: Int64;
  /**
   * Identifies the event among the user's events. RecordActions counts an event once, however
   * often it arrives. RetractActions retracts an event by this id. RecordActions requires the
   * id; other calls ignore it.
   */
  eventId?: string;
  /**
   * Revision of an event's record, 0 to 2^53 - 1. The record with the highest revision is
   * valid. The order in which records arrive has no effect. So a caller corrects an event by
   * recording it again with a higher revision. If records of one revision differ, the record
   * with the latest time_ms is valid. If the times are equal, the record with the highest
   * item_id is valid. If the ids are equal, too, the record with the greatest actions and
   * surface is valid, compared as UTF-8 bytes. Only RecordActions uses this field.
   */
  revision?: Int64;
  /**
   * Key of the item, instead of item_id. Histories store ids. For a key that no bundle knows,
   * the history stores the id that an import assigns to the key. A bundle that knows the item
   * by this id understands the action.
   */
  itemKey?: string;
}

/**
 * The outcomes that a request favours in retrieval and ranking, and the filters of the
 * request.
 */
export interface Preferences {
  /**
   * For retrieval: the desired weight of each action, by action name. The values form a mix.
   * Empty means that retrieval favours no outcome.
   */
  outcomes?: { [name: string]: number };
  /**
   * For ranking: the utility weight of each action, by action name. If not empty, these
   * weights replace the server's weights.
   */
  utilityWeights?: { [name: string]: number };
  /** Items that are never returned. See also excluded_item_keys. */
  excludedItemIds?: Int64[];
  /** Whether items in the history may be returned. */
  allowSeen?: boolean;
  /** Only items that belong to one of these categories are returned; empty means any category. */
  categories?: string[];
  /**
   * Earliest creation time of the items that are returned, in milliseconds since the epoch; 0
   * means any time.
   */
  createdSinceMs?: Int64;
  /** Keys of more items that are never returned. */
  excludedItemKeys?: string[];
}

export interface RetrieveRequest {
  user?: UserContext;
  candidates?: number;
  preferences?: Preferences;
  requestId?: string;
}

export interface RankRequest {
  user?: UserContext;
  /** Items to rank, together with item_keys. Each item may occur once. */
  itemIds?: Int64[];
  preferences?: Preferences;
  requestId?: string;
  /** Keys of more items to rank. */
  itemKeys?: string[];
}

export interface RecordActionsRequest {
  users?: UserActions[];
}

export interface UserActions {
  userId?: string;
  actions?: Action[];
}

/**
 * The order of arrival does not decide which record is valid. A record is valid if its
 * revision is the highest of its event's records, and higher than the revision of every
 * retraction of the event. A retraction that arrives before its event is recorded waits for
 * the event. A retracted event keeps its position among the user's newest history.limit
 * events. So the history does not depend on whether the event was recorded or retracted
 * first.
 */
export interface RetractActionsRequest {
  userId?: string;
  /** Ids of the events to retract: at most 16384 ids, each once. */
  eventIds?: string[];
  /**
   * Retracts records with this revision or a lower revision. A record with a higher revision
   * is valid, and restores a retracted event.
   */
  revision?: Int64;
}

export interface EraseUserRequest {
  userId?: string;
}

export interface LoadBundleRequest {
  /** Name of a folder inside the server's bundle folder: [a-z0-9][a-z0-9._-]{0,63}. */
  bundle?: string;
}

export interface RollBackBundleRequest {
}

export interface ListBundlesRequest {
}

export interface GetBundleRequest {
}

export interface GetCacheRequest {
}

/** At most 10,000 changes. Each item may occur once. */
export interface ChangeItemsRequest {
  /**
   * Vectors of the serving bundle's items. If one of these vectors is invalid, nothing is
   * changed. A request with upserts has no puts, and its deletes get no verdicts.
   */
  upserts?: ItemVector[];
  /** Items to delete, whether they were put or belong to a bundle. */
  deletes?: Int64[];
  /**
   * Items to keep and to serve, at most 1,000. Each item is accepted or refused by itself,
   * also if its id or key is not valid.
   */
  puts?: Item[];
  /**
   * Keys of more items to delete. The verdicts about these items follow the verdicts about
   * deletes.
   */
  deleteKeys?: string[];
}

export interface ItemVector {
  /** Id of an item of the serving bundle. */
  id?: Int64;
  /**
   * Vector of the bundle's dimension. If no vector is given, the item gets its vector from
   * the bundle; this also restores a deleted item.
   */
  vector?: number[];
  /** Key of the item, instead of its id. */
  key?: string;
}

/** An item that is put while bundles serve. */
export interface Item {
  /**
   * At least 0, unless key names the item. If the serving bundle has an item of this id, that
   * item is served.
   */
  id?: Int64;
  title?: string;
  category?: string;
  author?: string;
  /** When the item appeared, in milliseconds since the epoch; 0 means unknown. */
  createdMs?: Int64;
  /**
   * Numbers that describe the item, as in the feed log. The item must have as many numbers as
   * the bundle's items have.
   */
  content?: number[];
  /**
   * Time in milliseconds since the epoch. From this time on, no page shows the item. 0 means
   * never.
   */
  expiresMs?: Int64;
  /**
   * Key of the item, instead of its id. If the serving bundle does not have the key, the item
   * gets the id that an import assigns to the key.
   */
  key?: string;
  /**
   * Tags, brands, words and the like, as in the feed log, in any order: at most 256, each of
   * 1 to 256 bytes. A bundle whose model reads attributes embeds the item with those
   * attributes that its training saw. The server keeps all attributes for the next training.
   */
  attributes?: string[];
}

export interface GetIndexRequest {
}

export interface GetItemRequest {
  id?: Int64;
  /** Key of the item, instead of its id. */
  key?: string;
}

export interface ReloadCountsRequest {
  /** Name of a folder inside the server's folder of counts: [a-z0-9][a-z0-9._-]{0,63}. */
  counts?: string;
}

export interface RetrieveAndRankResponse {
  items: ScoredItem[];
  /** Cursor with which to request the next page; empty if there is no next page. */
  nextPageCursor: string;
  served: Served | null;
  /**
   * Items, best first, that the server's slate rules kept off this page although their
   * utility was high enough.
   */
  removed: RemovedItem[];
}

export interface ScoredItem {
  itemId: string;
  /**
   * Sum over the actions of utility weight times probability. Unless the request or the
   * server sets weights, a page uses the bundle's weights, which may also include a weight of
   * retrieval_score. The items of a page are ordered by utility, and items of equal utility
   * by item id. Only explored items stand elsewhere.
   */
  utility: number;
  /** The model's probability of each action, by action name. */
  probabilities: { [name: string]: number };
  /** Cosine between the query and the item. 0 in a response of Rank, which has no query. */
  retrievalScore: number;
  title: string;
  /** Empty if the item has no key. */
  key: string;
  /**
   * Probability with which the server chose this item for this position of the page: above 0,
   * at most 1. Absent without exploration.
   */
  propensity?: number;
  /**
   * Rule that put the item on the page in place of another item. The only such rule is
   * exploration. Empty if the utility decided the position of the item.
   */
  rule: string;
}

/** The server's report about its work on a request. */
export interface Served {
  requestId: string;
  arm: string;
  bundle: string;
  index: string;
  config: string;
  cache: ServedCacheOutcome;
  /** Number of actions of the history that the model read. */
  historyActions: number;
  /** How many of the history_actions this request had to encode. */
  encodedActions: number;
  /** Milliseconds per stage, by stage name. */
  stagesMs: { [name: string]: number };
  /**
   * Names of the degradation steps that were taken. shorter_history: the model read only the
   * newest part of the history. fewer_candidates: fewer candidates were scored than
   * requested. retrieval_scores: no candidate was scored; utility is the retrieval score, and
   * there are no probabilities. stale_history: the store of histories was unavailable, and
   * the server used the last history that it had read. missing_history: the store was
   * unavailable, and the server had read no history of the user, so it used an empty history.
   */
  degradations: string[];
  /**
   * Ids in the history or the request that the bundle does not know. In an answer of Rank
   * also ids of items that have expired.
   */
  unknownItemIds: string[];
  /**
   * Keys in the request that the bundle does not know. The ids of these items are not in
   * unknown_item_ids.
   */
  unknownItemKeys: string[];
  /**
   * The user's experiments and arms. The field arm contains the same assignments as text:
   * "experiment=arm", joined by commas. If no experiment is configured, arm is the name of
   * the default arm.
   */
  experiments: ArmAssignment[];
  /**
   * Exploration chose items by counts of impressions. This is the generation of these counts;
   * 0 without exploration. The same request draws the same items as long as this generation,
   * the bundle and its tables of counts are the same.
   */
  impressions: string;
  /**
   * Generation of the tables of counts that ranking used; empty if it used none. Equal
   * requests get equal answers only as long as the generation is the same.
   */
  counts: string;
  /** Identifies the model's weights, program and precision. */
  model: string;
  /**
   * The implementation that computed the model: program, or native and the name of its
   * kernels.
   */
  engine: string;
}

/** A user's arm in one experiment. */
export interface ArmAssignment {
  /** Layer of the experiment. Empty for the holdout. */
  layer: string;
  experiment: string;
  arm: string;
  /**
   * Whether the configuration assigns this user to the arm by name, for testing. Reports
   * leave such users out.
   */
  overridden: boolean;
}

export interface RemovedItem {
  itemId: string;
  /** Rank among the candidates, from 1. */
  place: number;
  utility: number;
  /**
   * Name of the rule: blocked_item, blocked_author, blocked_category, author_cap,
   * category_cap, freshness_floor or exploration.
   */
  rule: string;
  /** Empty if the item has no key. */
  key: string;
}

export interface RetrieveResponse {
  items: RetrievedItem[];
  served: Served | null;
}

export interface RetrievedItem {
  itemId: string;
  retrievalScore: number;
  /** Empty if the item has no key. */
  key: string;
}

export interface RankResponse {
  /**
   * The ranked items, best first. Unknown items are left out and listed in
   * served.unknown_item_ids or served.unknown_item_keys.
   */
  items: ScoredItem[];
  served: Served | null;
}

/** The counts add up to the number of actions in the request. */
export interface RecordActionsResponse {
  /** Number of events that had no record before. */
  recorded: number;
  /**
   * Number of events that changed nothing, because they were already recorded with this
   * revision or a higher revision.
   */
  duplicates: number;
  /** Number of events whose earlier record was replaced by a record of this request. */
  corrected: number;
  /**
   * Number of events that were already retracted with this revision or a higher one. The
   * server remembers their records, but no history contains them.
   */
  retracted: number;
  /**
   * Number of corrections that left the old record unchanged. A server version without
   * corrections wrote the old record, so this record cannot be identified in the history. If
   * the caller records the same action again, the record becomes identifiable and can be
   * corrected.
   */
  unlinked: number;
}

/** All counts except forgotten add up to the number of events in the request. */
export interface RetractActionsResponse {
  /** Number of events that this request retracted. */
  retracted: number;
  /**
   * Number of events that are not recorded yet. When such an event is recorded later, it will
   * not count.
   */
  waiting: number;
  /** Number of events that were already retracted with this revision or a higher one. */
  duplicates: number;
  /** Number of events whose record has a higher revision. The history still contains them. */
  superseded: number;
  /**
   * Number of events that a server version without corrections recorded. The history still
   * contains them. See RecordActionsResponse.unlinked.
   */
  unlinked: number;
  /**
   * Number of this user's earlier retractions that were dropped to make room. If the event of
   * a dropped retraction is recorded later, the history will contain it. For each user, a
   * server keeps history.limit waiting retractions. It also keeps history.limit events that
   * are older than the stored history.
   */
  forgotten: number;
}

export interface EraseUserResponse {
  /**
   * Whether anything was stored for the user, at the server or at any replica that has
   * confirmed.
   */
  existed: boolean;
  /**
   * Names of the replicas of the fleet that have erased the user, including the replica that
   * answers. Empty without a register of replicas.
   */
  confirmed: string[];
  /**
   * Names of the replicas that have not confirmed in time. Each of these replicas erases the
   * user once it can, at the latest when it starts again.
   */
  unconfirmed: string[];
  /**
   * Names of the replicas that gave no sign of life for seven days. The call did not wait for
   * these replicas.
   */
  unseen: string[];
  logRewrite: EraseUserResponseLogRewrite;
}

export interface BundleStatus {
  bundle: string;
  index: string;
  items: string;
  actions: string[];
  surfaces: string[];
  loadedAtMs: string;
  /** Identifies the model's weights, program and precision. */
  model: string;
  /**
   * Bundle that a roll-back would put in service; empty if no other bundle was in service
   * before.
   */
  previous: string;
  /**
   * The implementation that computes the model: program, or native and the name of its
   * kernels.
   */
  engine: string;
  /** Generation of the tables of counts by which the bundle ranks; empty if it has none. */
  counts: string;
}

export interface ListBundlesResponse {
  bundles: BundleListing[];
}

export interface BundleListing {
  bundle: string;
  /** Time of creation in UTC, in ISO-8601. */
  created: string;
  model: string;
  index: string;
  items: string;
  serves: boolean;
  /** Whether a roll-back would put this bundle in service. */
  previous: boolean;
  /** Reason why the bundle cannot be loaded, if its manifest shows one; else empty. */
  problem: string;
  /** Generation of the bundle's own tables of counts; empty if the bundle has none. */
  counts: string;
}

export interface CacheStatus {
  budgetBytes: string;
  usedBytes: string;
  leasedBytes: string;
  entries: string;
  hits: string;
  appends: string;
  prefills: string;
  uncached: string;
  evictions: string;
  reloads: string;
}

export interface IndexStatus {
  index: string;
  /** Number of rebuilds since the bundle was loaded. */
  generation: string;
  items: string;
  /** Number of the index's items that were added or replaced since the last rebuild. */
  delta: string;
  /** Number of items of the main index that were deleted or replaced since the last rebuild. */
  buried: string;
  rebuilding: boolean;
  /**
   * Mean recall of the last watched queries against exact search; absent before the first
   * watched query.
   */
  recall?: number;
  watched: string;
  /**
   * The outcome for each of the request's items: one verdict for each put and then for each
   * delete.
   */
  verdicts: ItemVerdict[];
  /** Number of items that were put and that the serving bundle serves. */
  live: string;
  /** Number of items that are kept but not served by this bundle. GetItem says why. */
  notServed: string;
  /** Largest number of live items; 0 if the server accepts no puts. */
  liveLimit: string;
  /** Bytes that the kept items and the deleted ids take, and the limit of these bytes. */
  keptBytes: string;
  keptBytesLimit: string;
}

/** The outcome for one item of a request. */
export interface ItemVerdict {
  id: string;
  outcome: ItemVerdictOutcome;
  /** Says why, for NOT_SERVED and REFUSED; empty otherwise. */
  reason: string;
  /** Key by which the request named the item; empty if the request gave the id. */
  key: string;
}

/** The answer to one message of a stream. */
export interface ItemVerdicts {
  /** One verdict for each put and then for each delete, in the order of the message. */
  verdicts: ItemVerdict[];
}

export interface ItemStatus {
  /** The item as it is kept; absent if no item of this id was put. */
  item: ItemAnswer | null;
  /** One entry for each loaded bundle that serves users or the shadow. */
  places: ItemPlace[];
}

/** An item that is put while bundles serve. */
export interface ItemAnswer {
  /**
   * At least 0, unless key names the item. If the serving bundle has an item of this id, that
   * item is served.
   */
  id: string;
  title: string;
  category: string;
  author: string;
  /** When the item appeared, in milliseconds since the epoch; 0 means unknown. */
  createdMs: string;
  /**
   * Numbers that describe the item, as in the feed log. The item must have as many numbers as
   * the bundle's items have.
   */
  content: number[];
  /**
   * Time in milliseconds since the epoch. From this time on, no page shows the item. 0 means
   * never.
   */
  expiresMs: string;
  /**
   * Key of the item, instead of its id. If the serving bundle does not have the key, the item
   * gets the id that an import assigns to the key.
   */
  key: string;
  /**
   * Tags, brands, words and the like, as in the feed log, in any order: at most 256, each of
   * 1 to 256 bytes. A bundle whose model reads attributes embeds the item with those
   * attributes that its training saw. The server keeps all attributes for the next training.
   */
  attributes: string[];
}

/** A bundle, and whether it serves an item. */
export interface ItemPlace {
  bundle: string;
  /**
   * Arms that the bundle serves, as "experiment=arm"; empty for the server's own bundle. The
   * shadow is named "shadow".
   */
  arms: string[];
  service: ItemPlaceService;
  /** Says why the bundle does not serve the item; empty otherwise. */
  reason: string;
}

/** The tables of counts by which the serving bundle ranks. */
export interface CountsStatus {
  bundle: string;
  /** Identifies the content of the tables: equal content has the same generation. */
  generation: string;
  /** The tables count what happened before this time, in milliseconds since the epoch. */
  untilMs: string;
  /** Bytes that the tables take in memory, and the limit of these bytes. */
  bytes: string;
  bytesLimit: string;
  /**
   * One line for each bundle of an arm, of the shadow or for a roll-back that cannot use the
   * tables. Such a bundle keeps its tables.
   */
  notUsed: string[];
}
