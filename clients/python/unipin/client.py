"""Clients of a server or a fleet, with one method for each RPC."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections import deque
from typing import Iterable, Iterator, Sequence

import grpc

from unipin import messages as m
from unipin.errors import Kind, RequestError
from unipin.fleet import Backoff, Caller, ReplicaStatus, open_calls

_WINDOW = 4
_MAX_FAILURES = 10


def connect(
    addresses: str | Sequence[str],
    *,
    token: str | None = None,
    ca: str | None = None,
    certificate: str | None = None,
    key: str | None = None,
    deadline: float = 10.0,
) -> UniPinClient:
    """Connects to one server, to a fleet, or to a DNS name whose addresses are a fleet.

    addresses: ``"host:9090"``, ``["host1:9090", "host2:9090"]`` or ``"dns:///name:9090"``
    token: bearer token, if the server requires one
    ca: PEM file of the trusted authorities; without it the connection is not encrypted
    certificate, key: PEM files of the client, if the server requires a certificate
    deadline: seconds in which a call must end, with all its attempts
    """
    return UniPinClient(open_calls(addresses, Caller(token, ca, certificate, key)), deadline)


def connect_admin(
    address: str,
    *,
    token: str | None = None,
    ca: str | None = None,
    certificate: str | None = None,
    key: str | None = None,
    deadline: float = 300.0,
) -> UniPinAdminClient:
    """Connects to the admin port of one server. Takes the arguments of :func:`connect`."""
    return UniPinAdminClient(address, Caller(token, ca, certificate, key), deadline)


class UniPinClient:
    """A client of the service. A failed call raises RequestError. Thread-safe.

    With a fleet, all calls of a user go to the same replica. A call that failed because a replica
    does not answer or has no room is repeated within the deadline, unless the repeated call could
    count twice.
    """

    _METHODS = m._methods("unipin.v1.UniPin")

    def __init__(self, calls, deadline: float):
        self._calls, self._deadline = calls, deadline

    def _send(self, rpc, request, user, repeatable=True):
        method = self._METHODS[rpc]
        return self._calls.send(method, _of(method, request), user, repeatable, self._deadline)

    def _identified(self, rpc, request):
        """Sends a request with an id, so that a repeated request is recognised in logs."""
        request = _of(self._METHODS[rpc], request)
        if not request.request_id:
            known = type(request)(request_id=secrets.token_hex(16))
            known.MergeFrom(request)
            request = known
        return self._send(rpc, request, request.user.user_id)

    def retrieve_and_rank(self, request: m.RetrieveAndRankRequest) -> m.RetrieveAndRankResponse:
        return self._identified("RetrieveAndRank", request)

    def retrieve(self, request: m.RetrieveRequest) -> m.RetrieveResponse:
        return self._identified("Retrieve", request)

    def rank(self, request: m.RankRequest) -> m.RankResponse:
        return self._identified("Rank", request)

    def record_actions(self, request: m.RecordActionsRequest) -> m.RecordActionsResponse:
        """Give one user's actions per call. Repeats a call only if all actions have event ids."""
        request = _of(self._METHODS["RecordActions"], request)
        user = request.users[0].user_id if request.users else ""
        repeatable = all(action.event_id for one in request.users for action in one.actions)
        return self._send("RecordActions", request, user, repeatable)

    def retract_actions(self, request: m.RetractActionsRequest) -> m.RetractActionsResponse:
        request = _of(self._METHODS["RetractActions"], request)
        return self._send("RetractActions", request, request.user_id)

    def erase_user(self, request: m.EraseUserRequest) -> m.EraseUserResponse:
        """If the call was repeated, ``existed`` may be false although data was erased."""
        request = _of(self._METHODS["EraseUser"], request)
        return self._send("EraseUser", request, request.user_id)

    def replicas(self) -> list[ReplicaStatus]:
        """Returns the replicas as this client sees them; empty for a client of one address."""
        return self._calls.replicas()

    def close(self) -> None:
        """Closes the connections. Idempotent."""
        self._calls.close()

    def __enter__(self) -> UniPinClient:
        return self

    def __exit__(self, *_) -> None:
        self.close()


class UniPinAdminClient:
    """A client of a server's admin port. A failed call raises RequestError. Thread-safe."""

    _METHODS = m._methods("unipin.v1.UniPinAdmin")

    def __init__(self, address: str, caller: Caller, deadline: float):
        self._caller, self._deadline = caller, deadline
        self._channel = caller.open(address)

    def _send(self, rpc, request=None):
        method = self._METHODS[rpc]
        request = method[1]() if request is None else _of(method, request)
        return self._caller.send(self._channel, method, request, self._deadline)

    def load_bundle(self, request: m.LoadBundleRequest) -> m.BundleStatus:
        return self._send("LoadBundle", request)

    def roll_back_bundle(self, request: m.RollBackBundleRequest | None = None) -> m.BundleStatus:
        return self._send("RollBackBundle", request)

    def list_bundles(self, request: m.ListBundlesRequest | None = None) -> m.ListBundlesResponse:
        return self._send("ListBundles", request)

    def get_bundle(self, request: m.GetBundleRequest | None = None) -> m.BundleStatus:
        return self._send("GetBundle", request)

    def reload_counts(self, request: m.ReloadCountsRequest) -> m.CountsStatus:
        return self._send("ReloadCounts", request)

    def get_cache(self, request: m.GetCacheRequest | None = None) -> m.CacheStatus:
        return self._send("GetCache", request)

    def change_items(self, request: m.ChangeItemsRequest) -> m.IndexStatus:
        return self._send("ChangeItems", request)

    def get_index(self, request: m.GetIndexRequest | None = None) -> m.IndexStatus:
        return self._send("GetIndex", request)

    def get_item(self, request: m.GetItemRequest) -> m.ItemStatus:
        return self._send("GetItem", request)

    def change_items_stream(
        self, requests: Iterable[m.ChangeItemsRequest]
    ) -> Iterator[m.ItemVerdicts]:
        """Sends messages and yields the answer to each, in order.

        At most four messages wait for answers at a time. If the server has no room, or the
        connection ends after the first answer, the stream connects again and repeats the messages
        without an answer. Repeating a message is harmless. The deadline holds for each answer.
        """
        source, ended = iter(requests), False
        waiting: deque[m.ChangeItemsRequest] = deque()
        pauses, failures, reached = Backoff(0.1, 5.0), 0, False
        while True:
            stream = _Stream(self._channel, self._METHODS["ChangeItemsStream"], self._caller)
            failure = None
            try:
                for message in waiting:
                    stream.send(message)
                while failure is None:
                    while not ended and len(waiting) < _WINDOW:
                        following = next(source, None)
                        if following is None:
                            ended = True
                        else:
                            waiting.append(following)
                            stream.send(following)
                    if not waiting:
                        return
                    try:
                        answer = stream.answer(self._deadline)
                    except RequestError as thrown:
                        failure = thrown
                        continue
                    waiting.popleft()
                    failures, reached = 0, True
                    pauses.reset()
                    yield answer
            finally:
                stream.close()
            failures += 1
            away = reached and failure.kind is Kind.UNAVAILABLE
            if not (away or failure.kind is Kind.OVERLOADED) or failures > _MAX_FAILURES:
                raise failure
            time.sleep(pauses.next(failure.retry_after or 0.0))

    def close(self) -> None:
        """Closes the connection. Idempotent."""
        self._channel.close()

    def __enter__(self) -> UniPinAdminClient:
        return self

    def __exit__(self, *_) -> None:
        self.close()


class _Stream:
    """One call of a streaming RPC."""

    def __init__(self, channel, method, caller: Caller):
        path, request, answer = method
        self._outbox: queue.SimpleQueue = queue.SimpleQueue()
        call = channel.stream_stream(path, request.SerializeToString, answer.FromString)
        self._call = call(iter(self._outbox.get, None), metadata=caller.headers)

    def send(self, message) -> None:
        self._outbox.put(message)

    def answer(self, patience: float):
        """Waits for the next answer, ``patience`` seconds at most."""
        end = time.monotonic() + patience
        timer = threading.Timer(patience, self._call.cancel)
        timer.daemon = True
        timer.start()
        try:
            return next(self._call)
        except StopIteration:
            raise RequestError("UNAVAILABLE", "the server ended the stream") from None
        except grpc.RpcError as failure:
            late = time.monotonic() >= end
            if late and failure.code() == grpc.StatusCode.CANCELLED:
                message = f"an answer within {patience} s expected"
                raise RequestError("DEADLINE_EXCEEDED", message) from failure
            raise RequestError.of(failure) from failure
        finally:
            timer.cancel()

    def close(self) -> None:
        self._outbox.put(None)
        self._call.cancel()


def _of(method, request):
    """Returns the request, or raises TypeError if it is a message of another kind."""
    if not isinstance(request, method[1]):
        expected = method[1].DESCRIPTOR.name
        raise TypeError(f"{expected} expected, got {type(request).__name__}")
    return request
