"""What the generators share: collecting cases, and writing them as NAME.json beside NAME.safetensors."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

TESTS = Path(__file__).resolve().parents[2]


class Suite:
    """The cases of one suite; `source` says who computed them."""

    def __init__(self, name, source):
        self.name, self.source = name, source
        self.cases, self.tensors, self.stored = [], {}, {}

    def add(self, name, tensors, rtol=0.0, atol=0.0, **keys):
        """One case: `tensors` by role, `keys` what else it says (op and params, or framework and source)."""
        assert all(case["name"] != name for case in self.cases), name
        roles = {}
        for role, tensor in tensors.items():
            tensor = np.ascontiguousarray(tensor)
            key = (tensor.dtype, tensor.shape, tensor.tobytes())
            # Equal tensors are stored once, under the first one's name.
            roles[role] = self.stored.setdefault(key, f"{name}/{role}")
            self.tensors[roles[role]] = tensor
        self.cases.append({"name": name, **keys, "rtol": rtol, "atol": atol, "tensors": roles})

    def save(self, folder="vectors"):
        # A case a line: the files stay small and a changed case shows as one line.
        lines = ",\n".join(json.dumps(case) for case in self.cases)
        text = f'{{"source": {json.dumps(self.source)}, "cases": [\n{lines}\n]}}\n'
        path = TESTS / folder / self.name
        path.with_suffix(".json").write_text(text)
        save_file(self.tensors, path.with_suffix(".safetensors"))
        size = sum(path.with_suffix(end).stat().st_size for end in (".json", ".safetensors"))
        print(f"{self.name}: {len(self.cases)} cases, {size // 1024} KiB")
