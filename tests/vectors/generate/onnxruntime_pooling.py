"""Random windows, executed by ONNX Runtime: asymmetric padding, SAME, dilation, ceil mode, whole numbers.

No NaN: which cell ONNX Runtime's maximum then gives depends on where the NaN stands. SAME only where it pads as ONNX
says: it leaves the dilation out of the padding, and cuts cells off where the stride is above the kernel.
"""

import random as stdlib_random

import numpy as np
import onnx
import onnxruntime
from onnx import helper
from onnx_nodes import attributes_of, run, window
from suite import Suite
from windows import draw

SEED, OPSET = 31, 22


def node_for(op_type, params, more, auto_pad=None):
    before, after = zip(*params["padding"])
    attributes = dict(
        kernel_shape=params["kernel_size"], strides=params["stride"], dilations=params["dilation"], **more
    )
    if auto_pad:
        attributes["auto_pad"] = auto_pad
    else:
        attributes |= dict(pads=before + after, ceil_mode=int(params["ceil_mode"]))
    return helper.make_node(op_type, ["x"], ["y", "i"] if op_type == "MaxPool" else ["y"], **attributes)


def add(suite, name, x, node, **params):
    """Runs the node; its window must be the case's."""
    y, *indices = run(node, x, OPSET)
    params = window(attributes_of(node), x.shape[2:]) | params
    tensors, tolerance = {"input": x, "output": y}, 1e-5
    if indices:
        tolerance = 0.0
        # ONNX counts through the whole tensor, we in one plane.
        if x.dtype == np.float32:
            tensors["indices"] = indices[0] % np.prod(x.shape[2:])
    op = {"MaxPool": "max_pool", "AveragePool": "avg_pool", "LpPool": "lp_pool"}[node.op_type]
    suite.add(name, tensors, tolerance, tolerance, op=op, params=params)


def main():
    source = f"ONNX Runtime {onnxruntime.__version__}, ONNX {onnx.__version__} opset {OPSET}, seed {SEED}"
    suite = Suite("onnxruntime_pooling", source)
    random, numbers = stdlib_random.Random(SEED), np.random.default_rng(SEED)

    def cells(spatial, dtype=np.float32):
        shape = [random.randint(1, 2), random.randint(1, 2), *spatial]
        if dtype == np.float32:
            return numbers.standard_normal(shape).astype(dtype)
        return numbers.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, dtype, endpoint=True)

    for axes in (1, 2, 3):
        extent = {1: (1, 20), 2: (1, 9), 3: (1, 6)}[axes]
        for number in range(6):
            spatial, params = draw(random, axes, extent, padding="below kernel")
            add(suite, f"max_pool{axes}d_{number}", cells(spatial), node_for("MaxPool", params, {}))
        for dtype in (np.uint8, np.int8):
            spatial, params = draw(random, axes, extent, padding="below kernel")
            x = cells(spatial, dtype)
            add(suite, f"max_pool{axes}d_{x.dtype}", x, node_for("MaxPool", params, {}))
        for number in range(6):
            spatial, params = draw(random, axes, extent, padding="below kernel")
            include = bool(number % 2)
            node = node_for("AveragePool", params, {"count_include_pad": int(include)})
            more = dict(count_include_pad=include, divisor_override=None)
            add(suite, f"avg_pool{axes}d_{number}", cells(spatial), node, **more)
        for number, p in enumerate((1, 2, 3)):
            spatial, params = draw(random, axes, extent, padding="below kernel")
            node = node_for("LpPool", params, {"p": p})
            add(suite, f"lp_pool{axes}d_{number}", cells(spatial), node, norm_type=float(p))
        for op_type in ("MaxPool", "AveragePool", "LpPool"):
            for auto_pad in ("SAME_UPPER", "SAME_LOWER"):
                while True:
                    spatial, params = draw(random, axes, extent, dilated=False, padding="none", ceil_mode=False)
                    if all(s <= k for s, k in zip(params["stride"], params["kernel_size"])):
                        break
                node = node_for(op_type, params, {}, auto_pad)
                more = {"LpPool": {"norm_type": 2.0}, "MaxPool": {}}.get(
                    op_type, dict(count_include_pad=False, divisor_override=None)
                )
                add(suite, f"{op_type.lower()}{axes}d_{auto_pad.lower()}", cells(spatial), node, **more)
    suite.save()


main()
