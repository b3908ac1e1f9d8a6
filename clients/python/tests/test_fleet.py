"""Tests what needs no server: the order of replicas, pauses, errors and messages."""

import ast
import json
import os
import threading
import time
import unittest
from concurrent import futures
from pathlib import Path

import grpc

import unipin
from unipin import fleet
from unipin import messages as m

VECTORS = Path(os.environ["UNIPIN_REPLICA_ORDER"])


class MuteServer(grpc.GenericRpcHandler):
    """Tells each watcher of its health that it drains, and then answers nothing."""

    def __init__(self):
        self.watches, self.questions, self._over = 0, 0, threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(8), handlers=(self,))
        self.name = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def service(self, handler_call_details):
        if handler_call_details.method.endswith("/Watch"):
            return grpc.unary_stream_rpc_method_handler(self._watch)
        return grpc.unary_unary_rpc_method_handler(self._check)

    def _watch(self, request, context):
        self.watches += 1
        yield b"\x08\x02"  # NOT_SERVING
        self._over.wait(30)

    def _check(self, request, context):
        self.questions += 1
        self._over.wait(30)
        return b""

    def close(self):
        self._over.set()
        self._server.stop(None)


class FleetTest(unittest.TestCase):
    def until(self, condition):
        end = time.monotonic() + 10
        while not condition() and time.monotonic() < end:
            time.sleep(0.025)
        self.assertTrue(condition())

    def test_silent_replica_that_drains_is_asked_and_connected_again(self):
        server = MuteServer()
        calls = fleet.Fleet([server.name], fleet.Caller())
        try:
            replica = calls._replicas[server.name]
            self.until(lambda: replica.state is fleet.State.DRAINING)
            self.assertEqual(server.questions, 0)
            replica.heard -= 11
            self.until(lambda: server.questions == 1)
            self.until(lambda: server.watches == 2)
            self.until(lambda: replica.state is fleet.State.DRAINING)
        finally:
            calls.close()
            server.close()

    def test_order_is_that_of_all_clients(self):
        golden = json.loads(VECTORS.read_text(encoding="utf-8"))
        self.assertGreater(len(golden["vectors"]), 10)
        for vector in golden["vectors"]:
            user, replicas = vector["user"], vector["replicas"]
            scores = [f"{fleet.score(replica, user):016x}" for replica in replicas]
            self.assertEqual(scores, vector["scores"])
            self.assertEqual(fleet.order(user, reversed(replicas)), vector["order"])
        for case in golden["rooms"]:
            self.assertEqual(fleet.room(case["inFlight"], case["replicas"]), case["room"])

    def test_pauses_grow_and_respect_the_server(self):
        pauses = fleet.Backoff(0.05, 0.2)
        for most in (0.05, 0.1, 0.2, 0.2):
            pause = pauses.next()
            self.assertGreaterEqual(pause, 0.8 * most)
            self.assertLessEqual(pause, most)
        self.assertEqual(pauses.next(3.0), 3.0)

    def test_addresses_that_are_wrong_are_refused(self):
        for address in ("host", "host:x", "host:70000", "a:1,", "a:1,a:1", "dns:///host"):
            with self.assertRaises(ValueError, msg=address):
                unipin.connect(address)

    def test_certificate_without_key_is_refused(self):
        with self.assertRaises(ValueError):
            unipin.connect("a:1", ca="ca.pem", certificate="c.pem")

    def test_request_of_another_kind_is_refused(self):
        with unipin.connect("127.0.0.1:1") as client:
            with self.assertRaisesRegex(TypeError, "RankRequest expected, got RetrieveRequest"):
                client.rank(m.RetrieveRequest())

    def test_closed_client_says_so(self):
        for address in ("127.0.0.1:1", "127.0.0.1:1,127.0.0.1:2"):
            client = unipin.connect(address)
            client.close()
            client.close()
            with self.assertRaises(unipin.RequestError) as raised:
                client.rank(m.RankRequest())
            self.assertIs(raised.exception.kind, unipin.Kind.UNAVAILABLE)

    def test_types_of_messages_are_valid_python(self):
        stub = Path(m.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
        declared = [node.name for node in ast.parse(stub).body if isinstance(node, ast.ClassDef)]
        self.assertIn("RetrieveAndRankRequest", declared)
        for name in declared:
            self.assertTrue(hasattr(m, name), name)


if __name__ == "__main__":
    unittest.main()
