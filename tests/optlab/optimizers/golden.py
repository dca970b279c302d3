"""Write golden.json: what other people's libraries make of the same gradients.

Run it where torch, jax, optax, pytorch_optimizer and timm are installed:

    python tests/optlab/optimizers/golden.py
"""

import json
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np

FILE = Path(__file__).with_suffix(".json")
SHAPES = ((3, 2), (3,))
STEPS = 12
#: A rate that float32 holds exactly, for that is where ours come from.
RATE = 2.0**-5


def tensors(seed):
    """Return tensors of float64; the gradients of step t have the seed t."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in SHAPES]


def probe(x, step):
    """Return what our Kron draws for a tensor with the seed 3."""
    import torch

    noise = np.random.Generator(np.random.Philox(key=np.array([3, step], np.uint64)))
    return torch.from_numpy(noise.standard_normal(tuple(x.shape)[::-1]).T.copy())


def muon_and_adam(params, lr, **arguments):
    """Return torch's Muon for the matrix and its AdamW for the vector, as one."""
    import torch

    # To see its formula, and not the bfloat16 that it iterates in.
    torch.Tensor.bfloat16 = torch.Tensor.clone
    matrix, vector = params
    both = [
        torch.optim.Muon([matrix], lr, **arguments),
        torch.optim.AdamW([vector], lr, weight_decay=arguments["weight_decay"]),
    ]
    return SimpleNamespace(step=lambda: [each.step() for each in both])


def torch_steps(make, curvature=0.0):
    """Step with an optimizer of torch's kind; return the parameters after steps.

    Kernels are turned: torch has the outputs on the first axis. One that looks at the
    gradient again finds it changed by the curvature, as far as the parameter was moved.
    """
    import torch

    params = [torch.nn.Parameter(torch.from_numpy(a.T.copy())) for a in tensors(0)]
    optimizer = make(params)
    found = []
    for step in range(1, STEPS + 1):

        def look(step=step):
            for param, grad in zip(params, tensors(step), strict=True):
                slope = torch.from_numpy(grad.T.copy())
                param.grad = slope + curvature * param.detach()

        torch.randn_like = lambda x, step=step, **_: probe(x, step)
        look()
        optimizer.step(*[look] * bool(curvature))
        found.append([p.detach().numpy().T.ravel().tolist() for p in params])
    return found


def searched():
    """Return the row of torch's L-BFGS on Rosenbrock's function."""
    import torch

    x = torch.nn.Parameter(torch.tensor(VALLEY))
    optimizer = torch.optim.LBFGS(
        [x], max_iter=1, max_eval=26, history_size=3, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        value = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
        value.backward()
        return value

    after = {}
    for step in range(1, max(LOOKS) + 1):
        optimizer.step(closure)
        after[step] = x.detach().numpy().tolist()
    return {
        "ours": {"name": "lbfgs", "history_size": 3},
        "theirs": f"torch {version('torch')}: LBFGS(strong_wolfe)",
        "start": VALLEY,
        "tolerance": 1e-7,
        "after": {str(step): after[step] for step in LOOKS},
    }


def timm_optimizers():
    """Return timm's Adafactor without the rest of it, which needs a torchvision."""
    place = find_spec("timm").submodule_search_locations[0]
    for name in ("timm", "timm.optim"):
        package = ModuleType(name)
        package.__path__ = [str(Path(place, *name.split(".")[1:]))]
        sys.modules[name] = package
    return import_module("timm.optim.adafactor")


def optax_steps(optimizer):
    """Do the same with a gradient transformation of optax."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    params = [jax.numpy.asarray(a) for a in tensors(0)]
    state = optimizer.init(params)
    found = []
    for step in range(1, STEPS + 1):
        grads = [jax.numpy.asarray(a) for a in tensors(step)]
        updates, state = optimizer.update(grads, state, params)
        params = optax.apply_updates(params, updates)
        found.append([np.asarray(p).ravel().tolist() for p in params])
    return found


#: How near ours must come, relative to the number, where it is not to rounding.
TOLERANCES = {
    # A running weight in float32, whatever the parameter.
    "QHAdam": 1e-6,
    # 1e-15 under the root, besides the epsilon that can be set.
    "LaProp": 1e-5,
    "AdaBound": 1e-10,
    "MARS": 1e-8,
    # A decomposition, and the solution of triangles, in float32.
    "SOAP": 1e-5,
    "Kron": 1e-5,
    # The norm of gradients in float32.
    "DAdaptSGD": 1e-6,
    "SAM": 1e-8,
    # Its rate of 0.01 in float64, which is no float32.
    "timm Adafactor": 1e-8,
}

# Ours with its arguments, the library's name, its arguments.
TORCH = [
    ("torch_adam", {}, "Adam", {}),
    ("torch_adam", {"amsgrad": True}, "Adam", {"amsgrad": True}),
    ("radam", {}, "RAdam", {}),
    ("radam", {"beta_2": 0.9}, "RAdam", {"betas": (0.9, 0.9)}),
    ("torch_nadam", {}, "NAdam", {}),
    ("rprop", {}, "Rprop", {}),
    ("asgd", {}, "ASGD", {}),
    (
        "asgd",
        {"t0": 3, "lambd": 0.5},
        "ASGD",
        {"t0": 3, "lambd": 0.5},
    ),
    ("torch_adafactor", {}, "Adafactor", {"weight_decay": 0.0}),
    ("sgdw", {"weight_decay": None}, "SGD", {"momentum": 0.9}),
    ("torch_muon", {"weight_decay": 0.25}, "Muon", {"weight_decay": 0.25}),
    (
        "torch_muon",
        {"weight_decay": None, "nesterov": False, "match_rms": True},
        "Muon",
        {"weight_decay": 0.0, "nesterov": False, "adjust_lr_fn": "match_rms_adamw"},
    ),
    (
        "sgdw",
        {"weight_decay": None, "nesterov": True},
        "SGD",
        {"momentum": 0.9, "nesterov": True},
    ),
]
COLLECTION = [
    ("adabelief", {}, "AdaBelief", {"rectify": False}),
    # The library begins the mean with that value too.
    ("yogi", {"initial_accumulator_value": 0.0}, "Yogi", {"initial_accumulator": 0.0}),
    ("adabound", {}, "AdaBound", {}),
    ("adabound", {"gamma": 0.5}, "AdaBound", {"gamma": 0.5}),
    ("adabound", {"amsbound": True}, "AdaBound", {"ams_bound": True}),
    ("qhadam", {}, "QHAdam", {"nus": (0.7, 1.0)}),
    ("qhadam", {"nu_2": 0.8}, "QHAdam", {"nus": (0.7, 0.8)}),
    ("qhm", {}, "QHM", {"momentum": 0.999, "nu": 0.7}),
    ("adan", {}, "Adan", {}),
    ("ademamix", {}, "AdEMAMix", {}),
    ("ademamix", {"warmup_steps": 9}, "AdEMAMix", {"t_alpha_beta3": 9}),
    ("aggmo", {}, "AggMo", {}),
    # The library has its epsilon under the root.
    # The library adds its epsilon to the uncorrected root.
    ("mars", {"epsilon": 0.0}, "MARS", {"optimize_1d": True, "eps": 0.0}),
    ("came", {}, "CAME", {}),
    ("laprop", {"epsilon": 0.0}, "LaProp", {"eps": 0.0}),
    # The library adds its epsilon to the uncorrected root.
    ("shampoo", {}, "Shampoo", {"matrix_eps": 1e-4}),
    ("shampoo", {"epsilon": 0.5}, "Shampoo", {"matrix_eps": 0.5}),
    ("soap", {"weight_decay": None}, "SOAP", {"weight_decay": 0.0}),
    (
        "soap",
        {"weight_decay": None, "precondition_frequency": 2, "beta_2": 0.5},
        "SOAP",
        {"weight_decay": 0.0, "precondition_frequency": 2, "betas": (0.95, 0.5)},
    ),
    (
        "kron",
        {"seed": 3},
        "Kron",
        {"precondition_dtype": None, "balance_prob": 0.0},
    ),
    # The library adds its epsilon to the uncorrected root.
    ("adamp", {"epsilon": 0.0}, "AdamP", {"eps": 0.0}),
    (
        "adamp",
        {"delta": 0.5, "weight_decay": 0.25, "nesterov": True, "epsilon": 0.0},
        "AdamP",
        {"delta": 0.5, "weight_decay": 0.25, "nesterov": True, "eps": 0.0},
    ),
    (
        "adamp",
        {"delta": 2.0, "weight_decay": 0.25, "epsilon": 0.0},
        "AdamP",
        {"delta": 2.0, "weight_decay": 0.25, "eps": 0.0},
    ),
    ("prodigy", {"learning_rate": 1.0}, "Prodigy", {"lr": 1.0}),
    (
        "prodigy",
        {"d0": 2**-5, "weight_decay": 0.25, "use_bias_correction": True}
        | {"beta_3": 0.5, "d_coef": 0.75, "growth_rate": 1.5},
        "Prodigy",
        {"d0": 2**-5, "weight_decay": 0.25, "bias_correction": True}
        | {"beta3": 0.5, "d_coef": 0.75, "growth_rate": 1.5},
    ),
    (
        "prodigy",
        {"learning_rate": 1.0, "d0": 2**-3, "safeguard_warmup": True},
        "Prodigy",
        {"lr": 1.0, "d0": 2**-3, "safeguard_warmup": True},
    ),
    ("d_adapt_adam", {"learning_rate": 1.0}, "DAdaptAdam", {"lr": 1.0}),
    (
        "d_adapt_adam",
        {"learning_rate": 1.0, "d0": 2**-5, "weight_decay": 0.25}
        | {"use_bias_correction": True, "growth_rate": 1.5},
        "DAdaptAdam",
        {"lr": 1.0, "d0": 2**-5, "weight_decay": 0.25, "weight_decouple": True}
        | {"bias_correction": True, "growth_rate": 1.5},
    ),
    (
        "d_adapt_sgd",
        {"learning_rate": 1.0, "d0": 2**-3, "weight_decay": 0.25},
        "DAdaptSGD",
        {"lr": 1.0, "d0": 2**-3, "weight_decay": 0.25, "momentum": 0.0},
    ),
    (
        "d_adapt_sgd",
        {"learning_rate": 1.0, "d0": 2**-3, "momentum": 0.875, "growth_rate": 1.25},
        "DAdaptSGD",
        {"lr": 1.0, "d0": 2**-3, "momentum": 0.875, "growth_rate": 1.25},
    ),
]
#: What a wrapper of ours does, as an option or a wrapper of theirs.
_SGD = {"name": "sgd", "learning_rate": RATE}
CURVED = [
    ("sam", {"inner_optimizer": _SGD}, "SAM", {}),
    (
        "asam",
        {"inner_optimizer": _SGD, "rho": 0.5, "eta": 0.0},
        "SAM",
        {"rho": 0.5, "adaptive": True},
    ),
]
#: Of the function that they minimize.
CURVATURE = 0.5
TIMM = [
    ("timm_adafactor", {"learning_rate": 0.01}, "Adafactor", {"lr": None}),
    (
        "timm_adafactor",
        {"min_dim_size_to_factor": 1, "beta_1": 0.9, "relative_step": False},
        "Adafactor",
        {"min_dim_size_to_factor": 1, "betas": (0.9, 0.9)},
    ),
]
#: Where L-BFGS begins on Rosenbrock's function, and after which steps it is looked at.
VALLEY, LOOKS = (-1.2, 1.0), (1, 2, 5, 12, 20)
OPTAX = [
    ("torch_adam", {}, "adam", {}),
    ("amsgrad", {}, "amsgrad", {}),
    ("signum", {}, "signum", {}),
    ("lars", {}, "lars", {}),
    (
        "lars",
        {"l2_regularization_strength": 0.5, "trust_coefficient": 0.1},
        "lars",
        {"weight_decay": 0.5, "trust_coefficient": 0.1},
    ),
    ("paper_lamb", {}, "lamb", {}),
    (
        "paper_lamb",
        {"l2_regularization_strength": 0.5},
        "lamb",
        {"weight_decay": 0.5},
    ),
    (
        "novograd",
        {"l2_regularization_strength": 0.25},
        "novograd",
        {"b1": 0.95, "b2": 0.98, "eps": 1e-8, "weight_decay": 0.25},
    ),
    ("fromage", {}, "fromage", {}),
    ("sign_sgd", {}, "sign_sgd", {}),
    ("adopt", {}, "contrib.adopt", {"b2": 0.9999, "eps": 1e-6}),
    ("ademamix", {}, "contrib.ademamix", {"alpha": 5.0}),
    (
        "prodigy",
        {"learning_rate": 1.0, "d0": 2**-3, "use_bias_correction": True},
        "contrib.prodigy",
        {"learning_rate": 1.0, "estim_lr0": 2**-3},
    ),
    (
        "d_adapt_adam",
        {"learning_rate": 1.0, "d0": 2**-3, "use_bias_correction": True},
        "contrib.dadapt_adamw",
        {"learning_rate": 1.0, "estim_lr0": 2**-3},
    ),
    ("dog", {"learning_rate": 1.0}, "contrib.dog", {"learning_rate": 1.0}),
    (
        "dog",
        {"reps_rel": 2**-3, "epsilon": 0.5},
        "contrib.dog",
        {"init_step": ("heuristic", 2**-3), "eps": 0.5},
    ),
]


def main():
    """Write the file."""
    import optax
    import pytorch_optimizer
    import torch

    # Else torch keeps some numbers of its optimizers in float32.
    torch.set_default_dtype(torch.float64)
    rows = []
    for library, module, cases in (
        ("torch", torch.optim, TORCH),
        ("pytorch_optimizer", pytorch_optimizer, COLLECTION),
        ("pytorch_optimizer", pytorch_optimizer, CURVED),
        ("timm", timm_optimizers(), TIMM),
        ("optax", optax, OPTAX),
    ):
        for ours, arguments, name, theirs in cases:
            made = module
            for part in name.split("."):
                made = getattr(made, part)
            if library == "optax":
                found = optax_steps(made(**{"learning_rate": RATE, **theirs}))
            else:
                given = {"lr": RATE, **theirs}
                if made is torch.optim.Muon:
                    made = muon_and_adam
                if cases is CURVED:
                    given["base_optimizer"] = torch.optim.SGD
                found = torch_steps(
                    lambda params: made(params, **given),  # noqa: B023
                    CURVATURE if cases is CURVED else 0.0,
                )
            wraps = "inner_optimizer" in arguments
            rate = {} if wraps else {"learning_rate": RATE}
            rows.append(
                {
                    "ours": {"name": ours, **rate, **arguments},
                    **({"curvature": CURVATURE} if cases is CURVED else {}),
                    "theirs": f"{library} {version(library)}: {name}({theirs})",
                    "tolerance": TOLERANCES.get(
                        f"{library} {name}", TOLERANCES.get(name, 1e-12)
                    ),
                    "after": {str(t): found[t - 1] for t in (1, 2, STEPS)},
                }
            )
    rows.append(searched())
    FILE.write_text(json.dumps(rows, indent=0) + "\n")


if __name__ == "__main__":
    main()
