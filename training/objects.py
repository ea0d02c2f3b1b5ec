#!/usr/bin/env python3
"""Trains the `objects` networks with PyTorch, on a GPU in minutes.

    python3 training/objects.py --data DIR --pooling max --seed 1 --teacher 40 --out objects-max.f32.safetensors

DIR holds CIFAR-10 as train.zip and test.zip, JPEGs in one folder a class. What comes out is one of the project's network
files in f32, batch norms not yet folded; `cargo xtask convert` makes it the file that ships. The same network trains in
Rust with `cargo xtask train objects`, which takes hours where this takes minutes.

With `--teacher`, a wider network of the same kind is trained first, and then shown the same pictures as the small one, which
learns its answers more than the labels (Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network).

Needs torch, numpy and pillow. Without a GPU it runs too, slowly.
"""

import argparse
import io
import json
import struct
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

LABELS = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
CHANNELS = (18, 36, 60)
TEACHER_CHANNELS = (112, 224, 384)
POOLINGS = ("max", "average", "blur", "l2", "mixed", "stochastic", "strided")


# Data


def decode(jpegs):
    from PIL import Image

    return np.stack([np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")) for jpeg in jpegs])


def read_zip(path):
    """Images as N × 3 × 32 × 32 bytes, and their classes, in the order of the files' names."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
        jpegs = [archive.read(name) for name in names]
    labels = [LABELS.index(name.split("/")[-2]) for name in names]
    parts = [jpegs[at : at + 2000] for at in range(0, len(jpegs), 2000)]
    with ProcessPoolExecutor() as pool:
        images = np.concatenate(list(pool.map(decode, parts)))
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.tensor(labels)


def normalization(images):
    """Mean and standard deviation of every channel, values from 0 to 1, to four digits."""
    channels = images.permute(1, 0, 2, 3).reshape(3, -1).double() / 255
    rounded = lambda values: [round(float(value), 4) for value in values]
    return rounded(channels.mean(1)), rounded(channels.std(1))


# The network


class Blur(nn.Module):
    """Max at every position, then a binomial filter of three taps at every second one (Zhang 2019), reflecting."""

    def __init__(self, channels):
        super().__init__()
        taps = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("filter", torch.outer(taps, taps).repeat(channels, 1, 1, 1), persistent=False)

    def forward(self, x):
        x = F.pad(F.max_pool2d(x, 2, stride=1), (1, 1, 1, 1), mode="reflect")
        return F.conv2d(x, self.filter.to(x.dtype), stride=2, groups=x.shape[1])


class L2(nn.Module):
    def forward(self, x):
        # The slope of the root at 0 is infinite; a window of zeros has none to hand on.
        return (F.avg_pool2d(x.float() ** 2, 2) * 4 + 1e-12).sqrt().to(x.dtype)


class Mixed(nn.Module):
    def forward(self, x):
        return 0.5 * F.max_pool2d(x, 2) + 0.5 * F.avg_pool2d(x, 2)


class Stochastic(nn.Module):
    """In training a cell drawn by its share, at inference the mean weighted by the shares (Zeiler and Fergus 2013)."""

    def forward(self, x):
        n, c, h, w = x.shape
        cells = x.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)
        shares = cells.detach().float()
        shares = (shares + 1e-12) / (shares + 1e-12).sum(-1, keepdim=True)
        if not self.training:
            return (cells * shares).sum(-1).to(x.dtype)
        edge = torch.rand(n, c, h // 2, w // 2, 1, device=x.device)
        drawn = (shares.cumsum(-1) < edge).sum(-1, keepdim=True).clamp(max=3)
        return cells.gather(-1, drawn).squeeze(-1)


def pooling(method, channels):
    """The layer, and how a network file describes it."""
    options = {"type": "pool", "kernelSize": 2}
    return {
        "max": lambda: (nn.MaxPool2d(2), {**options, "method": "max"}),
        "average": lambda: (nn.AvgPool2d(2), {**options, "method": "average"}),
        "blur": lambda: (Blur(channels), {**options, "method": "max-blur", "filterSize": 3}),
        "l2": lambda: (L2(), {**options, "method": "lp", "normType": 2}),
        "mixed": lambda: (Mixed(), {**options, "method": "mixed", "alpha": 0.5}),
        "stochastic": lambda: (Stochastic(), {**options, "method": "stochastic-mean"}),
    }[method]()


class Objects(nn.Module):
    """conv – block – (pool – conv – block) twice – mean – linear; a block is two convolutions with a shortcut.

    A flat list of layers, each with its description, as in the network file: an `add` names the layer whose output it
    adds.
    """

    def __init__(self, method, widths=CHANNELS):
        super().__init__()
        self.layers, self.described, counts = nn.ModuleDict(), [], {}

        def put(kind, module, **described):
            counts[kind] = counts.get(kind, 0) + 1
            name = f"{kind}_{counts[kind]}"
            self.layers[name] = module
            self.described.append({"name": name, "type": kind, **described})
            return name

        def conv(inputs, outputs, stride=1):
            put(
                "conv2d",
                nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
                **{"inChannels": inputs, "outChannels": outputs, "kernelSize": [3, 3], "stride": [stride, stride]},
                **{"padding": [[1, 1], [1, 1]], "dilation": [1, 1], "groups": 1, "bias": False},
            )
            put("batchNorm2d", nn.BatchNorm2d(outputs), numFeatures=outputs, eps=1e-5)

        relu = lambda: put("relu", nn.ReLU())
        inputs = 3
        for stage, channels in enumerate(widths):
            if stage > 0 and method != "strided":
                module, described = pooling(method, inputs)
                put("pool", module, **described)
            conv(inputs, channels, stride=2 if stage > 0 and method == "strided" else 1)
            start = relu()
            conv(channels, channels)
            relu()
            conv(channels, channels)
            put("add", nn.Identity(), **{"from": start})
            relu()
            inputs = channels
        put("pool", nn.AdaptiveAvgPool2d(1), method="average", **{"global": True})
        put("flatten", nn.Flatten())
        put("linear", nn.Linear(inputs, len(LABELS)), inFeatures=inputs, outFeatures=len(LABELS))

    def forward(self, x):
        outputs = {}
        for described in self.described:
            x = x + outputs[described["from"]] if described["type"] == "add" else self.layers[described["name"]](x)
            outputs[described["name"]] = x
        return x


# Training


def changed(images, generator, cutout):
    """Every image flipped or not, and moved by up to four pixels, the edge filled with zeros (after normalisation); then a
    square of `cutout` pixels a side, its middle anywhere, set to zero (DeVries and Taylor 2017)."""
    count, device = len(images), images.device
    draw = lambda most: torch.randint(0, most, (count,), generator=generator, device=device)
    flips, rows, columns = draw(2).bool(), draw(9), draw(9)
    images = torch.where(flips[:, None, None, None], images.flip(3), images)
    padded = F.pad(images, (4, 4, 4, 4))
    steps = torch.arange(32, device=device)
    at = lambda first: first[:, None] + steps
    each = torch.arange(count, device=device)[:, None, None, None]
    planes = torch.arange(3, device=device)[None, :, None, None]
    images = padded[each, planes, at(rows)[:, None, :, None], at(columns)[:, None, None, :]]
    within = lambda middle: (steps - middle[:, None] + cutout // 2) % 64 < cutout
    hidden = within(draw(32))[:, :, None] & within(draw(32))[:, None, :]
    return images.masked_fill(hidden[:, None], 0)


def one_cycle(progress, peak, warm_up):
    """Along half cosines from peak / 25 up to the peak, then down to peak / 10,000."""
    between = lambda start, end, share: end + (start - end) * 0.5 * (1 + np.cos(np.pi * share))
    if progress < warm_up:
        return between(peak / 25, peak, progress / warm_up)
    return between(peak, peak / 10_000, (progress - warm_up) / (1 - warm_up))


class Step:
    """One step of SGD with Nesterov's momentum, and the running mean of the weights; on a GPU recorded once, as a graph."""

    def __init__(self, model, options, device, has_teacher):
        self.model, self.options, self.device, self.has_teacher = model, options, device, has_teacher
        self.images = torch.zeros(options.batch, 3, 32, 32, device=device).to(memory_format=torch.channels_last)
        self.labels = torch.zeros(options.batch, dtype=torch.long, device=device)
        self.taught = torch.zeros(options.batch, len(LABELS), device=device)
        self.rate = torch.zeros((), device=device)
        self.loss = torch.zeros((), device=device)
        self.learned = list(model.parameters())
        self.decays = [weight.dim() > 1 for weight in self.learned]
        self.velocity = [torch.zeros_like(weight) for weight in self.learned]
        self.state = self.learned + [buffer for buffer in model.buffers() if buffer.dtype == torch.float32]
        self.averaged = [value.detach().clone() for value in self.state]
        self.graph = None

    def run(self):
        for weight in self.learned:
            weight.grad = None
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.device.type == "cuda"):
            logits = self.model(self.images)
        loss = F.cross_entropy(logits.float(), self.labels, label_smoothing=self.options.smoothing)
        if self.has_teacher:
            soft = self.options.temperature
            apart = F.kl_div(F.log_softmax(logits.float() / soft, 1), self.taught, reduction="batchmean") * soft**2
            loss = self.options.trust * apart + (1 - self.options.trust) * loss
        loss.backward()
        with torch.no_grad():
            gradients = [weight.grad for weight in self.learned]
            for weight, gradient, decays in zip(self.learned, gradients, self.decays):
                if decays:
                    gradient.add_(weight, alpha=self.options.decay)
            torch._foreach_mul_(self.velocity, self.options.momentum)
            torch._foreach_add_(self.velocity, gradients)
            torch._foreach_add_(gradients, self.velocity, alpha=self.options.momentum)
            torch._foreach_mul_(gradients, self.rate)
            torch._foreach_sub_(self.learned, gradients)
            torch._foreach_lerp_(self.averaged, self.state, 1 - self.options.average)
        self.loss.copy_(loss.detach())

    def record(self):
        """Warms up and records, and puts back what that changed."""
        state = [value.detach().clone() for value in self.model.state_dict().values()]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.run()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.run()
        self.graph = graph
        with torch.no_grad():
            for value, before in zip(self.model.state_dict().values(), state):
                value.copy_(before)
            for velocity in self.velocity:
                velocity.zero_()
            for averaged, value in zip(self.averaged, self.state):
                averaged.copy_(value)

    def __call__(self, images, labels, taught, rate):
        self.images.copy_(images)
        self.labels.copy_(labels)
        if taught is not None:
            self.taught.copy_(taught)
        self.rate.fill_(rate)
        self.graph.replay() if self.graph else self.run()


def new_model(method, seed, device, widths=CHANNELS):
    torch.manual_seed(seed)
    model = Objects(method, widths).to(device).to(memory_format=torch.channels_last).train()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    return model


def train(images, labels, models, options, teacher=None, held_back=None, log=print):
    """Trains networks, by name, side by side on the same batches; `images` are normalised."""
    device = images.device
    generator = torch.Generator(device).manual_seed(options.seed)
    each = {name: Step(model, options, device, teacher is not None) for name, model in models.items()}
    if device.type == "cuda":
        for step in each.values():
            step.record()
    steps = len(images) // options.batch
    start = time.monotonic()
    for epoch in range(options.epochs):
        order = torch.randperm(len(images), generator=generator, device=device)
        batch = changed(images, generator, options.cutout)[order].to(memory_format=torch.channels_last)
        targets = labels[order]
        taught = answers(teacher, batch, options.temperature) if teacher else None
        losses = {name: torch.zeros((), device=device) for name in models}
        for index in range(steps):
            rate = one_cycle((epoch * steps + index) / (options.epochs * steps), options.rate, options.warm_up)
            part = slice(index * options.batch, (index + 1) * options.batch)
            for name, step in each.items():
                step(batch[part], targets[part], taught[part] if teacher else None, rate)
                losses[name] += step.loss
        last = epoch + 1 == options.epochs
        if last or (epoch + 1) % 10 == 0:
            seconds = time.monotonic() - start
            for name, model in models.items():
                note = f", held back {100 * accuracy(model, *held_back):.2f} %" if held_back else ""
                log(f"{name} seed {options.seed} epoch {epoch + 1}: loss {losses[name].item() / steps:.4f}, {seconds:.0f} s{note}")
    with torch.no_grad():
        for step in each.values():
            for value, averaged in zip(step.state, step.averaged):
                value.copy_(averaged)
            step.model.eval()


def new_teacher(images, labels, options, log=print):
    """A wider network with max pooling, trained for `options.teacher` epochs with a square hidden from every image."""
    teacher = new_model("max", options.seed, images.device, TEACHER_CHANNELS)
    own = argparse.Namespace(**{**vars(options), "epochs": options.teacher, "cutout": 8})
    train(images, labels, {"teacher": teacher}, own, log=log)
    return teacher


@torch.no_grad()
def answers(teacher, images, temperature):
    """How sure the teacher is of each class, softened."""
    cuda = images.device.type == "cuda"
    with torch.autocast(images.device.type, dtype=torch.bfloat16, enabled=cuda):
        logits = torch.cat([teacher(part) for part in images.split(2000)])
    return F.softmax(logits.float() / temperature, 1)


@torch.no_grad()
def predictions(model, images):
    was = model.training
    model.eval()
    answers = torch.cat([model(part.to(memory_format=torch.channels_last)).argmax(1) for part in images.split(2000)])
    model.train(was)
    return answers


def accuracy(model, images, labels):
    return (predictions(model, images) == labels).float().mean().item()


# The network file


def write(path, model, mean, std, origin):
    """Safetensors with the architecture as JSON in its metadata, weights in f32."""
    described = model.described
    preprocessing = {"mean": mean, "std": std}
    architecture = {"inputShape": [3, 32, 32], "labels": LABELS, "preprocessing": preprocessing, "layers": described}
    header = {"__metadata__": {"deep_end_network": json.dumps({"architecture": architecture, "origin": origin})}}
    body = b""
    for name, value in sorted(model.layers.state_dict().items()):
        if name.endswith("num_batches_tracked"):
            continue
        data = value.detach().float().cpu().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(head)) + head + body)


def origin(options, pooling):
    """The command that makes the file, every number of it, and the data."""
    told = ("seed", "epochs", "batch", "rate", "warm_up", "momentum", "decay", "smoothing", "cutout", "average")
    told += ("teacher", "temperature", "trust") if options.teacher else ()
    flags = [f"--pooling {pooling}"] + [f"--{name.replace('_', '-')} {getattr(options, name)}" for name in told]
    return {
        "command": " ".join(["python3 training/objects.py --data DIR", *flags]),
        "data": "CIFAR-10 training images (Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images)",
    }


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path, help="the folder with train.zip and test.zip")
    parser.add_argument("--pooling", default=["max"], choices=POOLINGS, nargs="+", help="one, or several trained side by side")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=151)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=0.4, help="the highest learning rate")
    parser.add_argument("--warm-up", type=float, default=0.2, help="the share of the steps on the way up")
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--decay", type=float, default=5e-4, help="weight decay")
    parser.add_argument("--smoothing", type=float, default=0.0, help="label smoothing")
    parser.add_argument("--cutout", type=int, default=0, help="the side of the square hidden from every image")
    parser.add_argument("--average", type=float, default=0.998, help="what the running mean of the weights keeps a step")
    parser.add_argument("--teacher", type=int, default=0, help="epochs of a wider network, trained first and learned from")
    parser.add_argument("--temperature", type=float, default=4.0, help="what logits are divided by before the teacher's and the network's answers are compared")
    parser.add_argument("--trust", type=float, default=0.9, help="the share of the teacher's answers in the loss; the labels have the rest")
    parser.add_argument("--hold-back", type=int, default=0, help="keep so many training images a class back and measure on them, not on the test images")
    parser.add_argument("--out", help="the network file; {} in its name stands for the pooling")
    return parser.parse_args()


def load(folder, device):
    """Training and test images, normalised, and the normalisation."""
    (images, labels), (test, test_labels) = read_zip(folder / "train.zip"), read_zip(folder / "test.zip")
    mean, std = normalization(images)
    shaped = lambda values: torch.tensor(values, device=device)[None, :, None, None]
    ready = lambda images: (images.to(device).float() / 255 - shaped(mean)) / shaped(std)
    return (ready(images), labels.to(device)), (ready(test), test_labels.to(device)), mean, std


def hold_back(images, labels, count):
    """The last `count` images of each class apart from the others."""
    back = torch.zeros(len(labels), dtype=torch.bool, device=labels.device)
    for label in range(len(LABELS)):
        back[(labels == label).nonzero().flatten()[-count:]] = True
    return (images[~back], labels[~back]), (images[back], labels[back])


def main():
    options = arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    (images, labels), test, mean, std = load(options.data, device)
    held_back = None
    if options.hold_back:
        (images, labels), held_back = hold_back(images, labels, options.hold_back)
    name, measured_on = ("held back", held_back) if held_back else ("test", test)
    report = lambda what, model: print(f"{what} seed {options.seed}: {name} accuracy {100 * accuracy(model, *measured_on):.2f} %")
    teacher = None
    if options.teacher:
        teacher = new_teacher(images, labels, options)
        report("teacher", teacher)
    models = {pooling: new_model(pooling, options.seed, device) for pooling in options.pooling}
    train(images, labels, models, options, teacher, held_back)
    for pooling, model in models.items():
        report(pooling, model)
        if options.out:
            write(options.out.replace("{}", pooling), model, mean, std, origin(options, pooling))


if __name__ == "__main__":
    main()
