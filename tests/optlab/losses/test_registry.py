"""Losses by name, table, class and tf.keras's configurations."""

import pytest

from optlab import losses
from optlab.errors import InputError


@pytest.mark.parametrize(
    ("identifier", "cls"),
    [
        ("mse", losses.MeanSquaredError),
        ("MSE", losses.MeanSquaredError),
        ("mean_squared_error", losses.MeanSquaredError),
        ("MeanSquaredError", losses.MeanSquaredError),
        ("mae", losses.MeanAbsoluteError),
        ("bce", losses.BinaryCrossentropy),
        ("huber_loss", losses.Huber),
        ("logcosh", losses.LogCosh),
        ("LogCosh", losses.LogCosh),
        (losses.Huber, losses.Huber),
        ({"name": "mse"}, losses.MeanSquaredError),
        ({"class_name": "LogCosh"}, losses.LogCosh),
        (
            {"class_name": "function", "config": "binary_crossentropy"},
            losses.BinaryCrossentropy,
        ),
    ],
)
def test_get(identifier, cls):
    assert type(losses.get(identifier)) is cls


def test_a_loss_is_returned_as_it_is():
    loss = losses.Huber(2.0)
    assert losses.get(loss) is loss


@pytest.mark.parametrize("name", losses.names())
def test_configurations_are_read_back(name):
    loss = losses.get(name)
    assert name in losses.LOSSES
    again = type(loss).from_config(loss.get_config())
    assert repr(again) == repr(loss)
    named = losses.get({"class_name": type(loss).__name__, "config": loss.get_config()})
    assert named.get_config() == loss.get_config()
    assert losses.get(loss.name).get_config() == loss.get_config()


def test_arguments_are_kept():
    table = {"name": "binary_crossentropy", "from_logits": True, "label_smoothing": 0.1}
    config = losses.get(table).get_config()
    assert (config["from_logits"], config["label_smoothing"]) == (True, 0.1)
    assert losses.get({"name": "huber", "delta": 3}).delta == 3.0


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("mean_square_error", r"Unknown loss .*Did you mean 'mean_squared_error'\?"),
        ("dice", "Unknown loss 'dice'.*Valid: .*huber"),
        ({"name": "huber", "detla": 1.0}, "no argument 'detla'.*Did you mean 'delta'"),
        ({"name": "mse", "from_logits": True}, "no argument 'from_logits'"),
        ({"delta": 1.0}, "A table for a loss needs a `name`"),
        (None, "Could not interpret None as a loss"),
        (abs, "Could not interpret .* as a loss"),
        (dict, "Could not interpret .* as a loss"),
    ],
)
def test_bad_identifiers(identifier, message):
    with pytest.raises(InputError, match=message):
        losses.get(identifier)
