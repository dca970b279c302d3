"""The tables of an experiment file: every key, its type, its default, its check."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    WrapValidator,
    model_validator,
)

from optlab.errors import InputError
from optlab.experiments.fields import (
    Activation,
    AsTuple,
    BatchNorm,
    CallbackTable,
    ClassWeight,
    Columns,
    Count,
    Initializer,
    MetricName,
    Names,
    Point,
    Rate,
    Regularizer,
    Seed,
    made_by,
)
from optlab.experiments.messages import Several, unknown_key


class Table(BaseModel):
    """Frozen; no key is accepted that is not declared, no value converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DataTable(Table):
    """``[data]``: where the rows come from and what is done to them.

    The keys mean what the arguments of `optlab.data.load` mean.
    """

    source: str
    options: dict[str, Any] = Field(default_factory=dict)
    target: Columns | None = None
    features: Annotated[Names, Field(min_length=1)] | None = None
    scale: Literal["none", "standard", "minmax", "robust"] = "none"
    target_scale: Literal["none", "standard"] = "none"
    validation: float = Field(default=0.2, ge=0.0, lt=1.0)
    missing: Literal["refuse", "drop", "mean", "median"] = "refuse"
    one_hot: bool = False
    seed: Seed = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        from optlab.data.generators import GENERATORS, check_options
        from optlab.data.loading import canonical

        name = canonical(self.source)
        if name in GENERATORS:
            problems = check_options(name, self.options)
            if problems:
                raise Several(f"options: {problem}" for problem in problems)
        elif self.options:
            raise ValueError(
                "options are arguments of a generator "
                f"({', '.join(sorted(GENERATORS))}). Received: source={self.source!r}"
            )
        return self


class FunctionTable(Table):
    """``[function]``: an analytic problem, its options, and where to start."""

    name: str
    start: Point | None = None
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Self:
        from optlab import problems

        problem = problems.get(self.name, **self.options)
        if self.start is not None and len(self.start) != problem.dimension:
            raise ValueError(
                f"start must hold {problem.dimension} numbers for {problem.name!r}. "
                f"Received: {list(self.start)}"
            )
        return self


class LayerTable(Table):
    """The shorthand of a block: dense, batch normalization, activation, dropout.

    Each part is there where its key is; `residual` adds the input of the entry to its
    output. See `optlab.layers.expand`.
    """

    units: Count | None = None
    activation: Activation | None = None
    kernel_initializer: Initializer | None = None
    bias_initializer: Initializer | None = None
    kernel_regularizer: Regularizer | None = None
    bias_regularizer: Regularizer | None = None
    batch_normalization: BatchNorm = False
    dropout: float | None = Field(default=None, ge=0.0, le=1.0)
    residual: bool = False
    trainable: bool = True
    name: str | None = None
    inputs: Annotated[Names, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.units is None:
            given = self.model_fields_set
            dense = sorted(k for k in given if k.startswith(("kernel_", "bias_")))
            if dense:
                raise ValueError(f"needs the key 'units' for {', '.join(dense)}.")
            if not (self.activation or self.batch_normalization or self.dropout):
                raise ValueError("needs the key 'units'.")
        return self


class LayerConfiguration(Table):
    """A layer by its class and arguments, as `optlab.layers.get` takes it."""

    model_config = ConfigDict(extra="allow")


def _entry(value: Any, shorthand: Callable[[Any], Any]) -> Any:
    """Read one entry of ``model.layers``: a table with a class, or the shorthand."""
    from optlab.layers.configuration import is_configuration

    if not isinstance(value, Mapping) or not is_configuration(value):
        return shorthand(value)
    made_by("layers", value)
    return LayerConfiguration(**value)


Entry = Annotated[SerializeAsAny[LayerTable], WrapValidator(_entry)]


class ModelTable(Table):
    """``[model]``: the layers, first to last, and a file of their first weights.

    `weights` is the path of an .npz that holds weights by their full names, such as
    "dense/kernel"; those that the model has in that shape begin with them.
    """

    layers: Annotated[tuple[Entry, ...], AsTuple, Field(min_length=1)]
    weights: str | None = None


class LossTable(Table):
    """``[loss]``: tf.keras's name, and the arguments that this loss takes.

    `plain` asks for the textbook formula: tf.keras otherwise looks behind a final
    softmax or sigmoid for its logits.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    from_logits: bool | None = None
    label_smoothing: float | None = Field(default=None, ge=0.0, le=1.0)
    delta: float | None = Field(default=None, gt=0.0)
    plain: bool = False

    def arguments(self) -> dict[str, Any]:
        """Return what the loss's constructor takes, and its name."""
        found = self.model_dump(exclude_none=True)
        del found["plain"]
        return found

    @model_validator(mode="after")
    def _check(self) -> Self:
        loss = made_by("losses", self.name)
        takes = inspect.signature(type(loss)).parameters
        wrong = [key for key in self.arguments() if key != "name" and key not in takes]
        known = list(type(self).model_fields)
        if wrong:
            raise Several(
                f"{self.name} takes no {key!r}."
                if key in known
                else unknown_key("[loss]", key, {*known, *takes})
                for key in wrong
            )
        made_by("losses", self.arguments())
        return self


class OptimizerTable(Table):
    """``[optimizer]``: a name, a rate, and tf.keras's other constructor arguments."""

    model_config = ConfigDict(extra="allow")

    name: str
    learning_rate: Rate | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what the optimizer's constructor is given."""
        found = self.model_dump(exclude_none=True)
        del found["name"]
        return found

    def make(self) -> Any:
        """Return a new optimizer of this name with these arguments."""
        from optlab import optimizers

        return optimizers.get({"name": self.name, **self.arguments()})

    @model_validator(mode="after")
    def _check(self) -> Self:
        from optlab import optimizers

        try:
            cls = optimizers.class_of(self.name)
        except InputError as error:
            raise Several([str(error)]) from None
        valid = [key for key in cls.config_names() if key != "name"]
        given = self.arguments()
        problems = [
            unknown_key("[optimizer]", key, valid).removeprefix("[optimizer] ")
            for key in given
            if key not in valid
        ]
        try:
            cls.from_config({k: v for k, v in given.items() if k in valid})
        except InputError as error:
            problems.append(str(error))
        if problems:
            raise Several(problems)
        return self


class TrainingTable(Table):
    """``[training]``: how long, in which batches, and what is watched.

    `epochs` is 20 where neither `epochs` nor `steps` is given (a function: 500 steps).
    `metrics` left out means accuracy for classes and mae for amounts.
    """

    epochs: Count | None = None
    steps: Count | None = None
    batch_size: Count = 32
    shuffle: bool = True
    seed: Seed = 0
    dtype: Literal["float32", "float64"] = "float32"
    metrics: Annotated[tuple[MetricName, ...], AsTuple] | None = None
    class_weight: ClassWeight | None = None
    callbacks: Annotated[tuple[CallbackTable, ...], AsTuple] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.epochs is not None and self.steps is not None:
            raise ValueError("takes epochs or steps, not both.")
        return self
