// The optimizers' cards: which, on or off, rate and numbers, by slider or typed exactly.

const $ = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) {
    if (k.startsWith("on")) made.addEventListener(k.slice(2), v);
    else if (v === true) made.setAttribute(k, "");
    else if (v !== false && v !== null && v !== undefined) made.setAttribute(k, v);
  }
  made.append(...children);
  return made;
}

// A slider and a field for one number; the slider's scale is the number's own.
function numberField(name, value, scale, accept, set) {
  const range = element("input", { type: "range", min: scale.low, max: scale.high, step: scale.step, "aria-label": name });
  const exact = element("input", { type: "text", inputmode: "decimal", "aria-label": name + ", exact" });
  range.value = scale.to(value); exact.value = value;
  range.addEventListener("input", () => {
    const x = scale.from(Number(range.value));
    if (accept(x)) { exact.value = x; exact.removeAttribute("aria-invalid"); set(x); }
  });
  exact.addEventListener("change", () => {
    const x = Number(exact.value);
    if (exact.value.trim() === "" || !accept(x)) { exact.setAttribute("aria-invalid", "true"); toast(`${name} cannot be ${exact.value}`); return; }
    exact.removeAttribute("aria-invalid"); range.value = scale.to(x); set(x);
  });
  return element("div", { class: "field" }, element("label", { title: name }, name), range, exact);
}

const LOG_RATE = {
  low: -6, high: 1.5, step: 0.01,
  to: (x) => (x > 0 ? Math.log10(x) : -6), from: (u) => Number((10 ** u).toPrecision(3)),
};

// Betas by the distance from 1, epsilons by powers of ten, others evenly.
function scaleOf(each) {
  if (each.name.startsWith("beta") || each.name === "rho" || each.name === "momentum")
    return { low: 0, high: 4, step: 0.01, to: (x) => -Math.log10(Math.max(1e-4, 1 - x)), from: (u) => Number((1 - 10 ** -u).toPrecision(4)) };
  if (each.whole) return { low: Math.max(0, each.low), high: Math.min(200, each.high), step: 1, to: (x) => x, from: (u) => u };
  if (each.value > 0 && each.value < 0.05)
    return { low: -10, high: 1, step: 0.05, to: (x) => (x > 0 ? Math.log10(x) : -10), from: (u) => Number((10 ** u).toPrecision(2)) };
  const span = Math.max(1, Math.abs(each.value) * 2);
  const low = each.low ?? -span, high = Math.min(each.high ?? Infinity, Math.max(span, low + 1));
  return { low, high, step: (high - low) / 200, to: (x) => x, from: (u) => Number(u.toPrecision(3)) };
}

function drawControls(page) {
  const { s } = page, room = $("optimizers");
  room.replaceChildren(...s.slots.map((slot, k) => {
    const entry = DATA.optimizers[slot.o];
    const select = element("select", { "aria-label": `Optimizer ${k + 1}`, onchange: (e) => {
      s.slots[k] = { ...newSlot(Number(e.target.value)), on: slot.on };
      s.slots[k].rate = usualRate(DATA.optimizers[s.slots[k].o], page.problem);
      s.selected = k; page.changed({ controls: true });
    } }, ...DATA.optimizers.map((e, o) => element("option", { value: o, selected: o === slot.o }, e.label)));
    const change = () => { s.selected = k; page.changed({}); mark(); };
    const numbers = entry.numbers.map((each) => numberField(each.name, slot.numbers[each.name] ?? each.value, scaleOf(each),
      (x) => allowed(each, x), (x) => { slot.numbers[each.name] = x; change(); }));
    return element("div", { class: "optimizer", style: `--c: var(${COLORS[k]})`, "data-slot": k },
      element("div", { class: "top" },
        element("button", { class: "badge", type: "button", "aria-label": `Select optimizer ${k + 1}`, onclick: () => { s.selected = k; page.changed({}); mark(); } }, String(k + 1)),
        select,
        element("label", {}, element("input", { type: "checkbox", checked: slot.on, "aria-label": `Show optimizer ${k + 1}`, onchange: (e) => { slot.on = e.target.checked; page.changed({}); } })),
        element("button", { type: "button", "aria-label": `Remove optimizer ${k + 1}`, disabled: s.slots.length < 2, onclick: () => {
          s.slots.splice(k, 1); s.selected = Math.min(s.selected, s.slots.length - 1); page.changed({ controls: true });
        } }, "×")),
      numberField("learning_rate", slot.rate, LOG_RATE, (x) => isFinite(x) && x >= 0 && x < 1e6, (x) => { slot.rate = x; change(); }),
      numbers.length ? element("details", { open: k === s.selected && window.innerWidth > 700 }, element("summary", {}, "more numbers"), ...numbers) : "",
      element("p", { class: "unchecked" }));
  }));
  $("add").disabled = s.slots.length >= MOST;
  mark();
  function mark() {
    for (const card of room.children) card.classList.toggle("selected", Number(card.dataset.slot) === s.selected);
  }
}

function toast(text) {
  $("toast").textContent = text; $("toast").classList.add("shown");
  clearTimeout(toast.timer); toast.timer = setTimeout(() => $("toast").classList.remove("shown"), 2600);
}
