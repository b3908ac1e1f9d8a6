"""Makes the calls of a list of cases. Prints how each case ends, as one line of JSON.

Usage: conformance.py SERVERS CASES. SERVERS is a file with the addresses and authorities of
servers. CASES is a file with a list of cases. A case has a server, an RPC, a request in JSON, and
perhaps a token and a deadline.
"""

import json
import sys
import time
from pathlib import Path

from google.protobuf import json_format

import unipin
from unipin import UniPinAdminClient, UniPinClient
from unipin import messages as m

RPCS = {**UniPinClient._METHODS, **UniPinAdminClient._METHODS}


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


def connect(case, servers):
    server = servers[case["server"]]
    options = {"token": case.get("token"), "ca": server.get("ca")}
    if "deadlineMs" in case:
        options["deadline"] = case["deadlineMs"] / 1000
    if case["rpc"] in UniPinAdminClient._METHODS:
        return unipin.connect_admin(server["admin"], **options)
    client = unipin.connect(server["address"], **options)
    while any(replica.state is unipin.State.UNKNOWN for replica in client.replicas()):
        time.sleep(0.01)
    return client


def call(client, case):
    request = RPCS[case["rpc"]][1]
    method = getattr(client, snake(case["rpc"]))
    if "requests" in case:
        return list(method(json_format.ParseDict(one, request()) for one in case["requests"]))
    return [method(json_format.ParseDict(case["request"], request()))]


def outcome(client, case):
    try:
        answers = [json.loads(json_format.MessageToJson(one)) for one in call(client, case)]
        return {"answers": answers}
    except unipin.RequestError as failure:
        violations = [[one.field, one.description] for one in failure.violations]
        retry = failure.retry_after
        return {
            "code": failure.code,
            "kind": failure.kind.name,
            "reason": failure.reason,
            "message": failure.message,
            "violations": violations,
            "retryAfterMs": None if retry is None else round(1000 * retry),
        }


def main(servers, cases):
    clients = {}
    for case in cases:
        key = json.dumps(
            [case["server"], case["rpc"] in UniPinAdminClient._METHODS]
            + [case.get(name) for name in ("token", "deadlineMs")]
        )
        if key not in clients:
            clients[key] = connect(case, servers)
        print(json.dumps({"name": case["name"], **outcome(clients[key], case)}), flush=True)
    for client in clients.values():
        client.close()


if __name__ == "__main__":
    main(*(json.loads(Path(file).read_text(encoding="utf-8")) for file in sys.argv[1:]))
