// Runs optimizers on problems, step by step, by the library's own rules.

// The values that an optimizer is set to, as its `hyper` method reads them.
function selfOf(entry, numbers) {
  const self = { ...entry.attributes, ...entry.arguments };
  for (const each of entry.numbers) self[each.name] = each.value;
  return Object.assign(self, numbers);
}

// Reproducible noise: sums of 12 uniform numbers, which need no sines or logarithms.
function noiseOf(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => { let sum = -6; for (let k = 0; k < 12; k++) sum += uniform(); return sum; };
}

// One optimizer at work on an array of parameters.
class Stepper {
  constructor(entry, setting, rules, F, size) {
    const form = entry.written[setting.as] || entry.written.keras;
    const self = selfOf(entry, setting.numbers);
    this.entry = entry; this.form = form; this.F = F; this.calls = 0; this.self = self;
    this.rule = rules[form.each];
    this.coefficients = rules[form.coefficients];
    this.renew = entry.renewed && rules[entry.renewed];
    this.decay = entry.decay && rules[entry.decay];
    this.rate = F(Math.fround(setting.rate));
    this.hyper = rules[entry.hyper](self).map(F);
    this.weightDecay = F(Math.fround(self.weight_decay || 0));
    // What one element is at: the parameter, then its slots.
    this.begin = (param) => [param, ...entry.slots.map((slot, k) => {
      if (slot in form.initial) return form.initial[slot];
      const given = entry.initial[k];
      if (given === "param") return param;
      if (typeof given === "number") return F(given);
      return F(given.float32 ? Math.fround(self[given.name]) : self[given.name]);
    })];
  }

  // What a step needs once; `note` hears of what is worked out.
  once(note) {
    const step = this.calls + 1;
    if (this.renew) this.hyper[this.hyper.length - 1] = this.F(this.renew(this.self, step));
    this.given = [1, step, this.rate, ...this.hyper];
    this.values = this.coefficients(...this.given, note);
    this.calls = step;
  }

  each(at, grad, note) {
    const param = this.decay ? this.decay(at[0], this.weightDecay, this.rate) : at[0];
    return this.rule(param, grad, at, this.values, note);
  }
}

// A run on a problem of two coordinates; `slots` holds what each was at, step by step.
function minimize(problem, entry, setting, rules, F, start, steps, noise) {
  const stepper = new Stepper(entry, setting, rules, F, 2);
  const run = { x: [], y: [], f: [], g: [], slots: [], steps, diverged: false, last: 0 };
  let atX = stepper.begin(F(start[0])), atY = stepper.begin(F(start[1]));
  const draw = noise && noise.size > 0 ? noiseOf(noise.seed) : null;
  for (let t = 0; ; t++) {
    const x = atX[0], y = atY[0], value = problem.value(x, y);
    let [gx, gy] = problem.gradient(x, y);
    if (draw) { gx = F(gx + F(noise.size * draw())); gy = F(gy + F(noise.size * draw())); }
    run.x.push(x); run.y.push(y); run.f.push(value); run.g.push([gx, gy]);
    run.slots.push([atX, atY]); run.last = t;
    if (!(isFinite(x) && isFinite(y) && isFinite(value) && isFinite(gx) && isFinite(gy))) {
      run.diverged = true;
      break;
    }
    if (t === steps) break;
    stepper.once();
    atX = stepper.each(atX, gx);
    atY = stepper.each(atY, gy);
  }
  return run;
}

// The arithmetic of one coordinate of one step: [name, expression, substituted, value].
function arithmetic(entry, setting, rules, F, run, step, coordinate, show) {
  const stepper = new Stepper(entry, setting, rules, F, 2);
  const env = {}, heard = [];
  const listen = (name, value) => heard.push([name, value]);
  for (let t = 0; t < step; t++) stepper.once();
  stepper.once(listen);
  const { form } = stepper;
  form.coefficientNames.forEach((name, k) => { env[name] = stepper.given[k]; });
  const param = coordinate ? run.y[step] : run.x[step];
  const split = heard.length;
  const after = stepper.each(run.slots[step][coordinate], run.g[step][coordinate], listen);
  const rows = [];
  heard.forEach(([name, value], k) => {
    if (k === split) enter();
    const [, text] = form.lines[k] || [name, ""];
    rows.push([name, text, substituted(text, env, show), value]);
    env[name] = value;
  });
  if (heard.length === split) enter();
  function enter() {
    form.names.slice(2 + entry.slots.length).forEach((name, k) => { env[name] = stepper.values[k]; });
    env.param = stepper.decay ? stepper.decay(param, stepper.weightDecay, stepper.rate) : param;
    env.grad = run.g[step][coordinate];
    entry.slots.forEach((slot, k) => { env[form.names[2 + k]] = run.slots[step][coordinate][k + 1]; });
  }
  return { rows, param, grad: run.g[step][coordinate], after: after[0] };
}

function substituted(text, env, show) {
  return text.replace(/[A-Za-z_]\w*(?!\w*\()/g, (name) =>
    (name in env && typeof env[name] === "number" ? show(env[name]) : name));
}

// The library's checkpoints: final points and values, to the bit.
function selfCheck(data, problems, rulesBy, Fs) {
  let equal = 0, total = 0;
  const wrong = [];
  for (const check of data.checkpoints) {
    const F = Fs[check.dtype], entry = data.optimizers[check.optimizer];
    const setting = { rate: check.rate, numbers: {}, as: "keras" };
    const problem = problems[check.dtype][check.problem];
    const run = minimize(problem, entry, setting, rulesBy[check.dtype], F, check.start, check.steps);
    const got = [run.x, run.y, run.f].map((v) => hexOf(v[run.last]));
    total += 1;
    if (run.last === check.last && got.every((h, k) => h === check.bits[k])) equal += 1;
    else wrong.push(entry.label + " in " + check.dtype + " on " + data.problems[check.problem].name);
  }
  return { equal, total, wrong };
}
