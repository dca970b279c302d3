"""`fit`: train a model on data."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab import callbacks as callbacks_module
from optlab import metrics as metrics_module
from optlab.errors import InputError
from optlab.lookup import flag, takes
from optlab.recorder import Recorder
from optlab.run import Run
from optlab.tracing import Record
from optlab.training.arguments import at_least, positive
from optlab.training.checkpoint import Checkpoint
from optlab.training.evaluation import Evaluator
from optlab.training.inputs import fingerprint
from optlab.training.loop import Loop
from optlab.training.objective import Objective
from optlab.training.preparation import prepare
from optlab.training.progress import Progress
from optlab.training.resume import (
    check_resumable,
    check_state,
    continued,
    noted,
    put_back,
)
from optlab.training.rows import Rows
from optlab.training.verbose import printer

#: Rows at a time in validation; only rounding depends on it.
VALIDATION_ROWS = 1024


def fit(
    model: Any,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    loss: Any = None,
    optimizer: Any = None,
    batch_size: int = 32,
    epochs: int | None = None,
    steps: int | None = None,
    validation_data: Sequence[Any] | None = None,
    validation_split: float = 0.0,
    class_weight: str | Mapping[Any, float] | None = None,
    sample_weight: npt.ArrayLike | None = None,
    callbacks: Any = (),
    metrics: Any = (),
    shuffle: bool = True,
    seed: int | None = 0,
    plain: bool = False,
    record: Any = None,
    resume: Run | None = None,
    checkpoint: Checkpoint | None = None,
    progress: Callable[[dict[str, Any]], Any] | None = None,
    verbose: Any = "auto",
    check_finite: bool = True,
    strict: bool = True,
) -> Run:
    """Train a model on data, batch by batch.

    Everything is checked before anything is changed. At the first loss that is NaN or
    infinite the run stops and says where that arose. Ctrl-C stops between two steps and
    keeps what was done. The same seed gives the same bits for any number of threads.

    Parameters
    ----------
    model : Sequential
        Trained in place.
    x : array_like, shape (rows, *model.input_shape)
        Inputs; cast once to the model's dtype.
    y : array_like, shape (rows, ...)
        Targets, as the loss takes them.
    loss : str, dict or Loss
        See `optlab.losses.get`. Needed, unless a run is resumed.
    optimizer : str, dict or Optimizer
        See `optlab.optimizers.get`. Needed, unless a run is resumed.
    batch_size : int
        Rows in a batch; the last batch of an epoch may have fewer.
    epochs : int, optional
        Passes over the data, counted from the beginning of the run also when it is
        resumed; 1 where left out.
    steps : int, optional
        Updates instead of epochs; the last epoch may then stay incomplete.
    validation_data : (x, y) or (x, y, sample_weight), optional
        Evaluated after each epoch.
    validation_split : float
        The fraction of the rows, taken from the end before any shuffling, that is
        evaluated after each epoch instead of being trained on. Sorted data put whole
        classes there.
    class_weight : dict or "balanced", optional
        The weight of each class in the training loss; see
        `optlab.training.class_weights`.
    sample_weight : array_like, shape (rows,), optional
        The weight of each row in the loss; multiplied by the class's where both are
        given. With `validation_split` it goes with the rows; class weights do not.
    callbacks : callback or sequence of callbacks
        See `optlab.callbacks.get`; called in this order.
    metrics : str or sequence of str, dict, callable or Metric
        See `optlab.metrics.get`. In training they are running figures over the epoch.
    shuffle : bool
        Whether each epoch has an order of its own.
    seed : int or None
        Decides order and dropout; None draws one, which is `run.settings["seed"]`.
    plain : bool
        Whether the loss takes the model's outputs although logits could be recovered;
        see `optlab.training.objective`.
    record : int or Record, optional
        Keep a trace of every so many steps; see `optlab.tracing`.
    resume : Run, optional
        Go on with this run, bit for bit as if it had not ended. All else must be the
        same but for `epochs` and `steps`; loss and optimizer may be left out.
    checkpoint : Checkpoint, optional
        Where to write the run while it goes on, and how often: what a killed process
        leaves, to be loaded by `Run.load` and resumed.
    progress : callable, optional
        See `optlab.training.progress`.
    verbose : {"auto", 0, 1, 2}
        What is printed, as in tf.keras: nothing, a bar, or a line an epoch. "auto" is
        the bar in a notebook, and nothing elsewhere or where there is `progress`.
    check_finite : bool
        Whether NaN and infinity in the data are refused.
    strict : bool
        Whether targets are refused that tf.keras trains on without complaint, such as
        a cross-entropy's outside [0, 1].

    Returns
    -------
    Run
        The history, and all there is to know about the run. `run.status` says how it
        ended.

    Raises
    ------
    InputError
        If an argument is out of range, a name is unknown, or data, loss and model do
        not fit together; the message names the argument and, in data, row and column.
    ValueError
        If the optimizer is built for another model.

    Examples
    --------
    >>> import numpy as np, optlab
    >>> x = np.linspace(-1, 1, 64)
    >>> model = optlab.Sequential([optlab.Dense(1)], input_shape=(1,))
    >>> run = optlab.fit(
    ...     model, x, 3 * x + 1, loss="mse", optimizer=optlab.SGD(0.1), epochs=50
    ... )
    >>> run.status, model.get_weights()[0].round(2).item()
    ('finished', 3.0)
    """
    from optlab import losses, optimizers

    if resume is not None and isinstance(resume, Run):
        loss = resume.loss if loss is None else loss
        optimizer = resume.optimizer if optimizer is None else optimizer
    for name, given in (("loss", loss), ("optimizer", optimizer)):
        if given is None:
            raise InputError(f"`{name}` is needed. Received: {name}=None")
    loss, optimizer = losses.get(loss), optimizers.get(optimizer)
    size = positive("batch_size", batch_size)
    aim_epochs, aim_steps = _aims(epochs, steps)
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
        if resume is not None and isinstance(resume, Run):
            seed = resume.settings.get("seed", seed)
    seed = at_least("seed", seed, 0)
    shuffle, plain = flag("shuffle", shuffle), flag("plain", plain)
    check_finite, strict = flag("check_finite", check_finite), flag("strict", strict)
    if progress is not None and not takes(progress, {}):
        raise InputError(
            "`progress` must be a function of a dictionary. Received: "
            f"progress={progress!r}"
        )
    printed = printer(verbose if progress is None or verbose != "auto" else 0)
    if resume is not None and not isinstance(resume, Run):
        raise InputError(f"`resume` must be a Run. Received: {type(resume).__name__}")
    found_callbacks = callbacks_module.get_all(callbacks)
    wanted = Record.of(record)

    objective = Objective(model, loss, plain)
    data = prepare(
        objective,
        x,
        y,
        sample_weight,
        class_weight,
        validation_data,
        validation_split,
        check_finite,
        strict,
    )
    rows = Rows(*data.training, size, shuffle, seed)

    found_metrics = metrics_module.get_all(metrics)
    bound = [objective.bind(metric, rows.y.shape) for metric in found_metrics]
    evaluator = None
    if data.validation is not None:
        again = [copy.deepcopy(metric) for metric in found_metrics]
        evaluator = Evaluator(objective, *data.validation, again, VALIDATION_ROWS)

    directions = directions_of(found_metrics, evaluator is not None)
    run = Run(
        model,
        optimizer,
        loss,
        settings={
            "batch_size": size,
            "shuffle": shuffle,
            "seed": seed,
            "plain": plain,
            "loss": repr(objective.loss),
            "metrics": [metric.name for metric in found_metrics],
            "callbacks": [type(callback).__name__ for callback in found_callbacks],
            "data": fingerprint(*data.training),
            "validation": fingerprint(*(data.validation or ())),
            "model": noted(model),
            "optimizer": noted(optimizer),
        },
        directions=directions,
    )
    if resume is not None:
        if isinstance(resume, Run) and optimizer is resume.optimizer:
            # Callbacks may have changed its rate since.
            run.settings["optimizer"] = resume.settings.get("optimizer")
        check_resumable(resume, run.settings)
        check_state(resume, model, optimizer)
    for callback in found_callbacks:
        for name in callback.log_names:
            directions.setdefault(name, None)
    run.directions = dict(directions)
    for callback in found_callbacks:
        callback.attach(model, optimizer, run, directions)
    if model.parameters.size:
        optimizer.build(model.parameters)
    if resume is not None:
        continued(resume, run)
        put_back(resume, model, optimizer, found_callbacks)
    recorder = None
    if wanted is not None:
        recorder = Recorder(
            wanted,
            model.parameters,
            model.gradients,
            optimizer,
            model,
            run.trace,
            _meter(wanted, objective, optimizer, run.trace),
        )
        run.trace = recorder.trace
    reporter = None
    hooks = [hook for hook in (progress, printed) if hook is not None]
    if hooks:
        total = min(aim_epochs * rows.batches, aim_steps)
        reporter = Progress(hooks, -(-total // rows.batches), total)
    loop = Loop(
        run,
        objective,
        rows,
        aim_epochs,
        aim_steps,
        bound,
        found_callbacks,
        evaluator,
        recorder,
        reporter,
        checkpoint,
    )
    loop(resumed=resume is not None)
    return run


def _meter(wanted: Record, objective: Objective, optimizer: Any, trace: Any) -> Any:
    """Return what reads the instruments, where any are wanted."""
    if not wanted.instruments:
        return None
    from optlab.instruments.measuring import Meter

    state = None if trace is None else trace.instrument_state
    return Meter(objective, optimizer, wanted.instruments, state)


def _aims(epochs: int | None, steps: int | None) -> tuple[int, int]:
    """Return where to stop, in epochs and in steps."""
    if steps is not None:
        if epochs is not None:
            raise InputError(
                "Give `epochs` or `steps`, not both. "
                f"Received: epochs={epochs!r}, steps={steps!r}"
            )
        return sys.maxsize, positive("steps", steps)
    return 1 if epochs is None else positive("epochs", epochs), sys.maxsize


def directions_of(metrics: Sequence[Any], validates: bool) -> dict[str, str | None]:
    """Return each name that the logs will hold, and what is better of it."""
    found: dict[str, str | None] = {"loss": "min"}
    found.update({metric.name: metric.direction for metric in metrics})
    if validates:
        found.update({f"val_{name}": way for name, way in list(found.items())})
    return found
