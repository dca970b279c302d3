"""The base of the optimizers that have an update rule, and its options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from optlab.errors import InputError, InputTypeError
from optlab.kernels import fuse
from optlab.lookup import snake_case
from optlab.optimizers.hyperparameters import (
    Hyperparameter,
    Number,
    Patterns,
    bound,
    declared,
    signature,
)
from optlab.optimizers.learning_rate import checked_rate
from optlab.optimizers.optimizer import NOT_BUILT, NOT_LOADABLE
from optlab.optimizers.options import OPTIONS, Options
from optlab.optimizers.parameter_set import ParameterSet, Tensors
from optlab.optimizers.rated_optimizer import RatedOptimizer
from optlab.optimizers.state import load_slots, saved_slots, state_calls, state_number
from optlab.optimizers.stepper import Estimate, Stepper
from optlab.optimizers.update_rule import Rule, Share
from optlab.parameters import Parameters
from optlab.typing import Array


class RuleOptimizer(RatedOptimizer):
    """Base of all optimizers with an update rule.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate, or a function of the step (from 0) that returns it.
    **arguments
        The hyperparameters that the class declares, and the options that all share:
        see `optlab.optimizers.Options`.

    Attributes
    ----------
    options : Options
        The options.
    stepper : Stepper or None
        What `build` made.

    Raises
    ------
    InputError
        If an argument is unknown or a value out of range.

    Notes
    -----
    A subclass declares its hyperparameters in its body, in tf.keras's order, as
    `optlab.optimizers.hyperparameters` says; its constructor follows from them. It says
    its `rule`, and what that takes: `hyper`. One whose tensors are not all stepped
    alike says `shares`, one whose state is not of their shapes `initial_state`.
    """

    #: What the learning rate is where it is left out.
    default_rate: ClassVar[float] = 0.001
    #: What the class declares, and what its bases do.
    hyperparameters: ClassVar[Mapping[str, Hyperparameter]] = {}
    #: The names of the constructor's arguments besides rate and options.
    arguments: ClassVar[tuple[str, ...]] = ()
    #: "numba" runs an elementwise rule in fused loops; "numpy" runs it as it is
    #: written, on arrays, to the same bits. To be set before `build`.
    engine: str = "numba"

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        own = declared(cls)
        inherited = {k: v for k, v in cls.hyperparameters.items() if k not in own}
        cls.hyperparameters = {**own, **inherited}
        if "arguments" not in vars(cls):
            cls.arguments = tuple(k for k in cls.hyperparameters if k not in OPTIONS)
        if "__init__" in vars(cls):
            made = inspect.signature(cls.__init__)
            rest = list(made.parameters.values())[1:]
            cls.__signature__ = made.replace(parameters=rest)  # type: ignore[attr-defined]
        elif cls.__init__ is RuleOptimizer.__init__:
            cls.__signature__ = signature(  # type: ignore[attr-defined]
                cls.hyperparameters, OPTIONS, cls.default_rate
            )

    def __init__(self, *args: Any, **arguments: Any) -> None:
        cls = type(self)
        names = ["learning_rate", *cls.hyperparameters]
        given = bound(cls.__name__, names, OPTIONS, args, arguments)
        rate = given.pop("learning_rate", cls.default_rate)
        for name, each in cls.hyperparameters.items():
            value = each.checked(given.pop(name, each.default))
            vars(self)[name] = value
            if name in OPTIONS:
                given[name] = value
        self.options = Options(**given)
        self.name = self.options.name or snake_case(cls.__name__)
        self.stepper: Stepper | None = None
        self._rate = checked_rate(rate)
        self._calls = 0
        self._excluded: tuple[list[Any], re.Pattern[str] | None] = ([], None)
        self._left_out: frozenset[int] = frozenset()

    # What a subclass says about itself.

    @property
    def rule(self) -> Rule:
        """The update rule that these arguments select."""
        raise NotImplementedError

    def hyper(self) -> tuple[float, ...]:
        """Return what `Rule.coefficients` takes after the learning rate."""
        return ()

    def shares(self, params: ParameterSet) -> list[Share]:
        """Return what each tensor is stepped by; mostly the same for all."""
        share = Share(self.rule, self.hyper(), self.options.weight_decay)
        return [share] * len(params)

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Return the state arrays of the rule, as they begin."""
        rule = self.rule
        found = {}
        for name in rule.slots:
            arena = Parameters(params.shapes, params.dtype, params.names)
            arena.flat[:] = rule.initial.get(name, 0.0)
            found[name] = arena
        return found

    #: Returns the last number of `hyper` for the step of an update, where that one is
    #: no constant: see `Stepper`.
    renewed: Callable[[Any], float] | None = None
    #: Returns the rate of an update, and the last numbers of `hyper`, from all tensors
    #: together, where the optimizer estimates them: see `Stepper`.
    estimate: Estimate | None = None

    # Building and applying.

    @property
    def built(self) -> bool:
        """Whether the state has been made."""
        return self.stepper is not None

    def build(self, params: Tensors) -> None:
        """Make the state for `params`; see `Optimizer.build`."""
        if self.stepper is not None:
            self.stepper.params.check_same(params, self.name)
            return
        found = ParameterSet(params)
        self._left_out = self._excluded_places(found)
        shares = [
            share if self.may_decay(k) else share._replace(weight_decay=None)
            for k, share in enumerate(self.shares(found))
        ]
        state = self.initial_state(found)
        self.stepper = Stepper(
            found,
            shares,
            state,
            self.options,
            self.engine,
            self.renewed,
            self.estimate,
        )

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Update the parameters in place by one step; see `Optimizer.apply`.

        Notes
        -----
        From 100,000 parameters on a step uses all of Numba's threads, which then wait
        for some milliseconds in a busy loop. `optlab.fit` tries whether that disturbs
        its matrix products. In a loop of your own ``numba.set_num_threads(1)``, or
        GOMP_SPINCOUNT=1000 in the environment, may make the whole quicker.
        """
        if params is not None:
            self.build(params)
        if self.stepper is None:
            raise InputError(NOT_BUILT)
        try:
            self.stepper.step(grads, self._calls, self._rate)
        except fuse.NumbaError as error:
            message = fuse.compile_error(self.rule.function, error)
            raise InputTypeError(str(message)) from error
        self._calls += 1

    def checked_gradients(self, grads: Any) -> list[Any]:
        """Return gradients as a list; see `Optimizer.checked_gradients`."""
        if self.stepper is None:
            raise InputError(NOT_BUILT)
        return self.stepper.params.gradients(grads)

    # Rate, average, scale.

    @property
    def iterations(self) -> int:
        """The number of updates made so far."""
        steps = self.options.gradient_accumulation_steps
        return self._calls // steps if steps else self._calls

    @property
    def loss_scale(self) -> float | None:
        """The option `loss_scale_factor`."""
        return self.options.loss_scale_factor

    @property
    def keeps_average(self) -> bool:
        """The option `use_ema`."""
        return self.options.use_ema

    def finalize_variable_values(self) -> None:
        """Replace the parameters by their moving average, where one is kept."""
        if self.stepper is not None and self.stepper.average is not None:
            self.stepper.average.replace_parameters()

    # State and configuration.

    @property
    def state(self) -> dict[str, list[Array]]:
        """The state arrays by name, one a parameter: views that `apply` writes to."""
        if self.stepper is None:
            return {}
        return {name: list(found.arrays) for name, found in self.stepper.state.items()}

    def save_state(self) -> dict[str, Any]:
        """Return a copy of everything that the next step depends on.

        Returns
        -------
        dict
            "calls", "learning_rate" (None under a schedule), and "slot/NAME/K" for
            the arrays.
        """
        return self._saved_with(self.state)

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned; see `Optimizer.load_state`."""
        if not self.built:
            raise InputError(NOT_LOADABLE)
        self._load_with(type(self).__name__, self.state, state)

    def _saved_with(self, slots: Mapping[str, Sequence[Array]]) -> dict[str, Any]:
        """Return what is saved with these state arrays, ours or a wrapper's."""
        rate = None if callable(self._rate) else self._rate
        return {"calls": self._calls, "learning_rate": rate, **saved_slots(slots)}

    def _load_with(
        self, owner: str, slots: Mapping[str, Sequence[Array]], state: Mapping[str, Any]
    ) -> None:
        """Put back what `_saved_with` returned; errors name the owner of the slots."""
        calls = state_calls(state)
        rate = state_number(state, "learning_rate", Number(None, optional=True))
        load_slots(owner, slots, state)
        self._calls = calls
        if rate is not None and not callable(self._rate):
            self._rate = rate

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        rate = self._rate_config()
        config: dict[str, Any] = {"name": self.name, "learning_rate": rate}
        for name in OPTIONS:
            if name != "name":
                config[name] = getattr(self.options, name)
        for name in self.arguments:
            config[name] = getattr(self, name)
        return config

    @classmethod
    def config_names(cls) -> tuple[str, ...]:
        """Return the names that a configuration may hold."""
        return ("learning_rate", *cls.arguments, *OPTIONS)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build an optimizer from `get_config()`, this one's or tf.keras's."""
        if not isinstance(config, Mapping):
            raise InputTypeError(f"`config` must be a table. Received: {config!r}")
        return cls(**dict(config))

    # Weight decay.

    def exclude_from_weight_decay(
        self,
        var_list: Sequence[Array] | None = None,
        var_names: Sequence[str] | None = None,
    ) -> None:
        """Leave some parameters out of the weight decay; call it before `build`.

        Parameters
        ----------
        var_list : sequence of ndarray, optional
            The parameters themselves.
        var_names : sequence of str, optional
            Patterns; a parameter is left out where its name holds one of them. Names
            are those of the `Parameters` arena.

        Raises
        ------
        InputError
            If the optimizer is built already.
        """
        if self.built:
            raise InputError(
                "`exclude_from_weight_decay()` can only be called before the "
                "optimizer is built."
            )
        words = Patterns.checked_as("var_names", var_names)
        pattern = re.compile("|".join(words)) if words else None
        self._excluded = (list(var_list or ()), pattern)

    @property
    def excludes(self) -> bool:
        """Whether `exclude_from_weight_decay` was called with anything."""
        arrays, pattern = self._excluded
        return bool(arrays) or pattern is not None

    def may_decay(self, k: int) -> bool:
        """Tell whether parameter `k` is not excluded from the weight decay."""
        return k not in self._left_out

    def _excluded_places(self, params: ParameterSet) -> frozenset[int]:
        arrays, pattern = self._excluded
        return frozenset(
            k
            for k, (name, param) in enumerate(
                zip(params.names, params.arrays, strict=True)
            )
            if (pattern is not None and pattern.search(name))
            or any(
                array.shape == param.shape and np.shares_memory(array, param)
                for array in arrays
            )
        )

    def __repr__(self) -> str:
        shown = ", ".join(f"{n}={getattr(self, n)!r}" for n in self.arguments)
        rate = self._rate if callable(self._rate) else f"{self._rate:g}"
        comma = ", " if shown else ""
        return f"{type(self).__name__}(learning_rate={rate}{comma}{shown})"
