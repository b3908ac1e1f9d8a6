"""The parts machine and ceilings: name the card, and measure how fast it copies and multiplies."""

import platform
import subprocess

import torch

from measure import times


def describe(results, device):
    results.fact("python", platform.python_version())
    results.fact("torch", torch.__version__)
    results.fact("cuda", str(torch.version.cuda))
    if torch.device(device).type == "cuda":
        card = torch.cuda.get_device_properties(device)
        results.fact("card", card.name)
        results.fact("memory", f"{card.total_memory / 2 ** 30:.1f} GiB")
        results.fact("compute capability", f"{card.major}.{card.minor}")
        results.fact("processors of the card", card.multi_processor_count)
        results.fact("driver", driver())
    else:
        results.fact("card", "none: a run on the processor")


def driver():
    try:
        said = subprocess.run(
            [
                "nvidia-smi", "--format=csv,noheader",
                "--query-gpu=driver_version,power.limit,clocks.max.sm",
            ],
            capture_output=True, text=True, timeout=20, check=False,
        )
        return said.stdout.strip().splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "unknown"


def ceilings(results, device, shrink):
    """Measures a copy inside the card and large products. Returns FLOP/s by type name."""
    size = 256 if shrink else 8192
    megabytes = 16 if shrink else 2048
    x = torch.empty(megabytes << 20, dtype=torch.uint8, device=device)
    y = torch.empty_like(x)
    copy = times(lambda: y.copy_(x), device, seconds=1.5)
    moved = 2 * x.numel() / (copy.median() / 1000)
    results.row("copy inside the card", moved / 1e9, "GB/s", note="read and written bytes")
    rates = {}
    for name, kind, tf32 in (
        ("float16", torch.float16, False),
        ("float32", torch.float32, False),
        ("tf32", torch.float32, True),
    ):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        try:
            a = torch.randn([size, size], device=device).to(kind)
            b = torch.randn([size, size], device=device).to(kind)
            product = times(lambda: torch.matmul(a, b), device, seconds=1.5)
        finally:
            torch.backends.cuda.matmul.allow_tf32 = False
        rates[name] = 2 * size ** 3 / (product.median() / 1000)
        results.row(f"product of {size} x {size}, {name}", rates[name] / 1e12, "TFLOP/s")
    return rates
