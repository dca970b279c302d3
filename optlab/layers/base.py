"""What every layer has: a name, weights that live in a model's arenas, buffers.

A layer goes through three stages. The constructor checks the arguments. `build` learns
the shape of a row of inputs, refuses one that cannot be, and tells which weights are
needed; nothing of the input's size is allocated there. The model allocates the weights
and hands each one back as an attribute (``layer.kernel``, and ``layer.kernel_grad``,
None for a weight that is not trained). `resize` makes the buffers for a number of rows.
After that `forward` and `backward` check nothing and allocate nothing.

Shapes are tuples without the axis of the rows. A mask tells which steps of a sequence
count: a boolean array (rows, steps), as in tf.keras. In a model where any layer makes
one, each layer finds its input's in `mask` before `forward`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from optlab import regularizers
from optlab.errors import InputError
from optlab.layers.serialization import serialized
from optlab.lookup import construct, flag, keras_object, parameters_of, snake_case
from optlab.typing import Array as Array

Rng = np.random.Generator | None
#: The shape of one row.
Shape = tuple[int, ...]
#: A layer's `backward`.
Step = Callable[[Array, bool], Array]
#: What the constructors of all layers take.
_COMMON_ARGUMENTS = ("trainable", "name")


@dataclass(frozen=True)
class Weight:
    """One weight that a layer asks for.

    Attributes
    ----------
    layer : Layer
        Whose it is.
    name : str
        The layer's attribute, and the last part of the full name.
    shape : tuple of int
        Its shape.
    initializer : callable
        Gives the first values.
    regularizer : Regularizer or None
        Penalty on the weight.
    trainable : bool
        False for statistics that the layer updates itself.
    """

    layer: Layer
    name: str
    shape: tuple[int, ...]
    initializer: Callable[..., Array]
    regularizer: regularizers.Regularizer | None = None
    trainable: bool = True

    @property
    def full_name(self) -> str:
        """The name within a model, as tf.keras's path: "dense_1/kernel"."""
        return f"{self.layer.name}/{self.name}"

    @property
    def trained(self) -> bool:
        """Whether the weight is trained now."""
        return self.trainable and self.layer.trainable


class Layer:
    """Base class of all layers.

    Parameters
    ----------
    trainable : bool
        False freezes the weights: no gradients, no updates.
    name : str, optional
        Unique within a model; made from the class name where left out.

    Attributes
    ----------
    given_name, default_name : str
        The name from the constructor, or None; and what takes its place.
    input_shape, output_shape : tuple of int
        One row's, known after `build`; `input_shape` is a list of them where the layer
        takes several inputs.
    output : ndarray, shape (rows, *output_shape)
        The result of the latest `forward`.
    mask : ndarray of bool, shape (rows, steps), or None
        That of the present input, set by the model.
    inputs : tuple of str or None
        The names of the layers whose outputs it takes; None: the one before it.
    supports_masking : bool
        Whether the layer may be given a mask, as tf.keras's layer may.
    merges : bool
        Whether it takes several inputs.
    """

    supports_masking: ClassVar[bool] = False
    merges: ClassVar[bool] = False
    #: The penalty on the output, where the layer was given one.
    activity_regularizer: regularizers.Regularizer | None = None

    def __init__(self, trainable: bool = True, name: str | None = None) -> None:
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise InputError(
                "`name` must be a non-empty string without '/'. "
                f"Received: name={name!r}"
            )
        self.given_name = name
        self.default_name = snake_case(type(self).__name__)
        self.name = name or self.default_name
        self._trainable = self._flag("trainable", trainable)
        self._on_change: Callable[[], None] | None = None
        self.inputs: tuple[str, ...] | None = None
        self.dtype: np.dtype[Any] | None = None
        self.input_shape: Any = ()
        self.output_shape: Shape = ()
        self.mask: Array | None = None
        self.output: Array = np.empty((0, 0))

    @property
    def trainable(self) -> bool:
        """Whether the weights are trained.

        Setting it on a layer of a model makes a new arena of the model's trainable
        weights, so an optimizer has to be built again afterwards.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = self._flag("trainable", value)
        if self._on_change is not None:
            self._on_change()

    @property
    def built(self) -> bool:
        """Whether the layer belongs to a model."""
        return self._on_change is not None

    def check_free(self) -> None:
        """Raise InputError if the layer belongs to a model."""
        if self.built:
            raise InputError(
                f"The layer {self.name!r} already belongs to a model, and its weights "
                "live there. Use `layer.clone()` for another layer of the same kind."
            )

    def claim(self, on_change: Callable[[], None]) -> None:
        """Give the layer to a model, which is told when `trainable` changes."""
        self._on_change = on_change

    def after(self, *names: str) -> Self:
        """Take the outputs of these layers instead of that of the one before.

        Parameters
        ----------
        *names : str
            Of earlier layers of the model; "input" is the model's own input.

        Returns
        -------
        Layer
            The layer itself.
        """
        self.check_free()
        if not names or not all(isinstance(name, str) for name in names):
            raise self._error(
                f"`inputs` must be names of layers. Received: inputs={names!r}."
            )
        self.inputs = tuple(names)
        return self

    def parts(self) -> Iterator[Layer]:
        """Yield the layer, and before it the layers inside it."""
        yield self

    def build(self, input_shape: Any, dtype: np.dtype[Any]) -> list[Weight]:
        """Learn the shape of the input; return the weights that are needed.

        A subclass sets `output_shape` where it is not `input_shape`.

        Parameters
        ----------
        input_shape : tuple of int
            One row's; a list of them where the layer takes several inputs.
        dtype : numpy.dtype
            float32 or float64.

        Raises
        ------
        InputError
            If the layer cannot take such inputs; the model adds the layer's place.
        """
        self.input_shape = input_shape
        self.output_shape = input_shape
        self.dtype = dtype
        return []

    def bind(self, name: str, array: Array, grad: Array | None) -> None:
        """Take a weight and the array for its gradient (None: not trained)."""
        setattr(self, name, array)
        setattr(self, f"{name}_grad", grad)

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""

    @property
    def learns(self) -> bool:
        """Whether any weight is trained."""
        return False

    @property
    def multiply_adds(self) -> int:
        """Multiplications with an addition of one row's `forward`, about."""
        return 0

    def check_data(self, x: Array, name: str) -> None:
        """Raise InputError where values cannot be inputs; asked once, before a run.

        Parameters
        ----------
        x : ndarray, shape (rows, *input_shape)
            All rows.
        name : str
            The argument's name, for the message.
        """

    def makes_mask(self, masked: bool) -> bool:
        """Tell whether the output has a mask, where the input has one or not."""
        return masked

    def compute_mask(self, x: Array, mask: Array | None) -> Array | None:
        """Return the mask of the latest output, as tf.keras's layer does.

        Parameters
        ----------
        x : ndarray
            The latest input.
        mask : ndarray of bool, shape (rows, steps), or None
            The input's.
        """
        return mask

    @property
    def logits(self) -> Array | None:
        """What a final softmax or sigmoid was applied to in the latest `forward`."""
        return None

    @property
    def activation_name(self) -> str:
        """The name of the activation that the layer ends in."""
        return "linear"

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the output for a batch.

        Parameters
        ----------
        x : ndarray, shape (rows, *input_shape)
            C-contiguous; kept until `backward` and not changed.
        training : bool
            Whether dropout drops and batch normalization uses the batch.
        rng : numpy.random.Generator or None
            Where dropout draws from; only needed in training.
        """
        raise NotImplementedError

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradients of the weights; return that of the input.

        Parameters
        ----------
        grad : ndarray, shape (rows, *output_shape)
            Derivative of the loss by the output of the latest `forward`. It is used as
            working space.
        need_input : bool
            If False the result is not to be used, and need not be computed.
        """
        raise NotImplementedError

    def backward_from_logits(self, grad: Array, need_input: bool) -> Array:
        """As `backward`, for the derivative by `logits` instead of by the output."""
        return self.backward(grad, need_input)

    def activity_penalty(self) -> float:
        """Return the penalty on the latest output, per row, as in tf.keras."""
        if self.activity_regularizer is None:
            return 0.0
        return self.activity_regularizer.penalty(self.output) / len(self.output)

    def penalized_backward(self, grad: Array, need_input: bool) -> Array:
        """As `backward`, with the gradient of the penalty on the output."""
        if self.activity_regularizer is not None:
            self.activity_regularizer.add_gradient(self.output, grad, len(grad))
        return self.backward(grad, need_input)

    @property
    def backward_step(self) -> Step:
        """What goes back through the layer and the penalty on its output."""
        if self.activity_regularizer is None:
            return self.backward
        return self.penalized_backward

    def arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments as live objects.

        Each is found in the attribute of its name; `trainable` and `name` are left out.
        """
        kind: Any = type(self)
        names = parameters_of(kind)
        return {
            name: getattr(self, name) for name in names if name not in _COMMON_ARGUMENTS
        }

    def clone(self) -> Layer:
        """Return a new layer made with the same arguments, without weights."""
        arguments = {name: copied(value) for name, value in self.arguments().items()}
        new = type(self)(**arguments, trainable=self.trainable, name=self.given_name)
        new.inputs = self.inputs
        return new

    def get_config(self) -> dict[str, Any]:
        """Return the configuration as tf.keras's layer of the same name has it."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if self.dtype is not None:
            config["dtype"] = self.dtype.name
        return config | serialized(self.arguments(), self.dtype)

    def serialize(self) -> dict[str, Any]:
        """Return tf.keras's serialized form."""
        return keras_object("keras.layers", self, self.get_config())

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Layer:
        """Make a layer from `get_config`'s result, tf.keras's own included.

        Raises
        ------
        InputError
            If the configuration asks for something that optlab lacks.
        """
        config = dict(config)
        # The model decides the dtype; tf.keras writes it into every layer.
        config.pop("dtype", None)
        made: Layer = construct("layer", cls.__name__, cls, config)
        return made

    def _channels_last(self, data_format: object) -> str:
        """Return tf.keras's `data_format`, of which there is one."""
        if data_format is not None and str(data_format) != "channels_last":
            raise self._error(
                "`data_format` must be 'channels_last'; put the channels into the last "
                f"axis. Received: data_format={data_format!r}."
            )
        return "channels_last"

    def _get(self, get: Callable[[Any], Any], identifier: object) -> Any:
        """Look an argument up, naming the layer in the message."""
        try:
            return get(identifier)
        except InputError as error:
            raise self._error(str(error)) from error

    def _regularize_activity(self, identifier: object) -> None:
        """Keep the penalty on the output, which None leaves out."""
        self.activity_regularizer = self._get(regularizers.get, identifier)

    def _flag(self, name: str, value: object) -> bool:
        """Return a truth value, or raise where it is none."""
        try:
            return flag(name, value)
        except InputError as error:
            raise self._error(str(error)) from None

    def _error(self, message: str) -> InputError:
        """Return an error that says which layer it is about."""
        return InputError(f"{message} (In layer {self.name!r}.)")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


def copied(argument: Any) -> Any:
    """Return a constructor's argument for another layer: layers in it are cloned."""
    if isinstance(argument, Layer):
        return argument.clone()
    if isinstance(argument, (list, tuple)):
        return type(argument)(copied(value) for value in argument)
    return argument


def with_rows(shape: Shape) -> str:
    """Write a row's shape with the axis of the rows: (rows, 28, 28, 1)."""
    return f"({', '.join(['rows', *map(str, shape)])})"


def fold(array: Array) -> Array:
    """Return a view of a contiguous array as a matrix: all axes but the last in one."""
    return array.reshape(-1, array.shape[-1])


def backward_steps(
    layers: Sequence[Layer], need_input: bool
) -> list[tuple[Step, bool]]:
    """Return the `backward` methods to call, last layer first.

    Without `need_input` they end at the first layer that has something to learn, which
    then need not compute the gradient of its input.
    """
    if need_input:
        return [(layer.backward_step, True) for layer in reversed(layers)]
    learning = [i for i, layer in enumerate(layers) if layer.learns]
    if not learning:
        return []
    first = learning[0]
    return [
        (layer.backward_step, layer is not layers[first])
        for layer in reversed(layers[first:])
    ]
