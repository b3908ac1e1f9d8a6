"""Reads a pack that `./unipin bench gpu-pack` wrote, and checks it against its schema.

Imports no torch, so its tests also run on machines without torch.
"""

import collections
import json
import os
import struct

VERSION = 1
BYTES = {"F32": 4, "I64": 8}

Array = collections.namedtuple("Array", "type shape data")


class PackError(Exception):
    """A pack that differs from its schema, or a program that differs from the pack."""


def read_arrays(path):
    """Returns the arrays of a safetensors file by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        size = BYTES[entry["dtype"]]
        for length in entry["shape"]:
            size *= length
        if end - begin != size or end > len(data):
            raise PackError(f"{size} bytes of array {name} expected, got {end - begin}")
        arrays[name] = Array(entry["dtype"], entry["shape"], data[begin:end])
    return arrays


def check_arrays(arrays, listed):
    """Refuses arrays whose names, types or shapes differ from the schema's list."""
    if list(arrays) != list(listed):
        raise PackError(f"arrays {list(listed)} expected, got {list(arrays)}")
    for name, array in arrays.items():
        expected = (listed[name]["type"], listed[name]["shape"])
        if (array.type, array.shape) != expected:
            raise PackError(f"array {name}: {expected} expected, got {array.type, array.shape}")


class Pack:
    """A folder with archives, arrays and a schema.

    numbers  the number that stands for each name in the program, such as PLAIN or FLASH
    kernels  the kernel of attention that serving chooses, by kind of device and type of numbers
    methods  for each kind of archive, the names of each method's parameters
    shapes   the configurations of large models, with the shapes of their tensors
    models   the small models: configuration, archives with their calls, and arrays
    """

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "schema.json"), encoding="utf-8") as file:
            self.schema = json.load(file)
        if self.schema["version"] != VERSION:
            raise PackError(f"version {VERSION} of a pack expected, got {self.schema['version']}")
        self.numbers = self.schema["numbers"]
        self.kernels = self.schema["kernels"]
        self.methods = self.schema["methods"]
        self.shapes = self.schema["shapes"]
        self.models = self.schema["models"]
        self._arrays = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def arrays(self, model):
        """Returns the arrays of a small model by name."""
        if model not in self._arrays:
            listed = self.models[model]
            arrays = read_arrays(self.path(listed["file"]))
            check_arrays(arrays, listed["arrays"])
            self._arrays[model] = arrays
        return self._arrays[model]

    def weights(self, model):
        """Returns the arrays of a small model's tensors by name."""
        return {
            name[len("weight."):]: array
            for name, array in self.arrays(model).items()
            if name.startswith("weight.")
        }
