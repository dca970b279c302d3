"""optax and JAX: everything under jit, parameters and state donated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.bench.case import Subject
from optlab.bench.work import (
    BEFORE,
    RATE,
    DenseWork,
    FitWork,
    LossWork,
    StepWork,
    SweepWork,
)
from optlab.optimizers import TABLE

_SHARED = ("momentum", "nesterov")
_ROUNDING = "operations that XLA fuses; epsilon in another place"


def step(mode: str, work: StepWork) -> Subject | None:
    """Apply one jitted update; its buffers are reused."""
    import jax
    import optax

    transform = _transform(work)
    if transform is None:
        return None
    params = [jax.numpy.array(array) for array in work.copies()]
    grads = [jax.numpy.array(array) for array in work.grads]
    state = jax.jit(transform.init)(params)

    def update(params: Any, state: Any, grads: Any) -> Any:
        updates, state = transform.update(grads, state, params)
        return optax.apply_updates(params, updates), state

    compiled = jax.jit(update, donate_argnums=(0, 1))

    def run() -> None:
        nonlocal params, state
        params, state = compiled(params, state, grads)
        jax.block_until_ready(params)

    return Subject(
        "optax",
        run,
        lambda: [np.asarray(array) for array in params],
        BEFORE,
        tolerance=2e-6,
        reason=_ROUNDING,
    )


def _transform(work: StepWork) -> Any:
    """Return optax's transformation, or None where it lacks the rule."""
    import optax

    entry = TABLE.get(work.optimizer)
    if entry is None or entry.optax is None:
        return None
    function, keywords = entry.optax.name, dict(entry.optax.arguments)
    before = []
    for name, value in work.options.items():
        if name in _SHARED and work.optimizer == "sgd":
            keywords[name] = value
        elif name == "weight_decay" and work.optimizer == "adam":
            function, keywords["weight_decay"] = "adamw", value
        elif name == "global_clipnorm":
            before.append(optax.clip_by_global_norm(value))
        else:
            return None
    return optax.chain(*before, getattr(optax, function)(RATE, **keywords))


def loss(mode: str, work: LossWork) -> Subject | None:
    """Compute a loss and its gradient in one jitted function."""
    import jax

    function = _losses().get(work.name)
    if function is None:
        return None
    y, p = jax.numpy.array(work.y), jax.numpy.array(work.prediction)

    def mean(p: Any, y: Any) -> Any:
        return function(p, y).mean()

    return _jitted(jax.value_and_grad(mean), (p, y))


def _losses() -> dict[str, Callable[[Any, Any], Any]]:
    import jax.numpy as jnp
    import optax

    return {
        "mse": optax.squared_error,
        "mae": lambda p, y: jnp.abs(p - y),
        "huber": optax.huber_loss,
        "binary_crossentropy": optax.sigmoid_binary_cross_entropy,
        "sparse_categorical_crossentropy": (
            optax.softmax_cross_entropy_with_integer_labels
        ),
    }


def dense(mode: str, work: DenseWork) -> Subject:
    """Run a relu layer and its vector-Jacobian product in one jitted function."""
    import jax

    def layer(x: Any, kernel: Any, bias: Any) -> Any:
        return jax.nn.relu(x @ kernel + bias)

    def forward_and_backward(x: Any, kernel: Any, bias: Any, upstream: Any) -> Any:
        out, pullback = jax.vjp(layer, x, kernel, bias)
        by_x, by_kernel, by_bias = pullback(upstream)
        return out, by_kernel, by_bias, by_x

    arrays = (work.x, work.kernel, work.bias, work.upstream)
    return _jitted(forward_and_backward, tuple(map(jax.numpy.array, arrays)))


def _jitted(function: Any, arguments: tuple[Any, ...]) -> Subject:
    import jax

    compiled = jax.jit(function)
    found: list[Any] = []

    def run() -> None:
        found[:] = jax.block_until_ready(compiled(*arguments))

    return Subject(
        "optax",
        run,
        lambda: [np.asarray(array) for array in found],
        tolerance=1e-5,
        reason="another order of summation",
    )


def fit(mode: str, work: FitWork) -> Subject | None:
    """Train with one jitted step a batch, its buffers donated."""
    if not work.units:
        return None
    import jax
    import optax

    transform = optax.adam(RATE, eps=1e-7)

    def mean_loss(weights: Any, x: Any, y: Any) -> Any:
        logits = _logits(weights, x)
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

    def update(weights: Any, state: Any, x: Any, y: Any) -> Any:
        grads = jax.grad(mean_loss)(weights, x, y)
        updates, state = transform.update(grads, state, weights)
        return optax.apply_updates(weights, updates), state

    compiled = jax.jit(update, donate_argnums=(0, 1))

    def build() -> Any:
        weights = [jax.numpy.array(array) for array in work.weights()]
        return weights, transform.init(weights)

    def train(held: Any, order: Any, x: Any, y: Any) -> Any:
        for start in range(0, len(order), work.batch_size):
            rows = order[start : start + work.batch_size]
            held = compiled(*held, x[rows], y[rows])
        return jax.block_until_ready(held)

    held = build()
    random = np.random.default_rng(0)
    x, y = work.data

    def run() -> None:
        nonlocal held
        for _ in range(work.epochs):
            held = train(held, random.permutation(len(x)), x, y)

    def result() -> list[Any]:
        head, labels = work.head()
        weights, _ = train(build(), np.arange(len(head)), head, labels)
        return [np.asarray(_logits(weights, head))]

    why = "ten steps, epsilon in another place"
    return Subject("optax", run, result, 0, 1e-2, why)


def _logits(weights: Any, x: Any) -> Any:
    """Return the network's logits."""
    import jax

    last = len(weights) - 2
    for index in range(0, len(weights), 2):
        x = x @ weights[index] + weights[index + 1]
        x = x if index == last else jax.nn.relu(x)
    return x


def schedule(mode: str, ours: Any) -> Callable[[int], Any] | None:
    """Return optax's schedule, called eagerly; only where it is the same curve."""
    import optax

    from optlab import schedules

    if isinstance(ours, schedules.ExponentialDecay):
        found: Callable[[int], Any] = optax.exponential_decay(
            ours.initial_learning_rate, ours.decay_steps, ours.decay_rate
        )
        return found
    return None


def sweep(mode: str, work: SweepWork) -> Subject:
    """Train all networks by one jitted scan of a vmapped step."""
    import jax
    import optax

    x, y = work.data
    rates = jax.numpy.array(work.rates, "float32")

    def mean_loss(weights: Any) -> Any:
        hidden = jax.nn.relu(x @ weights[0] + weights[1])
        return ((hidden @ weights[2] + weights[3] - y) ** 2).mean()

    def train(rate: Any) -> Any:
        transform = optax.adam(rate, eps=1e-7)
        weights = [jax.numpy.array(array) for array in work.weights()]

        def step(held: Any, _: Any) -> Any:
            weights, state = held
            loss, grads = jax.value_and_grad(mean_loss)(weights)
            updates, state = transform.update(grads, state, weights)
            return (optax.apply_updates(weights, updates), state), loss

        held = weights, transform.init(weights)
        return jax.lax.scan(step, held, None, length=work.steps)[1][-1]

    compiled = jax.jit(jax.vmap(train))
    ended: list[Any] = []

    def run() -> None:
        ended[:] = [np.asarray(compiled(rates), np.float64)]

    why = "operations that XLA fuses, over all steps; epsilon in another place"
    return Subject("optax", run, lambda: list(ended), 1, 1e-2, why)
