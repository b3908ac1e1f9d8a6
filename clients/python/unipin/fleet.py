"""The replicas of a fleet: which replica gets a call, and when another replica gets it again.

``docs/fleet.md`` describes the rules. The Java client follows the same rules, so clients of both
languages send a user's calls to the same replica.
"""

from __future__ import annotations

import enum
import hashlib
import logging
import random
import re
import socket
import threading
import time
from dataclasses import dataclass

import grpc

from unipin import messages
from unipin.errors import Kind, RequestError

_logger = logging.getLogger("unipin")
_MASK = (1 << 64) - 1
_TICK = 0.1  # in seconds, like all times in this file
_SILENCE, _IDLE_SILENCE, _PATIENCE = 1.0, 10.0, 1.0
_DNS_DISTANCE = 5.0
_SERVING = 1
_HEALTH = messages._methods("grpc.health.v1.Health")
_HEALTH_REQUEST = messages._class("grpc.health.v1.HealthCheckRequest")(service="unipin.v1.UniPin")


def _mix(k: int) -> int:
    k = ((k ^ k >> 33) * 0xFF51AFD7ED558CCD) & _MASK
    k = ((k ^ k >> 33) * 0xC4CEB9FE1A85EC53) & _MASK
    return k ^ k >> 33


def _rotate(x: int, bits: int) -> int:
    return ((x << bits) | (x >> (64 - bits))) & _MASK


def score(replica: str, user: str) -> int:
    """Returns a replica's score for a user: the first 64 bits of MurmurHash3 x64 128, seed 0."""
    data = replica.encode() + b"\0" + user.encode()
    c1, c2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
    h1 = h2 = 0
    full = len(data) // 16 * 16
    for i in range(0, len(data), 16):
        k1 = int.from_bytes(data[i : i + 8], "little")
        k2 = int.from_bytes(data[i + 8 : i + 16], "little")
        h1 ^= _rotate(k1 * c1 & _MASK, 31) * c2 & _MASK
        if i < full:
            h1 = ((_rotate(h1, 27) + h2) * 5 + 0x52DCE729) & _MASK
        h2 ^= _rotate(k2 * c2 & _MASK, 33) * c1 & _MASK
        if i < full:
            h2 = ((_rotate(h2, 31) + h1) * 5 + 0x38495AB5) & _MASK
    h1, h2 = h1 ^ len(data), h2 ^ len(data)
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    return (_mix(h1) + _mix(h2)) & _MASK


def order(user: str, replicas) -> list[str]:
    """Returns the names of replicas in the order in which a user prefers them."""
    return sorted(replicas, key=lambda name: (-score(name, user), name.encode()))


def room(in_flight: int, replicas: int) -> int:
    """Returns a bound. A replica has room while it has fewer calls in flight than this bound."""
    return -(-5 * (in_flight + 1) // (4 * replicas))


class Backoff:
    """Pauses that double up to a longest pause. Each is shortened at random, by at most a fifth."""

    def __init__(self, first: float, longest: float):
        self._first, self._longest, self._next = first, longest, first

    def next(self, asked: float = 0.0) -> float:
        """Returns the next pause. It is at least as long as the pause that the server asked for."""
        pause = self._next * (1 - 0.2 * random.random())
        self._next = min(self._longest, 2 * self._next)
        return max(asked, pause)

    def reset(self) -> None:
        self._next = self._first


class State(enum.Enum):
    """What a client knows about a replica."""

    UNKNOWN = "its health is not known yet; it gets calls"
    SERVING = "it serves"
    DRAINING = "it says that it does not serve"
    AWAY = "it does not answer"


@dataclass(frozen=True)
class ReplicaStatus:
    """A replica as one client sees it. ``calls`` counts every attempt of a repeated call."""

    name: str
    state: State
    in_flight: int
    calls: int


class Caller:
    """Sends calls over channels, with the client's credentials."""

    def __init__(self, token=None, ca=None, certificate=None, key=None):
        if (certificate is None) != (key is None):
            raise ValueError("certificate and key, or neither, expected; got one")
        if certificate is not None and ca is None:
            raise ValueError("authorities to trust (ca) expected beside a certificate, got none")
        self.headers = () if token is None else (("authorization", f"Bearer {token}"),)
        self._credentials = None
        if ca is not None:
            parts = [None if path is None else _read(path) for path in (ca, key, certificate)]
            self._credentials = grpc.ssl_channel_credentials(*parts)

    def open(self, address: str, authority: str = "") -> grpc.Channel:
        """Opens a channel. ``authority`` is the host in the certificate, if the address differs."""
        options: list[tuple[str, object]] = [
            ("grpc.enable_retries", 0),  # this client repeats calls itself
            ("grpc.use_local_subchannel_pool", 1),  # a new channel has a new connection
        ]
        if authority:
            options.append(("grpc.default_authority", authority))
        if self._credentials is None:
            return grpc.insecure_channel(address, options)
        if authority:
            options.append(("grpc.ssl_target_name_override", authority))
        return grpc.secure_channel(address, self._credentials, options)

    def send(self, channel, method, request, timeout, *headers):
        """Sends one call and returns its answer, or raises RequestError."""
        path, _, answer = method
        try:
            call = channel.unary_unary(path, type(request).SerializeToString, answer.FromString)
            return call(request, timeout=timeout, metadata=(*self.headers, *headers))
        except grpc.RpcError as failure:
            raise RequestError.of(failure) from failure
        except ValueError as failure:
            message = "an open client expected, got a closed one"
            raise RequestError("UNAVAILABLE", message) from failure


def _user_header(user: str) -> tuple[str, str]:
    return "x-user-id", hashlib.sha256(user.encode()).hexdigest()[:8]


def _read(path) -> bytes:
    with open(path, "rb") as file:
        return file.read()


class Replica:
    """One replica: its connection, its health and the calls in flight. Thread-safe."""

    def __init__(self, name: str, open_channel):
        self.name, self._open = name, open_channel
        self.state, self.in_flight, self.calls = State.UNKNOWN, 0, 0
        self.channel = open_channel(name)
        self.heard, self._watched = time.monotonic(), False
        self._lock, self._check, self._closed = threading.Lock(), None, threading.Event()
        threading.Thread(target=self._watch, name="unipin-health", daemon=True).start()

    @property
    def takes_calls(self) -> bool:
        return self.state in (State.UNKNOWN, State.SERVING)

    def _watch(self) -> None:
        path, request, answer = _HEALTH["Watch"]
        pauses = Backoff(0.1, 2.0)
        while not self._closed.is_set():
            told, channel = False, self.channel
            self.heard, self._watched = time.monotonic(), True  # the connection may be new
            try:
                watch = channel.unary_stream(path, request.SerializeToString, answer.FromString)
                for health in watch(_HEALTH_REQUEST):
                    with self._lock:
                        if channel is self.channel:
                            told = True
                            self.heard = time.monotonic()
                            serves = health.status == _SERVING
                            self.state = State.SERVING if serves else State.DRAINING
                    pauses.reset()
            except grpc.RpcError as failure:
                if failure.code() == grpc.StatusCode.UNIMPLEMENTED:
                    told, self.state = True, State.SERVING  # the server has no health service
                    while channel is self.channel and not self._closed.wait(_TICK):
                        pass
            except ValueError:
                pass  # the channel was closed meanwhile
            self._watched = False
            cut = channel is not self.channel
            if cut or not told:
                self.state = State.AWAY
                self._closed.wait(pauses.next())
            if not cut and not told:
                # After many failures a connection waits for minutes. A new connection tries at
                # once.
                old = self._reconnect()
                if not self.in_flight:
                    old.close()

    def _reconnect(self) -> grpc.Channel:
        """Replaces the connection, and returns the old connection."""
        with self._lock:
            old = self.channel
            if not self._closed.is_set():
                self.channel = self._open(self.name)
        return old

    def tick(self) -> None:
        """Asks a silent replica for its health. Called at short intervals by one thread."""
        if self._check is not None:
            if self._check.done():
                self._answered(self._check)
                self._check = None
            return
        silence = _SILENCE if self.in_flight else _IDLE_SILENCE
        # The connection of a replica that drains can die, too.
        if not self._watched or time.monotonic() - self.heard < silence:
            return
        path, request, answer = _HEALTH["Check"]
        try:
            check = self.channel.unary_unary(path, request.SerializeToString, answer.FromString)
            self._check = check.future(_HEALTH_REQUEST, timeout=_PATIENCE)
        except ValueError:
            pass  # the channel was closed meanwhile

    def _answered(self, check) -> None:
        code = check.code()
        if code == grpc.StatusCode.DEADLINE_EXCEEDED:
            # The connection may be dead. Its calls end, and go to other replicas.
            self.state = State.AWAY
            self._reconnect().close()
        elif code in (grpc.StatusCode.OK, grpc.StatusCode.UNIMPLEMENTED):
            self.heard = time.monotonic()
            if code == grpc.StatusCode.OK and check.result().status != _SERVING:
                self.state = State.DRAINING

    def close(self) -> None:
        with self._lock:
            self._closed.set()
            self.channel.close()


class Single:
    """Sends each call once, to one address."""

    def __init__(self, address: str, caller: Caller):
        self._caller, self._channel = caller, caller.open(address)

    def send(self, method, request, user, repeatable, deadline):
        return self._caller.send(self._channel, method, request, deadline, _user_header(user))

    def replicas(self) -> list[ReplicaStatus]:
        return []

    def close(self) -> None:
        self._channel.close()


class Fleet:
    """Sends each call to a replica, and repeats it at another replica if useful. Thread-safe."""

    def __init__(self, names: list[str], caller: Caller, find=None, authority: str = ""):
        self._caller, self._find = caller, find
        self._open = lambda name: caller.open(name, authority)
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._replicas: dict[str, Replica] = {}
        self._retired: list[Replica] = []
        self._update(names)
        threading.Thread(target=self._keep, name="unipin-fleet", daemon=True).start()
        if find is not None:
            threading.Thread(target=self._follow, name="unipin-names", daemon=True).start()

    def _update(self, names: list[str]) -> None:
        with self._lock:
            if self._closed.is_set():
                return
            for name in set(self._replicas) - set(names):
                self._retired.append(self._replicas.pop(name))
            for name in names:
                if name not in self._replicas:
                    self._replicas[name] = Replica(name, self._open)

    def _keep(self) -> None:
        while not self._closed.wait(_TICK):
            with self._lock:
                replicas = list(self._replicas.values())
                ended = [replica for replica in self._retired if not replica.in_flight]
                self._retired = [replica for replica in self._retired if replica.in_flight]
            for replica in ended:
                replica.close()
            for replica in replicas:
                replica.tick()

    def _follow(self) -> None:
        while not self._closed.wait(_DNS_DISTANCE):
            try:
                self._update(self._find())
            except OSError as failure:
                _logger.warning("the addresses stay: %s", failure)

    def _begin(self, user: str, tried: set[str]):
        """Chooses a replica and counts the call. Returns the replica and whether it comes first."""
        with self._lock:
            names = order(user, self._replicas)
            open_ones = [r for r in self._replicas.values() if r.takes_calls]
            bound = room(sum(r.in_flight for r in open_ones), max(1, len(open_ones)))
            left = [self._replicas[name] for name in names if name not in tried]
            # Prefers the first replica with room, then the first that takes calls, then the first
            # of all.
            ranks = (lambda r: r.takes_calls and r.in_flight < bound, lambda r: r.takes_calls)
            for wanted in (*ranks, lambda r: True):
                for replica in filter(wanted, left):
                    replica.in_flight += 1
                    replica.calls += 1
                    return replica, replica.name == names[0]
        return None, False

    def _attempt(self, replica, route, method, request, user, end):
        channel = replica.channel
        headers = _user_header(user), ("unipin-route", route)
        try:
            left = end - time.monotonic()
            answer = self._caller.send(channel, method, request, left, *headers)
            replica.heard = time.monotonic()
            return answer
        except RequestError as failure:
            if failure.kind is Kind.CANCELLED and channel is not replica.channel:
                raise RequestError("UNAVAILABLE", f"{replica.name} fell silent") from failure
            raise
        finally:
            with self._lock:
                replica.in_flight -= 1

    def send(self, method, request, user, repeatable, deadline):
        end = time.monotonic() + deadline
        pauses, tried, last = Backoff(0.05, 1.0), set(), None
        while True:
            replica, first = self._begin(user, tried)
            if replica is None:
                raise last or RequestError("UNAVAILABLE", "a replica expected, got none")
            tried.add(replica.name)
            try:
                route = "first" if first else "other"
                return self._attempt(replica, route, method, request, user, end)
            except RequestError as failure:
                last = failure
                helps = failure.kind in (Kind.OVERLOADED, Kind.UNAVAILABLE)
                if not (helps and repeatable) or self._closed.is_set():
                    raise
            everywhere = len(tried) >= len(self._replicas)
            if everywhere:
                tried.clear()
            asked = last.retry_after
            if everywhere or last.kind is Kind.OVERLOADED or asked is not None:
                pause = pauses.next(asked or 0.0)
                if end - time.monotonic() <= pause:
                    raise last  # the deadline would pass during the pause
                self._closed.wait(pause)

    def replicas(self) -> list[ReplicaStatus]:
        with self._lock:
            replicas = list(self._replicas.values())
        return [ReplicaStatus(r.name, r.state, r.in_flight, r.calls) for r in replicas]

    def close(self) -> None:
        with self._lock:
            self._closed.set()
            replicas = [*self._replicas.values(), *self._retired]
            self._replicas.clear()
        for replica in replicas:
            replica.close()


def _names_of(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    hosts = {str(address[0]) for *_, address in found}
    return sorted(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host in hosts)


def _place(name: str) -> tuple[str, int]:
    """Returns the host and the port of an address."""
    place = re.fullmatch(r"(\[[^\]]+\]|[^:\s]+):(\d{1,5})", name)
    if place is None or int(place[2]) > 65535:
        raise ValueError(f"host:port expected, got '{name}'")
    return place[1], int(place[2])


def open_calls(address, caller: Caller):
    """Opens the calls to one server, to several servers, or to a DNS name of servers."""
    if isinstance(address, str) and address.startswith("dns:///"):
        host, port = _place(address[7:])
        try:
            first = _names_of(host, port)
        except OSError as failure:
            message = f"a name with addresses expected, got {host}"
            raise RequestError("UNAVAILABLE", message) from failure
        return Fleet(first, caller, lambda: _names_of(host, port), host)
    names = address.split(",") if isinstance(address, str) else address
    names = [name.strip() for name in names]
    for name in names:
        _place(name)
    if len(set(names)) < len(names):
        raise ValueError(f"addresses that differ from each other expected, got {address}")
    return Single(names[0], caller) if len(names) == 1 else Fleet(names, caller)
