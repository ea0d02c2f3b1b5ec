"""PyTorch's interpolation, nearest and linear, with its gradient."""

import random as stdlib_random

import torch
import torch.nn.functional as F
from suite import Suite
from torch_windows import with_gradient

SEED = 51
EXTENT = {1: 12, 2: 7, 3: 5}


def main():
    suite = Suite("pytorch_upsample", f"PyTorch {torch.__version__}, seed {SEED}")
    random, generator = stdlib_random.Random(SEED), torch.Generator().manual_seed(SEED)

    def add(op, name, spatial, output_size, **more):
        x = torch.randn([random.randint(1, 2), random.randint(1, 2), *spatial], generator=generator)
        mode = "nearest" if op == "upsample_nearest" else ["linear", "bilinear", "trilinear"][len(spatial) - 1]
        function = lambda x: F.interpolate(x, output_size, mode=mode, **more)
        # Linear weights come from coordinates, which single precision rounds.
        tensors = with_gradient({}, function, x, generator, torch.float64)
        tolerance = 1e-6 if mode == "nearest" else 1e-5
        suite.add(name, tensors, tolerance, tolerance, op=op, params={"output_size": output_size, **more})

    def each(name, spatial, output_size):
        axes = len(spatial)
        add("upsample_nearest", f"nearest{axes}d_{name}", spatial, output_size)
        for align in (False, True):
            corners = "corners" if align else "cells"
            add("upsample_linear", f"linear{axes}d_{name}_{corners}", spatial, output_size, align_corners=align)

    for axes in (1, 2, 3):
        small, large = EXTENT[axes] // 2, EXTENT[axes]
        sizes = lambda low, high: [random.randint(low, high) for _ in range(axes)]
        spatial = sizes(2, small)
        each("double", spatial, [2 * n for n in spatial])
        each("up", sizes(2, small), sizes(small + 1, large))
        each("down", sizes(small + 1, large), sizes(1, small))
        each("mixed", sizes(1, large), sizes(1, large))
        each("from_one", [1] * axes, sizes(2, large))
        each("to_one", sizes(2, large), [1] * axes)
    suite.save()


main()
