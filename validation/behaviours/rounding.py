"""The last bits: sums, vectorised functions, subnormals, graphs and XLA."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.behaviours.catalogue import About, Figures, behaviour


@behaviour(equals_eigen_order=True, equals_numpy=False)
def sums_have_their_own_order() -> Figures:
    """tf.reduce_sum adds in packets in a tree of blocks, in a fixed order.

    A packet has 8 float32 lanes; it is neither from left to right nor NumPy's order.
    Norms, means and losses differ from NumPy's in the last bits. The order is fixed for
    one thread, so it can be repeated exactly.
    """
    import tensorflow as tf

    from optlab.kernels.sums import sum_eigen

    x = np.random.default_rng(0).standard_normal(10007).astype("float32")
    found = tf.reduce_sum(x).numpy()
    return {
        "equals_eigen_order": bool(found == sum_eigen(x)),
        "equals_numpy": bool(found == x.sum()),
    }


@behaviour(different_results=3)
def sums_depend_on_threads() -> Figures:
    """Large sums depend on the number of threads.

    The sums of 1,000,003 values have three results with 1, 2 and 4 threads. Pin
    tf.config.threading.set_intra_op_parallelism_threads(1) when runs have to repeat on
    another machine.
    """
    import subprocess
    import sys

    program = """
import os
from typing import Any

import numpy as np
import tensorflow as tf

x = np.random.default_rng(0).standard_normal((4, 1_000_003)).astype("float32")
for threads in (1, 2, 4):
    if os.fork() == 0:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        print(*[float(tf.reduce_sum(row)).hex() for row in x], flush=True)
        os._exit(0)
    os.wait()
"""
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return {"different_results": len(set(found.stdout.splitlines()))}


@behaviour(product=0.0, numpy_product=1e-40)
def subnormals_are_flushed() -> Figures:
    """TensorFlow flushes subnormal numbers to zero.

    Values below 1.2e-38 vanish; second moments of gradients under 1e-19 are 0 in
    float32.
    """
    import tensorflow as tf

    a, b = np.float32(1e-20), np.float32(1e-20)
    return {
        "product": float(tf.constant([a] * 16)[0] * tf.constant([b] * 16)[0]),
        "numpy_product": float(a * b),
    }


@behaviour(share_differing=About(0.27, 0.1), largest_ulp=1)
def power_is_not_the_root() -> Figures:
    """pow(x, .5) is not sqrt(x) in a quarter of the elements.

    The vectorised power differs by a unit in the last place. Ftrl and Lamb, which use
    powers, cannot be repeated with square roots: Ftrl's difference amplifies a million
    times.
    """
    import tensorflow as tf

    x = np.random.default_rng(0).uniform(0.1, 10, 10_000).astype("float32")
    power, root = tf.pow(x, 0.5).numpy(), np.sqrt(x)
    ulp = np.abs(power.view("int32") - root.view("int32"))
    return {"share_differing": (ulp > 0).mean(), "largest_ulp": int(ulp.max())}


@behaviour(differ=True)
def position_changes_the_bits() -> Figures:
    """Equal numbers at other places in an array can have other exponentials.

    The same number at another position in an array can have another exponential:
    the last few elements of an array are computed by other code. Results depend on
    the size of the batch in the last bit.
    """
    import tensorflow as tf

    x = np.random.default_rng(0).uniform(-5, 5, 2000).astype("float32")
    whole = tf.exp(x).numpy()
    alone = np.array([tf.exp(x[i : i + 1]).numpy()[0] for i in range(200)])
    return {"differ": bool((whole[:200] != alone).any())}


@behaviour(RMSprop=True, Adam=False, SGD=False)
def graphs_use_the_reciprocal_root() -> Figures:
    """Inside tf.function RMSprop is not RMSprop in eager mode.

    Grappler rewrites x / sqrt(y) as x * rsqrt(y). Adam is untouched. model.fit and a
    hand-written eager loop drift apart by rounding. The rewrite goes away with
    tf.config.optimizer.set_experimental_options ({'disable_meta_optimizer': True}).
    """
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((10, 1000)).astype("float32")

    def train(name: str, compiled: bool) -> Any:
        x = keras.Variable(np.zeros(1000, "float32"))
        optimizer = getattr(keras.optimizers, name)(0.01)
        optimizer.build([x])

        def step(gradient: Any) -> None:
            optimizer.apply([gradient], [x])

        run = tf.function(step) if compiled else step
        for gradient in gradients:
            run(tf.constant(gradient))
        return x.numpy()

    return {
        name: bool((train(name, True) != train(name, False)).any())
        for name in ("RMSprop", "Adam", "SGD")
    }


@behaviour(differs_from_eager=True, equals_fma=True)
def xla_contracts_to_fma() -> Figures:
    """XLA contracts a multiplication and an addition into one rounding.

    With this fused multiply-add SGD's velocity is exactly fma(m, momentum, -(g*lr)).
    jit_compile=True changes the last bit of nearly every momentum step; it is the more
    accurate result.
    """
    import keras
    import tensorflow as tf

    from optlab.validation.fma import fma

    rng = np.random.default_rng(0)
    m, g = rng.standard_normal((2, 1000)).astype("float32")

    def velocity(compiled: bool) -> Any:
        x = keras.Variable(np.zeros(1000, "float32"))
        optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
        optimizer.build([x])
        optimizer.momentums[0].assign(m)
        step = tf.function(lambda: optimizer.apply([g], [x]), jit_compile=compiled)
        step()
        return optimizer.momentums[0].numpy()

    eager, found = velocity(False), velocity(True)
    exact = fma(m, np.float32(0.9), -(g * np.float32(0.1)))
    return {
        "differs_from_eager": bool((found != eager).any()),
        "equals_fma": bool((found == exact).all()),
    }


@behaviour(libm_differs=0, numpy_differs_where_vectorised=True)
def powers_of_beta_are_libm() -> Figures:
    """beta**t comes from the C library's powf, not NumPy's vector power.

    np.power gives another bias correction in a sixth of the steps (float32) on
    processors with AVX-512; on others it calls the C library as well.
    """
    import ctypes
    import ctypes.util

    import keras

    libm = ctypes.CDLL(ctypes.util.find_library("m"))
    libm.powf.restype = ctypes.c_float
    libm.powf.argtypes = [ctypes.c_float, ctypes.c_float]
    steps = np.arange(1, 301, dtype="float32")
    cast, power = keras.ops.cast, keras.ops.power
    found = np.array([power(cast(0.999, "float32"), cast(t, "float32")) for t in steps])
    exact = np.array([libm.powf(0.999, t) for t in steps], "float32")
    variants = np.lib.introspect.opt_func_info(func_name="^power$")["power"]
    vectorised = "baseline" not in variants["fff"]["current"]
    differs = bool((np.float32(0.999) ** steps != found).any())
    return {
        "libm_differs": int((found != exact).sum()),
        "numpy_differs_where_vectorised": differs == vectorised,
    }


@behaviour(own_order_ulp=0, order_of_the_paper_ulp_above_one=True)
def order_of_operations_counts() -> Figures:
    """Adam's moments are m + (g - m)*(1 - b), not m*b + g*(1 - b).

    Agreeing with Keras to the last bit needs its own order of operations.
    """
    import keras

    x = keras.Variable(np.zeros(1000, "float32"))
    optimizer = keras.optimizers.Adam(0.001)
    a = b = x.numpy()
    for g in np.random.default_rng(0).standard_normal((20, 1000)).astype("float32"):
        optimizer.apply([keras.ops.convert_to_tensor(g)], [x])
        a = a + (g - a) * np.float32(1 - 0.9)
        b = b * np.float32(0.9) + g * np.float32(1 - 0.9)
    momentum = next(v for v in optimizer.variables if v.path.endswith("momentum"))
    bits = [array.view("int32").astype("int64") for array in (momentum.numpy(), a, b)]
    return {
        "own_order_ulp": int(np.abs(bits[1] - bits[0]).max()),
        "order_of_the_paper_ulp_above_one": bool(np.abs(bits[2] - bits[0]).max() > 1),
    }


@behaviour(eager_is_root=False, graph_is_root=True)
def graphs_take_a_root_for_a_power() -> Figures:
    """Inside tf.function pow(x, .5) becomes sqrt(x).

    The two differ in the last bit in a quarter of the elements, and Ftrl, which
    subtracts two such powers, in all digits of small steps: Ftrl in model.fit and in an
    eager loop are not the same.
    """
    import tensorflow as tf

    x = np.random.default_rng(0).uniform(0.1, 10, 10_000).astype("float32")
    graph = tf.function(lambda values: tf.pow(values, 0.5))
    return {
        "eager_is_root": bool((tf.pow(x, 0.5).numpy() == np.sqrt(x)).all()),
        "graph_is_root": bool((graph(tf.constant(x)).numpy() == np.sqrt(x)).all()),
    }


@behaviour(eager=float("nan"), xla=1.0)
def xla_passes_over_nan() -> Figures:
    """XLA's maximum on a CPU passes over NaN: max(1, NaN) is 1.

    Eager mode returns NaN. With jit_compile a NaN can disappear in a maximum, such as
    amsgrad's or relu's, and training goes on with wrong numbers.
    """
    import tensorflow as tf

    a, b = tf.constant([1.0] * 8), tf.constant([float("nan")] * 8)
    return {
        "eager": float(tf.maximum(a, b)[0]),
        "xla": float(tf.function(tf.maximum, jit_compile=True)(a, b)[0]),
    }
