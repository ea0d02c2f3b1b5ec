"""Methods that are defined by their papers, as the plain formula over unfolded windows; gradients by autograd.

In double precision, then rounded. Padding is no cell: it is left out of every window.
"""

import math
import random as stdlib_random

import numpy as np
import torch
import torch.nn.functional as F
from suite import Suite
from torch_windows import inside, unfold, with_gradient
from windows import draw

SEED = 61
EXTENT = {1: (1, 20), 2: (1, 9), 3: (1, 6)}


def mean(cells, mask):
    return torch.where(mask, cells, 0.0).sum(-1) / mask.sum(-1)


def largest(cells, mask):
    return torch.where(mask, cells, -torch.inf).amax(-1)


def descending(cells, mask):
    """The cells from the largest, those outside last."""
    return torch.where(mask, cells, -torch.inf).sort(-1, descending=True).values


# Each takes the cells of every window and which of them are there, along the last axis.


def log_sum_exp_pool(cells, mask, r):
    scaled = torch.where(mask, r * cells, -torch.inf)
    return (scaled.logsumexp(-1) - mask.sum(-1).log()) / r


def soft_pool(cells, mask):
    return (torch.where(mask, cells, -torch.inf).softmax(-1) * cells).sum(-1)


def gem_pool(cells, mask, p):
    return mean(cells.clamp(min=0) ** p, mask) ** (1 / p)


def mixed_pool(cells, mask, alpha):
    return alpha * largest(cells, mask) + (1 - alpha) * mean(cells, mask)


def gated_pool(cells, mask, weights):
    gate = torch.sigmoid((torch.where(mask, cells, 0.0) * torch.tensor(weights, dtype=cells.dtype)).sum(-1))
    return gate * largest(cells, mask) + (1 - gate) * mean(cells, mask)


def stochastic_mean_pool(cells, mask):
    odds = torch.where(mask, cells.clamp(min=0), 0.0)
    return (odds * cells).sum(-1) / odds.sum(-1)


def top_k_pool(cells, mask, k):
    first = torch.arange(cells.shape[-1]) < k
    return mean(descending(cells, mask), first & (torch.arange(cells.shape[-1]) < mask.sum(-1, keepdim=True)))


def rank_pool(cells, mask, rank):
    last = mask.sum(-1) - 1
    at = torch.clamp(last, max=rank - 1).expand(cells.shape[:-1])
    return descending(cells, mask).gather(-1, at[..., None])[..., 0]


def median_pool(cells, mask):
    return torch.where(mask, cells, torch.nan).nanmedian(-1).values


# The others.


def maxout(x, pieces):
    return x.unflatten(1, (-1, pieces)).amax(2)


def k_max_pool(x, k):
    return x.gather(-1, x.topk(k, -1).indices.sort(-1).values)


def max_blur_pool(x, kernel_size, stride, filter_size):
    axes = x.ndim - 2
    dense = dict(stride=[1] * axes, padding=[[0, 0]] * axes, dilation=[1] * axes, ceil_mode=False)
    x = unfold(x, dense | {"kernel_size": kernel_size}, 0.0).amax(-1)
    margin = [(filter_size - 1) // 2, filter_size // 2]
    x = F.pad(x, margin * axes, mode="reflect")
    row = torch.tensor([math.comb(filter_size - 1, i) for i in range(filter_size)], dtype=x.dtype)
    row /= row.sum()
    blur = row
    for _ in range(axes - 1):
        blur = blur[..., None] * row
    channels = x.shape[1]
    convolve = [F.conv1d, F.conv2d, F.conv3d][axes - 1]
    return convolve(x, blur.expand(channels, 1, *blur.shape), stride=stride, groups=channels)


def main():
    suite = Suite("pytorch_methods", f"PyTorch {torch.__version__}, seed {SEED}")
    random, generator = stdlib_random.Random(SEED), torch.Generator().manual_seed(SEED)

    def add(op, name, x, function, params):
        tensors = with_gradient({}, function, x, generator, torch.float64)
        assert all(np.isfinite(tensor).all() for tensor in tensors.values()), name
        suite.add(name, tensors, 1e-5, 1e-6, op=op, params=params)

    def normal(spatial, channels=None):
        shape = [random.randint(1, 2), channels or random.randint(1, 2), *spatial]
        return torch.randn(shape, generator=generator)

    def windowed(method, axes, label, scale=1.0, **more):
        """A random window; cells scaled and, for methods of what is above 0, with a positive one in each window."""
        op = method.__name__
        positive = op in ("gem_pool", "stochastic_mean_pool")
        while True:
            spatial, params = draw(random, axes, EXTENT[axes])
            size = int(np.prod(params["kernel_size"]))
            if size < 2 or size > 30:
                continue
            if op == "gated_pool":
                more["weights"] = [round(random.gauss(0, 0.5), 3) for _ in range(size)]
            if max(more.get("k", 1), more.get("rank", 1)) > int(inside(params, spatial).sum(-1).max()):
                continue
            x = scale * normal(spatial)
            mask = inside(params, spatial)
            if not positive or (largest(unfold(x, params, 0.0), mask) > 0).all():
                break
        function = lambda x: method(unfold(x, params, 0.0), inside(params, x.shape[2:]), **more)
        add(op, f"{op}{axes}d_{label}", x, function, params | more)

    for axes in (1, 2, 3):
        for r in (0.5, 1.0, 10.0):
            windowed(log_sum_exp_pool, axes, f"r{r}", r=r)
        windowed(log_sum_exp_pool, axes, "large", scale=500.0, r=2.0)
        for number in range(3):
            windowed(soft_pool, axes, number)
        windowed(soft_pool, axes, "large", scale=500.0)
        for p in (1.0, 2.5, 3.0):
            windowed(gem_pool, axes, f"p{p}", p=p)
        for alpha in (0.0, 0.3, 1.0):
            windowed(mixed_pool, axes, f"alpha{alpha}", alpha=alpha)
        for number in range(2):
            windowed(gated_pool, axes, number)
            windowed(stochastic_mean_pool, axes, number)
        for k in (1, 2, 3):
            windowed(top_k_pool, axes, f"k{k}", k=k)
        for rank in (1, 3):
            windowed(rank_pool, axes, f"rank{rank}", rank=rank)
        for number in range(3):
            windowed(median_pool, axes, number)
        spatial = [random.randint(1, 5) for _ in range(axes)]
        pieces, groups = random.randint(2, 4), random.randint(1, 3)
        x = normal(spatial, pieces * groups)
        add("maxout", f"maxout{axes}d", x, lambda x: maxout(x, pieces), {"pieces": pieces})
        for m in (1, 2, 3, 4, 5)[: 5 if axes < 3 else 3]:
            params = dict(
                kernel_size=[random.randint(1, 3) for _ in range(axes)],
                stride=[random.randint(1, 3) for _ in range(axes)],
                filter_size=m,
            )
            # Reflected padding needs more cells than it adds.
            x = normal([random.randint(k + m // 2, k + m // 2 + 4) for k in params["kernel_size"]])
            add("max_blur_pool", f"max_blur_pool{axes}d_m{m}", x, lambda x: max_blur_pool(x, **params), params)
    for k in (1, 3, 5):
        add("k_max_pool", f"k_max_pool_k{k}", normal([random.randint(k, 10)]), lambda x: k_max_pool(x, k), {"k": k})
    suite.save()


main()
