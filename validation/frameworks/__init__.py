"""Same name, other numbers: optimizers of torch and optax beside those of tf.keras.

`pairs`: which are compared, with which arguments. `formulas`: the lines that others
have in another form. `stepping`: steps of each side. `comparing`: distances, and what
they mean. `page`: the table in the documentation.
"""

from optlab.validation.frameworks.comparing import Comparison, compared
from optlab.validation.frameworks.page import markdown
from optlab.validation.frameworks.pairs import FRAMEWORKS, PAIRS, Pair

__all__ = ["FRAMEWORKS", "PAIRS", "Comparison", "Pair", "compared", "markdown"]
