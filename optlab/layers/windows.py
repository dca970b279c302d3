"""What moves a window over sequences and images has in common: arguments and shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from optlab.layers.base import Layer, Shape, with_rows
from optlab.lookup import is_count


@dataclass(frozen=True)
class Axis:
    """A window's way along one axis: how many places, and the padding at both ends."""

    places: int
    before: int
    after: int


class Windowed(Layer):
    """Base class of layers over sequences (`rank` 1) or images (`rank` 2)."""

    rank: ClassVar[int]

    def _lengths(
        self, name: str, value: object, low: int = 1, count: int | None = None
    ) -> tuple[int, ...]:
        """Return an argument that may be one integer, or one for each axis.

        Parameters
        ----------
        name : str
            The argument's name.
        value : object
            What came.
        low : int
            The smallest value allowed.
        count : int, optional
            How many there are; `rank` where left out.
        """
        count = self.rank if count is None else count
        found: Any = value if isinstance(value, (list, tuple)) else (value,) * count
        if len(found) != count or not all(is_count(number, low) for number in found):
            several = f", or {count} of them" if count > 1 else ""
            raise self._error(
                f"`{name}` must be an integer, at least {low}{several}. "
                f"Received: {name}={value!r}."
            )
        return tuple(int(number) for number in found)

    def _padding_name(self, value: object, *names: str) -> str:
        """Return the name of a kind of padding, in lower case."""
        name = value.lower() if isinstance(value, str) else ""
        if name not in names:
            raise self._error(
                f"`padding` must be one of {', '.join(map(repr, names))}. "
                f"Received: padding={value!r}."
            )
        return name

    def _image(self, input_shape: Shape) -> tuple[int, int, int]:
        """Return height, width and channels; a sequence is an image of height 1.

        Raises
        ------
        InputError
            If the input has another number of axes.
        """
        if len(input_shape) != self.rank + 1:
            wanted = ("steps, channels", "height, width, channels")[self.rank - 1]
            raise self._error(
                f"The layer takes inputs of shape (rows, {wanted}). Received: inputs "
                f"of shape {with_rows(input_shape)}."
            )
        found: Any = (1,) * (2 - self.rank) + input_shape
        height, width, channels = found
        return height, width, channels

    def _both(self, values: tuple[int, ...]) -> tuple[int, int]:
        """Return an argument for both axes of an image."""
        found: Any = (1,) * (2 - self.rank) + values
        down, across = found
        return down, across

    def _axes(
        self,
        input_shape: Shape,
        window: tuple[int, int],
        strides: tuple[int, int],
        dilation: tuple[int, int],
        padding: str,
    ) -> tuple[Axis, Axis]:
        """Return tf.keras's places and padding along both axes.

        Parameters
        ----------
        input_shape : tuple of int
            One row's.
        window, strides, dilation : tuple of int
            Of both axes.
        padding : {"valid", "same", "causal"}
            "same" gives ``ceil(size / stride)`` places, with one more pixel of padding
            at the end where it is uneven; "causal" pads in front only.

        Raises
        ------
        InputError
            If the window is larger than the input.
        """
        found = []
        for k, size in enumerate(self._image(input_shape)[:2]):
            reach = (window[k] - 1) * dilation[k] + 1
            if padding == "same":
                places = -(-size // strides[k])
                total = max(0, (places - 1) * strides[k] + reach - size)
                found.append(Axis(places, total // 2, total - total // 2))
                continue
            before = reach - 1 if padding == "causal" else 0
            if size + before < reach:
                raise self._error(
                    f"A window that reaches over {reach} does not fit into inputs of "
                    f"shape {with_rows(input_shape)}: use a smaller one, or "
                    "padding='same'."
                )
            places = (size + before - reach) // strides[k] + 1
            found.append(Axis(places, before, 0))
        return found[0], found[1]
