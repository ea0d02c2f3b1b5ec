"""ONNX's own operator tests for pooling (the package onnx, Apache-2.0), as a suite: the numbers are the tests' own.

Planes and cells that only repeat what
others show are left out: of many channels the first, of a 32³ volume the part that its last windows read.
"""

import warnings

import numpy as np
import onnx
from onnx.backend.test.loader import load_model_tests
from onnx_nodes import attributes_of, window
from suite import Suite

LARGE = 10_000
# Leading windows along each axis that are left out of a large volume.
CUT = {1: 24, 3: 5}
# The test has its output in four decimals.
ROUNDED = {"averagepool_2d_ceil_last_window_starts_on_pad"}


def pool(name, node, attributes, inputs, outputs):
    """Arguments of the case for MaxPool, AveragePool and LpPool."""
    x, y, params = inputs[0], outputs[0], window(attributes, inputs[0].shape[2:])
    if x.size > LARGE and x.ndim == 5:
        assert params["padding"] == [[0, 0]] * 3
        windows = CUT[params["stride"][0]]
        cells = windows * params["stride"][0]
        x, y = x[:, :, cells:, cells:, cells:], y[:, :, windows:, windows:, windows:]
    if y[0, 0].size > 200:
        x, y = x[:, :1], y[:, :1]
    tensors, tolerance = {"input": x, "output": y}, 0.0
    if len(outputs) == 2:
        assert x.shape[:2] == (1, 1), "ONNX counts its indices through the whole tensor, we in one plane"
        indices = outputs[1]
        if attributes.get("storage_order"):
            height, width = x.shape[2:]
            indices = indices % height * width + indices // height
        tensors["indices"] = indices
    if node.op_type == "AveragePool":
        params |= {"count_include_pad": bool(attributes.get("count_include_pad", 0)), "divisor_override": None}
    if node.op_type == "LpPool":
        params["norm_type"] = float(attributes.get("p", 2))
    if node.op_type != "MaxPool":
        tolerance = 1e-3 if name in ROUNDED else 1e-5
    op = {"MaxPool": "max_pool", "AveragePool": "avg_pool", "LpPool": "lp_pool"}[node.op_type]
    return dict(op=op, params=params, tensors=tensors, rtol=tolerance, atol=min(tolerance, 1e-6))


def global_pool(node, inputs, outputs):
    op = {"GlobalMaxPool": "adaptive_max_pool", "GlobalAveragePool": "adaptive_avg_pool"}[node.op_type]
    tolerance = 1e-5 if op == "adaptive_avg_pool" else 0.0
    params = {"output_size": [1] * (inputs[0].ndim - 2)}
    return dict(op=op, params=params, tensors={"input": inputs[0], "output": outputs[0]}, rtol=tolerance)


def unpool(attributes, inputs, outputs):
    """ONNX's indices lie in the plane that kernel and stride alone would give; ours in the output."""
    x, indices, y = inputs[0], inputs[1], outputs[0]
    kernel, stride = attributes["kernel_shape"], attributes["strides"]
    plane = [(n - 1) * s + k for n, s, k in zip(x.shape[2:], stride, kernel)]
    places = np.unravel_index(indices, plane)
    indices = np.ravel_multi_index(places, y.shape[2:]).astype(np.int64)
    tensors = {"input": x, "indices": indices, "output": y}
    return dict(op="max_unpool", params={"output_size": list(y.shape[2:])}, tensors=tensors)


def main():
    suite = Suite("onnx_pooling", f"ONNX {onnx.__version__}, backend node tests")
    warnings.simplefilter("ignore")
    for test in load_model_tests(kind="node"):
        if test.model is None or len(test.model.graph.node) != 1:
            continue
        node, name = test.model.graph.node[0], test.name.removeprefix("test_")
        attributes = attributes_of(node)
        [(inputs, outputs)] = test.data_sets or [(None, None)]
        match node.op_type:
            case "MaxPool" | "AveragePool" | "LpPool":
                suite.add(name, **pool(name, node, attributes, inputs, outputs))
            case "GlobalMaxPool" | "GlobalAveragePool":
                suite.add(name, **global_pool(node, inputs, outputs))
            case "MaxUnpool":
                suite.add(name, **unpool(attributes, inputs, outputs))
    suite.save()


main()
