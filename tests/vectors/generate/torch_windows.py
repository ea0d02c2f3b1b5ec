"""Windows in PyTorch: the cells of every window as one tensor, and cases with their gradients."""

import itertools

import numpy as np
import torch
import torch.nn.functional as F
from windows import axes_of, taps


def pads(padding):
    """`[[before, after], …]` as F.pad has it: last axis first."""
    return [side for pair in reversed(padding) for side in pair]


def unfold(x, params, outside):
    """N, C, output…, taps: every window's cells in row-major order, with `outside` where it reads no input cell."""
    spatial = x.shape[2:]
    windows = taps(params, spatial)
    margins = []
    for n, axis in zip(spatial, windows):
        flat = [tap for window in axis for tap in window]
        margins.append([max(0, -min(flat)), max(0, max(flat) - n + 1)])
    x = F.pad(x, pads(margins), value=outside)
    for axis, (margin, places) in enumerate(zip(margins, windows)):
        # The axis becomes two: windows, taps. Those before it have become two already.
        places = torch.tensor(places) + margin[0]
        dim = 2 + 2 * axis
        x = x.index_select(dim, places.flatten()).unflatten(dim, places.shape)
    axes = len(spatial)
    x = x.permute(0, 1, *(2 + 2 * axis for axis in range(axes)), *(3 + 2 * axis for axis in range(axes)))
    return x.flatten(2 + axes)


def inside(params, spatial, counted_padding=False):
    """Output…, taps: whether the tap reads an input cell (or, asked so, a padding cell that counts)."""
    masks = []
    for axis, (n, _, _, padding, _, _) in zip(taps(params, spatial), axes_of(params, spatial)):
        before, after = padding if counted_padding else (0, 0)
        masks.append([[-before <= tap < n + after for tap in window] for window in axis])
    outputs, kernels = [len(mask) for mask in masks], [len(mask[0]) for mask in masks]
    flat = [[all(taps_) for taps_ in itertools.product(*windows)] for windows in itertools.product(*masks)]
    return torch.tensor(flat).reshape(*outputs, int(np.prod(kernels)))


def with_gradient(tensors, function, x, generator, dtype=torch.float32):
    """Adds output, grad_output and grad_input of `function` at x, computed in `dtype` and given as f32."""
    x = x.to(dtype).requires_grad_()
    y = function(x)
    grad_output = torch.randn(y.shape, generator=generator)
    y.backward(grad_output.to(dtype))
    tensors |= {"input": x.detach(), "output": y.detach(), "grad_output": grad_output, "grad_input": x.grad}
    return {
        role: (tensor.float() if tensor.is_floating_point() else tensor).numpy() for role, tensor in tensors.items()
    }
