"""tf.keras: eager, in a tf.function, and compiled by XLA."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from optlab import losses, optimizers
from optlab.bench.case import Subject
from optlab.bench.work import BEFORE, RATE, DenseWork, FitWork, LossWork, StepWork
from optlab.errors import InputError

_ROUNDING = {
    "eager": "sums over several threads",
    "function": "operations that Grappler rewrites",
    "xla": "operations that XLA fuses and contracts",
}


def _runtime() -> Any:
    """Return TensorFlow and Keras with all threads."""
    from optlab.validation.runtime import load

    runtime = load(threads=0)
    # Once it has devices, the number of threads stays as it is.
    runtime.tf.config.list_logical_devices()
    return runtime


def _compiled(mode: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function in one of the three modes."""
    tf = _runtime().tf
    if mode == "eager":
        return function
    compiled: Callable[..., Any] = tf.function(
        function, jit_compile=mode == "xla", autograph=False
    )
    return compiled


def step(mode: str, work: StepWork) -> Subject | None:
    """Apply gradients to variables with the optimizer's twin."""
    from optlab.validation.twins.optimizers import optimizer_to_keras

    runtime = _runtime()
    ours: Any = optimizers.get(work.config())
    if isinstance(ours, optimizers.ScheduleFreeAdamW):
        return None  # its slots share memory in tf.keras, which makes it another step
    try:
        twin = optimizer_to_keras(ours)
    except InputError:
        return None
    variables = [runtime.keras.Variable(array) for array in work.copies()]
    grads = [runtime.tf.constant(array) for array in work.grads]
    twin.build(variables)

    def apply(grads: Any) -> None:
        twin.apply(grads, variables)

    compiled = _compiled(mode, apply)
    exact = mode == "eager" and ours.rule.elementwise
    return Subject(
        f"keras-{mode}",
        partial(compiled, grads),
        lambda: [variable.numpy() for variable in variables],
        BEFORE,
        tolerance=0.0 if exact else 1e-5,
        reason="same bits" if exact else _ROUNDING[mode],
    )


def loss(mode: str, work: LossWork) -> Subject | None:
    """Compute a loss, and its gradient with a tape."""
    runtime = _runtime()
    tf = runtime.tf
    ours = losses.get(_loss_config(work))
    function = getattr(runtime.keras.losses, type(ours).__name__).from_config(
        {k: v for k, v in ours.get_config().items() if k != "fn"}
    )
    y, p = tf.constant(work.y), tf.constant(work.prediction)

    def value_and_grad(y: Any, p: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(p)
            value = function(y, p)
        return value, tape.gradient(value, p)

    return _traced(mode, value_and_grad, (y, p))


def _loss_config(work: LossWork) -> dict[str, Any]:
    config: dict[str, Any] = {"name": work.name}
    if work.from_logits is not None:
        config["from_logits"] = work.from_logits
    return config


def dense(mode: str, work: DenseWork) -> Subject | None:
    """Run a relu layer forward, and backward with a tape."""
    tf = _runtime().tf
    arrays = (work.x, work.kernel, work.bias, work.upstream)

    def forward_and_backward(x: Any, kernel: Any, bias: Any, upstream: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch((x, kernel, bias))
            out = tf.nn.relu(tf.nn.bias_add(tf.matmul(x, kernel), bias))
        return out, *tape.gradient(out, (kernel, bias, x), upstream)

    return _traced(mode, forward_and_backward, tuple(map(tf.constant, arrays)))


def _traced(mode: str, function: Any, arguments: tuple[Any, ...]) -> Subject:
    compiled = _compiled(mode, function)
    found: list[Any] = []

    def run() -> None:
        found[:] = compiled(*arguments)

    return Subject(
        f"keras-{mode}",
        run,
        lambda: [tensor.numpy() for tensor in found],
        tolerance=1e-5,
        reason="another order of summation",
    )


def fit(mode: str, work: FitWork) -> Subject | None:
    """Call `Model.fit`; eager training is left out, nobody waits for it."""
    if mode == "eager":
        return None

    def build() -> Any:
        return _network(work, mode == "xla")

    model = build()
    x, y = work.data

    def run() -> None:
        model.fit(x, y, batch_size=work.batch_size, epochs=work.epochs, verbose=0)

    def result() -> list[Any]:
        fresh = build()
        head, labels = work.head()
        fresh.fit(
            head, labels, batch_size=work.batch_size, epochs=1, verbose=0, shuffle=False
        )
        return [np.asarray(fresh(head))]

    return Subject(f"keras-{mode}", run, result, 0, 1e-3, "ten steps of rounding")


def _network(work: FitWork, jit_compile: bool) -> Any:
    """Return the compiled model with the shared weights."""
    keras = _runtime().keras
    inputs = end = keras.Input(work.data[0].shape[1:])
    for name, arguments in work.layers:
        end = getattr(keras.layers, name)(**arguments)(end)
    model = keras.Model(inputs, end)
    model.set_weights(work.weights())
    model.compile(
        optimizer=keras.optimizers.Adam(RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit_compile,
    )
    return model


def schedule(mode: str, ours: Any) -> Callable[[int], Any] | None:
    """Return tf.keras's schedule, called eagerly."""
    if mode != "eager":
        return None
    from optlab.validation.twins.schedules import schedule_to_keras

    _runtime()
    try:
        twin: Callable[[int], Any] = schedule_to_keras(ours)
    except InputError:
        return None
    return twin
