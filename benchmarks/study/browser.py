"""The study page in Chromium: numbers, gestures, address, silence, access, speed."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.study.settings import RUN, library, listed_powers, random_settings
from optlab import Run
from optlab.experiments import Experiment
from optlab.study import study

#: For machines without a screen; the page itself needs none of them.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = ((390, 844), (820, 1180), (1400, 900))
#: A frame at 60 Hz, in milliseconds.
FRAME = 16.7
FIVE = (
    "#problem=rosenbrock&steps=1000&step=1000&o=SGD;learning_rate=0.0005"
    "&o=SGD_momentum;learning_rate=0.0002&o=Adam;learning_rate=0.02"
    "&o=RMSprop;learning_rate=0.01&o=Nadam;learning_rate=0.02"
)


SHOWN = (
    "#problem=himmelblau&start=0.2,-1.2&steps=120&step=34&o=SGD;learning_rate=0.01"
    "&o=SGD_momentum;learning_rate=0.006&o=Adam;learning_rate=0.15&selected=2"
)


class Check:
    """Counts and prints the checks."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def that(self, what: str, wrong: Any) -> None:
        """Print one; `wrong` is empty where it passed."""
        if wrong:
            self.failed += 1
            sys.stdout.write(f"FAILED {what}: {str(wrong)[:600]}\n")
        else:
            self.passed += 1
            sys.stdout.write(f"passed {what}\n")
        sys.stdout.flush()


def check_page(check: Check, folder: Path, given: argparse.Namespace) -> None:
    """Write the page and check it."""
    made = study()
    address = made.write(folder / "study.html").as_uri()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=given.chromium, args=list(FLAGS))
        page, heard = opened(browser, address, 1400, 900)
        told = page.inner_text("#check")
        total = len(made.data["checkpoints"])
        expected = f"{total} of {total} equal to optlab"
        check.that(f"the page says: {expected}", [] if told == expected else told)
        numbers(check, page, made, given)
        gestures(check, page)
        state(check, page, address)
        copies(check, page, folder)
        exports(check, page)
        speed(check, page, address)
        check.that("no request, no error on the console", heard)
        access(check, page)
        page.close()
        looks(check, browser, address, given.shots)
        browser.close()


def opened(
    browser: Browser, address: str, width: int, height: int, scheme: str = "light"
) -> tuple[Page, list[str]]:
    """Open the page, and listen to its console and its requests."""
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        has_touch=width < 500,
    )
    heard: list[str] = []
    page.on("console", lambda m: heard.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda e: heard.append(f"error: {e}"))
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "data:")) else heard.append(r.url),
    )
    page.goto(address)
    page.wait_for_function("window.optlabStudy")
    return page, heard


def numbers(check: Check, page: Page, made: Any, given: argparse.Namespace) -> None:
    """Compare random settings with the library, run by run."""
    settings = random_settings(made, given.settings, given.steps)
    got = page.evaluate(
        """([settings, more]) => {
          const { DATA, minimize, Fs, rulesBy, problemsOf, rulesOf } = optlabStudy;
          const checkProblems = {};
          for (const d in more) {
            Object.assign(DATA.powers[d], more[d]);
            checkProblems[d] = problemsOf(Fs[d], [1, 10]);
          }
          const hexOf = (x) => {
            const view = new DataView(new ArrayBuffer(8));
            view.setFloat64(0, x);
            return view.getBigUint64(0).toString(16).padStart(16, "0");
          };
          return ("""
        + RUN
        + ")(settings); }",
        [settings, listed_powers(settings, given.steps)],
    )
    wrong = [
        setting
        for setting, bits in zip(settings, got, strict=True)
        if library(made, setting, "numba") != bits
    ]
    what = f"{len(settings)} random settings of {given.steps} steps, bit for bit"
    check.that(what, wrong)


def read(page: Page, what: str) -> Any:
    """Return something of the page's state."""
    return page.evaluate(f"optlabStudy.page.{what}")


def gestures(check: Check, page: Page) -> None:
    """Drag, press keys, move sliders, click."""
    box = page.locator("#surface").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = read(page, "s.start")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 30, steps=4)
    page.mouse.up()
    after = read(page, "s.start")
    check.that("a drag moves the start", [] if before != after else after)
    page.focus("#surface")
    page.keyboard.press("ArrowRight")
    moved = read(page, "s.start")
    check.that("an arrow key moves it on", [] if moved[0] > after[0] else moved)
    page.keyboard.press("Home")
    page.keyboard.press(".")
    page.keyboard.press(".")
    check.that("full stop steps on", [] if read(page, "s.step") == 2 else "no")
    page.keyboard.press(" ")
    page.wait_for_timeout(600)
    page.keyboard.press(" ")
    step = read(page, "s.step")
    check.that("space plays and pauses", [] if step > 2 else step)
    page.wait_for_timeout(200)
    check.that("paused, it stays", [] if read(page, "s.step") == step else "moved on")
    slider = page.locator(".optimizer input[type=range]").first
    rate = read(page, "s.slots[0].rate")
    slider.focus()
    page.keyboard.press("ArrowRight")
    faster = read(page, "s.slots[0].rate")
    check.that("a slider sets the rate", [] if faster > rate else faster)
    page.locator(".optimizer input[type=text]").first.fill("0.000123456789")
    page.keyboard.press("Tab")
    exact = read(page, "s.slots[0].rate")
    check.that("a rate typed is exact", [] if exact == 0.000123456789 else exact)
    page.locator("#scrub").evaluate(
        "e => { e.value = 7; e.dispatchEvent(new Event('input')); }"
    )
    check.that("the slider of steps scrubs", [] if read(page, "s.step") == 7 else "no")
    page.click("#add")
    count = read(page, "s.slots.length")
    check.that("an optimizer is added", [] if count == 4 else count)
    page.locator("#strip").scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    page.locator("#strip").click(position={"x": 250, "y": 60})
    jumped = read(page, "s.slots[3].rate")
    check.that("a click on the strip sets the rate", [] if jumped else "no")
    page.check("#hex")
    page.wait_for_timeout(100)
    text = page.inner_text("#arithmetic")
    check.that("hexadecimal on demand", [] if "0x1" in text else text)
    page.uncheck("#hex")
    page.click("#fault-next")
    page.click("#fault .choices button >> nth=1")
    wrong = page.inner_text("#fault")
    page.click("#fault .choices button >> nth=0")
    right = page.inner_text("#fault")
    told = "Not that" in wrong and "Yes." in right
    check.that("a planted fault is guessed", [] if told else right)


def state(check: Check, page: Page, address: str) -> None:
    """See that the address holds all that is set."""
    page.evaluate("optlabStudy.page.load('problem=beale&start=1,2&o=Adam;beta_1=0.77')")
    fragment = page.evaluate("optlabStudy.toFragment(optlabStudy.page.s)")
    page.goto(address + fragment)
    page.reload()
    page.wait_for_function("window.optlabStudy")
    again = page.evaluate("optlabStudy.toFragment(optlabStudy.page.s)")
    same = again == fragment and "beta_1=0.77" in again
    check.that("the address brings the state back", [] if same else (fragment, again))
    odd = (
        "#problem=nonsense&start=a,b&steps=-3&o=Nobody&o=Adam;beta_1=7;learning_rate=x"
    )
    page.evaluate(f"optlabStudy.page.load({odd!r})")
    fine = read(page, "s.steps") >= 1 and read(page, "s.problem") == 0
    check.that("an address that cannot be read is survived", [] if fine else "no")


def copies(check: Check, page: Page, folder: Path) -> None:
    """Run what the page copies, in the library, and compare the last point."""
    page.evaluate(
        "optlabStudy.page.load('problem=booth&start=-5,4&steps=30&o=Adam;"
        "learning_rate=0.3;beta_2=0.99')"
    )
    toml, python, command = page.evaluate(
        """(() => {
          const { page, tomlOf, pythonOf, commandOf } = optlabStudy;
          return [tomlOf, pythonOf, commandOf].map((f) => f(page, page.s.slots[0]));
        })()"""
    )
    shown = page.evaluate("optlabStudy.page.shown[0].run.x[30]")
    run = Experiment(**tomllib.loads(toml)).run()
    ended = float(run.trajectory[-1][0])
    check.that("the TOML copied gives the point shown", [] if ended == shown else ended)
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(python, names)
    ended = float(names["run"].trajectory[-1][0])
    check.that("so does the Python copied", [] if ended == shown else ended)
    program = f"{sys.executable} -m optlab run"
    done = subprocess.run(
        ["bash", "-c", command.replace("optlab run", program)],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    check.that("the command copied runs", done.stderr if done.returncode else [])
    ended = float(Run.load(folder / "out/study/record.npz").trajectory[-1][0])
    check.that("and gives that point", [] if ended == shown else ended)


def exports(check: Check, page: Page) -> None:
    """Read the exported pictures."""
    svg = page.evaluate("optlabStudy.svgOf(optlabStudy.page)")
    faulty = page.evaluate(
        "(text) => new DOMParser().parseFromString(text, 'image/svg+xml')"
        ".querySelector('parsererror') !== null",
        svg,
    )
    well = not faulty and "Adam" in svg and len(svg) > 10_000
    check.that("the SVG is one, with its words", [] if well else svg[:300])
    size = page.evaluate(
        """async () => {
          const image = new Image();
          image.src = optlabStudy.pngOf(optlabStudy.page);
          await image.decode();
          return [image.naturalWidth, image.naturalHeight];
        }"""
    )
    check.that("the PNG is one", [] if size[0] >= 1000 else size)


def speed(check: Check, page: Page, address: str) -> None:
    """Time frames with five optimizers of 1,000 steps."""
    page.goto("about:blank")
    page.goto(address + FIVE)
    page.wait_for_function("window.optlabStudy")
    page.wait_for_timeout(3000)
    times = page.evaluate(
        """async () => {
          const { page } = optlabStudy, found = {};
          const frame = () =>
            new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
          const acts = {
            step: (i) => page.setStep((i * 13) % 1000),
            drag: (i) => {
              page.dragging = true;
              page.s.start = [-1.2 + i * 0.01, 1];
              page.changed({});
            },
          };
          for (const [name, act] of Object.entries(acts)) {
            const times = [];
            for (let i = 0; i < 80; i++) {
              const began = performance.now();
              act(i);
              const worked = performance.now() - began;
              await frame();
              times.push(worked + page.frames[page.frames.length - 1]);
            }
            page.dragging = false;
            times.sort((a, b) => a - b);
            found[name] = [times[40], times[72]];
          }
          return found;
        }"""
    )
    for name, (median, late) in times.items():
        what = f"a frame of a {name} takes {median:.1f} ms (1 in 10: {late:.1f})"
        check.that(what, [] if median < FRAME else median)


def access(check: Check, page: Page) -> None:
    """Run axe in both schemes."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        sys.stdout.write("not checked: axe-playwright-python is not installed\n")
        return
    for scheme in ("light", "dark"):
        result = Axe().run(page)
        wrong = result.generate_report() if result.violations_count else []
        check.that(f"axe finds nothing ({scheme})", wrong)
        page.click("#theme")


def looks(check: Check, browser: Browser, address: str, shots: Path | None) -> None:
    """Open the page at three widths in both schemes."""
    for width, height in SIZES:
        for scheme in ("light", "dark"):
            page, heard = opened(browser, address, width, height, scheme)
            page.wait_for_timeout(1200)
            over = page.evaluate("document.documentElement.scrollWidth") - width
            wide = [f"{over} pixels too wide"] if over > 0 else []
            check.that(f"{width} pixels, {scheme}: fits", [*wide, *heard])
            if shots is not None:
                shots.mkdir(parents=True, exist_ok=True)
                whole = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": whole})
                page.wait_for_timeout(1800)
                page.screenshot(path=shots / f"{width}-{scheme}.png")
            page.close()


def picture(path: Path, chromium: str) -> None:
    """Write the picture of the README."""
    made = study()
    target = made.write(path.with_suffix(".html"))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page, _ = opened(browser, target.absolute().as_uri() + SHOWN, 1240, 1000)
        page.wait_for_timeout(3000)
        page.screenshot(path=path)
        browser.close()
    target.unlink()
