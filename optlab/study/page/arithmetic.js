// The arithmetic of one step, number by number, and where the frameworks part.

function shower(hex) { return (x) => (hex ? cHex(x) : String(Number(x.toPrecision(7)))); }

function drawArithmetic(page) {
  const { s } = page, view = page.shown.find((v) => v.slot === s.selected), table = $("arithmetic");
  if (!view) { table.replaceChildren(element("tbody", {}, element("tr", {}, element("td", {}, "Switch the selected optimizer on to read its steps.")))); $("parts").textContent = ""; return; }
  const { run, entry } = view, slot = s.slots[s.selected];
  if (run.last === 0) { table.replaceChildren(); $("parts").textContent = "There is no step to read."; return; }
  const step = Math.max(0, Math.min(s.step, run.last) - 1), show = shower(s.hex);
  const found = arithmetic(entry, slot, page.rules, page.F, run, step, s.coordinate, show);
  const name = "xy"[s.coordinate];
  const row = (cells, kind) => element("tr", kind ? { class: kind } : {}, element("th", { scope: "row" }, cells[0]), ...cells.slice(1).map((c) => element("td", {}, c)));
  const rows = [row(["grad", "gradient by " + name, "", show(found.grad)])];
  found.rows.forEach(([n, text, numbers, value]) => rows.push(row([n, text, numbers, show(value)])));
  rows.push(row([`${name} after`, `step ${step + 1}, ${entry.label}`, `from ${show(found.param)}`, show(found.after)], "sum"));
  table.replaceChildren(
    element("thead", {}, element("tr", {}, ...["name", "formula", "with numbers", "value"].map((h) => element("th", { scope: "col" }, h)))),
    element("tbody", {}, ...rows));
  const forms = Object.keys(entry.written), select = $("as");
  if (select.dataset.of !== entry.label) {
    select.replaceChildren(...forms.map((f) => element("option", { value: f }, f === "keras" ? "tf.keras" : f)));
    select.dataset.of = entry.label;
  }
  select.value = slot.as; select.disabled = forms.length < 2;
  const key = toFragment({ ...s, step: 0, hex: false, coordinate: 0 });
  if (parted.key !== key) { parted.words = partings(page, view, slot, forms); parted.key = key; }
  $("parts").textContent = parted.words + (entry.differ ? " " + plainMaths(entry.differ) : "");
}

const parted = { key: "", words: "" };
// Run the others beside it, and say at which step they first give another number.
function partings(page, view, slot, forms) {
  const { s } = page, words = [];
  for (const form of forms.filter((f) => f !== slot.as)) {
    const other = minimize(page.P, view.entry, { ...slot, as: form }, page.rules, page.F, s.start, view.run.last, { size: s.noise, seed: s.seed });
    const name = (f) => (f === "keras" ? "tf.keras" : f), last = Math.min(other.last, view.run.last);
    let t = 0;
    while (t <= last && Object.is(other.x[t], view.run.x[t]) && Object.is(other.y[t], view.run.y[t])) t++;
    if (t > last) words.push(`${name(form)} gives the same bits here.`);
    else words.push(`${name(form)} parts from ${name(slot.as)} at step ${t}; after ${last} steps they are ${short(Math.hypot(other.x[last] - view.run.x[last], other.y[last] - view.run.y[last]))} apart.`);
  }
  return words.join(" ");
}

const SIGNS = { eta: "η", epsilon: "ε", beta: "β", mu: "μ", leftarrow: "←", alpha: "α", lambda: "λ", sigma: "σ", rho: "ρ" };
function plainMaths(text) {
  return text.replace(/\\([a-z]+)/g, (all, word) => SIGNS[word] ?? "").replace(/\\[ ,]/g, " ");
}
