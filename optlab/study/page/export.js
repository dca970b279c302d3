// The set-up as a command, a file or a program; the pictures as PNG and SVG.

function argumentsOf(slot) {
  const entry = DATA.optimizers[slot.o];
  const given = { learning_rate: slot.rate, ...entry.arguments, ...slot.numbers };
  return Object.fromEntries(Object.entries(given).filter(([, v]) => v !== false));
}
function tomlOf(page, slot) {
  const { s, problem } = page, lines = ["[function]", `name = "${problem.name}"`, `start = [${s.start.map(float).join(", ")}]`];
  const options = optionsOf(page);
  if (Object.keys(options).length) lines.push(`options = { ${Object.entries(options).map(([k, v]) => `${k} = ${toml(v)}`).join(", ")} }`);
  lines.push("", "[optimizer]", `name = "${DATA.optimizers[slot.o].name}"`);
  for (const [k, v] of Object.entries(argumentsOf(slot))) lines.push(`${k} = ${toml(v)}`);
  lines.push("", "[training]", `steps = ${s.steps}`, `dtype = "${s.dtype}"`);
  return lines.join("\n") + "\n";
}
function optionsOf(page) {
  const { s, problem } = page;
  const options = Object.fromEntries(Object.entries(problem.options).filter(([, v]) => v !== null));
  if (problem.curvatures) options.condition_number = s.curvatures[1] / s.curvatures[0];
  return options;
}
function float(x) { const text = String(x); return /[.e]/.test(text) ? text : text + ".0"; }
function toml(v) { return typeof v === "number" ? String(v) : JSON.stringify(v); }
function python(v) { return v === true ? "True" : v === false ? "False" : typeof v === "string" ? JSON.stringify(v) : String(v); }

function pythonOf(page, slot) {
  const { s, problem } = page, entry = DATA.optimizers[slot.o];
  return `import optlab\n\nproblem = optlab.problems.get("${problem.name}"${Object.entries(optionsOf(page)).map(([k, v]) => `, ${k}=${python(v)}`).join("")})\n` +
    `optimizer = optlab.optimizers.get({"name": "${entry.name}", ${Object.entries(argumentsOf(slot)).map(([k, v]) => `"${k}": ${python(v)}`).join(", ")}})\n` +
    `run = optlab.minimize(problem, optimizer, steps=${s.steps}, start=[${s.start.join(", ")}], dtype="${s.dtype}")\nprint(run.trajectory[-1], run.losses[-1])\n`;
}
// A shipped experiment has an optimizer of its own, so the command brings its file.
function commandOf(page, slot) {
  return `cat > study.toml <<'END'\n${tomlOf(page, slot)}END\noptlab run study.toml`;
}

// What the library cannot be asked for is said, not left out in silence.
function cautions(page, slot) {
  const { s, problem } = page, words = [];
  if (s.noise > 0) words.push("the page's noise");
  if (slot.as !== "keras") words.push(`${slot.as}'s formula`);
  if (problem.curvatures && s.curvatures[0] !== 1) words.push("λ₁ other than 1");
  return words.length ? ` Not in it: ${words.join(", ")}.` : "";
}

function copied(page, what) {
  const slot = page.s.slots[page.s.selected];
  const text = what === "link" ? location.href.split("#")[0] + toFragment(page.s) : { command: commandOf, toml: tomlOf, python: pythonOf }[what](page, slot);
  page.lastCopied = text;
  const done = () => toast(`Copied.${what === "link" ? "" : cautions(page, slot)}`);
  const byHand = () => {
    const area = element("textarea", { "aria-label": "Text to copy" });
    area.value = text; document.body.append(area); area.select();
    const worked = document.execCommand("copy"); area.remove();
    if (worked) done(); else toast("The browser does not let this page copy.");
  };
  if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, byHand); else byHand();
}

// One sheet: the surface, its key, and the four panels.
const SHEET = { width: 1000, surface: 620, panel: 210 };
function sheet(pen, page, sub) {
  pen.rect(0, 0, SHEET.width, sheetHeight(), css("--paper"));
  const { problem, s } = page;
  pen.text(`${problem.name}, ${s.dtype}, from (${s.start.map(short).join(", ")})`, 16, 22, css("--ink"), "left", true);
  page.shown.forEach(({ entry, color, slot }, k) => pen.text(`${slot + 1} ${entry.label}, rate ${s.slots[slot].rate}`, 16 + (k % 3) * 320, 42 + 17 * Math.floor(k / 3), color));
  surface.key = "";
  sub(16, 66, SHEET.width - 32, SHEET.surface, (p) => drawSurface(p, page));
  surface.key = "";
  Object.values(PANELS).forEach((make, k) => sub(16 + (k % 2) * 488, 66 + SHEET.surface + 14 + Math.floor(k / 2) * (SHEET.panel + 10), 478, SHEET.panel, (p) => plot(p, { ...make(page), at: s.step })));
}
function sheetHeight() { return 66 + SHEET.surface + 14 + 2 * (SHEET.panel + 10) + 6; }

function svgOf(page) {
  const pen = new SvgPen(SHEET.width, sheetHeight());
  sheet(pen, page, (x, y, w, h, draw) => {
    const part = new SvgPen(w, h, `c${pen.parts.length}_`);
    draw(part);
    pen.parts.push(`<g transform="translate(${x} ${y})">${part.parts.join("")}</g>`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SHEET.width} ${sheetHeight()}" width="${SHEET.width}" height="${sheetHeight()}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12">${pen.parts.join("")}</svg>`;
}
function pngOf(page) {
  const hold = (w, h) => { const c = element("canvas", { style: `position:absolute;left:-9999px;width:${w}px;height:${h}px` }); document.body.append(c); return c; };
  const canvas = hold(SHEET.width, sheetHeight()), pen = new CanvasPen(canvas);
  sheet(pen, page, (x, y, w, h, draw) => {
    const part = hold(w, h);
    draw(new CanvasPen(part));
    pen.image(part, x, y, w, h); part.remove();
  });
  const url = canvas.toDataURL("image/png");
  canvas.remove();
  return url;
}
function exported(page, kind) {
  if (kind === "print") { window.print(); return; }
  const url = kind === "png" ? pngOf(page) : "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svgOf(page));
  element("a", { href: url, download: `optlab-${page.problem.name}.${kind}` }).click();
  page.redraw();
}
