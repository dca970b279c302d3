// A small network on two moons, trained by the selected optimizer's rule.

const EPOCHS = 200;
const HIDDEN = 4;
const training = { key: "", result: null };

// Loss and gradient of 2-4-1 with relu, binary cross-entropy on the logits.
// Parameters: 8 kernel, 4 bias, 4 kernel, 1 bias.
function networkGradient(w, points, labels) {
  const grad = new Array(17).fill(0), active = new Array(HIDDEN).fill(0);
  let loss = 0;
  points.forEach(([a, b], n) => {
    const h = [];
    let z = w[16];
    for (let k = 0; k < HIDDEN; k++) {
      h[k] = Math.max(0, a * w[k] + b * w[4 + k] + w[8 + k]);
      if (h[k] > 0) active[k] += 1;
      z += h[k] * w[12 + k];
    }
    const y = labels[n];
    loss += Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z)));
    const d = (1 / (1 + Math.exp(-z)) - y) / points.length;
    grad[16] += d;
    for (let k = 0; k < HIDDEN; k++) {
      grad[12 + k] += d * h[k];
      if (h[k] > 0) { const e = d * w[12 + k]; grad[k] += e * a; grad[4 + k] += e * b; grad[8 + k] += e; }
    }
  });
  return { loss: loss / points.length, grad, dead: active.filter((n) => n === 0).length };
}

function logit(w, a, b) {
  let z = w[16];
  for (let k = 0; k < HIDDEN; k++) z += Math.max(0, a * w[k] + b * w[4 + k] + w[8 + k]) * w[12 + k];
  return z;
}

function train(entry, setting, rules, F, moons) {
  const stepper = new Stepper(entry, setting, rules, F, 17);
  let w = moons.weights.map(F), at = w.map((x) => stepper.begin(x));
  const losses = [], ratios = [[], []], dead = [], kept = [w];
  for (let t = 0; t <= EPOCHS; t++) {
    const found = networkGradient(w, moons.points, moons.labels);
    losses.push(found.loss); dead.push(found.dead);
    if (t === EPOCHS || !isFinite(found.loss)) break;
    stepper.once();
    const after = at.map((a, k) => stepper.each(a, F(found.grad[k])));
    const next = after.map((a) => a[0]);
    [[0, 8], [12, 16]].forEach(([i, j], n) => {
      const size = (v) => Math.hypot(...v.slice(i, j));
      ratios[n].push(size(next.map((x, k) => x - w[k])) / size(w));
    });
    w = next; at = after; kept.push(w);
  }
  return { losses, ratios, dead, kept };
}

// A network needs another rate than a surface does, so it has its own.
function networkRate(page) {
  const entry = DATA.optimizers[page.s.slots[page.s.selected].o];
  if (page.s.networkRate !== null) return page.s.networkRate;
  if (entry.name === "sgd") return entry.arguments.momentum ? 0.2 : 1;
  return { adagrad: 0.2, adadelta: 5 }[entry.name] || 0.03;
}

function drawNetworkRate(page) {
  $("net-rate").replaceChildren(numberField("learning_rate", networkRate(page), LOG_RATE, (x) => isFinite(x) && x >= 0 && x < 1e6,
    (x) => { page.s.networkRate = x; page.changed({}); }));
}

function trainingOf(page) {
  const { s } = page, entry = DATA.optimizers[s.slots[s.selected].o];
  const slot = { ...s.slots[s.selected], rate: networkRate(page) };
  const key = JSON.stringify([slot, s.dtype]);
  if (key !== training.key) { training.result = train(entry, slot, page.rules, page.F, DATA.moons); training.key = key; }
  return training.result;
}

function drawDecision(pen, page) {
  const result = trainingOf(page), { points, labels } = DATA.moons;
  const at = Math.min(result.kept.length - 1, Math.round(page.s.step / page.s.steps * EPOCHS));
  const w = result.kept[at], frame = frameOf([[-2.6, 2.6], [-2.4, 2.4]], pen.width, pen.height);
  const gw = 90, gh = 60, canvas = document.createElement("canvas");
  canvas.width = gw; canvas.height = gh;
  const c = canvas.getContext("2d"), image = c.createImageData(gw, gh);
  const dark = page.theme === "dark", paper = dark ? [23, 28, 33] : [255, 255, 255], blue = [0, 114, 178], red = [213, 94, 0];
  for (let j = 0; j < gh; j++) for (let i = 0; i < gw; i++) {
    const z = logit(w, frame.x((i + 0.5) * pen.width / gw), frame.y((j + 0.5) * pen.height / gh));
    const side = z > 0 ? red : blue, mix = Math.min(0.45, Math.abs(z) * 0.12) || 0;
    for (let n = 0; n < 3; n++) image.data[4 * (j * gw + i) + n] = paper[n] + (side[n] - paper[n]) * mix;
    image.data[4 * (j * gw + i) + 3] = 255;
  }
  c.putImageData(image, 0, 0);
  pen.image(canvas, 0, 0, pen.width, pen.height);
  // Dots and rings, so that colour is not all that tells the classes apart.
  points.forEach(([a, b], n) => (labels[n] ? pen.circle(frame.px(a), frame.py(b), 3.4, css("--s1")) : pen.circle(frame.px(a), frame.py(b), 3, null, css("--s0"))));
  pen.text(`after ${at} epochs`, 8, 16, css("--ink"), "left", true);
  return { at, result };
}

function drawTraining(pens, page) {
  const { at, result } = drawDecision(pens["t-surface"], page);
  const color = css(COLORS[page.s.selected]);
  plot(pens["t-loss"], { title: "loss", series: [{ values: result.losses, color }], at, log: true, xlabel: "epoch" });
  plot(pens["t-ratio"], {
    title: "|Δw| / |w| (dashed: output)", log: true, at, xlabel: "",
    series: [{ values: result.ratios[0], color }, { values: result.ratios[1], color, dash: [5, 4] }],
  });
  const loss = result.losses[at], dead = result.dead[at];
  return `${DATA.optimizers[page.s.slots[page.s.selected].o].label}, rate ${networkRate(page)}: loss ${short(loss)} after ${at} epochs; ` +
    `${dead} of ${HIDDEN} hidden units dead` + (isFinite(loss) ? "." : "; the loss has left the finite numbers.");
}
