// The surface: contours in equal aspect, the paths above them, the start to be dragged.

const surface = { box: null, key: "", image: null };

// Data <-> pixels, one scale for both coordinates.
function frameOf(bounds, width, height) {
  const [[x0, x1], [y0, y1]] = bounds;
  const scale = Math.min(width / (x1 - x0), height / (y1 - y0));
  const cx = (x0 + x1) / 2, cy = (y0 + y1) / 2;
  return {
    scale, px: (x) => width / 2 + (x - cx) * scale, py: (y) => height / 2 - (y - cy) * scale,
    x: (p) => cx + (p - width / 2) / scale, y: (p) => cy - (p - height / 2) / scale,
  };
}

function boundsOf(problem, runs, fit) {
  if (!fit) return problem.bounds;
  const points = runs.flatMap((run) => run.x.map((x, k) => [x, run.y[k]])).filter((p) => Math.abs(p[0]) < 1e6 && Math.abs(p[1]) < 1e6);
  if (!points.length) return problem.bounds;
  return [0, 1].map((k) => {
    let low = Infinity, high = -Infinity;
    for (const p of points) { low = Math.min(low, p[k]); high = Math.max(high, p[k]); }
    const room = Math.max((high - low) * 0.12, 1e-3);
    return [low - room, high + room];
  });
}

// Bands of equal area make every valley visible, however deep.
function contours(P, frame, width, height) {
  const w = Math.min(760, Math.round(width)), h = Math.round(w * height / width);
  const values = new Float64Array(w * h);
  for (let j = 0; j < h; j++) for (let i = 0; i < w; i++)
    values[j * w + i] = P.value(frame.x((i + 0.5) * width / w), frame.y((j + 0.5) * height / h));
  const sample = Float64Array.from(values.filter((v, k) => k % 7 === 0 && isFinite(v))).sort();
  const bands = 18, levels = [];
  for (let k = 1; k < bands; k++) levels.push(sample[Math.floor(sample.length * (k / bands) ** 1.6)]);
  const low = css("--low").split(",").map(Number), high = css("--high").split(",").map(Number), edge = css("--edge").split(",").map(Number);
  const band = new Uint8Array(w * h);
  for (let k = 0; k < values.length; k++) { let b = 0; while (b < levels.length && values[k] > levels[b]) b++; band[k] = b; }
  const canvas = document.createElement("canvas");
  canvas.width = w; canvas.height = h;
  const c = canvas.getContext("2d"), image = c.createImageData(w, h);
  for (let k = 0; k < band.length; k++) {
    const t = band[k] / (bands - 1), line = band[k] !== band[k + 1] || (k + w < band.length && band[k] !== band[k + w]);
    for (let n = 0; n < 3; n++) {
      const base = low[n] + (high[n] - low[n]) * t;
      image.data[4 * k + n] = line && (k + 1) % w ? base * 0.6 + edge[n] * 0.4 : base;
    }
    image.data[4 * k + 3] = 255;
  }
  c.putImageData(image, 0, 0);
  return canvas;
}

function drawSurface(pen, page) {
  const { s, problem, P, shown } = page;
  const bounds = boundsOf(problem, shown.map((v) => v.run), s.fit);
  const frame = frameOf(bounds, pen.width, pen.height);
  const key = JSON.stringify([s.problem, bounds, pen.width, pen.height, s.curvatures, page.theme]);
  if (surface.key !== key && !page.dragging) { surface.image = contours(P, frame, pen.width, pen.height); surface.key = key; surface.frame = frame; }
  if (!surface.image) surface.image = contours(P, frame, pen.width, pen.height);
  const used = page.dragging && surface.frame ? surface.frame : frame;
  surface.box = used;
  pen.image(surface.image, 0, 0, pen.width, pen.height);
  const ink = css("--ink"), paper = css("--paper");
  axes(pen, used, ink);
  pen.clip(0, 0, pen.width, pen.height);
  const near = (v, size) => Math.max(-2 * size, Math.min(3 * size, v));
  for (const { run, color, slot } of shown) {
    const upTo = Math.min(s.step, run.last), points = [];
    let lx = Infinity, ly = Infinity;
    for (let t = 0; t <= upTo; t++) {
      const x = near(used.px(run.x[t]), pen.width), y = near(used.py(run.y[t]), pen.height);
      // What would not leave its pixel is not drawn.
      if (t === upTo || Math.abs(x - lx) + Math.abs(y - ly) > 0.7) { points.push([x, y]); lx = x; ly = y; }
    }
    pen.line(points, paper, 4.2);
    pen.line(points, color, slot === s.selected ? 2.6 : 1.8);
    if (upTo < 60) for (const p of points) pen.circle(p[0], p[1], 2.2, color);
  }
  for (const [x, y] of problem.minima) star(pen, used.px(x), used.py(y), ink, paper);
  for (const { run, color, slot } of shown) {
    const t = Math.min(s.step, run.last), x = used.px(run.x[t]), y = used.py(run.y[t]);
    if (!(x > -50 && x < pen.width + 50 && y > -50 && y < pen.height + 50)) continue;
    // A ring beside the point where it would hide a minimum.
    pen.circle(x, y, 4, color, paper);
    pen.circle(x + 13, y - 13, 8, color, paper);
    pen.text(String(slot + 1), x + 13, y - 9, paper, "center", true);
  }
  pen.circle(used.px(s.start[0]), used.py(s.start[1]), 7, paper, ink);
  pen.circle(used.px(s.start[0]), used.py(s.start[1]), 2.5, ink);
  pen.unclip();
  for (const { run, color, slot } of shown.filter((v) => v.run.diverged))
    pen.text(`${slot + 1} diverged after ${run.last} steps`, 12, pen.height - 30 - 16 * slot, color, "left", true);
}

function axes(pen, frame, ink) {
  for (const t of ticks(frame.x(0), frame.x(pen.width), false, 6)) {
    const p = frame.px(t);
    pen.line([[p, pen.height], [p, pen.height - 5]], ink, 1);
    if (p > 14 && p < pen.width - 14) pen.text(short(t), p, pen.height - 8, ink, "center");
  }
  for (const t of ticks(frame.y(pen.height), frame.y(0), false, 6)) {
    const p = frame.py(t);
    pen.line([[0, p], [5, p]], ink, 1);
    if (p > 14 && p < pen.height - 24) pen.text(short(t), 8, p + 4, ink);
  }
}

function star(pen, x, y, ink, paper) {
  const points = [];
  for (let k = 0; k <= 10; k++) { const r = k % 2 ? 3.2 : 8, a = Math.PI * (k / 5 - 0.5); points.push([x + r * Math.cos(a), y + r * Math.sin(a)]); }
  pen.line(points, paper, 4); pen.line(points, ink, 1.6);
}

// The optimizer and step whose point is nearest to a place, within some pixels.
function nearestStep(page, px, py, within) {
  let best = null, distance = within * within;
  for (const { run, slot } of page.shown) for (let t = 0; t <= run.last; t++) {
    const dx = surface.box.px(run.x[t]) - px, dy = surface.box.py(run.y[t]) - py, d = dx * dx + dy * dy;
    if (d < distance) { distance = d; best = { slot, step: t }; }
  }
  return best;
}
