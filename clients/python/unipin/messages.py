"""The messages of the contract, such as ``RetrieveAndRankRequest``.

They are built when the module is loaded, from ``contract.binpb``. The file ``contract.binpb`` is
generated from the proto files and depends on no version of the protobuf library. The messages are
registered in a pool of their own, so they never collide with other generated code in the same
program.
``messages.pyi`` has their types for editors and type checkers.
"""

from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "unipin.v1"
_pool = descriptor_pool.DescriptorPool()
_is_old = not hasattr(message_factory, "GetMessageClass")  # before protobuf 4.22
_factory = message_factory.MessageFactory(_pool) if _is_old else None


def _load():
    contract = Path(__file__).with_name("contract.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(contract).file:
        _pool.AddSerializedFile(file.SerializeToString())
        if file.package == _PACKAGE:
            for message in file.message_type:
                globals()[message.name] = _class(f"{_PACKAGE}.{message.name}")


def _class(name):
    """Returns the class of a message, by its full name."""
    descriptor = _pool.FindMessageTypeByName(name)
    if _is_old:
        return _factory.GetPrototype(descriptor)
    return message_factory.GetMessageClass(descriptor)


def _methods(service):
    """Returns the path, request class and answer class of each RPC, by the name of the RPC."""
    descriptor = _pool.FindServiceByName(service)
    return {
        method.name: (
            f"/{service}/{method.name}",
            _class(method.input_type.full_name),
            _class(method.output_type.full_name),
        )
        for method in descriptor.methods
    }


_load()
