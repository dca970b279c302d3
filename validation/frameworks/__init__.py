"""Same name, other numbers: optimizers of others beside those of tf.keras and ours.

`pairs`: which are compared, with which arguments. `formulas`: the lines that others
have in another form. `stepping`: steps of each side. `comparing`: distances, and what
they mean. `identifying`: which of ours a user's own one is, by `naming` of arguments
and `slots`. `page`: the table in the documentation.
"""

from optlab.validation.frameworks.comparing import Comparison, compared
from optlab.validation.frameworks.page import markdown
from optlab.validation.frameworks.pair import FRAMEWORKS, LIBRARIES, Pair
from optlab.validation.frameworks.pairs import PAIRS

__all__ = [
    "FRAMEWORKS",
    "LIBRARIES",
    "PAIRS",
    "Comparison",
    "Pair",
    "compared",
    "markdown",
]
