"""Write docs/same-name-other-numbers.md: torch and optax beside tf.keras's formulas.

python docs/same_name.py
"""

import datetime
from importlib.metadata import version
from pathlib import Path

from optlab.files import write_text
from optlab.validation.frameworks import FRAMEWORKS, compared, markdown

PAGE = Path(__file__).resolve().with_name("same-name-other-numbers.md")


def main() -> None:
    """Compare, and write the page."""
    packages = ["optlab", "numpy", *FRAMEWORKS.values(), "jax"]
    versions = {name: version(name) for name in packages}
    today = datetime.date.today().isoformat()
    write_text(PAGE, markdown(list(compared(list(FRAMEWORKS))), versions, today))


if __name__ == "__main__":
    main()
