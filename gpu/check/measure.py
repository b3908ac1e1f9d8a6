"""Measures times of calls, by events of the card or by the clock of the processor."""

import statistics
import time

import torch


class Times:
    """Times of one call in milliseconds."""

    def __init__(self, each):
        self.each = sorted(each)

    def median(self):
        return statistics.median(self.each)

    def p90(self):
        return self.each[min(len(self.each) - 1, int(0.9 * len(self.each)))]

    def text(self):
        return f"p90 {self.p90():.2f} ms, {len(self.each)} calls"


def wait(device):
    """Waits until the device has done its work."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)


def times(call, device, seconds=2.0, most=100, least=5, warm=3):
    """Returns the times of a call.

    Makes some calls to warm up, and then repeats the call for some seconds.
    """
    for _ in range(warm):
        call()
    wait(device)
    each = []
    end = time.monotonic() + seconds
    while len(each) < least or (len(each) < most and time.monotonic() < end):
        each.append(_once(call, device))
    return Times(each)


def _once(call, device):
    if torch.device(device).type == "cuda":
        begin = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        begin.record()
        call()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end)
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def launches(call, device):
    """Returns how many kernels a call starts on a card, or how many operators on the processor."""
    from torch.profiler import ProfilerActivity, profile

    call()
    wait(device)
    cuda = torch.device(device).type == "cuda"
    activities = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if cuda else [])
    with profile(activities=activities) as profiled:
        call()
        wait(device)
    events = profiled.events()
    if cuda:
        kind = torch.autograd.DeviceType.CUDA
        return sum(1 for event in events if event.device_type == kind)
    return sum(1 for event in events if event.name.startswith("aten::"))


def slowest(call, device, count=12):
    """Returns the kernels that take longest: name, total microseconds, number of launches."""
    from torch.profiler import ProfilerActivity, profile

    call()
    wait(device)
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiled:
        call()
        wait(device)
    sums = {}
    kind = torch.autograd.DeviceType.CUDA
    for event in profiled.events():
        if event.device_type == kind:
            micros = event.time_range.elapsed_us()
            total, number = sums.get(event.name, (0.0, 0))
            sums[event.name] = (total + micros, number + 1)
    ordered = sorted(sums.items(), key=lambda item: -item[1][0])
    return [
        {"kernel": name[:120], "micros": round(total, 1), "launches": number}
        for name, (total, number) in ordered[:count]
    ]
