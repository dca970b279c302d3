"""What the compiled modes compute instead: models that agree to the last bit.

`optlab.validation.matrix.function_rules` and `xla_rules` say what moves the bits. That
a model agrees with the compiled step exactly proves that nothing else is different.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from optlab.kernels import rules
from optlab.optimizers import Optimizer, Rule, RuleOptimizer
from optlab.schedules import Schedule
from optlab.validation.matrix import function_rules, xla_rules
from optlab.validation.runtime import load
from optlab.validation.twins.schedules import schedule_to_keras

#: Mode -> the module with its rules, by the names of ours.
MODELS: dict[str, ModuleType] = {"function": function_rules, "xla": xla_rules}
#: Rules in which Grappler finds nothing to rewrite.
_SAME_IN_GRAPHS = frozenset(
    "sgd sgd_momentum sgd_nesterov adam adam_amsgrad adamax nadam lion".split()
)


def modelled(optimizer: Any, mode: str) -> Optimizer | None:
    """Return `optimizer` with the rule that `mode` computes; None where unknown.

    The models are of the bare rules and of schedules: with an option that computes
    something of its own (clipping, decay, averaging, accumulation, scaling) or a
    wrapper there is none, nor of a schedule under XLA.
    """
    if not isinstance(optimizer, RuleOptimizer):
        return None
    options = optimizer.options
    bare = (
        options.clip is None
        and options.weight_decay is None
        and (optimizer.schedule is None or mode == "function")
        and not options.use_ema
        and options.loss_scale_factor is None
        and not options.gradient_accumulation_steps
        and getattr(optimizer, "learning_rate_power", -0.5) == -0.5
    )
    ours = optimizer.rule
    function = getattr(MODELS.get(mode), ours.function.__name__, None)
    if optimizer.schedule is not None and ours.function.__name__ in _SAME_IN_GRAPHS:
        function = ours.function
    if function is None or not bare or not _is_built_in(ours):
        return None
    model = Rule(function, ours.coefficients, ours.slots, ours.initial)

    class Modelled(type(optimizer)):  # type: ignore[misc]
        """Runs on whole arrays, for the models call TensorFlow and LLVM."""

        engine = "numpy"
        rule = model

    found: Optimizer = Modelled.from_config(optimizer.get_config())
    if optimizer.schedule is not None:
        found.learning_rate = CompiledSchedule(optimizer.schedule)
    return found


class CompiledSchedule(Schedule):
    """The rates of a schedule's twin as a graph computes them.

    Grappler multiplies by the reciprocal of ``decay_steps`` instead of dividing, and
    the power amplifies that last bit; the step is the same otherwise.
    """

    arguments = ("schedule",)

    def __init__(self, schedule: Any) -> None:
        self.schedule = schedule
        twin = schedule_to_keras(schedule)
        self._rate = load().tf.function(lambda step: twin(step))

    def __call__(self, step: float) -> float:
        """Return the rate at a step."""
        return float(self._rate(load().tf.constant(step, "int64")))


def _is_built_in(rule: Rule) -> bool:
    return rule.function.__module__.startswith(rules.__name__)
