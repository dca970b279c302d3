// Joins the parts: what changed is worked out again, and drawn once a frame.

const DTYPES = ["float64", "float32"];
const Fs = {}, rulesBy = {}, checkProblems = {};
for (const d of DTYPES) {
  Fs[d] = rounding(d, DATA.powers[d]);
  rulesBy[d] = rulesOf(Fs[d]);
  const bowl = DATA.problems.find((p) => p.curvatures);
  checkProblems[d] = problemsOf(Fs[d], bowl ? bowl.curvatures : [1, 1]);
}
const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");

const page = {
  s: null, playing: false, dragging: false, waiting: false, theme: "light", lastCopied: "", frames: [],
  load(fragment) { page.s = fromFragment(fragment); page.stop(); page.changed({ controls: true }); $("surface").scrollIntoView({ block: "nearest" }); },
  // Work out every run again, and ask for a frame.
  changed({ controls = false } = {}) {
    const { s } = page;
    page.problem = DATA.problems[s.problem]; page.F = Fs[s.dtype]; page.rules = rulesBy[s.dtype];
    const key = JSON.stringify([s.problem, s.dtype, s.curvatures]);
    if (page.key !== key) { page.P = problemsOf(page.F, s.curvatures.map((c) => page.F(c)))[s.problem]; page.key = key; }
    page.shown = s.slots.map((slot, k) => ({ slot: k, entry: DATA.optimizers[slot.o], color: css(COLORS[k]), on: slot.on })).filter((v) => v.on);
    for (const view of page.shown)
      view.run = minimize(page.P, view.entry, s.slots[view.slot], page.rules, page.F, s.start, s.steps, { size: s.noise, seed: s.seed });
    if (controls) drawControls(page);
    if (page.netOf !== s.slots[s.selected].o || controls) { page.netOf = s.slots[s.selected].o; drawNetworkRate(page); }
    page.sync(); page.redraw(); page.remember();
  },
  // Put what is set into the fields that show it.
  sync() {
    const { s } = page;
    $("problem").value = s.problem; $("dtype").value = s.dtype; $("fit").checked = s.fit; $("hex").checked = s.hex;
    $("steps").value = s.steps; $("scrub").max = s.steps; $("scrub").value = s.step; $("coordinate").value = s.coordinate;
    for (const [id, text] of [["start", s.start.map((v) => Number(v.toPrecision(7))).join(", ")], ["noise", s.noise], ["seed", s.seed]])
      if (document.activeElement !== $(id)) $(id).value = text;
    s.curvatures.forEach((c, k) => { $("l" + (k + 1)).value = Math.log10(c); if (document.activeElement !== $(`l${k + 1}-exact`)) $(`l${k + 1}-exact`).value = c; });
    for (const card of $("optimizers").children) {
      const slot = s.slots[Number(card.dataset.slot)];
      if (slot) card.querySelector(".unchecked").textContent = checkWords(page, slot);
    }
  },
  setStep(t) {
    page.s.step = Math.max(0, Math.min(page.s.steps, t));
    $("scrub").value = page.s.step; page.redraw(); page.remember();
  },
  redraw() {
    if (page.waiting) return;
    page.waiting = true;
    requestAnimationFrame(() => { page.waiting = false; draw(); });
  },
  remember() {
    clearTimeout(page.timer);
    page.timer = setTimeout(() => { try { history.replaceState(null, "", toFragment(page.s)); } catch { /* some viewers forbid it */ } }, 120);
  },
  stop() { page.playing = false; $("play").textContent = "▶"; $("play").setAttribute("aria-label", "Play"); },
};

function checkWords(page, slot) {
  const entry = DATA.optimizers[slot.o], plain = Object.entries(slot.numbers).every(([k, v]) => entry.numbers.find((n) => n.name === k).value === v);
  const checked = DATA.checkpoints.some((c) => c.optimizer === slot.o && c.problem === page.s.problem && c.dtype === page.s.dtype);
  if (slot.as !== "keras") return "No checkpoint: this is not tf.keras's formula.";
  if (page.s.noise > 0) return "No checkpoint: the noise is the page's own.";
  if (!checked) return "No checkpoint: browsers round this function's sines as they like.";
  return plain && !page.problem.curvatures ? "" : plain && page.s.curvatures.every((c, k) => c === page.problem.curvatures[k]) ? "" : "No checkpoint for these numbers; the rule is the one that was checked.";
}

const VIEWS = Object.keys(PANELS);
function onScreen(id) { const r = $(id).getBoundingClientRect(); return r.bottom > -60 && r.top < window.innerHeight + 60; }

function draw() {
  const began = performance.now(), { s } = page;
  $("step").textContent = s.step;
  if (onScreen("surface")) drawSurface(new CanvasPen($("surface")), page);
  for (const id of VIEWS) if (onScreen(id)) plot(new CanvasPen($(id)), { ...PANELS[id](page), at: s.step });
  drawValues();
  // While the start is being dragged, what nobody can read waits.
  if (!page.dragging) drawArithmetic(page);
  if (onScreen("stability")) $("contraction").textContent = drawStability(new CanvasPen($("stability")), page);
  if (onScreen("t-surface")) {
    const pens = {};
    for (const id of ["t-surface", "t-loss", "t-ratio"]) pens[id] = new CanvasPen($(id));
    $("t-words").textContent = drawTraining(pens, page);
  }
  if (onScreen("strip")) { if (!page.dragging) stripBegin(page); drawStrip(new CanvasPen($("strip")), page); if (strip.todo.length) stripLater(); }
  page.frames.push(performance.now() - began);
  if (page.frames.length > 600) page.frames.shift();
}

function stripLater() {
  if (stripLater.waiting) return;
  stripLater.waiting = true;
  setTimeout(() => {
    stripLater.waiting = false;
    const more = stripWork(page, page.playing || page.dragging ? 3 : 10);
    if (onScreen("strip")) drawStrip(new CanvasPen($("strip")), page);
    if (more) stripLater();
  }, 16);
}

function drawValues() {
  const { s } = page;
  const rows = page.shown.map(({ run, entry, slot }) => {
    const t = Math.min(s.step, run.last);
    return element("tr", {}, element("th", { scope: "row" }, `${slot + 1} ${entry.label}`), ...[run.x[t], run.y[t], run.f[t]].map((v) => element("td", {}, s.hex ? cHex(v) : String(v))));
  });
  $("values").replaceChildren(element("thead", {}, element("tr", {}, ...[`step ${s.step}`, "x", "y", "f"].map((h) => element("th", { scope: "col" }, h)))), element("tbody", {}, ...rows));
}

function play() {
  if (page.playing) { page.stop(); return; }
  page.playing = true; $("play").textContent = "⏸"; $("play").setAttribute("aria-label", "Pause");
  if (page.s.step >= page.s.steps) page.s.step = 0;
  let last = performance.now(), carried = 0;
  // A run takes about six seconds; with reduced motion it goes in ten leaps.
  const tick = (now) => {
    if (!page.playing) return;
    const { s } = page;
    carried += (now - last) / 6000 * s.steps; last = now;
    const leap = reduced.matches ? Math.max(1, Math.round(s.steps / 10)) : 1;
    if (carried >= leap) { const by = Math.floor(carried / leap) * leap; carried -= by; page.setStep(s.step + by); }
    if (s.step >= s.steps) page.stop(); else requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

function moveStart(x, y) {
  page.s.start = [Number(x.toPrecision(6)), Number(y.toPrecision(6))];
  page.changed({});
}

function connectSurface() {
  const canvas = $("surface");
  const place = (e) => { const r = canvas.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
  canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); page.dragging = true; const [px, py] = place(e); moveStart(surface.box.x(px), surface.box.y(py)); });
  canvas.addEventListener("pointermove", (e) => {
    const [px, py] = place(e);
    if (page.dragging) { moveStart(surface.box.x(px), surface.box.y(py)); return; }
    const near = nearestStep(page, px, py, 10);
    if (near && !page.playing) { page.s.selected = near.slot; page.setStep(near.step); for (const c of $("optimizers").children) c.classList.toggle("selected", Number(c.dataset.slot) === near.slot); }
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { if (page.dragging) { page.dragging = false; page.changed({}); } });
  canvas.addEventListener("keydown", (e) => {
    const by = (e.shiftKey ? 24 : 4) / surface.box.scale;
    const move = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] }[e.key];
    if (move) { e.preventDefault(); moveStart(page.s.start[0] + move[0], page.s.start[1] + move[1]); }
  });
}

function connect() {
  const on = (id, event, f) => $(id).addEventListener(event, f);
  $("problem").append(...DATA.problems.map((p, k) => element("option", { value: k }, p.name)));
  on("problem", "change", (e) => page.load(`problem=${DATA.problems[Number(e.target.value)].name}&dtype=${page.s.dtype}&steps=${page.s.steps}&step=${page.s.steps}&` + page.s.slots.map((x) => "o=" + DATA.optimizers[x.o].label.replaceAll(" ", "_")).join("&")));
  on("dtype", "change", (e) => { page.s.dtype = e.target.value; page.changed({}); });
  on("fit", "change", (e) => { page.s.fit = e.target.checked; page.changed({}); });
  on("hex", "change", (e) => { page.s.hex = e.target.checked; page.changed({}); });
  on("as", "change", (e) => { page.s.slots[page.s.selected].as = e.target.value; page.changed({}); });
  on("coordinate", "change", (e) => { page.s.coordinate = Number(e.target.value); page.changed({}); });
  on("steps", "change", (e) => {
    const n = Math.round(Number(e.target.value));
    if (!(n >= 1 && n <= 1000)) { toast("Steps go from 1 to 1000."); page.sync(); return; }
    page.s.steps = n; page.s.step = n; page.changed({});
  });
  on("start", "change", (e) => {
    const p = e.target.value.split(/[,\s]+/).filter(Boolean).map(Number);
    if (p.length !== 2 || !p.every(isFinite)) { toast("The start needs two numbers."); e.target.blur(); page.sync(); return; }
    page.s.start = p; page.changed({});
  });
  for (const id of ["noise", "seed"]) on(id, "change", (e) => { const n = Number(e.target.value); if (n >= 0 && isFinite(n)) { page.s[id] = id === "seed" ? Math.round(n) : n; page.changed({}); } });
  on("scrub", "input", (e) => { page.stop(); page.setStep(Number(e.target.value)); });
  on("first", "click", () => { page.stop(); page.setStep(0); });
  on("back", "click", () => { page.stop(); page.setStep(page.s.step - 1); });
  on("next", "click", () => { page.stop(); page.setStep(page.s.step + 1); });
  on("play", "click", play);
  on("add", "click", () => {
    const used = page.s.slots.map((x) => x.o), next = DATA.optimizers.findIndex((_, o) => !used.includes(o));
    const slot = newSlot(Math.max(0, next)); slot.rate = usualRate(DATA.optimizers[slot.o], page.problem);
    page.s.slots.push(slot); page.s.selected = page.s.slots.length - 1; page.changed({ controls: true });
  });
  for (const k of [0, 1]) {
    const set = (c) => { if (c > 0 && isFinite(c)) { page.s.curvatures[k] = c; toQuadratic(); } };
    on("l" + (k + 1), "input", (e) => set(Number((10 ** Number(e.target.value)).toPrecision(3))));
    on(`l${k + 1}-exact`, "change", (e) => set(Number(e.target.value)));
  }
  on("to-quadratic", "click", toQuadratic);
  for (const id of VIEWS) {
    $(id).addEventListener("pointermove", (e) => {
      if (page.playing) return;
      const r = $(id).getBoundingClientRect(), u = (e.clientX - r.left - EDGE.left) / (r.width - EDGE.left - EDGE.right);
      if (u >= 0 && u <= 1) page.setStep(Math.round(u * Math.max(...page.shown.map((v) => v.run.last), 1)));
    });
  }
  const jump = (rate) => { page.s.slots[page.s.selected].rate = rate; page.changed({ controls: true }); };
  on("strip", "click", (e) => { const r = $("strip").getBoundingClientRect(); jump(stripRate(e.clientX - r.left, r.width)); });
  on("strip", "keydown", (e) => {
    const by = { ArrowLeft: 10 ** -0.05, ArrowRight: 10 ** 0.05 }[e.key];
    if (by) { e.preventDefault(); jump(Number((page.s.slots[page.s.selected].rate * by).toPrecision(3))); }
  });
  on("card-back", "click", () => { lecture.card = (lecture.card + CARDS.length - 1) % CARDS.length; drawCard(page); });
  on("card-next", "click", () => { lecture.card = (lecture.card + 1) % CARDS.length; drawCard(page); });
  on("fault-next", "click", () => plantFault(page));
  on("theme", "click", () => setTheme(page.theme === "dark" ? "light" : "dark"));
  for (const b of document.querySelectorAll("[data-copy]")) b.addEventListener("click", () => { copied(page, b.dataset.copy); b.closest("details").open = false; });
  for (const b of document.querySelectorAll("[data-export]")) b.addEventListener("click", () => { b.closest("details").open = false; exported(page, b.dataset.export); });
  document.addEventListener("keydown", (e) => {
    if (e.target.closest("input, select, textarea, button, summary") || e.ctrlKey || e.metaKey || e.altKey) return;
    const act = { " ": play, ",": () => page.setStep(page.s.step - 1), ".": () => page.setStep(page.s.step + 1), Home: () => page.setStep(0), End: () => page.setStep(page.s.steps) }[e.key];
    if (act) { e.preventDefault(); act(); }
  });
  window.addEventListener("resize", () => page.redraw());
  window.addEventListener("scroll", () => page.redraw(), { passive: true });
  window.addEventListener("hashchange", () => { if (location.hash !== toFragment(page.s)) page.load(location.hash); });
  connectSurface();
}

function toQuadratic() {
  const { s } = page, k = DATA.problems.findIndex((p) => p.curvatures);
  if (k < 0) return;
  if (s.problem !== k) { s.problem = k; s.start = [...DATA.problems[k].start]; s.fit = false; }
  page.changed({});
}

function setTheme(theme) {
  page.theme = theme; document.documentElement.dataset.theme = theme;
  if (page.s) page.changed({});
}

connect();
setTheme(window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
page.s = fromFragment(location.hash);
page.changed({ controls: true });
drawCard(page);
$("about").textContent = `optlab ${DATA.version}. Keys: space plays, comma and full stop step, arrows move the start or the rate where they have the focus. ` +
  `Not on this page, the command says why: ${Object.keys(DATA.leftOut).join(", ")}.`;
const outcome = selfCheck(DATA, checkProblems, rulesBy, Fs);
$("check").textContent = outcome.total === 0 ? "This problem has no checkpoints." : outcome.equal === outcome.total
  ? `${outcome.equal} of ${outcome.total} equal to optlab` : `only ${outcome.equal} of ${outcome.total} equal to optlab: ${outcome.wrong[0]}`;
$("check").className = outcome.equal === outcome.total ? "good" : "bad";
window.optlabStudy = { page, DATA, outcome, minimize, problemsOf, rulesOf, Fs, rulesBy, toFragment, fromFragment, svgOf, pngOf, commandOf, tomlOf, pythonOf };
