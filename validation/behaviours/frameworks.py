"""The same optimizer in tf.keras, torch and optax: where the steps part."""

from __future__ import annotations

from optlab.validation.behaviours.catalogue import Figures, behaviour


@behaviour(first_step_in_rates=0.2403)
def adam_epsilon_hat() -> Figures:
    """Adam's epsilon is the paper's epsilon-hat, so its first steps can be tiny.

    It is added to the square root before the bias correction. A rate tuned in torch is
    not the same rate in Keras when gradients are near epsilon. Scale the loss, or lower
    epsilon, before comparing frameworks.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.Adam(learning_rate=0.001)
    optimizer.apply([keras.ops.convert_to_tensor(1e-6)], [x])
    return {"first_step_in_rates": -float(x.numpy()) / 0.001}


@adam_epsilon_hat.peer("torch", first_step_in_rates=0.9901)
def _() -> Figures:
    import torch

    x = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=0.001)
    x.grad = torch.full((1,), 1e-6)
    optimizer.step()
    return {"first_step_in_rates": -x.item() / 0.001}


@adam_epsilon_hat.peer("optax", first_step_in_rates=0.9901)
def _() -> Figures:
    import jax.numpy as jnp
    import optax

    rule = optax.adam(0.001)
    update, _ = rule.update(jnp.full(1, 1e-6), rule.init(jnp.zeros(1)))
    return {"first_step_in_rates": -float(update[0]) / 0.001}


@behaviour(step_after_cut=-0.5962)
def momentum_remembers_the_rate() -> Figures:
    """SGD keeps the learning rate inside the velocity.

    The velocity is momentum*v - lr*g, so after a cut of the rate the old steps still
    carry the old rate. After a tenfold cut expect about 1/(1-momentum) steps before the
    step size follows. In torch and optax it follows at once.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    for _ in range(10):
        optimizer.apply([keras.ops.ones(())], [x])
    before = float(x.numpy())
    optimizer.learning_rate = 0.01
    optimizer.apply([keras.ops.ones(())], [x])
    return {"step_after_cut": float(x.numpy()) - before}


@momentum_remembers_the_rate.peer("torch", step_after_cut=-0.06862)
def _() -> Figures:
    import torch

    x = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=0.1, momentum=0.9)
    for _ in range(10):
        x.grad = torch.ones(1)
        optimizer.step()
    before = x.item()
    optimizer.param_groups[0]["lr"] = 0.01
    optimizer.step()
    return {"step_after_cut": x.item() - before}


@behaviour(first_step_in_rates=0.003162)
def rmsprop_epsilon_inside_the_root() -> Figures:
    """RMSprop adds epsilon inside the square root: sqrt(v + eps).

    With gradients below sqrt(epsilon) = 3e-4 the steps shrink with the gradient;
    torch divides by sqrt(v) + eps and keeps them large.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.RMSprop(learning_rate=0.001)
    optimizer.apply([keras.ops.convert_to_tensor(1e-6)], [x])
    return {"first_step_in_rates": -float(x.numpy()) / 0.001}


@rmsprop_epsilon_inside_the_root.peer("torch", first_step_in_rates=9.091)
def _() -> Figures:
    import torch

    x = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.RMSprop([x], lr=0.001)
    x.grad = torch.full((1,), 1e-6)
    optimizer.step()
    return {"first_step_in_rates": -x.item() / 0.001}


@behaviour(first_step_in_rates=0.03161)
def adagrad_starts_at_a_tenth() -> Figures:
    """Adagrad starts its accumulator at 0.1, not at 0.

    The first steps are far smaller than the rate when gradients are below 0.3; pass
    initial_accumulator_value=0.0 for the paper's rule and torch's.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.Adagrad(learning_rate=0.001)
    optimizer.apply([keras.ops.convert_to_tensor(0.01)], [x])
    return {"first_step_in_rates": -float(x.numpy()) / 0.001}


@adagrad_starts_at_a_tenth.peer("torch", first_step_in_rates=1.0)
def _() -> Figures:
    import torch

    x = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adagrad([x], lr=0.001)
    x.grad = torch.full((1,), 0.01)
    optimizer.step()
    return {"first_step_in_rates": -x.item() / 0.001}


@behaviour(parameter=-0.2947)
def amsgrad_without_correction() -> Figures:
    """Amsgrad keeps the largest uncorrected second moment.

    It agrees with torch up to rounding of the correction; optax keeps the largest
    corrected moment and so takes smaller steps after a large first gradient.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.Adam(learning_rate=0.1, amsgrad=True)
    for gradient in (1.0, 0.1, 0.1, 0.1):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [x])
    return {"parameter": float(x.numpy())}


@amsgrad_without_correction.peer("torch", parameter=-0.2947)
def _() -> Figures:
    import torch

    x = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=0.1, amsgrad=True)
    for gradient in (1.0, 0.1, 0.1, 0.1):
        x.grad = torch.full((1,), gradient)
        optimizer.step()
    return {"parameter": x.item()}


@amsgrad_without_correction.peer("optax", parameter=-0.2186)
def _() -> Figures:
    import jax.numpy as jnp
    import optax

    rule, x = optax.amsgrad(0.1), jnp.zeros(1)
    state = rule.init(x)
    for gradient in (1.0, 0.1, 0.1, 0.1):
        update, state = rule.update(jnp.full(1, gradient), state)
        x = x + update
    return {"parameter": float(x[0])}


@behaviour(parameter=-0.2301)
def nadam_has_a_momentum_schedule() -> Figures:
    """Nadam multiplies the momentum by 1 - 0.5 * 0.96**t.

    Nadam trajectories of torch and optax are not comparable with Keras's, not even
    with equal arguments.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.Nadam(learning_rate=0.1)
    for gradient in (1.0, 1.0, 0.5):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [x])
    return {"parameter": float(x.numpy())}


@nadam_has_a_momentum_schedule.peer("torch", parameter=-0.2309)
def _() -> Figures:
    import torch

    x = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.NAdam([x], lr=0.1)
    for gradient in (1.0, 1.0, 0.5):
        x.grad = torch.full((1,), gradient)
        optimizer.step()
    return {"parameter": x.item()}


@nadam_has_a_momentum_schedule.peer("optax", parameter=-0.3512)
def _() -> Figures:
    import jax.numpy as jnp
    import optax

    rule, x = optax.nadam(0.1), jnp.zeros(1)
    state = rule.init(x)
    for gradient in (1.0, 1.0, 0.5):
        update, state = rule.update(jnp.full(1, gradient), state)
        x = x + update
    return {"parameter": float(x[0])}


@behaviour(parameter=0.99)
def weight_decay_is_decoupled() -> Figures:
    """weight_decay is decoupled for every optimizer, and never L2.

    It multiplies the parameter by 1 - rate * decay and never enters the moments.
    keras.optimizers.Adam(weight_decay=...) already is AdamW. torch.optim.Adam and
    torch.optim.SGD add decay * parameter to the gradient (L2) instead.
    """
    import keras

    x = keras.Variable(1.0)
    optimizer = keras.optimizers.Adam(learning_rate=0.1, weight_decay=0.1)
    optimizer.apply([keras.ops.zeros(())], [x])
    return {"parameter": float(x.numpy())}


@weight_decay_is_decoupled.peer("torch", parameter=0.9)
def _() -> Figures:
    import torch

    x = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=0.1, weight_decay=0.1)
    x.grad = torch.zeros(1)
    optimizer.step()
    return {"parameter": x.item()}
