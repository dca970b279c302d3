"""Eigenvalues, trace, density, thresholds and noise against NumPy on small matrices."""

import numpy as np
import pytest

import optlab
from optlab import InputError, optimizers
from optlab.instruments import (
    Hessian,
    density,
    eigenvalues,
    gradient_noise,
    preconditioner,
    trace,
)
from optlab.instruments.preconditioning import PRECONDITIONERS
from optlab.instruments.tracking import Lane, track

RNG = np.random.default_rng(1)
X, Y = RNG.standard_normal((20, 4)), RNG.standard_normal((20, 2))


def network(*layers, **more):
    layers = layers or (optlab.Dense(14, activation="tanh"), optlab.Dense(2))
    return optlab.Sequential(list(layers), input_shape=(4,), dtype="float64", **more)


def test_top_of_the_spectrum_trace_and_density():
    hessian = Hessian(network(), "mse", X, Y)
    matrix = hessian.dense()
    expected = np.linalg.eigvalsh(matrix)
    values, vectors = eigenvalues(hessian, 3)
    np.testing.assert_allclose(values, expected[::-1][:3], rtol=1e-9)
    np.testing.assert_allclose(hessian @ vectors, vectors * values, atol=1e-7)
    again, _ = eigenvalues(hessian, 3, start=vectors)
    np.testing.assert_allclose(again, values, rtol=1e-9)
    estimate, error = trace(hessian, samples=200)
    assert abs(estimate - np.trace(matrix)) < 4 * error < 0.5 * estimate
    found = density(hessian, steps=100, runs=40)
    points = np.linspace(expected[0] - 1, expected[-1] + 1, 4000)
    values = found(points, 0.05)
    assert np.trapezoid(values, points) == pytest.approx(1, abs=1e-6)
    assert found.nodes.max() == pytest.approx(expected[-1], rel=1e-9)
    exact = np.exp(-0.5 * ((points[:, None] - expected) / 0.05) ** 2).mean(1)
    exact /= 0.05 * np.sqrt(2 * np.pi)
    assert np.trapezoid(abs(values - exact), points) < 0.25


def test_what_is_not_dense_falls_back_to_differences():
    conv = optlab.layers.Conv1D(3, 2, activation="tanh")
    layers = (
        optlab.layers.Reshape((4, 1)),
        conv,
        optlab.layers.Flatten(),
        optlab.Dropout(0.5),
        optlab.Dense(2),
    )
    hessian = Hessian(network(*layers), "mse", X, Y)
    assert not hessian.exact
    assert "not exact" in repr(hessian)
    matrix = hessian.dense()
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-8)
    # The same engine on a model whose Hessian is known exactly.
    from optlab.instruments.differences import Differences
    from optlab.training.objective import Objective

    model = network()
    differences = Differences(Objective(model, optlab.losses.get("mse")))
    differences.at(model.parameters.flat, X, Y, None)
    exact = Hessian(model, "mse", X, Y).dense()
    np.testing.assert_allclose(
        differences.product(np.eye(len(exact))), exact, atol=1e-8
    )
    with pytest.raises(InputError, match="chains of dense layers"):
        gradient_noise(hessian)


def test_arguments():
    model = network()
    hessian = Hessian(model, "mse", X, Y)
    with pytest.raises(InputError, match=r"must have the shape \(100,\)"):
        hessian.matvec(np.ones(3))
    with pytest.raises(InputError, match="`k` must be 1 to 100"):
        eigenvalues(hessian, 0)
    model.layers[0].trainable = model.layers[1].trainable = False
    with pytest.raises(InputError, match="no weights that are trained"):
        Hessian(model, "mse", X, Y)
    assert "exact" in repr(hessian)
    single = Hessian(network(), "mse", X, Y, dtype="float32").dense()
    np.testing.assert_allclose(single, hessian.dense(), atol=2e-5)


def test_noise_is_that_of_the_rows_gradients():
    model = network(
        optlab.layers.Reshape((2, 2)),
        optlab.Dense(3, activation="tanh", kernel_regularizer="l2"),
        optlab.layers.Flatten(),
        optlab.Dense(2),
    )
    noise = gradient_noise(Hessian(model, "mse", X, Y))
    mean = Hessian(model, "mse", X, Y).gradient
    rows = np.array(
        [Hessian(model, "mse", X[i : i + 1], Y[i : i + 1]).gradient for i in range(20)]
    )
    variance = rows.var(0, ddof=1).sum()
    assert noise.variance == pytest.approx(variance, rel=1e-10)
    assert noise.signal == pytest.approx(mean @ mean - variance / 20, rel=1e-10)
    assert noise.scale == pytest.approx(noise.variance / noise.signal)
    assert noise.theta == pytest.approx(np.sqrt(variance / 20 / (mean @ mean)))
    assert noise.snr.shape == (4,)


#: Long memories, so that the scaling hardly changes within a step.
SLOW = {"momentum": 0.8, "rho": 0.9999, "beta_2": 0.9999}
KINDS = [(kind, {}) for kind in PRECONDITIONERS]
KINDS += [(optlab.SGD, {"nesterov": True}), (optlab.RMSprop, {"centered": True})]


@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_threshold_is_where_steps_on_a_parabola_begin_to_grow(kind, more):
    slow = {name: value for name, value in SLOW.items() if name in kind.hyperparameters}
    grown = [_growth(kind(learning_rate=0.1, **slow, **more), s) for s in (0.97, 1.03)]
    assert grown[0] < 1 < grown[1]


def _growth(optimizer, side):
    """Return how steps grow on a parabola a little below or above the threshold."""
    w = np.array([1.0])
    optimizer.engine = "numpy"
    optimizer.build([w])
    for gradient in np.random.default_rng(0).standard_normal(50):
        optimizer.apply([np.array([gradient])])
    optimizer.load_state({**optimizer.save_state(), "calls": 10**6})
    found = preconditioner(optimizer)
    curvature = side * found.threshold
    curvature /= 1.0 if found.scale is None else found.scale[0]
    # At so small a point the gradient does not count in a running square.
    w[:] = 1e-30
    moving = ("momentum", "previous", "average_gradient")
    fixed = {name: a for name, (a,) in optimizer.state.items() if name not in moving}
    held = {name: array.copy() for name, array in fixed.items()}
    for name, (array,) in optimizer.state.items():
        if name in moving[:2]:
            array[:] = w if name == "previous" else 0
    sizes = []
    for _ in range(400):
        for name, value in held.items():
            fixed[name][:] = value
        optimizer.apply([curvature * w])
        sizes.append(abs(w[0]))
    return max(sizes[350:]) / max(sizes[50:100])


def test_no_scaling_is_known_of_others_or_before_a_step():
    lion = optimizers.get("lion")
    with pytest.raises(InputError, match="of Lion is not known"):
        preconditioner(lion)
    adam = optlab.Adam()
    adam.build([np.ones(2)])
    with pytest.raises(InputError, match="make a step first"):
        preconditioner(adam)
    adam.apply([np.ones(2)])
    assert preconditioner(adam, 0.01).threshold == pytest.approx(3800)
    assert preconditioner(adam, 0.0).threshold == np.inf


def test_tracking_follows_a_matrix_that_turns():
    turn = np.linalg.qr(RNG.standard_normal((40, 40)))[0]
    values = np.concatenate([[9.0, 7.0], np.linspace(3, -3, 38)])
    lanes = [Lane(40, 2, 0, "float64"), Lane(40, 2, 1, "float64")]
    lanes[1].root = np.linspace(0.5, 1.5, 40)
    probe = np.ones((1, 40))
    for _ in range(12):
        turn[:, 0] += 0.02 * turn[:, 5]
        turn = np.linalg.qr(turn)[0]
        matrix = (turn * values) @ turn.T
        images = track(lambda v, m=matrix: v @ m, lanes, 2, 0.0, probe)
    np.testing.assert_allclose(images, probe @ matrix)
    np.testing.assert_allclose(lanes[0].values, [9, 7], rtol=1e-3)
    root = lanes[1].root
    scaled = np.linalg.eigvalsh(root[:, None] * matrix * root)[::-1]
    np.testing.assert_allclose(lanes[1].values, scaled[:2], rtol=1e-3)
    assert lanes[0].residual < 0.5
