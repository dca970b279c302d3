// What is set on the page, and its form in the address.

const COLORS = ["--s0", "--s1", "--s2", "--s3", "--s4"];
const MOST = 5;

function newSlot(o) {
  const entry = DATA.optimizers[o];
  return { o, on: true, rate: entry.rate, numbers: {}, as: "keras" };
}

function freshState() {
  const problem = DATA.problems[0], { steps, start, optimizers } = DATA.opened;
  return {
    problem: 0, dtype: "float64", start: [...start], steps, step: steps,
    curvatures: [...(problem.curvatures || [1, 10])], noise: 0, seed: 0, coordinate: 0,
    hex: false, fit: false, networkRate: null, selected: optimizers.length - 1,
    slots: optimizers.map(({ o, rate, numbers }) => ({
      ...newSlot(o), rate: rate ?? usualRate(DATA.optimizers[o], problem), numbers: { ...numbers },
    })),
  };
}

// A rate that shows something on this surface: a step of the rate's size where the
// optimizer scales gradients away, else a part of the inverse curvature at the start.
function usualRate(entry, problem) {
  const [[a, b]] = problem.bounds, span = b - a;
  if (entry.byRate) return nice(span / 100);
  if (entry.name === "adagrad") return nice(span / 10);
  if (entry.name === "schedulefreeadamw") return nice(span / 50);
  if (entry.name !== "sgd") return entry.rate;
  return nice(0.9 / steepest(problem) * (entry.arguments.momentum ? 0.4 : 1));
}
function nice(x) { return Number(x.toPrecision(1)); }

function steepest(problem) {
  const P = problemsOf(rounding("float64"), problem.curvatures || [1, 1])[DATA.problems.indexOf(problem)];
  const points = [problem.start, ...problem.minima];
  let most = 1e-3;
  for (const [x, y] of points) {
    const h = 1e-5, a = P.gradient(x - h, y), b = P.gradient(x + h, y);
    const c = P.gradient(x, y - h), d = P.gradient(x, y + h);
    const xx = (b[0] - a[0]) / (2 * h), yy = (d[1] - c[1]) / (2 * h), xy = (b[1] - a[1]) / (2 * h);
    most = Math.max(most, Math.abs((xx + yy) / 2) + Math.hypot((xx - yy) / 2, xy));
  }
  return most;
}

function toFragment(s) {
  const words = [
    ["problem", DATA.problems[s.problem].name], ["dtype", s.dtype], ["start", s.start.join(",")],
    ["steps", s.steps], ["step", s.step],
  ];
  for (const slot of s.slots) {
    const entry = DATA.optimizers[slot.o];
    const parts = [entry.label.replaceAll(" ", "_"), "learning_rate=" + slot.rate];
    for (const [k, v] of Object.entries(slot.numbers)) parts.push(k + "=" + v);
    if (slot.as !== "keras") parts.push("as=" + slot.as);
    if (!slot.on) parts.push("off");
    words.push(["o", parts.join(";")]);
  }
  if (DATA.problems[s.problem].curvatures) words.push(["curvatures", s.curvatures.join(",")]);
  if (s.noise > 0) words.push(["noise", s.noise], ["seed", s.seed]);
  if (s.coordinate) words.push(["coordinate", s.coordinate]);
  if (s.hex) words.push(["hex", 1]);
  if (s.fit) words.push(["fit", 1]);
  if (s.networkRate !== null) words.push(["network", s.networkRate]);
  if (s.selected) words.push(["selected", s.selected]);
  return "#" + words.map(([k, v]) => k + "=" + encodeURIComponent(v).replaceAll("%3D", "=").replaceAll("%3B", ";").replaceAll("%2C", ",")).join("&");
}

// What cannot be read is left as it is on a fresh page.
function fromFragment(text) {
  const s = freshState(), slots = [];
  const finite = (v, low, high) => { const n = Number(v); return v !== "" && isFinite(n) && n >= low && n <= high ? n : null; };
  const pair = (v) => { const p = v.split(",").map(Number); return p.length === 2 && p.every(isFinite) ? p : null; };
  let started = false;
  for (const word of text.replace(/^#/, "").split("&")) {
    const cut = word.indexOf("="), key = word.slice(0, cut);
    let value;
    try { value = decodeURIComponent(word.slice(cut + 1)); } catch { continue; }
    if (key === "problem") {
      const k = DATA.problems.findIndex((p) => p.name === value);
      if (k >= 0) { s.problem = k; if (!started) s.start = [...DATA.problems[k].start]; if (DATA.problems[k].curvatures) s.curvatures = [...DATA.problems[k].curvatures]; }
    } else if (key === "dtype") s.dtype = value === "float32" ? "float32" : "float64";
    else if (key === "start") { const p = pair(value); if (p) { s.start = p; started = true; } }
    else if (key === "steps") s.steps = Math.round(finite(value, 1, 1000) ?? s.steps);
    else if (key === "step") s.step = Math.round(finite(value, 0, 1000) ?? s.step);
    else if (key === "curvatures") s.curvatures = pair(value) || s.curvatures;
    else if (key === "noise") s.noise = finite(value, 0, 1e6) ?? 0;
    else if (key === "seed") s.seed = Math.round(finite(value, 0, 1e9) ?? 0);
    else if (key === "coordinate") s.coordinate = value === "1" ? 1 : 0;
    else if (key === "hex") s.hex = value === "1";
    else if (key === "network") s.networkRate = finite(value, 0, 1e6);
    else if (key === "fit") s.fit = value === "1";
    else if (key === "selected") s.selected = Math.round(finite(value, 0, MOST - 1) ?? 0);
    else if (key === "o" && slots.length < MOST) {
      const [label, ...parts] = value.split(";");
      const o = DATA.optimizers.findIndex((e) => e.label.replaceAll(" ", "_") === label);
      if (o < 0) continue;
      const slot = newSlot(o), entry = DATA.optimizers[o];
      slot.rate = usualRate(entry, DATA.problems[s.problem]);
      for (const part of parts) {
        const [name, given] = part.split("=");
        const number = entry.numbers.find((n) => n.name === name);
        if (part === "off") slot.on = false;
        else if (name === "as" && given in entry.written) slot.as = given;
        else if (name === "learning_rate") slot.rate = finite(given, 0, 1e6) ?? slot.rate;
        else if (number && allowed(number, Number(given))) slot.numbers[name] = Number(given);
      }
      slots.push(slot);
    }
  }
  if (slots.length) { s.slots = slots; if (!/(^|[#&])selected=/.test(text)) s.selected = 0; }
  s.selected = Math.min(s.selected, s.slots.length - 1);
  s.step = Math.min(s.step, s.steps);
  return s;
}

// Whether the library would take the number.
function allowed(each, x) {
  if (!isFinite(x) || (each.whole && !Number.isInteger(x))) return false;
  const low = each.low ?? -Infinity, high = each.high ?? Infinity;
  return (each.interval[0] === "[" ? x >= low : x > low) && (each.interval[1] === "]" ? x <= high : x < high);
}
