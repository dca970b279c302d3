"""The page's JavaScript against the library, to the bit, run by Node.js."""

import json
import shutil
import subprocess

import numpy as np
import pytest

import optlab
from benchmarks.study.settings import STEP, listed_powers, random_settings, stepped
from optlab.study import study
from optlab.study.powers import exceptions

#: Settings of each optimizer, and their steps.
COUNT, STEPS = 200, 4

BEGIN = """
const Fs = {}, rulesBy = {}, checkProblems = {};
for (const d of ["float64", "float32"]) {
  Fs[d] = rounding(d, DATA.powers[d]);
  rulesBy[d] = rulesOf(Fs[d]);
  checkProblems[d] = problemsOf(Fs[d], [1, 10]);
}
"""


@pytest.fixture(scope="module")
def page():
    return study()


def node(script):
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node.js is not installed, which runs the page's JavaScript here.")
    run = subprocess.run([program, "-"], input=script, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_random_settings_give_the_bits_of_the_library(page):
    settings = random_settings(page, COUNT, STEPS)
    more = json.dumps(listed_powers(settings, STEPS))
    got = node(
        page.script(["number.js", "engine.js"])
        + BEGIN
        + f"const more = {more};"
        + "for (const d in more) Object.assign(DATA.powers[d], more[d]);"
        + f"const out = ({STEP})({json.dumps(settings)});"
        + "const check = selfCheck(DATA, checkProblems, rulesBy, Fs);"
        + "console.log(JSON.stringify({ out, check }));"
    )
    wrong = [
        (page.catalogue.entries[s["optimizer"]]["label"], s)
        for s, bits in zip(settings, got["out"], strict=True)
        if stepped(page, s) != bits
    ]
    assert wrong == []
    assert len(settings) == COUNT * len(page.catalogue.entries)
    # The checkpoints are what the page says to its reader.
    assert (
        got["check"]["equal"] == got["check"]["total"] == len(page.data["checkpoints"])
    )


def test_a_wrong_checkpoint_is_told(page):
    script = page.script(["number.js", "engine.js"]) + BEGIN
    script += "DATA.checkpoints[3].bits[0] = '3ff0000000000000';"
    script += (
        "console.log(JSON.stringify(selfCheck(DATA, checkProblems, rulesBy, Fs)));"
    )
    got = node(script)
    assert got["equal"] == got["total"] - 1
    assert len(got["wrong"]) == 1


def test_the_arithmetic_of_a_step_is_that_of_explain(page):
    place = next(
        k for k, e in enumerate(page.catalogue.entries) if e["label"] == "Adam"
    )
    got = node(
        page.script(["number.js", "engine.js"])
        + BEGIN
        + f"""
const entry = DATA.optimizers[{place}], d = "float64";
const setting = {{ rate: 0.01, numbers: {{}}, as: "keras" }};
const P = checkProblems[d][0];
const run = minimize(P, entry, setting, rulesBy[d], Fs[d], [-1.2, 1], 3);
const made = arithmetic(entry, setting, rulesBy[d], Fs[d], run, 2, 0, String);
console.log(JSON.stringify({{ made, grads: run.g.map((g) => g[0]) }}));"""
    )
    table = optlab.explain.explain(
        {"name": "adam", "learning_rate": 0.01}, got["grads"][:3], -1.2, "float64"
    )
    last = dict(zip(table.columns, table.rows[-1], strict=True))
    shown = {name: value for name, _, _, value in got["made"]["rows"]}
    for name in ("m", "v", "denominator", "update"):
        column = {"m": "momentum", "v": "velocity"}.get(name, name)
        assert shown[name] == last.get(name, last.get(column)), name
    assert got["made"]["after"] == last["parameter"]
    name, text, numbers, value = got["made"]["rows"][-2]
    assert (name, text) == ("update", "m * alpha / denominator")
    m, rest = numbers.split(" * ")
    alpha, denominator = rest.split(" / ")
    assert float(m) * float(alpha) / float(denominator) == value


def test_the_network_of_the_page_has_the_gradients_of_its_loss(page):
    moons = page.data["moons"]
    got = node(
        page.script(["number.js", "engine.js", "training.js"])
        + "const { weights, points, labels } = DATA.moons;"
        + "const { loss, grad } = networkGradient(weights, points, labels);"
        + "console.log(JSON.stringify({ loss, grad }));"
    )
    x, y = np.array(moons["points"]), np.array(moons["labels"], float)
    w = np.array(moons["weights"])

    def loss(w):
        hidden = np.maximum(x @ w[:8].reshape(2, 4) + w[8:12], 0)
        z = hidden @ w[12:16] + w[16]
        return np.mean(np.logaddexp(0, z) - y * z)

    assert got["loss"] == pytest.approx(loss(w), rel=1e-12)
    for k, slope in enumerate(got["grad"]):
        by = 1e-6 * np.eye(17)[k]
        measured = (loss(w + by) - loss(w - by)) / 2e-6
        assert slope == pytest.approx(measured, abs=1e-8)


def test_a_rule_of_ones_own_is_on_the_page(tmp_path, monkeypatch):
    rule = tmp_path / "own_rule_of_study.py"
    rule.write_text(
        "import numpy as np\nimport optlab\n\n\n"
        "@optlab.rule(slots=['momentum'])\n"
        "def studied(param, grad, m, learning_rate=0.01, beta=0.9):\n"
        "    m = beta * m + np.where(grad > beta, grad, -grad)\n"
        "    param = param - learning_rate * np.sign(m) * m ** 2\n"
        "    return param, m\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import own_rule_of_study  # noqa: F401

    from optlab.optimizers import known

    for name in [name for name in known.OPTIMIZERS if name != "studied"]:
        monkeypatch.delitem(known.OPTIMIZERS, name)
    page = study("booth", ["studied"])
    monkeypatch.delitem(known.OPTIMIZERS, "studied")
    (own,) = [c for c in page.catalogue.entries if c["name"] == "studied"]
    assert [each["name"] for each in own["numbers"]] == ["beta"]
    got = node(
        page.script(["number.js", "engine.js"])
        + BEGIN
        + "console.log(JSON.stringify(selfCheck(DATA, checkProblems, rulesBy, Fs)));"
    )
    assert got["equal"] == got["total"]


def test_powers_listed_are_those_that_round_otherwise():
    found = exceptions([0.9], 400, "float32")
    from optlab.kernels.libm import power

    base = np.float32(0.9)
    for step in range(1, 401):
        exact = float(np.float32(np.longdouble(base) ** step))
        got = float(power(base, np.float32(step)))
        listed = [v for k, v in found.items() if k.endswith(f"^{step}")]
        if exact >= np.finfo("float32").tiny:
            assert listed == ([] if got == exact else [got]), step
