// One way to draw, on a canvas or into an SVG text, so that what is exported is what is seen.

function css(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

class CanvasPen {
  constructor(canvas) {
    const ratio = window.devicePixelRatio || 1;
    this.width = canvas.clientWidth; this.height = canvas.clientHeight;
    const w = Math.round(this.width * ratio), h = Math.round(this.height * ratio);
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
    this.c = canvas.getContext("2d");
    this.c.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.c.clearRect(0, 0, this.width, this.height);
    this.c.lineJoin = "round"; this.c.font = FONT;
  }
  rect(x, y, w, h, fill) { this.c.fillStyle = fill; this.c.fillRect(x, y, w, h); }
  line(points, color, width = 1.5, dash = []) {
    if (points.length < 2) return;
    const c = this.c;
    c.strokeStyle = color; c.lineWidth = width; c.setLineDash(dash); c.beginPath();
    let open = false;
    for (const p of points) {
      if (!p) { open = false; continue; }
      if (open) c.lineTo(p[0], p[1]); else { c.moveTo(p[0], p[1]); open = true; }
    }
    c.stroke(); c.setLineDash([]);
  }
  circle(x, y, r, fill, edge) {
    const c = this.c;
    c.beginPath(); c.arc(x, y, r, 0, 2 * Math.PI);
    if (fill) { c.fillStyle = fill; c.fill(); }
    if (edge) { c.strokeStyle = edge; c.lineWidth = 2; c.stroke(); }
  }
  text(text, x, y, color, align = "left", bold = false) {
    this.c.font = bold ? "bold " + FONT : FONT;
    this.c.fillStyle = color; this.c.textAlign = align; this.c.fillText(text, x, y);
  }
  image(source, x, y, w, h) { this.c.imageSmoothingEnabled = true; this.c.drawImage(source, x, y, w, h); }
  clip(x, y, w, h) { this.c.save(); this.c.beginPath(); this.c.rect(x, y, w, h); this.c.clip(); }
  unclip() { this.c.restore(); this.c.lineJoin = "round"; }
}

class SvgPen {
  constructor(width, height, prefix = "c") { this.width = width; this.height = height; this.parts = []; this.clips = 0; this.prefix = prefix; }
  rect(x, y, w, h, fill) { this.parts.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}"/>`); }
  line(points, color, width = 1.5, dash = []) {
    let open = false, d = "";
    for (const p of points) {
      if (!p) { open = false; continue; }
      d += (open ? "L" : "M") + p[0].toFixed(1) + " " + p[1].toFixed(1); open = true;
    }
    if (d) this.parts.push(`<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round"${dash.length ? ` stroke-dasharray="${dash}"` : ""}/>`);
  }
  circle(x, y, r, fill, edge) { this.parts.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r}" fill="${fill || "none"}"${edge ? ` stroke="${edge}" stroke-width="2"` : ""}/>`); }
  text(text, x, y, color, align = "left", bold = false) {
    const anchor = { left: "start", center: "middle", right: "end" }[align];
    this.parts.push(`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${color}" text-anchor="${anchor}"${bold ? ' font-weight="bold"' : ""}>${escaped(text)}</text>`);
  }
  image(source, x, y, w, h) { this.parts.push(`<image href="${source.toDataURL()}" x="${x}" y="${y}" width="${w}" height="${h}" preserveAspectRatio="none"/>`); }
  clip(x, y, w, h) {
    const id = this.prefix + this.clips++;
    this.parts.push(`<clipPath id="${id}"><rect x="${x}" y="${y}" width="${w}" height="${h}"/></clipPath><g clip-path="url(#${id})">`);
  }
  unclip() { this.parts.push("</g>"); }
}

function escaped(text) {
  return String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
}

// Round places for ticks of a linear axis, or powers of ten of a logarithmic one.
function ticks(low, high, log, most = 5) {
  if (!(high > low)) return [low];
  const found = [];
  if (log) {
    const every = Math.max(1, Math.ceil((high - low) / most));
    for (let k = Math.ceil(low); k <= high; k++) if ((k - Math.ceil(low)) % every === 0) found.push(k);
    return found;
  }
  const raw = (high - low) / most, power = 10 ** Math.floor(Math.log10(raw));
  const size = [1, 2, 5, 10].find((m) => m * power >= raw) * power;
  for (let t = Math.ceil(low / size); t * size <= high; t++) found.push(t * size);
  return found;
}

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
function tenTo(k) { return k === 0 ? "1" : k === 1 ? "10" : "10" + [...String(k)].map((d) => SUPERSCRIPT[d]).join(""); }
function short(x) {
  if (typeof x !== "number" || !isFinite(x)) return String(x);
  if (x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e6)) return x.toExponential(2).replace("e+", "e").replace(/\.?0+e/, "e");
  return String(Number(x.toPrecision(4)));
}
