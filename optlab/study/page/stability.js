// The contraction of one step on a quadratic, over rate and momentum.

// The larger root of the characteristic polynomial of one eigenvalue.
function radiusOf(rate, momentum, lambda, nesterov) {
  const c = nesterov ? momentum * (1 - rate * lambda) : momentum;
  const b = nesterov ? (1 + momentum) * (1 - rate * lambda) : 1 + momentum - rate * lambda;
  const d = b * b / 4 - c;
  return d < 0 ? Math.sqrt(c) : Math.abs(b / 2) + Math.sqrt(d);
}
function radius(rate, momentum, lambdas, nesterov) {
  return Math.max(...lambdas.map((l) => radiusOf(rate, momentum, l, nesterov)));
}

const RATES = [-4, 1.5];
const stabilityMap = { key: "", image: null };

function drawStability(pen, page) {
  const { s } = page, view = page.shown.find((v) => v.slot === s.selected) || page.shown[0];
  const isSgd = view && view.entry.className === "SGD";
  const nesterov = Boolean(view && view.entry.arguments.nesterov);
  const key = JSON.stringify([s.curvatures, nesterov, page.theme]);
  if (key !== stabilityMap.key) { stabilityMap.image = stabilityImage(s.curvatures, nesterov); stabilityMap.key = key; }
  const left = EDGE.left, top = EDGE.top, w = pen.width - left - EDGE.right, h = pen.height - top - EDGE.bottom;
  pen.image(stabilityMap.image, left, top, w, h);
  const ink = css("--ink"), muted = css("--muted");
  pen.text(`contraction: ${nesterov ? "Nesterov " : ""}momentum over rate`, left, 15, ink, "left", true);
  const px = (rate) => left + (Math.log10(rate) - RATES[0]) / (RATES[1] - RATES[0]) * w;
  const py = (m) => top + (1 - m) * h;
  for (const t of ticks(RATES[0], RATES[1], true)) pen.text(tenTo(t), px(10 ** t), pen.height - 8, muted, "center");
  for (const t of [0, 0.25, 0.5, 0.75, 1]) pen.text(short(t), left - 5, py(t) + 4, muted, "right");
  if (!isSgd) return "The map is that of SGD, with or without momentum: select one to see where it stands. " +
    (view ? measuredWords(page, view) : "");
  const slot = s.slots[view.slot], momentum = slot.numbers.momentum ?? view.entry.arguments.momentum ?? 0;
  const x = Math.max(left, Math.min(left + w, px(slot.rate)));
  pen.circle(x, py(momentum), 7, view.color, css("--paper"));
  const predicted = radius(slot.rate, momentum, s.curvatures, nesterov);
  return `Predicted: every step multiplies the distance by ${short(predicted)}${predicted >= 1 ? ", which diverges" : ""}. ` + measuredWords(page, view);
}

function measuredWords(page, view) {
  if (!page.problem.curvatures) return "Show the quadratic to measure it.";
  const { run } = view, far = (t) => Math.hypot(run.x[t], run.y[t]);
  const b = run.last - (run.diverged ? 1 : 0), a = Math.max(0, b - Math.min(60, Math.floor(b / 2)));
  const got = b > a ? (far(b) / far(a)) ** (1 / (b - a)) : NaN;
  return isFinite(got) ? `Measured over steps ${a} to ${b}: ${short(got)}.` : "It has arrived: nothing is left to measure.";
}

function stabilityImage(lambdas, nesterov) {
  const w = 220, h = 120, canvas = document.createElement("canvas");
  canvas.width = w; canvas.height = h;
  const c = canvas.getContext("2d"), image = c.createImageData(w, h);
  const dark = document.documentElement.dataset.theme === "dark";
  for (let j = 0; j < h; j++) for (let i = 0; i < w; i++) {
    const rate = 10 ** (RATES[0] + (i + 0.5) / w * (RATES[1] - RATES[0])), m = 1 - (j + 0.5) / h;
    const r = radius(rate, m, lambdas, nesterov);
    // By the steps a digit takes: 1 to 1000 and more.
    const t = r >= 1 ? 1 : Math.min(1, Math.max(0, Math.log10(-1 / Math.log10(r)) / 3));
    const k = 4 * (j * w + i), bands = Math.round(t * 10) / 10;
    const colour = r >= 1 ? (dark ? [92, 44, 30] : [250, 214, 196])
      : dark ? [30 + 20 * bands, 130 - 84 * bands, 120 - 62 * bands] : [40 + 200 * bands, 150 + 96 * bands, 140 + 108 * bands];
    for (let n = 0; n < 3; n++) image.data[k + n] = colour[n];
    image.data[k + 3] = 255;
  }
  c.putImageData(image, 0, 0);
  return canvas;
}
