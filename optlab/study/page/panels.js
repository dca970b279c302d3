// Curves by step; all panels show the same step, and pointing at one sets it.

const EDGE = { left: 54, right: 10, top: 24, bottom: 24 };

// Draw curves; `series` holds {values, color, dash}. Returns the range, for the pointer.
function plot(pen, { title, series, log, at, xs, xlog, xlabel = "step", marks = [] }) {
  const ink = css("--ink"), muted = css("--muted"), grid = css("--line");
  const scaled = (v) => (log ? (v > 0 ? Math.log10(v) : NaN) : v);
  let low = Infinity, high = -Infinity, length = 1;
  for (const { values } of series) {
    length = Math.max(length, values.length);
    for (const v of values) { const u = scaled(v); if (isFinite(u)) { low = Math.min(low, u); high = Math.max(high, u); } }
  }
  pen.text(title, EDGE.left, 15, ink, "left", true);
  if (low > high) { pen.text("nothing to show", pen.width / 2, pen.height / 2, muted, "center"); return null; }
  if (high - low < 1e-12) { low -= log ? 0.5 : Math.abs(low) * 0.1 + 1e-9; high += log ? 0.5 : Math.abs(high) * 0.1 + 1e-9; }
  if (log && high - low > 24) low = high - 24;
  const room = (high - low) * 0.05; low -= room; high += room;
  const x0 = xs ? xs[0] : 0, x1 = xs ? xs[xs.length - 1] : Math.max(1, length - 1);
  const px = (x) => EDGE.left + (x - x0) / (x1 - x0) * (pen.width - EDGE.left - EDGE.right);
  const py = (u) => EDGE.top + (high - u) / (high - low) * (pen.height - EDGE.top - EDGE.bottom);
  const narrow = log && high - low <= 1.2;
  const rows = narrow ? ticks(10 ** low, 10 ** high, false, 3).map(Math.log10) : ticks(low, high, log, 4);
  for (const t of rows) {
    pen.line([[EDGE.left, py(t)], [pen.width - EDGE.right, py(t)]], grid, 1);
    const label = narrow ? short(10 ** t) : log ? tenTo(t) : short(t);
    pen.text(label, EDGE.left - 5, py(t) + 4, muted, "right");
  }
  for (const t of ticks(x0, x1, xlog, 5)) pen.text(xlog ? tenTo(t) : short(t), px(t), pen.height - 8, muted, px(t) > pen.width - 24 ? "right" : "center");
  pen.text(xlabel, pen.width - EDGE.right, 15, muted, "right");
  pen.clip(EDGE.left, EDGE.top - 4, pen.width - EDGE.left - EDGE.right, pen.height - EDGE.top - EDGE.bottom + 8);
  for (const { values, color, dash, width } of series)
    pen.line(thinned(values, xs, px, (v) => { const u = scaled(v); return isFinite(u) ? py(u) : null; }), color, width || 1.8, dash);
  if (at !== undefined) {
    pen.line([[px(at), EDGE.top], [px(at), pen.height - EDGE.bottom]], muted, 1, [3, 3]);
    for (const { values, color } of series) {
      const u = scaled(values[Math.min(at, values.length - 1)]);
      if (isFinite(u)) pen.circle(px(Math.min(at, values.length - 1)), py(u), 3.2, color);
    }
  }
  for (const { x, value, color } of marks) { const u = scaled(value); pen.circle(px(x), isFinite(u) ? Math.min(py(u), pen.height - EDGE.bottom) : value > 0 ? EDGE.top : pen.height - EDGE.bottom, 4, color, css("--paper")); }
  pen.unclip();
  return { x0, x1 };
}

// Points of a curve; of many in one column of pixels the lowest and the highest.
function thinned(values, xs, px, py) {
  const points = [];
  if (!xs && values.length > 2 * (px(values.length - 1) - px(0))) {
    let column = NaN, low = null, high = null;
    const close = () => { if (low) points.push(...(low[2] < high[2] ? [low, high] : [high, low])); };
    for (let k = 0; k < values.length; k++) {
      const y = py(values[k]), x = px(k);
      if (y === null) continue;
      if (Math.floor(x) !== column) { close(); column = Math.floor(x); low = high = [x, y, k]; }
      if (y < low[1]) low = [x, y, k];
      if (y > high[1]) high = [x, y, k];
    }
    close();
    return points;
  }
  for (let k = 0; k < values.length; k++) {
    const y = py(values[k]);
    points.push(y === null ? null : [px(xs ? xs[k] : k), y]);
  }
  return points;
}

function lossCurves(page) {
  const least = page.problem.minimum ?? Math.min(...page.shown.map((v) => Math.min(...v.run.f.filter(isFinite))));
  return page.shown.map(({ run, color, slot }) => ({ values: run.f.map((f) => f - least), color, width: slot === page.s.selected ? 2.6 : 1.7 }));
}

function effective(run, k) {
  const at = k ? run.y : run.x;
  return run.g.slice(0, -1).map((g, t) => Math.abs(at[t + 1] - at[t]) / Math.abs(g[k]));
}

function angles(run) {
  return run.g.slice(0, -1).map(([gx, gy], t) => {
    const dx = run.x[t + 1] - run.x[t], dy = run.y[t + 1] - run.y[t];
    const cos = -(gx * dx + gy * dy) / (Math.hypot(gx, gy) * Math.hypot(dx, dy));
    return Math.acos(Math.max(-1, Math.min(1, cos))) * 180 / Math.PI;
  });
}

const PANELS = {
  "p-loss": (page) => ({ title: page.problem.minimum === null ? "f − lowest seen" : "f − f*", series: lossCurves(page), log: true }),
  "p-effective": (page) => ({
    title: `|Δ${"xy"[page.s.coordinate]}| / |gradient|`, log: true,
    series: page.shown.map(({ run, color }) => ({ values: effective(run, page.s.coordinate), color })),
  }),
  "p-moments": (page) => {
    const view = page.shown.find((v) => v.slot === page.s.selected) || page.shown[0];
    if (!view) return { title: "state", series: [] };
    const entry = view.entry, k = page.s.coordinate;
    const names = entry.slotNames.length ? entry.slotNames.join(", ") : "no state";
    return {
      title: `${entry.label}: ${names} (${"xy"[k]})`,
      series: entry.slots.map((_, n) => ({ values: view.run.slots.map((slots) => slots[k][n + 1]), color: view.color, dash: [[], [6, 3], [2, 3]][n % 3] })),
    };
  },
  "p-angle": (page) => ({ title: "angle of update and −gradient, °", series: page.shown.map(({ run, color }) => ({ values: angles(run), color })) }),
};

// Final values against rate; worked out a few at a time, so that nothing waits.
// What is below this has arrived.
const LEAST = 1e-18;
const strip = { key: "", rates: [], curves: [], todo: [] };
function stripKey(page) {
  const { s } = page;
  return JSON.stringify([s.problem, s.dtype, s.start, s.steps, s.curvatures, s.noise, s.seed, s.slots.map((x) => [x.o, x.numbers, x.as, x.on])]);
}
function stripBegin(page) {
  const key = stripKey(page);
  if (key === strip.key) return;
  strip.key = key;
  strip.rates = Array.from({ length: 49 }, (_, k) => -5 + k / 8);
  strip.curves = page.shown.map(({ color, slot }) => ({ slot, color, values: new Array(strip.rates.length).fill(NaN) }));
  strip.todo = [];
  for (const step of [4, 2, 1]) for (let k = 0; k < strip.rates.length; k += step)
    strip.curves.forEach((_, n) => { if (!strip.todo.some(([a, b]) => a === k && b === n)) strip.todo.push([k, n]); });
}
function stripWork(page, milliseconds) {
  const until = performance.now() + milliseconds, { s } = page;
  const least = page.problem.minimum ?? 0;
  while (strip.todo.length && performance.now() < until) {
    const [k, n] = strip.todo.shift(), slot = s.slots[strip.curves[n].slot];
    const setting = { ...slot, rate: 10 ** strip.rates[k] };
    const run = minimize(page.P, DATA.optimizers[slot.o], setting, page.rules, page.F, s.start, Math.min(s.steps, 300), { size: s.noise, seed: s.seed });
    strip.curves[n].values[k] = run.diverged ? Infinity : run.f[run.last] - least;
  }
  return strip.todo.length > 0;
}
function drawStrip(pen, page) {
  const begin = page.P.value(...page.s.start) - (page.problem.minimum ?? 0);
  const most = Math.max(begin * 10, 1e-6);
  const series = strip.curves.map(({ color, values, slot }) => {
    const xs = [], ys = [];
    strip.rates.forEach((r, k) => { if (!Number.isNaN(values[k])) { xs.push(r); ys.push(Math.max(page.problem.minimum === null ? -Infinity : LEAST, Math.min(values[k], most))); } });
    return { color, values: strip.rates.map((r, k) => nearestValue(xs, ys, r)), width: slot === page.s.selected ? 2.6 : 1.7 };
  });
  const marks = page.shown.map(({ slot, color, run }) => ({ x: Math.log10(page.s.slots[slot].rate), value: Math.min(run.diverged ? most : run.f[run.last] - (page.problem.minimum ?? 0), most), color }));
  plot(pen, { title: page.problem.minimum === null ? "f at the end" : "f − f* at the end", series, log: page.problem.minimum !== null, xs: strip.rates, xlog: true, xlabel: "learning rate", marks });
}
function nearestValue(xs, ys, r) {
  let best = NaN, d = 0.6;
  for (let k = 0; k < xs.length; k++) if (Math.abs(xs[k] - r) < d) { d = Math.abs(xs[k] - r); best = ys[k]; }
  return best;
}
function stripRate(px, width) {
  const x0 = strip.rates[0], x1 = strip.rates[strip.rates.length - 1];
  const u = (px - EDGE.left) / (width - EDGE.left - EDGE.right);
  return Number((10 ** (x0 + Math.max(0, Math.min(1, u)) * (x1 - x0))).toPrecision(2));
}
