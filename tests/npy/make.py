"""Writes the files beside it with NumPy, and what NumPy says is in them: `python make.py` (NumPy 2)."""

import json
import struct
from pathlib import Path

import numpy as np

files = Path(__file__).parent / "files"
expected = {}


def save(name, array, version=None, order="C"):
    array = np.asarray(array, order=order)
    with open(files / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)
    values = np.ascontiguousarray(array.astype(np.float32)).reshape(-1)
    bits = [struct.unpack("<I", value.astype("<f4").tobytes())[0] for value in values]
    expected[name] = {"shape": list(array.shape), "bits": bits}


# Zeros of both signs, subnormals, the ends of the range, infinities, a NaN, halfway cases of rounding.
floats = [0.0, -0.0, 1.5, -2.25, np.inf, -np.inf, np.nan, 1e-40, 65504.0, 6e-8, 0.1, 1 + 2.0**-24]
for size in (2, 4, 8):
    for order in "<>":
        array = np.array(floats, dtype=f"{order}f{size}").reshape(3, 4)
        save(f"{'little' if order == '<' else 'big'}_f{size}", array)
for size in (1, 2, 4, 8):
    for kind in "iu":
        info = np.iinfo(f"{kind}{size}")
        values = [0, 1, 100, info.max, info.min, info.max // 3]
        if size > 2:
            # Beyond 24 bits an integer may lie between two floats: exactly halfway, and just above it.
            values += [2**24 + 1, 2**24 + 3, 2**30 + 2**6, 2**30 + 2**6 + 1]
        if size == 8:
            # Just above halfway by less than a double can tell: rounding twice would go the wrong way.
            values += [2**60 + 2**36 + 1]
        for order in "<>" if size > 1 else "|":
            word = {"<": "little", ">": "big", "|": "byte"}[order]
            save(f"{word}_{kind}{size}", np.array(values, dtype=f"{order}{kind}{size}"))
save("bool", np.array([[True, False], [False, True]]))

cube = np.arange(24, dtype="<f4").reshape(2, 3, 4)
save("fortran_3d", cube, order="F")
save("fortran_big_4d", np.arange(48, dtype=">i2").reshape(1, 2, 3, 8), order="F")
save("version_2", cube, version=(2, 0))
save("version_3", cube, version=(3, 0))
save("scalar", np.array(7.5, dtype="<f4"))
save("one_axis", np.arange(5, dtype="<f4"))
save("feature_map", np.linspace(-1, 1, 2 * 3 * 4 * 5).astype("<f4").reshape(2, 3, 4, 5))
save("no_rows", np.zeros((0, 3), dtype="<f4"))

(files / "expected.json").write_text(json.dumps(expected, indent=None, separators=(",", ":")).replace('},"', '},\n"') + "\n")
