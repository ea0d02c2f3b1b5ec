"""Source lines as users write them, and what their framework gives for them: the tests of the dialects.

Each line is evaluated as it stands. PyTorch and ONNX lines take N, C, spatial; Keras and Flax lines take N, spatial, C,
unless the line says otherwise.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import flax
import jax
import keras
import numpy as np
import onnx
import onnxruntime
import torch
from flax import linen, nnx
from keras import layers
from onnx import helper
from onnx_nodes import run
from suite import Suite

SEED = 3
OPSET = 21

PYTORCH = """
[2, 2, 11] nn.MaxPool1d(3)
[1, 2, 11] nn.MaxPool1d(3, stride=2, padding=1)
[1, 1, 12] nn.MaxPool1d(kernel_size=3, stride=1, dilation=3)
[1, 2, 7, 8] nn.MaxPool2d(2)
[1, 2, 7, 8] nn.MaxPool2d(2, 2)
[1, 2, 8, 8] nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)
[1, 1, 5, 5] nn.MaxPool2d(2, stride=2, padding=1, ceil_mode=True)
[2, 1, 9, 7] nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2))
[1, 2, 5, 6, 4] nn.MaxPool3d(2)
[1, 1, 5, 6, 5] nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1))
[1, 2, 10] nn.AvgPool1d(3, stride=2, padding=1)
[1, 2, 10] nn.AvgPool1d(4, count_include_pad=False, padding=2)
[1, 2, 8, 8] nn.AvgPool2d(2)
[1, 2, 7, 7] nn.AvgPool2d(3, stride=2, padding=1)
[1, 2, 7, 7] nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)
[1, 1, 4, 4] nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True)
[1, 1, 4, 4] nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)
[1, 2, 6, 6] nn.AvgPool2d(2, stride=2, divisor_override=3)
[1, 1, 5, 6, 6] nn.AvgPool3d(3, stride=2, padding=1)
[1, 1, 4, 5, 6] nn.AvgPool3d((2, 2, 3), ceil_mode=True)
[1, 2, 9] nn.LPPool1d(2, 3)
[1, 2, 8, 9] nn.LPPool2d(2, 3, stride=2)
[1, 2, 8, 8] nn.LPPool2d(norm_type=4, kernel_size=2)
[1, 1, 5, 5, 5] nn.LPPool3d(2, 2, stride=1)
[1, 2, 7, 7] nn.AdaptiveAvgPool2d(1)
[1, 2, 10, 7] nn.AdaptiveAvgPool2d((4, 3))
[1, 2, 10] nn.AdaptiveMaxPool1d(4)
[1, 1, 5, 4, 6] nn.AdaptiveMaxPool3d((2, 3, 4))
"""

KERAS = """
[1, 9, 2] layers.MaxPooling1D()
[1, 10, 2] layers.MaxPooling1D(pool_size=3, strides=2, padding="same")
[1, 7, 7, 2] layers.MaxPooling2D()
[1, 7, 7, 2] layers.MaxPooling2D(pool_size=2, padding="same")
[1, 8, 8, 2] layers.MaxPooling2D((3, 3), strides=2, padding="same")
[2, 9, 6, 1] layers.MaxPooling2D(pool_size=(2, 3), strides=(3, 1), padding="valid")
[1, 2, 7, 6] layers.MaxPooling2D(pool_size=3, strides=2, padding="same", data_format="channels_first")
[1, 5, 6, 4, 1] layers.MaxPooling3D(pool_size=2, padding="same")
[1, 2, 1] layers.AveragePooling1D(pool_size=3, strides=2, padding="same")
[1, 11, 2] layers.AveragePooling1D(4, strides=3)
[1, 8, 8, 2] layers.AveragePooling2D(2)
[1, 6, 7, 2] layers.AveragePooling2D(pool_size=(3, 2), strides=2, padding="same")
[1, 5, 5, 1] layers.AveragePooling2D(pool_size=4, strides=1, padding="same")
[1, 5, 6, 7, 1] layers.AveragePooling3D(pool_size=(2, 3, 3), strides=(2, 2, 1), padding="same")
[1, 6, 5, 3] layers.GlobalMaxPooling2D(keepdims=True)
[1, 6, 5, 3] layers.GlobalAveragePooling2D(keepdims=True)
[2, 7, 3] layers.GlobalAveragePooling1D(keepdims=True)
"""

FLAX = """
[1, 9, 2] nn.max_pool(x, (3,))
[1, 9, 2] nn.max_pool(x, (2,), strides=(2,), padding="SAME")
[1, 7, 7, 2] nn.max_pool(x, (2, 2), strides=(2, 2), padding="SAME")
[1, 7, 7, 2] nn.max_pool(x, window_shape=(3, 3), strides=(2, 2))
[1, 6, 6, 1] nn.max_pool(x, window_shape=(3, 2))
[1, 8, 6, 2] nn.max_pool(x, (3, 3), strides=(2, 2), padding=((1, 1), (0, 2)))
[1, 5, 6, 4, 1] nn.max_pool(x, (2, 2, 2), strides=(2, 2, 2), padding="SAME")
[1, 10, 2] nn.avg_pool(x, (4,), strides=(3,), padding="SAME")
[1, 7, 7, 2] nn.avg_pool(x, (2, 2), strides=(2, 2))
[1, 7, 7, 2] nn.avg_pool(x, (3, 3), strides=(2, 2), padding="SAME")
[1, 8, 7, 2] nn.avg_pool(x, (3, 2), strides=(2, 2), padding="SAME", count_include_pad=False)
[1, 5, 6, 2] nn.avg_pool(x, (3, 3), padding=((1, 0), (2, 1)))
[1, 5, 6, 2] nn.avg_pool(x, (3, 3), padding=((1, 0), (2, 1)), count_include_pad=False)
[1, 5, 4, 6, 1] nn.avg_pool(x, (2, 2, 3), strides=(2, 2, 2), padding="VALID")
[1, 7, 7, 2] nnx.max_pool(x, window_shape=(2, 2), strides=(2, 2))
[1, 7, 7, 2] nnx.avg_pool(x, window_shape=(3, 3), strides=(2, 2), padding="SAME", count_include_pad=False)
[1, 6, 7, 2] nnx.min_pool(x, window_shape=(3, 3), strides=(2, 2), padding="SAME")
"""

ONNX = """
[1, 2, 9] MaxPool kernel_shape=[3]
[1, 2, 10] MaxPool auto_pad="SAME_UPPER", kernel_shape=[3], strides=[2]
[1, 2, 8, 8] MaxPool kernel_shape=[2, 2], strides=[2, 2]
[1, 2, 6, 6] MaxPool kernel_shape=[3, 3], auto_pad="SAME_LOWER", strides=[2, 2]
[1, 2, 6, 7] MaxPool kernel_shape=[2, 2], auto_pad="SAME_UPPER", strides=[2, 2]
[1, 1, 8, 7] MaxPool kernel_shape=[3, 3], auto_pad="VALID", strides=[2, 2]
[1, 1, 7, 8] MaxPool kernel_shape=[3, 2], pads=[1, 0, 2, 1], strides=[2, 3], dilations=[2, 1]
[1, 1, 5, 5] MaxPool ceil_mode=1, kernel_shape=[2, 2], pads=[1, 1, 1, 1], strides=[2, 2]
[1, 2, 4, 4] MaxPool ceil_mode=1, kernel_shape=[3, 3], strides=[2, 2]
[1, 1, 5, 6, 4] MaxPool kernel_shape=[2, 2, 2], strides=[1, 2, 2]
[1, 2, 10] AveragePool kernel_shape=[3], pads=[1, 1], strides=[2]
[1, 2, 7, 7] AveragePool kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]
[1, 2, 7, 7] AveragePool count_include_pad=1, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]
[1, 2, 6, 5] AveragePool auto_pad="SAME_UPPER", kernel_shape=[2, 2]
[1, 2, 6, 5] AveragePool auto_pad="SAME_LOWER", count_include_pad=1, kernel_shape=[2, 2], strides=[2, 2]
[1, 2, 7, 8] AveragePool dilations=[2, 2], kernel_shape=[2, 3], pads=[0, 1, 1, 2], strides=[1, 2]
[1, 1, 4, 4] AveragePool ceil_mode=1, count_include_pad=1, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]
[1, 1, 5, 5, 6] AveragePool dilations=[2, 1, 2], kernel_shape=[2, 2, 2]
[1, 2, 9] LpPool kernel_shape=[2], p=1
[1, 2, 7, 8] LpPool kernel_shape=[3, 3], pads=[1, 0, 1, 2], strides=[2, 2]
[1, 1, 6, 6] LpPool auto_pad="SAME_UPPER", kernel_shape=[2, 2], p=3, strides=[2, 2]
[1, 1, 4, 5, 6] LpPool kernel_shape=[2, 2, 2], p=2, strides=[2, 2, 2]
[1, 3, 5, 6] GlobalMaxPool
[1, 3, 5, 6] GlobalAveragePool
[1, 2, 4, 5] GlobalLpPool p=2
"""


def pytorch(line, x):
    return eval(line, {"nn": torch.nn})(torch.from_numpy(x)).numpy()


def keras_(line, x):
    return np.asarray(eval(line, {"layers": layers})(x))


def flax_(line, x):
    return np.asarray(eval(line, {"nn": linen, "nnx": nnx, "x": jax.numpy.asarray(x)}))


def onnx_(line, x):
    return run(eval(line, {"helper": helper}), x, OPSET)[0]


def make_node(words):
    op, _, attributes = words.partition(" ")
    return f'helper.make_node("{op}", ["x"], ["y"]{", " * bool(attributes)}{attributes})'


def main():
    versions = f"PyTorch {torch.__version__}; Keras {keras.__version__} on JAX {jax.__version__}"
    versions += f"; Flax {flax.__version__}"
    versions += f"; ONNX {onnx.__version__}, opset {OPSET}, run by ONNX Runtime {onnxruntime.__version__}; seed {SEED}"
    suite, random = Suite("dialects", versions), np.random.default_rng(SEED)
    for framework, execute, lines in [
        ("pytorch", pytorch, PYTORCH),
        ("keras", keras_, KERAS),
        ("flax", flax_, FLAX),
        ("onnx", onnx_, ONNX),
    ]:
        for number, line in enumerate(lines.strip().splitlines()):
            shape, source = line.removeprefix("[").split("] ", 1)
            if framework == "onnx":
                source = make_node(source)
            x = random.standard_normal([int(n) for n in shape.split(",")]).astype(np.float32)
            # A maximum or minimum is one of the cells; a sum has an order, which each framework chooses.
            tolerance = 0.0 if "max" in source.lower() or "min_pool" in source else 1e-5
            tensors = {"input": x, "output": execute(source, x)}
            suite.add(f"{framework}_{number}", tensors, tolerance, tolerance, framework=framework, source=source)
    suite.save("dialect_vectors")


main()
