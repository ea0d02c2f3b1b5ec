"""Window parameters, drawn at random, and which cells such windows read: plain arithmetic for every generator."""

import math


def output_size(n, kernel, stride, padding, dilation, ceil_mode):
    """PyTorch's output extent; 0 where no window fits."""
    room = n + sum(padding) - (dilation * (kernel - 1) + 1)
    count = (math.ceil(room / stride) if ceil_mode else room // stride) + 1
    return count - 1 if ceil_mode and (count - 1) * stride >= n + padding[0] else max(count, 0)


def axes_of(params, spatial):
    """Per axis: extent, kernel, stride, (before, after), dilation, number of windows."""
    lists = [params[key] for key in ("kernel_size", "stride", "padding", "dilation")]
    for n, kernel, stride, padding, dilation in zip(spatial, *lists):
        count = output_size(n, kernel, stride, padding, dilation, params["ceil_mode"])
        yield n, kernel, stride, padding, dilation, count


def taps(params, spatial):
    """Per axis and window, where its taps lie; the input is 0 … n − 1, padding and overhang around it."""
    return [
        [[i * stride + t * dilation - padding[0] for t in range(kernel)] for i in range(count)]
        for _, kernel, stride, padding, dilation, count in axes_of(params, spatial)
    ]


def all_see_input(params, spatial):
    """Whether there are windows, and each reads at least one cell of the input."""
    return all(
        windows and all(any(0 <= tap < n for tap in window) for window in windows)
        for n, windows in zip(spatial, taps(params, spatial))
    )


def draw(random, axes, cells=(3, 9), dilated=True, padding="below effective kernel", ceil_mode=None):
    """A spatial shape and the parameters of a window that suits it. `random` is a random.Random."""
    limits = {
        "below effective kernel": lambda k, d: d * (k - 1),
        "below kernel": lambda k, d: k - 1,
        "half": lambda k, d: k // 2,
        "none": lambda k, d: 0,
    }
    while True:
        spatial = [random.randint(*cells) for _ in range(axes)]
        kernel = [random.randint(1, 4) for _ in range(axes)]
        stride = [random.randint(1, 3) for _ in range(axes)]
        dilation = [random.choice([1, 1, 2, 3]) if dilated else 1 for _ in range(axes)]
        sides = [[random.randint(0, limits[padding](k, d)) for _ in "ab"] for k, d in zip(kernel, dilation)]
        if padding == "half":
            sides = [[before, before] for before, _ in sides]
        ceil = random.random() < 0.5 if ceil_mode is None else ceil_mode
        params = dict(kernel_size=kernel, stride=stride, padding=sides, dilation=dilation, ceil_mode=ceil)
        fits = all(d * (k - 1) + 1 <= n + sum(p) for n, k, d, p in zip(spatial, kernel, dilation, sides))
        if fits and all_see_input(params, spatial):
            return spatial, params
