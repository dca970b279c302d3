"""``optlab new``: a commented experiment file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optlab import experiments
from optlab.cli import output
from optlab.errors import InputError, unknown_name
from optlab.files import write_text

#: Every key of an experiment, each with its default or its alternatives beside it. The
#: lines that begin with "#: " are settings to uncomment; the tests try each of them.
DATA_STARTER = """\
# An experiment: data, model, loss, optimizer, training.
# Train it:          optlab run {file}
# Change a setting:  optlab run {file} --set optimizer.learning_rate=0.01
# Try many:          optlab sweep {file} --over optimizer.learning_rate=1e-4:1:log:9

[data]
# A data set by name (digits, breast_cancer, wine, iris, diabetes), a generator
# (adding, blobs, circles, imbalanced, linear, moons, sentences, sine), or a path to a
# .csv, .parquet or .npz file, relative to this file.
source = "digits"
#: options = {{}}               # arguments of a generator, such as {{ noise = 0.1 }}
#: target = "label"           # the column to predict
#: features = ["a", "b"]      # the columns to learn from; all others if left out
scale = "standard"            # of the columns: none, standard, minmax, robust
#: target_scale = "none"      # of a numeric target: none, standard
validation = 0.2              # the fraction of rows held back to validate
#: missing = "refuse"         # empty cells: refuse, drop, mean, median
#: one_hot = false            # the target as one column a class
#: seed = 0                   # of the split, and of a generator

[model]
# One entry a layer: dense, then batch normalization, activation, dropout.
layers = [
    {{ units = 64, activation = "relu" }},
    {{ units = 10 }},
]
# Further keys of an entry:
#   kernel_initializer = "he_normal"                     a name, or a table:
#   kernel_initializer = {{ name = "random_normal", stddev = 0.05 }}
#   bias_initializer = "zeros"
#   kernel_regularizer = {{ name = "l2", l2 = 0.01 }}
#   bias_regularizer = "l1"
#   batch_normalization = true
#   dropout = 0.2
#   residual = true           the layer's input is added to its output
#   trainable = false         the weights stay as they begin
# Or any layer by its class and tf.keras's arguments:
#   {{ class = "Dense", units = 64, activation = "relu", use_bias = false }}
# An entry takes what the one before it puts out, unless it names its inputs:
#   {{ class = "Add", inputs = ["a", "b"] }}    where entries have name = "a" and "b"

[loss]
name = "sparse_categorical_crossentropy"
from_logits = true            # the last layer has no softmax
#: label_smoothing = 0.1      # for crossentropies of one-hot or 0/1 targets
#: delta = 1.0                # for huber
#: reduction = "sum"          # of the rows' losses; left out, their mean
#: plain = true               # the textbook formula behind a final softmax

[optimizer]
name = "adam"
learning_rate = 0.001         # or {{ name = "cosine_decay", ... }}
#: beta_1 = 0.9
#: beta_2 = 0.999
#: epsilon = 1e-7

[training]
epochs = 20                   # or: steps = 1000
batch_size = 32
metrics = ["accuracy"]        # accuracy, mae, auc
seed = 0                      # of the weights and of the order of the batches
#: shuffle = true
#: dtype = "float32"          # or float64
#: class_weight = "balanced"  # or a table: {{ 0 = 1.0, 1 = 5.0 }}
#: callbacks = [{{ name = "early_stopping", patience = 5 }}]
"""

FUNCTION_STARTER = """\
# An experiment: an optimizer walks down an analytic function.
# Run it:            optlab run {file} --pictures
# Change a setting:  optlab run {file} --set optimizer.learning_rate=0.01
# Try many:          optlab sweep {file} --over optimizer.learning_rate=1e-4:1:log:9

[function]
# quadratic, double-well, rosenbrock, beale, himmelblau, rastrigin, saddle, booth
name = "rosenbrock"
start = [-1.5, 2.0]
#: options = {{}}               # such as {{ condition_number = 100.0 }} for quadratic

[optimizer]
name = "adam"
learning_rate = 0.05          # or {{ name = "cosine_decay", ... }}
#: beta_1 = 0.9
#: beta_2 = 0.999
#: epsilon = 1e-7

[training]
steps = 500
#: dtype = "float64"
"""


def new(
    file: Annotated[Path, typer.Argument(help="The file to write; it ends in .toml.")],
    function: Annotated[
        bool, typer.Option("--function", help="An analytic function, not data.")
    ] = False,
    source: Annotated[
        str | None, typer.Option("--from", help="Copy this shipped experiment.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the file if it is there.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> None:
    """Write a commented experiment file to start from."""
    if file.suffix != ".toml":
        raise InputError(f"FILE must end in .toml. Received: '{file}'")
    if function and source is not None:
        raise InputError("Give --function or --from, not both.")
    if file.is_dir():
        raise InputError(f"'{file}' is a folder")
    if file.exists() and not force:
        raise InputError(f"'{file}' is there already; --force overwrites it")
    text = (FUNCTION_STARTER if function else DATA_STARTER).format(file=file.name)
    if source is not None:
        text = _shipped(source)
    output.make_folder(output.check_folder(file.parent, "FILE"), "FILE")
    write_text(file, text)
    if json:
        output.print_json({"file": file})
    else:
        output.say(f"Wrote {file}. Train it: optlab run {file}")


def _shipped(name: str) -> str:
    """Return the text of a shipped experiment."""
    if name.replace("_", "-").lower() not in experiments.shipped():
        raise unknown_name("shipped experiment", name, experiments.shipped())
    return experiments.locate(name).read_text(encoding="utf-8")
