"""Pictures of the instruments and of the loss around a point."""

import numpy as np
import pytest

import optlab
from optlab import InputError, Record, plots
from optlab.instruments import filter_normalized, landscape

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((30, 3)), RNG.standard_normal((30, 1))


@pytest.fixture(scope="module")
def read():
    layers = [optlab.Dense(5, activation="tanh"), optlab.Dense(1)]
    model = optlab.Sequential(layers, input_shape=(3,))
    return optlab.fit(
        model, X, Y, loss="mse", optimizer=optlab.SGD(0.3, momentum=0.5), steps=12,
        record=Record(every=3, instruments="all,density"),
    )  # fmt: skip


def test_sharpness_and_threshold(read):
    ax = plots.plot_stability(read, title="Edge")
    sharp, threshold = (line.get_ydata() for line in ax.lines)
    np.testing.assert_allclose(sharp, read.trace.instruments["sharpness"])
    np.testing.assert_allclose(threshold, 3 / 0.3)
    assert ax.get_ylabel() == "sharpness"


def test_page_spectrum_and_readings(read):
    figure = plots.plot_instruments(read)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles[:3] == ["Edge of stability", "Spectrum", "Trace"]
    del read.trace._instruments["density_nodes"]
    assert len(plots.plot_spectrum(read).lines) == 2
    with pytest.raises(InputError, match="has 4 values a step"):
        plots.plot_reading(read, "snr")
    with pytest.raises(InputError, match="no speed: ask for it"):
        plots.plot_reading(read, "speed")


def test_landscape_is_the_loss_around_the_weights(read):
    model = read.model
    before = model.parameters.flat.copy()
    plane = landscape(model, "mse", X, Y, points=5, reach=0.5)
    np.testing.assert_array_equal(model.parameters.flat, before)
    run_loss = float(np.mean((model.predict(X) - Y) ** 2))
    assert plane.values[2, 2] == pytest.approx(run_loss, rel=1e-5)
    model.parameters.flat[:] = before + 0.5 * plane.directions[0]
    assert plane.values[2, 4] == pytest.approx(
        float(np.mean((model.predict(X) - Y) ** 2)), rel=1e-5
    )
    model.parameters.flat[:] = before
    way = filter_normalized(model, seed=3)
    kernel = model.parameters["dense/kernel"]
    lengths = np.linalg.norm(way[: kernel.size].reshape(kernel.shape), axis=0)
    np.testing.assert_allclose(lengths, np.linalg.norm(kernel, axis=0), rtol=1e-6)
    assert not way[kernel.size : kernel.size + 5].any()
    ax = plots.plot_landscape(plane, title="Loss")
    assert ax.get_aspect() == 1
    line = landscape(model, "mse", X, Y, dimensions=1, directions=[way], points=7)
    assert len(plots.plot_landscape(line).lines[0].get_xdata()) == 7
    with pytest.raises(InputError, match="`dimensions` must be 1 or 2"):
        landscape(model, "mse", X, Y, dimensions=3)
