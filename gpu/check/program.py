"""The program of a pack on a device: loads an archive, gives it other tensors, calls methods."""

import torch

from pack import PackError

TYPES = {"F32": torch.float32, "I64": torch.int64}


def tensor_of(array):
    """Copies an array of a pack into a tensor on the processor."""
    if not array.data:
        return torch.zeros(array.shape, dtype=TYPES[array.type])
    flat = torch.frombuffer(bytearray(array.data), dtype=TYPES[array.type])
    return flat.reshape(array.shape).clone()


class Methods:
    """The methods of a loaded archive. A call gives each argument by the name of its parameter.

    The archive must declare the parameters of the pack's schema in the same order. Otherwise an
    argument could be passed for another parameter.
    """

    def __init__(self, pack, kind, file, device):
        self.pack = pack
        self.parameters_of = pack.methods[kind]
        self.device = torch.device(device)
        self.module = torch.jit.load(pack.path(file), map_location=self.device)
        for method, parameters in self.parameters_of.items():
            declared = [a.name for a in self.module._c._get_method(method).schema.arguments][1:]
            if declared != parameters:
                raise PackError(f"parameters {parameters} of {method} expected, got {declared}")

    def call(self, method, **arguments):
        """Calls a method. There must be one argument for each parameter, and no other argument."""
        parameters = self.parameters_of[method]
        if sorted(parameters) != sorted(arguments):
            raise PackError(
                f"arguments {sorted(parameters)} of {method} expected, got {sorted(arguments)}"
            )
        function = getattr(self.module, method)
        return function(*[arguments[name] for name in parameters])


def pool_methods(pack, device):
    """Returns the program that moves the elements of a pool."""
    return Methods(pack, "pool", pack.schema["pool"], device)


class Program(Methods):
    """The program of a model. The kind of its archive is serving or training."""

    def __init__(self, pack, model, kind, device):
        super().__init__(pack, kind, pack.models[model]["archives"][kind]["file"], device)
        self.config = dict(pack.models[model]["config"])

    def tensors(self):
        """Returns the module's tensors by name, in the program's order."""
        return {name: getattr(self.module, name) for name in self.pack.schema["tensors"]}

    def parameters(self):
        """Returns the tensors that training changes, by name."""
        buffers = self.pack.schema["buffers"]
        used = self.tensors()
        return {
            name: tensor
            for name, tensor in used.items()
            if name not in buffers and self._is_used(name)
        }

    def _is_used(self, name):
        if name == "item_attribute":
            return self.config["buckets"] > 0
        if name in ("path_in", "path_out"):
            return self.config["content_path"] > 0
        return True

    def replace(self, config, tensors):
        """Replaces the configuration and all tensors. The tensors may have any shapes."""
        self.config = dict(config)
        for name in ("heads", "kv_heads", "head_dim"):
            setattr(self.module, name, config[name])
        for name, tensor in tensors.items():
            setattr(self.module, name, tensor.to(self.device))
        for name, tensor in tensors.items():
            got = list(getattr(self.module, name).shape)
            if got != list(tensor.shape):
                raise PackError(f"tensor {name} of shape {list(tensor.shape)} expected, got {got}")
        return self

    def prepare(self, arithmetic, kernel):
        """Prepares the matrices for calls of serving. Arithmetic and kernel are names."""
        self.call(
            "prepare",
            arithmetic=self.pack.numbers[arithmetic],
            kernel=self.pack.numbers[kernel],
        )
        return self


def random_tensors(shapes, layers, generator, device):
    """Returns random tensors by name. Their scale keeps the variance of rows at about 1."""
    tensors = {}
    for name, shape in shapes.items():
        if name.endswith("_norm"):
            tensor = torch.ones(shape, device=device)
        elif name == "calibration":
            tensor = torch.ones(shape, device=device)
            tensor[1] = 0.0
        elif name == "activation_range":
            tensor = torch.zeros(shape, device=device)
        elif name == "logit_scale":
            tensor = torch.full(shape, 3.0, device=device)
        else:
            tensor = torch.randn(shape, generator=generator, device=device)
            if name in ("token_item", "item_id", "path_in") or len(shape) == 1:
                tensor = tensor * 1.0
            elif name.endswith(("_gap", "_surface", "_position", "_offset", "_action")):
                tensor = tensor * 0.3
            else:
                tensor = tensor * max(1, shape[-1]) ** -0.5
            if name in ("attention_out", "forward_out", "item_out", "query_out"):
                tensor = tensor * (2 * layers) ** -0.5
        tensors[name] = tensor
    return tensors


def unit_rows(count, width, generator, device):
    """Returns random vectors (count, width) of unit length, like the embeddings of items."""
    x = torch.randn([count, width], generator=generator, device=device)
    return x / x.norm(dim=1, keepdim=True)
