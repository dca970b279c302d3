"""How Sphinx builds the site: ``make docs``.

With ``-t quick`` (``make docs-check``) notebooks are not run and pictures are empty:
enough to see that every page, name and link is there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
# Notebooks run in processes of their own, and so do pictures.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import optlab  # noqa: E402
from docs import sources  # noqa: E402
from docs.sources.drawings import draw, leave_empty  # noqa: E402

QUICK = tags.has("quick")  # noqa: F821  (Sphinx gives it to this file)

project = "optlab"
author = "the authors of optlab"
release = version = optlab.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "docs.sources.mathml",
]
exclude_patterns = ["_build", "jupyter_execute"]
#: Single backticks mark names of every kind; those of the library are linked.
default_role = "autolink"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "linkify"]
myst_heading_anchors = 3
nb_execution_mode = "off" if QUICK else "force"
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_merge_streams = True

autosummary_generate = False
#: The docstrings say the types in words.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_attributes_as_param_list = True

nitpicky = True
#: The role of single backticks, in which docstrings also name arguments and internals.
nitpick_ignore_regex = [("py:obj", ".*")]
#: Pages of tables go from their title to the third level.
suppress_warnings = ["myst.header"]
if QUICK:  # Only what ran says which language it is in.
    suppress_warnings.append("myst-nb.lexer")

html_theme = "pydata_sphinx_theme"
html_title = "optlab"
html_static_path = ["_static"]
html_css_files = ["optlab.css"]
html_math_renderer = "mathml"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "header_links_before_dropdown": 7,
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "article_footer_items": [],
    "footer_end": [],
}


def setup(app):
    """Write what is generated, and mend docstrings before they are read."""
    sources.write(HERE)
    (leave_empty if QUICK else draw)(HERE)
    app.connect(
        "autodoc-process-docstring",
        lambda app, what, name, thing, options, lines: sources.api.escaped(lines),
        priority=1,
    )
