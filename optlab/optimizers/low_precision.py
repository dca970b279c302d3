"""A wrapper that steps parameters of 16 bits, and keeps the state in 16 or 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.errors import InputError, InputTypeError
from optlab.kernels import fuse
from optlab.kernels.rules import adam, lion, sgd
from optlab.optimizers.hyperparameters import Choice, Flag, Integer
from optlab.optimizers.learning_rate import rate_of
from optlab.optimizers.low_precision_stepper import LowPrecisionStepper
from optlab.optimizers.optimizer import NOT_BUILT, NOT_LOADABLE, Optimizer
from optlab.optimizers.parameter_set import ParameterSet, Tensors, as_list
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.wrapper import Wrapper
from optlab.parameters import Parameters
from optlab.typing import Array

#: What parameters may be; uint16 are the bits of bfloat16, which NumPy lacks.
DTYPES = tuple(map(np.dtype, ("float32", "float64", "float16", "uint16")))
#: The rules whose slots 8 bits are known to be enough for.
CODED = (sgd.sgd, sgd.sgd_momentum, sgd.sgd_nesterov, adam.adam, lion.lion)
#: What has no meaning here, and the reason.
_REFUSED = {
    "use_ema": "the average of 16 bits would not move",
    "gradient_accumulation_steps": "sums of 16 bits lose what is small",
    "loss_scale_factor": "gradients are unscaled in float32 only",
}


class LowPrecision(Wrapper):
    r"""Step by the very rule of the inner optimizer, on numbers of few bits.

    Every number is read as float32, the rule runs as it is, and what it returns is
    rounded when it is written: the parameters to their own dtype, the state to
    `state_dtype`.

    .. math:: (p, s) \leftarrow \mathrm{round}(\mathrm{rule}(p, g, s))

    With "uint8" a block of state is kept as its largest size and a byte a number, the
    dynamic code of Dettmers et al. with powers of 16. Stochastic rounding takes its
    noise from a count of seed, step and place: the bits do not depend on the number of
    threads, and a run that is resumed has the same.

    Parameters
    ----------
    inner_optimizer : RuleOptimizer
        What has the rule, which must be elementwise, and its weight decay and clipping.
        For "uint8" it must be SGD, Adam without amsgrad, AdamW or Lion.
    state_dtype : {"uint8", "bfloat16", "float16", "float32"}
        What the state is kept in. float16 holds no squares of small gradients, so it is
        for slots called momentum alone.
    rounding : {"stochastic", "nearest"}
        How numbers are rounded.
    master_copy : bool
        Whether the rule updates a float32 copy of the parameters, of which they are
        the nearest; for parameters of 16 bits.
    block_size : {256, 512, 1024, 2048}
        Numbers of a block of bytes.
    seed : int
        Of the noise.
    name : str, optional
        A name for messages.

    Raises
    ------
    InputTypeError
        If `inner_optimizer` has no rule of its own.
    InputError
        If an argument is out of range, or the inner optimizer does what this cannot.

    Examples
    --------
    bfloat16 has no dtype in NumPy: its bits are those of uint16 arrays, or of arrays of
    `ml_dtypes.bfloat16`.

    >>> import numpy as np
    >>> from optlab.optimizers import Adam
    >>> bits = np.array([0x3F80, 0x4000], np.uint16)  # 1 and 2
    >>> opt = LowPrecision(Adam(0.5), state_dtype="bfloat16", rounding="nearest")
    >>> opt.apply([np.array([0x4040, 0xBDCD], np.uint16)], [bits])  # 3 and -0.1
    >>> [hex(each) for each in bits]  # 0.5 and 2.5
    ['0x3f00', '0x4020']

    References
    ----------
    Dettmers, Lewis, Shleifer, Zettlemoyer, 8-bit optimizers via block-wise
    quantization, 2022.
    Gupta, Agrawal, Gopalakrishnan, Narayanan, Deep learning with limited numerical
    precision, 2015.
    """

    state_dtype = Choice("uint8", ("uint8", "bfloat16", "float16", "float32"))
    rounding = Choice("stochastic", ("stochastic", "nearest"))
    master_copy = Flag(False)
    block_size = Choice(256, (256, 512, 1024, 2048))
    seed = Integer(0, 0, 2**62)
    default_name = "low_precision"

    def __init__(
        self,
        inner_optimizer: Optimizer,
        state_dtype: str = "uint8",
        rounding: str = "stochastic",
        master_copy: bool = False,
        block_size: int = 256,
        seed: int = 0,
        name: str | None = None,
    ) -> None:
        if not isinstance(inner_optimizer, RuleOptimizer):
            raise InputTypeError(
                "`inner_optimizer` must be an Optimizer with a rule of its own. Put "
                f"LowPrecision inside other wrappers. Received: {inner_optimizer!r}"
            )
        super().__init__(
            inner_optimizer,
            name,
            state_dtype=state_dtype,
            rounding=rounding,
            master_copy=master_copy,
            block_size=block_size,
            seed=seed,
        )
        self._inner = inner_optimizer
        self._check_inner()
        self._stepper: LowPrecisionStepper | None = None

    def _check_inner(self) -> None:
        """Raise where the inner optimizer does what its rule alone does not."""
        inner, rule = self._inner, self._inner.rule
        named = type(inner).__name__
        plain = type(inner).initial_state is RuleOptimizer.initial_state
        if inner.renewed or inner.estimate or not (rule.elementwise and plain):
            raise InputError(
                f"LowPrecision cannot hold {named}: its rule needs whole tensors, or "
                "state of other shapes. Use one that is elementwise, such as Adam."
            )
        if inner.built:
            raise InputError("`inner_optimizer` is built already: give a new one.")
        for option, reason in _REFUSED.items():
            if getattr(inner.options, option):
                raise InputError(f"LowPrecision cannot hold `{option}`: {reason}.")
        if self.state_dtype == "uint8" and rule.function not in CODED:
            raise InputError(
                f"State of 8 bits is for SGD, Adam without amsgrad, AdamW and Lion. "
                f'Use state_dtype="bfloat16". Received: {inner!r}'
            )
        if self.state_dtype == "float16" and set(rule.slots) - {"momentum"}:
            raise InputError(
                "float16 holds nothing below 6e-8, as squares of gradients are. Use "
                f'state_dtype="bfloat16". Received: {inner!r} with the state '
                f"{', '.join(rule.slots)}"
            )

    @property
    def built(self) -> bool:
        """Whether the state has been made."""
        return self._stepper is not None

    def build(self, params: Tensors) -> None:
        """Make the state for `params`; see `Optimizer.build`.

        They may be float16 or bfloat16 too, the latter as uint16 arrays of its bits.
        """
        params = _bits_of("params", params)
        if self._stepper is not None:
            self._stepper.params.check_same(params, self.name)
            return
        found = ParameterSet(params, DTYPES)
        if self.master_copy and found.dtype.itemsize != 2:
            raise InputError(
                "`master_copy` is for parameters of 16 bits. "
                f"Received: parameters of {found.dtype.name}"
            )
        self._stepper = LowPrecisionStepper(found, self._inner, self)

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Update the parameters in place by one step; see `Optimizer.apply`."""
        if params is not None:
            self.build(params)
        if self._stepper is None:
            raise InputError(NOT_BUILT)
        inner = self._inner
        rate = rate_of(inner._rate, inner._calls)
        try:
            self._stepper.step(_bits_of("grads", grads), inner._calls, rate)
        except fuse.NumbaError as error:
            message = fuse.compile_error(inner.rule.function, error)
            raise InputTypeError(str(message)) from error
        inner._calls += 1

    def checked_gradients(self, grads: Any) -> list[Any]:
        """Return gradients as a list; see `Optimizer.checked_gradients`.

        Raises
        ------
        InputError
            If they are of 16 bits, which others that work on them cannot read.
        """
        if self._stepper is None:
            raise InputError(NOT_BUILT)
        if self._stepper.params.dtype.itemsize == 2:
            raise InputError(
                "Gradients of 16 bits are read by LowPrecision alone: it must be the "
                "outermost optimizer."
            )
        return self._stepper.params.gradients(grads)

    @property
    def state(self) -> dict[str, list[Array]]:
        """The state arrays by name, one a parameter, as they are kept.

        Of a slot of bytes there is the one of the scales besides, ``momentum_scale``.
        """
        return {} if self._stepper is None else self._stepper.state

    def decoded_state(self) -> dict[str, list[Array]]:
        """Return the state as float32, in the shapes of the parameters."""
        return {} if self._stepper is None else self._stepper.decoded()

    def save_state(self) -> dict[str, Any]:
        """Return a copy of everything that the next step depends on."""
        return self._inner._saved_with(self.state)

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned; see `Optimizer.load_state`."""
        if not self.built:
            raise InputError(NOT_LOADABLE)
        self._inner._load_with(type(self).__name__, self.state, state)


def _bits_of(name: str, tensors: Any) -> Any:
    """View arrays of `ml_dtypes.bfloat16` as their bits."""
    if isinstance(tensors, Parameters):
        return tensors
    return [
        each.view(np.uint16)
        if isinstance(each, np.ndarray) and each.dtype.name == "bfloat16"
        else each
        for each in as_list(name, tensors)
    ]
