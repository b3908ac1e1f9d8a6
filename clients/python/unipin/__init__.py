"""Client of UniPin servers. Begin with :func:`connect`; ``docs/clients.md`` has examples."""

from unipin import messages
from unipin.client import UniPinAdminClient, UniPinClient, connect, connect_admin
from unipin.errors import Kind, RequestError, Violation
from unipin.fleet import ReplicaStatus, State

__all__ = [
    "Kind",
    "ReplicaStatus",
    "RequestError",
    "State",
    "UniPinAdminClient",
    "UniPinClient",
    "Violation",
    "connect",
    "connect_admin",
    "messages",
]
