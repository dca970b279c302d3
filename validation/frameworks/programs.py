"""Programs of ten lines: where a library contradicts its paper, or itself."""

RPROP_PROGRAM = """\
import jax.numpy as jnp, optax

w = jnp.array([1.0])
rprop = optax.rprop(0.1)
state = rprop.init(w)
update, state = rprop.update(jnp.array([1.0]), state, w)
print(update)  # expected -0.1, by the sign of the gradient; optax: 0
update, state = rprop.update(jnp.array([1.0]), state, w)
print(update)  # expected -0.12, the grown step; optax: -0.1, the step before
"""
ADAN_PROGRAM = """\
import jax.numpy as jnp, optax

w = jnp.array([0.0])
adan = optax.adan(1.0, b1=0.0, b2=0.75, b3=0.0, eps=0.0, eps_root=0.0)
state = adan.init(w)
for g in (1.0, 2.0):
    update, state = adan.update(jnp.array([g]), state, w)
# g = 2, difference 1, v = 0.25 * 1, corrected by 1 - 0.75 ** 2: 0.5714
# paper: -(2 + 0.75 * 0.5714) / (2 + 0.75 * 1) = -0.8831
print(update)  # optax: -(2 + 0.25 * 0.5714) / (2 + 0.25 * 1) = -0.9524
"""
ADOPT_PROGRAM = """\
import torch, pytorch_optimizer

w = torch.nn.Parameter(torch.zeros(1))
adopt = pytorch_optimizer.ADOPT([w], lr=1.0, betas=(0.0, 0.5))
for g in (1.0, 10.0):
    w.grad = torch.tensor([g])
    adopt.step()
# the first gradient sets v = 1; the paper then clips 10 / 1 by 1^(1/4): -1
print(w.item())  # pytorch_optimizer: -2^(1/4) = -1.1892
"""
LAMB_PROGRAM = """\
import torch, pytorch_optimizer

w = torch.nn.Parameter(torch.ones(1))
lamb = pytorch_optimizer.Lamb([w], lr=0.01, max_grad_norm=0.0)
w.grad = torch.ones(1)
lamb.step()
# paper: the update is scaled to the norm of w, 1: 1 - 0.01 * 1 = 0.99
print(w.item())  # pytorch_optimizer: 1 - 0.01 * 10 = 0.9
"""
