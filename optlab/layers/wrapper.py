"""What layers that hold other layers share: parts, weights, configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from optlab.layers.base import Layer
from optlab.layers.registry import get


class Wrapper(Layer):
    """A layer that hands its work to layers inside it.

    A subclass calls `_hold` in its constructor, before the base class's.
    """

    #: The arguments that are layers.
    _layers: ClassVar[tuple[str, ...]] = ("layer",)
    supports_masking = True
    inner: tuple[Layer, ...] = ()

    @property
    def trainable(self) -> bool:
        """Whether the layers inside are trained; setting it sets them all."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = self._flag("trainable", value)
        for layer in self.inner:
            layer.trainable = value

    def claim(self, on_change: Callable[[], None]) -> None:
        """Give the layer and those inside to a model."""
        super().claim(on_change)
        for layer in self.inner:
            layer.claim(on_change)

    def parts(self) -> Iterator[Layer]:
        """Yield the layers inside, then this one."""
        for layer in self.inner:
            yield from layer.parts()
        yield self

    @property
    def learns(self) -> bool:
        """Whether any layer inside has something to learn."""
        return any(layer.learns for layer in self.inner)

    def _checked(self, name: str, layer: object) -> Layer:
        """Return a layer, from its configuration too."""
        if isinstance(layer, Mapping):
            layer = get(layer)
        if not isinstance(layer, Layer):
            raise self._error(
                f"`{name}` must be a layer. Received: {layer!r} of type "
                f"{type(layer).__name__}."
            )
        return layer

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Layer:
        """Make a layer from `get_config`'s result, tf.keras's own included."""
        config = dict(config)
        for name in cls._layers:
            if isinstance(config.get(name), Mapping):
                config[name] = get(config[name])
        return super().from_config(config)
