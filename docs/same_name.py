"""Write docs/same-name-other-numbers.md: others beside tf.keras's formulas and ours.

python docs/same_name.py
"""

import datetime
from importlib.metadata import version
from pathlib import Path

from optlab.files import write_text
from optlab.validation.frameworks import FRAMEWORKS, LIBRARIES, compared, markdown

PAGE = Path(__file__).resolve().with_name("same-name-other-numbers.md")


def main() -> None:
    """Compare, and write the page."""
    names = [*FRAMEWORKS, *LIBRARIES]
    packages = ["optlab", "numpy", *names, "jax"]
    versions = {name: version(name) for name in packages}
    today = datetime.date.today().isoformat()
    write_text(PAGE, markdown(list(compared(names)), versions, today))


if __name__ == "__main__":
    main()
