# Generated from the proto files by ClientDriftTest; do not edit.
from typing import Any, Iterable, Mapping, MutableMapping

from google.protobuf.internal.containers import (
    RepeatedCompositeFieldContainer,
    RepeatedScalarFieldContainer,
)
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

def _class(name: str) -> Any: ...
def _methods(service: str) -> dict[str, tuple[str, Any, Any]]: ...

class Action(Message):
    """A user's action on an item."""
    item_id: int
    """Id of the item, unless item_key names it."""
    actions: RepeatedScalarFieldContainer[str]
    """Names of action types from the bundle's schema, such as "click" or "save". Empty means an
    impression without engagement.
    """
    surface: str
    """Name of a surface from the bundle's schema. Empty means the schema's first surface."""
    time_ms: int
    """Time of the action in milliseconds since the epoch. RecordActions requires a time, which
    may be at most ten minutes ahead of the server's clock. No call accepts seconds.
    """
    event_id: str
    """Identifies the event among the user's events. RecordActions counts an event once, however
    often it arrives. RetractActions retracts an event by this id. RecordActions requires the
    id; other calls ignore it.
    """
    revision: int
    """Revision of an event's record, 0 to 2^53 - 1. The record with the highest revision is
    valid. The order in which records arrive has no effect. So a caller corrects an event by
    recording it again with a higher revision. If records of one revision differ, the record
    with the latest time_ms is valid. If the times are equal, the record with the highest
    item_id is valid. If the ids are equal, too, the record with the greatest actions and
    surface is valid, compared as UTF-8 bytes. Only RecordActions uses this field.
    """
    item_key: str
    """Key of the item, instead of item_id. Histories store ids. For a key that no bundle knows,
    the history stores the id that an import assigns to the key. A bundle that knows the item
    by this id understands the action.
    """
    def __init__(
        self,
        *,
        item_id: int | None = ...,
        actions: Iterable[str] | None = ...,
        surface: str | None = ...,
        time_ms: int | None = ...,
        event_id: str | None = ...,
        revision: int | None = ...,
        item_key: str | None = ...,
    ) -> None: ...

class ActionRecord(Message):
    """A record of the actions topic in Kafka. The record's key is the user's id in UTF-8. Its
    value is this message, either in the binary format or as JSON.
    """
    format: int
    """Version of the format: 1. The value 0 also means version 1. A reader of version 1 refuses
    a later version, because it would misunderstand such a record.
    """
    actions: UserActions
    """Actions to record, with the rules of RecordActions. user_id may be empty."""
    retraction: RetractActionsRequest
    """Actions to retract, with the rules of RetractActions. user_id may be empty."""
    def __init__(
        self,
        *,
        format: int | None = ...,
        actions: UserActions | None = ...,
        retraction: RetractActionsRequest | None = ...,
    ) -> None: ...

class ArmAssignment(Message):
    """A user's arm in one experiment."""
    layer: str
    """Layer of the experiment. Empty for the holdout."""
    experiment: str
    arm: str
    overridden: bool
    """Whether the configuration assigns this user to the arm by name, for testing. Reports
    leave such users out.
    """
    def __init__(
        self,
        *,
        layer: str | None = ...,
        experiment: str | None = ...,
        arm: str | None = ...,
        overridden: bool | None = ...,
    ) -> None: ...

class BundleListing(Message):
    bundle: str
    created: str
    """Time of creation in UTC, in ISO-8601."""
    model: str
    index: str
    items: int
    serves: bool
    previous: bool
    """Whether a roll-back would put this bundle in service."""
    problem: str
    """Reason why the bundle cannot be loaded, if its manifest shows one; else empty."""
    counts: str
    """Generation of the bundle's own tables of counts; empty if the bundle has none."""
    def __init__(
        self,
        *,
        bundle: str | None = ...,
        created: str | None = ...,
        model: str | None = ...,
        index: str | None = ...,
        items: int | None = ...,
        serves: bool | None = ...,
        previous: bool | None = ...,
        problem: str | None = ...,
        counts: str | None = ...,
    ) -> None: ...

class BundleStatus(Message):
    bundle: str
    index: str
    items: int
    actions: RepeatedScalarFieldContainer[str]
    surfaces: RepeatedScalarFieldContainer[str]
    loaded_at_ms: int
    model: str
    """Identifies the model's weights, program and precision."""
    previous: str
    """Bundle that a roll-back would put in service; empty if no other bundle was in service
    before.
    """
    engine: str
    """The implementation that computes the model: program, or native and the name of its
    kernels.
    """
    counts: str
    """Generation of the tables of counts by which the bundle ranks; empty if it has none."""
    def __init__(
        self,
        *,
        bundle: str | None = ...,
        index: str | None = ...,
        items: int | None = ...,
        actions: Iterable[str] | None = ...,
        surfaces: Iterable[str] | None = ...,
        loaded_at_ms: int | None = ...,
        model: str | None = ...,
        previous: str | None = ...,
        engine: str | None = ...,
        counts: str | None = ...,
    ) -> None: ...

class CacheStatus(Message):
    budget_bytes: int
    used_bytes: int
    leased_bytes: int
    entries: int
    hits: int
    appends: int
    prefills: int
    uncached: int
    evictions: int
    reloads: int
    def __init__(
        self,
        *,
        budget_bytes: int | None = ...,
        used_bytes: int | None = ...,
        leased_bytes: int | None = ...,
        entries: int | None = ...,
        hits: int | None = ...,
        appends: int | None = ...,
        prefills: int | None = ...,
        uncached: int | None = ...,
        evictions: int | None = ...,
        reloads: int | None = ...,
    ) -> None: ...

class ChangeItemsRequest(Message):
    """At most 10,000 changes. Each item may occur once."""
    upserts: RepeatedCompositeFieldContainer[ItemVector]
    """Vectors of the serving bundle's items. If one of these vectors is invalid, nothing is
    changed. A request with upserts has no puts, and its deletes get no verdicts.
    """
    deletes: RepeatedScalarFieldContainer[int]
    """Items to delete, whether they were put or belong to a bundle."""
    puts: RepeatedCompositeFieldContainer[Item]
    """Items to keep and to serve, at most 1,000. Each item is accepted or refused by itself,
    also if its id or key is not valid.
    """
    delete_keys: RepeatedScalarFieldContainer[str]
    """Keys of more items to delete. The verdicts about these items follow the verdicts about
    deletes.
    """
    def __init__(
        self,
        *,
        upserts: Iterable[ItemVector] | None = ...,
        deletes: Iterable[int] | None = ...,
        puts: Iterable[Item] | None = ...,
        delete_keys: Iterable[str] | None = ...,
    ) -> None: ...

class CountsStatus(Message):
    """The tables of counts by which the serving bundle ranks."""
    bundle: str
    generation: str
    """Identifies the content of the tables: equal content has the same generation."""
    until_ms: int
    """The tables count what happened before this time, in milliseconds since the epoch."""
    bytes: int
    """Bytes that the tables take in memory, and the limit of these bytes."""
    bytes_limit: int
    not_used: RepeatedScalarFieldContainer[str]
    """One line for each bundle of an arm, of the shadow or for a roll-back that cannot use the
    tables. Such a bundle keeps its tables.
    """
    def __init__(
        self,
        *,
        bundle: str | None = ...,
        generation: str | None = ...,
        until_ms: int | None = ...,
        bytes: int | None = ...,
        bytes_limit: int | None = ...,
        not_used: Iterable[str] | None = ...,
    ) -> None: ...

class EraseUserRequest(Message):
    user_id: str
    def __init__(
        self,
        *,
        user_id: str | None = ...,
    ) -> None: ...

class EraseUserResponse(Message):
    LogRewrite: EnumTypeWrapper
    NONE: int
    """The store keeps no files that need to be rewritten."""
    STARTED: int
    """Redis rewrites its append-only file."""
    QUEUED: int
    """Redis will begin to rewrite its append-only file within seconds."""
    existed: bool
    """Whether anything was stored for the user, at the server or at any replica that has
    confirmed.
    """
    confirmed: RepeatedScalarFieldContainer[str]
    """Names of the replicas of the fleet that have erased the user, including the replica that
    answers. Empty without a register of replicas.
    """
    unconfirmed: RepeatedScalarFieldContainer[str]
    """Names of the replicas that have not confirmed in time. Each of these replicas erases the
    user once it can, at the latest when it starts again.
    """
    unseen: RepeatedScalarFieldContainer[str]
    """Names of the replicas that gave no sign of life for seven days. The call did not wait for
    these replicas.
    """
    log_rewrite: int
    def __init__(
        self,
        *,
        existed: bool | None = ...,
        confirmed: Iterable[str] | None = ...,
        unconfirmed: Iterable[str] | None = ...,
        unseen: Iterable[str] | None = ...,
        log_rewrite: int | None = ...,
    ) -> None: ...

class GetBundleRequest(Message):
    def __init__(
        self,
    ) -> None: ...

class GetCacheRequest(Message):
    def __init__(
        self,
    ) -> None: ...

class GetIndexRequest(Message):
    def __init__(
        self,
    ) -> None: ...

class GetItemRequest(Message):
    id: int
    key: str
    """Key of the item, instead of its id."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        key: str | None = ...,
    ) -> None: ...

class History(Message):
    """A complete history that the caller provides, oldest action first."""
    actions: RepeatedCompositeFieldContainer[Action]
    omitted: int
    """Number of older actions of the user that the caller left out."""
    def __init__(
        self,
        *,
        actions: Iterable[Action] | None = ...,
        omitted: int | None = ...,
    ) -> None: ...

class IndexStatus(Message):
    index: str
    generation: int
    """Number of rebuilds since the bundle was loaded."""
    items: int
    delta: int
    """Number of the index's items that were added or replaced since the last rebuild."""
    buried: int
    """Number of items of the main index that were deleted or replaced since the last rebuild."""
    rebuilding: bool
    recall: float
    """Mean recall of the last watched queries against exact search; absent before the first
    watched query.
    """
    watched: int
    verdicts: RepeatedCompositeFieldContainer[ItemVerdict]
    """The outcome for each of the request's items: one verdict for each put and then for each
    delete.
    """
    live: int
    """Number of items that were put and that the serving bundle serves."""
    not_served: int
    """Number of items that are kept but not served by this bundle. GetItem says why."""
    live_limit: int
    """Largest number of live items; 0 if the server accepts no puts."""
    kept_bytes: int
    """Bytes that the kept items and the deleted ids take, and the limit of these bytes."""
    kept_bytes_limit: int
    def __init__(
        self,
        *,
        index: str | None = ...,
        generation: int | None = ...,
        items: int | None = ...,
        delta: int | None = ...,
        buried: int | None = ...,
        rebuilding: bool | None = ...,
        recall: float | None = ...,
        watched: int | None = ...,
        verdicts: Iterable[ItemVerdict] | None = ...,
        live: int | None = ...,
        not_served: int | None = ...,
        live_limit: int | None = ...,
        kept_bytes: int | None = ...,
        kept_bytes_limit: int | None = ...,
    ) -> None: ...

class Item(Message):
    """An item that is put while bundles serve."""
    id: int
    """At least 0, unless key names the item. If the serving bundle has an item of this id, that
    item is served.
    """
    title: str
    category: str
    author: str
    created_ms: int
    """When the item appeared, in milliseconds since the epoch; 0 means unknown."""
    content: RepeatedScalarFieldContainer[float]
    """Numbers that describe the item, as in the feed log. The item must have as many numbers as
    the bundle's items have.
    """
    expires_ms: int
    """Time in milliseconds since the epoch. From this time on, no page shows the item. 0 means
    never.
    """
    key: str
    """Key of the item, instead of its id. If the serving bundle does not have the key, the item
    gets the id that an import assigns to the key.
    """
    attributes: RepeatedScalarFieldContainer[str]
    """Tags, brands, words and the like, as in the feed log, in any order: at most 256, each of
    1 to 256 bytes. A bundle whose model reads attributes embeds the item with those
    attributes that its training saw. The server keeps all attributes for the next training.
    """
    def __init__(
        self,
        *,
        id: int | None = ...,
        title: str | None = ...,
        category: str | None = ...,
        author: str | None = ...,
        created_ms: int | None = ...,
        content: Iterable[float] | None = ...,
        expires_ms: int | None = ...,
        key: str | None = ...,
        attributes: Iterable[str] | None = ...,
    ) -> None: ...

class ItemPlace(Message):
    """A bundle, and whether it serves an item."""
    Service: EnumTypeWrapper
    SERVICE_UNSPECIFIED: int
    SERVED: int
    """The bundle serves the item that was put."""
    OWN_ITEM: int
    """The bundle serves its own item of this id."""
    NOT_SERVED: int
    """The bundle serves no item of this id."""
    bundle: str
    arms: RepeatedScalarFieldContainer[str]
    """Arms that the bundle serves, as "experiment=arm"; empty for the server's own bundle. The
    shadow is named "shadow".
    """
    service: int
    reason: str
    """Says why the bundle does not serve the item; empty otherwise."""
    def __init__(
        self,
        *,
        bundle: str | None = ...,
        arms: Iterable[str] | None = ...,
        service: int | None = ...,
        reason: str | None = ...,
    ) -> None: ...

class ItemStatus(Message):
    item: Item
    """The item as it is kept; absent if no item of this id was put."""
    places: RepeatedCompositeFieldContainer[ItemPlace]
    """One entry for each loaded bundle that serves users or the shadow."""
    def __init__(
        self,
        *,
        item: Item | None = ...,
        places: Iterable[ItemPlace] | None = ...,
    ) -> None: ...

class ItemVector(Message):
    id: int
    """Id of an item of the serving bundle."""
    vector: RepeatedScalarFieldContainer[float]
    """Vector of the bundle's dimension. If no vector is given, the item gets its vector from
    the bundle; this also restores a deleted item.
    """
    key: str
    """Key of the item, instead of its id."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        vector: Iterable[float] | None = ...,
        key: str | None = ...,
    ) -> None: ...

class ItemVerdict(Message):
    """The outcome for one item of a request."""
    Outcome: EnumTypeWrapper
    OUTCOME_UNSPECIFIED: int
    ADDED: int
    """The item is new."""
    REPLACED: int
    """The item was already kept, with other values."""
    UNCHANGED: int
    """The item was already kept, with the same values."""
    DELETED: int
    ABSENT: int
    """There was no such item to delete."""
    KNOWN_BY_BUNDLE: int
    """The item is kept. The serving bundle has its own item of this id or key, which is served.
    Bundles that know neither serve the kept item.
    """
    NOT_SERVED: int
    """The item is kept, but the serving bundle cannot serve it."""
    REFUSED: int
    """The item was refused, and nothing was changed."""
    id: int
    outcome: int
    reason: str
    """Says why, for NOT_SERVED and REFUSED; empty otherwise."""
    key: str
    """Key by which the request named the item; empty if the request gave the id."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        outcome: int | None = ...,
        reason: str | None = ...,
        key: str | None = ...,
    ) -> None: ...

class ItemVerdicts(Message):
    """The answer to one message of a stream."""
    verdicts: RepeatedCompositeFieldContainer[ItemVerdict]
    """One verdict for each put and then for each delete, in the order of the message."""
    def __init__(
        self,
        *,
        verdicts: Iterable[ItemVerdict] | None = ...,
    ) -> None: ...

class ListBundlesRequest(Message):
    def __init__(
        self,
    ) -> None: ...

class ListBundlesResponse(Message):
    bundles: RepeatedCompositeFieldContainer[BundleListing]
    def __init__(
        self,
        *,
        bundles: Iterable[BundleListing] | None = ...,
    ) -> None: ...

class LoadBundleRequest(Message):
    bundle: str
    """Name of a folder inside the server's bundle folder: [a-z0-9][a-z0-9._-]{0,63}."""
    def __init__(
        self,
        *,
        bundle: str | None = ...,
    ) -> None: ...

class Preferences(Message):
    """The outcomes that a request favours in retrieval and ranking, and the filters of the
    request.
    """
    outcomes: MutableMapping[str, float]
    """For retrieval: the desired weight of each action, by action name. The values form a mix.
    Empty means that retrieval favours no outcome.
    """
    utility_weights: MutableMapping[str, float]
    """For ranking: the utility weight of each action, by action name. If not empty, these
    weights replace the server's weights.
    """
    excluded_item_ids: RepeatedScalarFieldContainer[int]
    """Items that are never returned. See also excluded_item_keys."""
    allow_seen: bool
    """Whether items in the history may be returned."""
    categories: RepeatedScalarFieldContainer[str]
    """Only items that belong to one of these categories are returned; empty means any category."""
    created_since_ms: int
    """Earliest creation time of the items that are returned, in milliseconds since the epoch; 0
    means any time.
    """
    excluded_item_keys: RepeatedScalarFieldContainer[str]
    """Keys of more items that are never returned."""
    def __init__(
        self,
        *,
        outcomes: Mapping[str, float] | None = ...,
        utility_weights: Mapping[str, float] | None = ...,
        excluded_item_ids: Iterable[int] | None = ...,
        allow_seen: bool | None = ...,
        categories: Iterable[str] | None = ...,
        created_since_ms: int | None = ...,
        excluded_item_keys: Iterable[str] | None = ...,
    ) -> None: ...

class RankRequest(Message):
    user: UserContext
    item_ids: RepeatedScalarFieldContainer[int]
    """Items to rank, together with item_keys. Each item may occur once."""
    preferences: Preferences
    request_id: str
    item_keys: RepeatedScalarFieldContainer[str]
    """Keys of more items to rank."""
    def __init__(
        self,
        *,
        user: UserContext | None = ...,
        item_ids: Iterable[int] | None = ...,
        preferences: Preferences | None = ...,
        request_id: str | None = ...,
        item_keys: Iterable[str] | None = ...,
    ) -> None: ...

class RankResponse(Message):
    items: RepeatedCompositeFieldContainer[ScoredItem]
    """The ranked items, best first. Unknown items are left out and listed in
    served.unknown_item_ids or served.unknown_item_keys.
    """
    served: Served
    def __init__(
        self,
        *,
        items: Iterable[ScoredItem] | None = ...,
        served: Served | None = ...,
    ) -> None: ...

class RecordActionsRequest(Message):
    users: RepeatedCompositeFieldContainer[UserActions]
    def __init__(
        self,
        *,
        users: Iterable[UserActions] | None = ...,
    ) -> None: ...

class RecordActionsResponse(Message):
    """The counts add up to the number of actions in the request."""
    recorded: int
    """Number of events that had no record before."""
    duplicates: int
    """Number of events that changed nothing, because they were already recorded with this
    revision or a higher revision.
    """
    corrected: int
    """Number of events whose earlier record was replaced by a record of this request."""
    retracted: int
    """Number of events that were already retracted with this revision or a higher one. The
    server remembers their records, but no history contains them.
    """
    unlinked: int
    """Number of corrections that left the old record unchanged. A server version without
    corrections wrote the old record, so this record cannot be identified in the history. If
    the caller records the same action again, the record becomes identifiable and can be
    corrected.
    """
    def __init__(
        self,
        *,
        recorded: int | None = ...,
        duplicates: int | None = ...,
        corrected: int | None = ...,
        retracted: int | None = ...,
        unlinked: int | None = ...,
    ) -> None: ...

class ReloadCountsRequest(Message):
    counts: str
    """Name of a folder inside the server's folder of counts: [a-z0-9][a-z0-9._-]{0,63}."""
    def __init__(
        self,
        *,
        counts: str | None = ...,
    ) -> None: ...

class RemovedItem(Message):
    item_id: int
    place: int
    """Rank among the candidates, from 1."""
    utility: float
    rule: str
    """Name of the rule: blocked_item, blocked_author, blocked_category, author_cap,
    category_cap, freshness_floor or exploration.
    """
    key: str
    """Empty if the item has no key."""
    def __init__(
        self,
        *,
        item_id: int | None = ...,
        place: int | None = ...,
        utility: float | None = ...,
        rule: str | None = ...,
        key: str | None = ...,
    ) -> None: ...

class RetractActionsRequest(Message):
    """The order of arrival does not decide which record is valid. A record is valid if its
    revision is the highest of its event's records, and higher than the revision of every
    retraction of the event. A retraction that arrives before its event is recorded waits for
    the event. A retracted event keeps its position among the user's newest history.limit
    events. So the history does not depend on whether the event was recorded or retracted
    first.
    """
    user_id: str
    event_ids: RepeatedScalarFieldContainer[str]
    """Ids of the events to retract: at most 16384 ids, each once."""
    revision: int
    """Retracts records with this revision or a lower revision. A record with a higher revision
    is valid, and restores a retracted event.
    """
    def __init__(
        self,
        *,
        user_id: str | None = ...,
        event_ids: Iterable[str] | None = ...,
        revision: int | None = ...,
    ) -> None: ...

class RetractActionsResponse(Message):
    """All counts except forgotten add up to the number of events in the request."""
    retracted: int
    """Number of events that this request retracted."""
    waiting: int
    """Number of events that are not recorded yet. When such an event is recorded later, it will
    not count.
    """
    duplicates: int
    """Number of events that were already retracted with this revision or a higher one."""
    superseded: int
    """Number of events whose record has a higher revision. The history still contains them."""
    unlinked: int
    """Number of events that a server version without corrections recorded. The history still
    contains them. See RecordActionsResponse.unlinked.
    """
    forgotten: int
    """Number of this user's earlier retractions that were dropped to make room. If the event of
    a dropped retraction is recorded later, the history will contain it. For each user, a
    server keeps history.limit waiting retractions. It also keeps history.limit events that
    are older than the stored history.
    """
    def __init__(
        self,
        *,
        retracted: int | None = ...,
        waiting: int | None = ...,
        duplicates: int | None = ...,
        superseded: int | None = ...,
        unlinked: int | None = ...,
        forgotten: int | None = ...,
    ) -> None: ...

class RetrieveAndRankRequest(Message):
    user: UserContext
    page_size: int
    """Number of items on the page; 0 means the server's default."""
    page_cursor: str
    """Field next_page_cursor of the previous page. Empty requests the first page."""
    candidates: int
    """Number of candidates to retrieve and score; 0 means the server's default."""
    preferences: Preferences
    request_id: str
    """Id of the request, which the caller chooses. The response and the served log contain it.
    If empty, the server chooses an id.
    """
    def __init__(
        self,
        *,
        user: UserContext | None = ...,
        page_size: int | None = ...,
        page_cursor: str | None = ...,
        candidates: int | None = ...,
        preferences: Preferences | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class RetrieveAndRankResponse(Message):
    items: RepeatedCompositeFieldContainer[ScoredItem]
    next_page_cursor: str
    """Cursor with which to request the next page; empty if there is no next page."""
    served: Served
    removed: RepeatedCompositeFieldContainer[RemovedItem]
    """Items, best first, that the server's slate rules kept off this page although their
    utility was high enough.
    """
    def __init__(
        self,
        *,
        items: Iterable[ScoredItem] | None = ...,
        next_page_cursor: str | None = ...,
        served: Served | None = ...,
        removed: Iterable[RemovedItem] | None = ...,
    ) -> None: ...

class RetrieveRequest(Message):
    user: UserContext
    candidates: int
    preferences: Preferences
    request_id: str
    def __init__(
        self,
        *,
        user: UserContext | None = ...,
        candidates: int | None = ...,
        preferences: Preferences | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class RetrieveResponse(Message):
    items: RepeatedCompositeFieldContainer[RetrievedItem]
    served: Served
    def __init__(
        self,
        *,
        items: Iterable[RetrievedItem] | None = ...,
        served: Served | None = ...,
    ) -> None: ...

class RetrievedItem(Message):
    item_id: int
    retrieval_score: float
    key: str
    """Empty if the item has no key."""
    def __init__(
        self,
        *,
        item_id: int | None = ...,
        retrieval_score: float | None = ...,
        key: str | None = ...,
    ) -> None: ...

class RollBackBundleRequest(Message):
    def __init__(
        self,
    ) -> None: ...

class ScoredItem(Message):
    item_id: int
    utility: float
    """Sum over the actions of utility weight times probability. Unless the request or the
    server sets weights, a page uses the bundle's weights, which may also include a weight of
    retrieval_score. The items of a page are ordered by utility, and items of equal utility
    by item id. Only explored items stand elsewhere.
    """
    probabilities: MutableMapping[str, float]
    """The model's probability of each action, by action name."""
    retrieval_score: float
    """Cosine between the query and the item. 0 in a response of Rank, which has no query."""
    title: str
    key: str
    """Empty if the item has no key."""
    propensity: float
    """Probability with which the server chose this item for this position of the page: above 0,
    at most 1. Absent without exploration.
    """
    rule: str
    """Rule that put the item on the page in place of another item. The only such rule is
    exploration. Empty if the utility decided the position of the item.
    """
    def __init__(
        self,
        *,
        item_id: int | None = ...,
        utility: float | None = ...,
        probabilities: Mapping[str, float] | None = ...,
        retrieval_score: float | None = ...,
        title: str | None = ...,
        key: str | None = ...,
        propensity: float | None = ...,
        rule: str | None = ...,
    ) -> None: ...

class Served(Message):
    """The server's report about its work on a request."""
    CacheOutcome: EnumTypeWrapper
    CACHE_OUTCOME_UNSPECIFIED: int
    HIT: int
    """The cached state matched the request's history exactly."""
    APPEND: int
    """The newest actions were appended to the cached state."""
    PREFILL: int
    """The whole history was encoded."""
    UNCACHED: int
    """The history was encoded, perhaps after rows that were copied from the cache, and the
    result was not cached: there was no room, or another request was writing the user's
    entry.
    """
    RELOAD: int
    """Encoded actions were read from a tier below the cache: files or Redis. The actions that
    the tier lacks were encoded.
    """
    request_id: str
    arm: str
    bundle: str
    index: str
    config: str
    cache: int
    history_actions: int
    """Number of actions of the history that the model read."""
    encoded_actions: int
    """How many of the history_actions this request had to encode."""
    stages_ms: MutableMapping[str, float]
    """Milliseconds per stage, by stage name."""
    degradations: RepeatedScalarFieldContainer[str]
    """Names of the degradation steps that were taken. shorter_history: the model read only the
    newest part of the history. fewer_candidates: fewer candidates were scored than
    requested. retrieval_scores: no candidate was scored; utility is the retrieval score, and
    there are no probabilities. stale_history: the store of histories was unavailable, and
    the server used the last history that it had read. missing_history: the store was
    unavailable, and the server had read no history of the user, so it used an empty history.
    """
    unknown_item_ids: RepeatedScalarFieldContainer[int]
    """Ids in the history or the request that the bundle does not know. In an answer of Rank
    also ids of items that have expired.
    """
    unknown_item_keys: RepeatedScalarFieldContainer[str]
    """Keys in the request that the bundle does not know. The ids of these items are not in
    unknown_item_ids.
    """
    experiments: RepeatedCompositeFieldContainer[ArmAssignment]
    """The user's experiments and arms. The field arm contains the same assignments as text:
    "experiment=arm", joined by commas. If no experiment is configured, arm is the name of
    the default arm.
    """
    impressions: int
    """Exploration chose items by counts of impressions. This is the generation of these counts;
    0 without exploration. The same request draws the same items as long as this generation,
    the bundle and its tables of counts are the same.
    """
    counts: str
    """Generation of the tables of counts that ranking used; empty if it used none. Equal
    requests get equal answers only as long as the generation is the same.
    """
    model: str
    """Identifies the model's weights, program and precision."""
    engine: str
    """The implementation that computed the model: program, or native and the name of its
    kernels.
    """
    def __init__(
        self,
        *,
        request_id: str | None = ...,
        arm: str | None = ...,
        bundle: str | None = ...,
        index: str | None = ...,
        config: str | None = ...,
        cache: int | None = ...,
        history_actions: int | None = ...,
        encoded_actions: int | None = ...,
        stages_ms: Mapping[str, float] | None = ...,
        degradations: Iterable[str] | None = ...,
        unknown_item_ids: Iterable[int] | None = ...,
        unknown_item_keys: Iterable[str] | None = ...,
        experiments: Iterable[ArmAssignment] | None = ...,
        impressions: int | None = ...,
        counts: str | None = ...,
        model: str | None = ...,
        engine: str | None = ...,
    ) -> None: ...

class UserActions(Message):
    user_id: str
    actions: RepeatedCompositeFieldContainer[Action]
    def __init__(
        self,
        *,
        user_id: str | None = ...,
        actions: Iterable[Action] | None = ...,
    ) -> None: ...

class UserContext(Message):
    """The user whose history a request uses, and additions to the stored history."""
    user_id: str
    history: History
    """If set, the request uses this history instead of the stored history."""
    recent_actions: RepeatedCompositeFieldContainer[Action]
    """Actions that are newer than the history and not recorded yet. These actions count only
    for this request.
    """
    surface: str
    time_ms: int
    """Time of the request in milliseconds since the epoch; 0 means the time at which the
    request arrives.
    """
    def __init__(
        self,
        *,
        user_id: str | None = ...,
        history: History | None = ...,
        recent_actions: Iterable[Action] | None = ...,
        surface: str | None = ...,
        time_ms: int | None = ...,
    ) -> None: ...
