"""The part kernels: calls the attention kernels directly, without the program.

If the program fails on a card, this part tells which arguments each kernel accepts: starts that do
not ascend, lengths that do not follow from the starts, fewer heads of keys than of queries, and
float32. It also tells the shape of the log-sum-exp.
"""

import torch

WIDTH = 32


def data(device, kind, heads, kv_heads, causal):
    """Returns the arguments of a kernel, and its answers and log-sum-exps in float64.

    Rows of the pool that no user has are NaN.
    """
    generator = torch.Generator().manual_seed(11)
    used = [37, 5, 64]
    new = [9, 5, 1] if causal else [12, 3, 20]
    starts = [150, 4, 60]
    pool = torch.full([260, 2, kv_heads, WIDTH], float("nan"))
    queries = torch.randn([sum(new), heads, WIDTH], generator=generator)
    answers, sums, at = [], [], 0
    for count, start, more in zip(used, starts, new):
        pool[start:start + count] = torch.randn([count, 2, kv_heads, WIDTH], generator=generator)
        rounded = pool[start:start + count].to(kind).to(torch.float64)
        keys = rounded[:, 0].repeat_interleave(heads // kv_heads, 1)
        values = rounded[:, 1].repeat_interleave(heads // kv_heads, 1)
        q = queries[at:at + more].to(kind).to(torch.float64)
        scores = torch.einsum("qhd,khd->qhk", q, keys)
        if causal:
            last = torch.arange(count - more, count).view(-1, 1, 1)
            scores = scores.masked_fill(torch.arange(count) > last, float("-inf"))
        answers.append(torch.einsum("qhk,khd->qhd", torch.softmax(scores, -1), values))
        sums.append(torch.logsumexp(scores, -1))
        at += more
    ends = torch.tensor([0, *torch.tensor(new).cumsum(0)], dtype=torch.int32, device=device)
    offsets = torch.tensor([*starts, 0], dtype=torch.int32, device=device)
    lengths = torch.tensor(used, dtype=torch.int32, device=device)
    pool = pool.to(kind).to(device)
    rows = queries.to(kind).to(device)
    given = (rows, pool[:, 0], pool[:, 1], ends, offsets, lengths, max(new), max(used))
    return given, torch.cat(answers), torch.cat(sums)


def flash(given, causal):
    q, k, v, ends, offsets, lengths, most_new, most_rows = given
    out = torch.ops.aten._flash_attention_forward(
        q, k, v, ends, offsets, most_new, most_rows, 0.0, causal, False,
        scale=1.0, seqused_k=lengths,
    )
    return out[0], out[1]


def efficient(given, causal):
    q, k, v, ends, offsets, lengths, most_new, most_rows = given
    group = q.size(1) // k.size(1)
    keys, values = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    out = torch.ops.aten._efficient_attention_forward(
        q.unsqueeze(0), keys.unsqueeze(0), values.unsqueeze(0), None, ends, offsets,
        most_new, most_rows, 0.0, 2 if causal else 0, True, scale=1.0, seqlen_k=lengths,
    )
    return out[0].squeeze(0), out[1]


def run(results, device):
    """Adds a row for each kernel and case: the largest difference or the failure. Sets no bars."""
    for name, kernel, kinds in (
        ("flash", flash, [torch.float16]), ("efficient", efficient, [torch.float16, torch.float32]),
    ):
        for kind in kinds:
            for heads, kv_heads in ((4, 4), (4, 2)):
                for causal in (False, True):
                    given, expected, sums = data(device, kind, heads, kv_heads, causal)
                    case = f"kernel {name}, {str(kind)[6:]}, heads {heads}/{kv_heads}"
                    case += ", causal" if causal else ""
                    try:
                        out, lse = kernel(given, causal)
                        apart = (out.to("cpu", torch.float64) - expected).abs().max().item()
                        results.row(case, apart, "", note=log_sums(lse, sums))
                    except Exception as failure:  # its text tells what the kernel refuses
                        results.row(case, float("nan"), "", note=f"{failure}".splitlines()[0][:200])


def log_sums(lse, expected):
    """Returns a note with the shape of lse.

    If the shape is (H, T), the note also has the largest difference between lse and the expected
    values.
    """
    shape = f"log-sum-exp {list(lse.shape)}"
    if lse.dim() == 2 and lse.size(1) == expected.size(0):
        apart = (lse.to("cpu", torch.float64).T - expected).abs().max().item()
        shape += f", apart {apart:.1e}"
    return shape
