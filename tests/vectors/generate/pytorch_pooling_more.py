"""What the first PyTorch suite lacks: asymmetric and wide padding, dilated averages, special values, empty batches."""

import random as stdlib_random

import torch
import torch.nn.functional as F
from suite import Suite
from torch_windows import inside, pads, unfold, with_gradient
from windows import axes_of, draw

SEED = 41
MAX = [F.max_pool1d, F.max_pool2d, F.max_pool3d]
AVERAGE = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d]
EXTENT = {1: (1, 20), 2: (1, 9), 3: (1, 6)}
# Room for several special values.
FULL = {1: (15, 25), 2: (6, 9), 3: (4, 6)}


def crop(y, params, spatial):
    """Without the windows that start in the right padding: PyTorch sees them as input where F.pad has padded."""
    return y[(..., *(slice(count) for *_, count in axes_of(params, spatial)))]


def max_pool(x, params):
    """PyTorch's maximum over x padded by −∞; indices in the plane of x."""
    axes, spatial = x.ndim - 2, x.shape[2:]
    lowest = float("-inf") if x.is_floating_point() else torch.iinfo(x.dtype).min
    native = all(before == after <= k // 2 for (before, after), k in zip(params["padding"], params["kernel_size"]))
    padding = [before for before, _ in params["padding"]] if native else 0
    padded = x if native else F.pad(x, pads(params["padding"]), value=lowest)
    pool = MAX[axes - 1]
    window = (params["kernel_size"], params["stride"], padding, params["dilation"], params["ceil_mode"])
    y, indices = pool(padded, *window, return_indices=True)
    y, indices = crop(y, params, spatial), crop(indices, params, spatial)
    if not native:
        places = torch.unravel_index(indices, padded.shape[2:])
        places = [place - before for place, (before, _) in zip(places, params["padding"])]
        assert all((0 <= place).all() and (place < n).all() for place, n in zip(places, spatial)), "padding won"
        indices = sum(place * stride for place, stride in zip(places, x[0, 0].stride()))
    return y, indices


def average(x, params, count_include_pad, divisor_override):
    """PyTorch's average over x padded by zeros; dilated windows, which it lacks, from their unfolded cells."""
    axes, spatial = x.ndim - 2, x.shape[2:]
    if any(d > 1 for d in params["dilation"]):
        counted = inside(params, spatial, count_include_pad).sum(-1)
        return unfold(x, params, 0.0).sum(-1) / (divisor_override or counted)
    padded, pool = F.pad(x, pads(params["padding"])), AVERAGE[axes - 1]
    window = (params["kernel_size"], params["stride"], 0, params["ceil_mode"])
    if count_include_pad and not divisor_override:
        return crop(pool(padded, *window), params, spatial)
    if axes == 1:
        # One axis has no divisor_override: an outer axis of extent 1 gives it one.
        pool = lambda x, k, s, p, c, **more: F.avg_pool2d(x[..., None, :], [1, *k], [1, *s], p, c, **more)[..., 0, :]
    total = crop(pool(padded, *window, divisor_override=1), params, spatial)
    ones = F.pad(torch.ones_like(x), pads(params["padding"]))
    return total / (divisor_override or crop(pool(ones, *window, divisor_override=1), params, spatial))


def main():
    source = f"PyTorch {torch.__version__}, seed {SEED}"
    suite, minima = Suite("pytorch_pooling_more", source), Suite("pytorch_min_pooling", source)
    random, generator = stdlib_random.Random(SEED), torch.Generator().manual_seed(SEED)

    def cells(spatial, kind="normal", batch=None):
        shape = [random.randint(1, 2) if batch is None else batch, random.randint(1, 2), *spatial]
        x = torch.randn(shape, generator=generator)
        if kind == "ties":
            return torch.randint(-1, 2, shape, generator=generator).float()
        if kind in ("uint8", "int8"):
            bounds = torch.iinfo(getattr(torch, kind))
            return torch.randint(bounds.min, bounds.max + 1, shape, generator=generator).to(getattr(torch, kind))
        for value in ["nan", "inf", "-inf"] if kind == "special" else []:
            x[torch.rand(shape, generator=generator) < 0.12] = float(value)
        return x

    def extreme(op, name, x, params):
        """max_pool and min_pool: the minimum is the negative of the maximum of the negative."""
        sign = 1 if op == "max_pool" else -1
        if not x.is_floating_point():
            tensors = {"input": x.numpy(), "output": max_pool(x, params)[0].numpy()}
        else:
            function = lambda x: sign * max_pool(sign * x, params)[0]
            tensors = with_gradient({"indices": max_pool(sign * x, params)[1]}, function, x, generator)
        # Gradients of windows that overlap are sums, whose order differs.
        atol = 1e-6 if x.is_floating_point() else 0.0
        (suite if op == "max_pool" else minima).add(name, tensors, 0.0, atol, op=op, params=params)

    def mean(name, x, params, count_include_pad, divisor_override=None):
        function = lambda x: average(x, params, count_include_pad, divisor_override)
        params = params | dict(count_include_pad=count_include_pad, divisor_override=divisor_override)
        suite.add(name, with_gradient({}, function, x, generator), 1e-5, 1e-5, op="avg_pool", params=params)

    def norm(name, x, params, p):
        function = lambda x: torch.linalg.vector_norm(unfold(x, params, 0.0), p, -1)
        tensors = with_gradient({}, function, x, generator, torch.float64)
        suite.add(name, tensors, 1e-4, 1e-5, op="lp_pool", params=params | {"norm_type": p})

    def adaptive(kind, name, x, outputs):
        axes, tensors, tolerance = x.ndim - 2, {}, 1e-5
        pool = getattr(F, f"adaptive_{kind}_pool{axes}d")
        function = lambda x: pool(x, outputs)
        if kind == "max":
            function, tolerance = lambda x: pool(x, outputs, return_indices=True)[0], 0.0
            tensors["indices"] = pool(x, outputs, return_indices=True)[1]
        tensors = with_gradient(tensors, function, x, generator)
        params = {"output_size": outputs}
        suite.add(name, tensors, tolerance, 1e-5, op=f"adaptive_{kind}_pool", params=params)

    def extremes(op, axes):
        for number in range(3):
            spatial, params = draw(random, axes, EXTENT[axes])
            extreme(op, f"{op}{axes}d_{number}", cells(spatial), params)
        spatial, params = draw(random, axes, EXTENT[axes])
        extreme(op, f"{op}{axes}d_ties", cells(spatial, "ties"), params)
        # Where all cells are −∞, PyTorch names the first that is no padding: only its own padding lets it.
        spatial, params = draw(random, axes, FULL[axes], padding="half")
        extreme(op, f"{op}{axes}d_special", cells(spatial, "special"), params)

    for axes in (1, 2, 3):
        extent = EXTENT[axes]
        extremes("max_pool", axes)
        for kind in ("uint8", "int8"):
            spatial, params = draw(random, axes, extent)
            extreme("max_pool", f"max_pool{axes}d_{kind}", cells(spatial, kind), params)
        for number in range(4):
            spatial, params = draw(random, axes, extent, dilated=number % 2 == 1)
            mean(f"avg_pool{axes}d_{number}", cells(spatial), params, number < 2)
        spatial, params = draw(random, axes, extent, dilated=False)
        mean(f"avg_pool{axes}d_divisor", cells(spatial), params, False, random.randint(1, 9))
        for number in range(2):
            spatial, params = draw(random, axes, FULL[axes], dilated=number == 1)
            mean(f"avg_pool{axes}d_special_{number}", cells(spatial, "special"), params, number == 1)
        # The last window would start in the right padding, and is dropped.
        dropped = dict(kernel_size=[2] * axes, stride=[2] * axes, dilation=[1] * axes, ceil_mode=True)
        dropped |= dict(padding=[[1, 1]] * axes)
        extreme("max_pool", f"max_pool{axes}d_dropped", cells([5] * axes), dropped)
        mean(f"avg_pool{axes}d_dropped", cells([5] * axes), dropped, True)
        # The only window hangs over the input, and reads all of it: PyTorch takes that on one and two axes.
        partial = dict(kernel_size=[4] * axes, stride=[2] * axes, dilation=[1] * axes, ceil_mode=True)
        partial |= dict(padding=[[0, 0]] * axes)
        if axes < 3:
            mean(f"avg_pool{axes}d_partial", cells([3] * axes), partial, True)
        spatial, params = draw(random, axes, extent, padding="half")
        extreme("max_pool", f"max_pool{axes}d_empty", cells(spatial, batch=0), params)
        mean(f"avg_pool{axes}d_empty", cells(spatial, batch=0), params, False)
        norm(f"lp_pool{axes}d_empty", cells(spatial, batch=0), params, 2.0)
        for kind in ("max", "avg"):
            adaptive(kind, f"adaptive_{kind}_pool{axes}d_empty", cells(spatial, batch=0), [2] * axes)
        one = dict(kernel_size=[3] * axes, stride=[1] * axes, dilation=[1] * axes, ceil_mode=False)
        one |= dict(padding=[[1, 1]] * axes)
        extreme("max_pool", f"max_pool{axes}d_one", cells([1] * axes), one)
        mean(f"avg_pool{axes}d_one", cells([1] * axes), one, False)
        for p in (1.0, 1.5, 3.0):
            spatial, params = draw(random, axes, extent)
            norm(f"lp_pool{axes}d_p{p}", cells(spatial), params, p)
        # Windows of zeros alone: the gradient there is 0.
        spatial, params = draw(random, axes, extent, padding="none")
        norm(f"lp_pool{axes}d_zeros", torch.relu(cells(spatial, "ties")), params, 2.0)
        for kind in ("max", "avg"):
            adaptive(kind, f"adaptive_{kind}_pool{axes}d_more", cells([3, 2, 4][:axes]), [7, 3, 5][:axes])
        adaptive("max", f"adaptive_max_pool{axes}d_special", cells([7, 5, 4][:axes], "special"), [3, 4, 2][:axes])
    for axes in (1, 2, 3):
        extremes("min_pool", axes)
    suite.save()
    minima.save()


main()
