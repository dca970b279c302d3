"""The case that the package's docstring shows works as it stands."""

import textwrap

import optlab.cases
from optlab.cases import run_case


def test_the_template_is_a_case():
    shown = optlab.cases.__doc__.partition("by itself::\n")[2]
    code = textwrap.dedent(shown.partition("\nA variant is run")[0])
    names = {}
    exec(code.replace('"epochs": 20', '"epochs": 1'), names)
    case = names["CASE"]
    assert case.id == "prose-nesterov"
    outcome, found = run_case(case, jobs=1)
    assert outcome.verdict in ("holds", "fails")
    assert found.seeds == 5
