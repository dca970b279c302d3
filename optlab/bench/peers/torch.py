"""torch: optimizers as for-loop, foreach and fused; autograd for the rest."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.bench.case import Subject
from optlab.bench.work import BEFORE, RATE, DenseWork, FitWork, LossWork, StepWork
from optlab.optimizers import TABLE

#: Our options of Adam and SGD that torch has too, under the same name.
_SHARED = ("momentum", "nesterov", "amsgrad")
_MODES: dict[str, dict[str, bool]] = {
    "single": {"foreach": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}
_ROUNDING = "another order of operations; epsilon in another place"


def step(mode: str, work: StepWork) -> Subject | None:
    """Step tensors that share no memory, as `torch.optim` takes them."""
    import torch

    arguments = _arguments(work, mode)
    if arguments is None:
        return None
    cls, keywords = arguments
    tensors = [torch.from_numpy(array) for array in work.copies()]
    with warnings.catch_warnings():
        # Gradients are shared with the other subjects, and only read.
        warnings.simplefilter("ignore")
        for tensor, grad in zip(tensors, work.grads, strict=True):
            tensor.grad = torch.from_numpy(grad)
    optimizer = getattr(torch.optim, cls)(tensors, lr=RATE, **keywords)
    return Subject(
        f"torch-{mode}",
        optimizer.step,
        lambda: [tensor.numpy() for tensor in tensors],
        BEFORE,
        tolerance=2e-6,
        reason=_ROUNDING,
    )


def _arguments(work: StepWork, mode: str) -> tuple[str, dict[str, Any]] | None:
    """Return torch's class and its arguments, or None where torch lacks the rule."""
    entry = TABLE.get(work.optimizer)
    peer = entry.torch if entry else None
    if peer is None or (mode == "fused" and not peer.fused):
        return None
    cls, keywords = peer.name, {**peer.arguments, **_MODES[mode]}
    for name, value in work.options.items():
        if name in _SHARED:
            keywords[name] = value
        elif name == "weight_decay" and work.optimizer == "adam":
            cls, keywords["weight_decay"] = "AdamW", value
        else:
            return None
    return cls, keywords


def loss(mode: str, work: LossWork) -> Subject | None:
    """Compute a loss, and its gradient by autograd."""
    if mode != "single" or work.name not in _losses():
        return None
    import torch

    function = _losses()[work.name]
    y = torch.from_numpy(work.y)
    p = torch.from_numpy(work.prediction.copy()).requires_grad_()
    found: list[Any] = []

    def run() -> None:
        value = function(p, y)
        (grad,) = torch.autograd.grad(value, p)
        found[:] = value, grad

    return Subject(
        "torch",
        run,
        lambda: [tensor.detach().numpy() for tensor in found],
        tolerance=1e-5,
        reason="another order of summation, torch's exp and log",
    )


def _losses() -> dict[str, Callable[[Any, Any], Any]]:
    from torch.nn import functional

    return {
        "mse": functional.mse_loss,
        "mae": functional.l1_loss,
        "huber": functional.huber_loss,
        "binary_crossentropy": functional.binary_cross_entropy_with_logits,
        "sparse_categorical_crossentropy": functional.cross_entropy,
    }


def dense(mode: str, work: DenseWork) -> Subject | None:
    """Run a relu layer forward, and backward by autograd."""
    if mode != "single":
        return None
    import torch

    arrays = (work.x, work.kernel, work.bias)
    x, kernel, bias = (torch.from_numpy(a.copy()).requires_grad_() for a in arrays)
    upstream = torch.from_numpy(work.upstream)
    found: list[Any] = []

    def run() -> None:
        out = torch.relu(torch.addmm(bias, x, kernel))
        found[:] = out, *torch.autograd.grad(out, (kernel, bias, x), upstream)

    return Subject(
        "torch",
        run,
        lambda: [tensor.detach().numpy() for tensor in found],
        tolerance=1e-5,
        reason="another order of summation",
    )


def fit(mode: str, work: FitWork) -> Subject | None:
    """Train with the usual loop over shuffled batches."""
    if any(name not in _LAYERS for name, _ in work.layers):
        return None
    import torch
    from torch.nn import functional

    x, y = (torch.from_numpy(_first(array)) for array in work.data)

    def build() -> tuple[Any, Any]:
        model, optimizer = _network(work, mode)
        return model, optimizer

    def train(model: Any, optimizer: Any, order: Any, x: Any, y: Any) -> None:
        for start in range(0, len(order), work.batch_size):
            rows = order[start : start + work.batch_size]
            value = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            optimizer.step()

    model, optimizer = build()
    generator = torch.Generator().manual_seed(0)

    def run() -> None:
        for _ in range(work.epochs):
            order = torch.randperm(len(x), generator=generator)
            train(model, optimizer, order, x, y)

    def result() -> list[Any]:
        fresh, its_optimizer = build()
        head, labels = (torch.from_numpy(_first(array)) for array in work.head())
        train(fresh, its_optimizer, torch.arange(len(head)), head, labels)
        return [fresh(head).detach().numpy()]

    return Subject(
        f"torch-{mode}", run, result, 0, 1e-2, "ten steps, epsilon in another place"
    )


#: The layers that `_network` knows.
_LAYERS = ("Conv2D", "Dense", "Flatten", "MaxPooling2D")


def _first(array: Any) -> Any:
    """Put the channels of images before their pixels."""
    moved = np.moveaxis(array, -1, 1) if array.ndim == 4 else array
    return np.ascontiguousarray(moved)


def _network(work: FitWork, mode: str) -> tuple[Any, Any]:
    """Return the model with the shared weights, and its optimizer."""
    import torch
    from torch import nn

    weights = iter(work.weights())
    layers: list[Any] = []
    # The channels before a Flatten: torch has them before the pixels.
    image: tuple[int, ...] = ()
    for name, arguments in work.layers:
        if name == "Flatten":
            layers.append(nn.Flatten())
            continue
        if name == "MaxPooling2D":
            layers.append(nn.MaxPool2d(arguments["pool_size"]))
            continue
        kernel, bias = next(weights), next(weights)
        if name == "Conv2D":
            height, width, channels, filters = kernel.shape
            padding = height // 2 if arguments.get("padding") == "same" else 0
            layer: Any = nn.Conv2d(channels, filters, (height, width), padding=padding)
            kernel, image = kernel.transpose(3, 2, 0, 1), (filters,)
        else:
            layer = nn.Linear(*kernel.shape)
            if image:
                kernel = kernel.reshape(-1, *image, kernel.shape[1]).swapaxes(0, 1)
                kernel, image = kernel.reshape(-1, kernel.shape[-1]), ()
            kernel = kernel.T
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(kernel)))
            layer.bias.copy_(torch.from_numpy(bias))
        layers.append(layer)
        if arguments.get("activation") == "relu":
            layers.append(nn.ReLU())
    model = nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, eps=1e-7, **_MODES[mode])
    return model, optimizer
