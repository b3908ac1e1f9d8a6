"""The failure of a request, with the details that the server gave."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import grpc

from unipin import messages

_STATUS = messages._class("google.rpc.Status")
_ERROR_INFO = messages._class("google.rpc.ErrorInfo")
_BAD_REQUEST = messages._class("google.rpc.BadRequest")
_RETRY_INFO = messages._class("google.rpc.RetryInfo")


class Kind(enum.Enum):
    """The kind of a failure. It decides what the caller should do next."""

    INVALID = "the request is wrong, or the caller may not send it; another attempt is useless"
    TOO_LARGE = "the request is larger than the server accepts; another attempt is useless"
    OVERLOADED = "the server has no room now; the same request may succeed later"
    DEADLINE = "the deadline has passed"
    CANCELLED = "the caller cancelled the request"
    UNAVAILABLE = "the server can't be reached or can't serve at the moment"
    INTERNAL = "the server is at fault"


_KINDS = {
    "INVALID_ARGUMENT": Kind.INVALID,
    "FAILED_PRECONDITION": Kind.INVALID,
    "OUT_OF_RANGE": Kind.INVALID,
    "NOT_FOUND": Kind.INVALID,
    "UNAUTHENTICATED": Kind.INVALID,
    "PERMISSION_DENIED": Kind.INVALID,
    "UNIMPLEMENTED": Kind.INVALID,
    "RESOURCE_EXHAUSTED": Kind.OVERLOADED,
    "DEADLINE_EXCEEDED": Kind.DEADLINE,
    "CANCELLED": Kind.CANCELLED,
    "UNAVAILABLE": Kind.UNAVAILABLE,
}


@dataclass(frozen=True)
class Violation:
    """One error in a request: the path of the field, and what was expected and what came."""

    field: str
    description: str


class RequestError(Exception):
    """The failure of a request, at a server or before the request reached a server.

    kind: what the caller should do next
    code: name of gRPC's status, such as ``INVALID_ARGUMENT``
    reason: the server's reason, such as ``OVERLOADED``; the kind if no server gave a reason
    violations: what is wrong with the request, field by field; empty if the server does not say
    retry_after: seconds to wait before the next attempt; None if the server does not say
    """

    def __init__(
        self,
        code: str,
        message: str,
        reason: str = "",
        violations: tuple[Violation, ...] = (),
        retry_after: float | None = None,
        final: bool = False,
    ):
        super().__init__(message)
        too_large = code == "RESOURCE_EXHAUSTED" and (final or reason == "TOO_LARGE")
        self.kind = Kind.TOO_LARGE if too_large else _KINDS.get(code, Kind.INTERNAL)
        self.code = code
        self.reason = reason or self.kind.name
        self.violations = violations
        self.retry_after = retry_after

    @property
    def message(self) -> str:
        return str(self)

    @classmethod
    def of(cls, failure: grpc.RpcError) -> RequestError:
        """Returns the failure for a status of gRPC and its details."""
        code = failure.code().name
        reason, violations, retry_after, final = "", [], None, False
        for key, value in failure.trailing_metadata() or ():
            if key == "grpc-retry-pushback-ms":
                final = value == "-1"
            elif key == "grpc-status-details-bin":
                for detail in _STATUS.FromString(value).details:
                    if detail.Is(_ERROR_INFO.DESCRIPTOR):
                        reason = _ERROR_INFO.FromString(detail.value).reason
                    elif detail.Is(_BAD_REQUEST.DESCRIPTOR):
                        fields = _BAD_REQUEST.FromString(detail.value).field_violations
                        violations += [Violation(f.field, f.description) for f in fields]
                    elif detail.Is(_RETRY_INFO.DESCRIPTOR):
                        delay = _RETRY_INFO.FromString(detail.value).retry_delay
                        retry_after = delay.seconds + delay.nanos / 1e9
        message = failure.details() or code
        return cls(code, message, reason, tuple(violations), retry_after, final)
