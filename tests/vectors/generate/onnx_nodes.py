"""ONNX's pooling nodes: their attributes in our words, and running one with ONNX Runtime."""

import onnx
import onnxruntime
from onnx import helper


def attributes_of(node):
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def window(attributes, spatial):
    """The window's parameters; `auto_pad` resolved to explicit padding by the rule of ONNX's AveragePool-22."""
    kernel, axes = list(attributes["kernel_shape"]), len(spatial)
    stride = list(attributes.get("strides", [1] * axes))
    dilation = list(attributes.get("dilations", [1] * axes))
    auto_pad, pads = attributes.get("auto_pad", b"NOTSET"), attributes.get("pads", [0] * 2 * axes)
    padding = [[pads[axis], pads[axes + axis]] for axis in range(axes)]
    if auto_pad in (b"SAME_UPPER", b"SAME_LOWER"):
        padding = []
        for n, k, s, d in zip(spatial, kernel, stride, dilation):
            total = max(((n + s - 1) // s - 1) * s + d * (k - 1) + 1 - n, 0)
            less, more = total // 2, total - total // 2
            padding.append([less, more] if auto_pad == b"SAME_UPPER" else [more, less])
    ceil_mode = bool(attributes.get("ceil_mode", 0))
    return dict(kernel_size=kernel, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode)


def run(node, x, opset):
    """What ONNX Runtime gives for a node that takes x."""
    value = lambda name, kind: helper.make_tensor_value_info(name, kind, [None] * x.ndim)
    kind = helper.np_dtype_to_tensor_dtype(x.dtype)
    outputs = [value(name, kind if name == "y" else onnx.TensorProto.INT64) for name in node.output]
    graph = helper.make_graph([node], "pool", [value("x", kind)], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    onnx.checker.check_model(model)
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
