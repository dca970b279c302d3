// Numbers as the library has them: rounded to the dtype after every operation, with
// subnormals flushed to 0, and powers rounded once.

const TINY = { float64: 2.2250738585072014e-308, float32: 1.1754943508222875e-38 };

// F rounds one result; F.power raises a beta to a whole number.
function rounding(dtype, exceptions) {
  const tiny = TINY[dtype];
  const F = dtype === "float32"
    ? (x) => { const r = Math.fround(x); return Math.abs(r) < tiny ? r * 0 : r; }
    : (x) => (Math.abs(x) < tiny ? x * 0 : x);
  const bits = dtype === "float32" ? 24 : 53;
  const kept = new Map();
  F.dtype = dtype;
  F.power = (base, step) => {
    if (!kept.has(base)) {
      if (kept.size > 64) kept.clear();
      kept.set(base, powersOf(base, bits, tiny, exceptions));
    }
    return kept.get(base)(step);
  };
  return F;
}

// Powers of a number between 0 and 1: 160 bits of each, so that rounding is correct.
function powersOf(base, bits, tiny, exceptions) {
  if (base === 0) return (step) => (step === 0 ? 1 : 0);
  if (base === 1) return () => 1;
  if (!(base > 0 && base < 1)) return (step) => Math.pow(base, step);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, base);
  const raw = view.getBigUint64(0);
  const factor = (raw & 0xfffffffffffffn) | 0x10000000000000n;
  const scale = Number(raw >> 52n) - 1075;
  let mantissa = 1n, exponent = 0;
  const values = [1], key = hexOf(base) + "^";
  return (step) => {
    while (values.length <= step) {
      mantissa *= factor;
      exponent += scale;
      const excess = mantissa.toString(16).length * 4 - 160;
      if (excess > 0) { mantissa >>= BigInt(excess); exponent += excess; }
      const listed = exceptions && exceptions[key + values.length];
      const value = listed === undefined ? roundOnce(mantissa, exponent, bits) : listed;
      values.push(value < tiny ? 0 : value);
    }
    return values[step];
  };
}

function roundOnce(mantissa, exponent, bits) {
  const spare = mantissa.toString(2).length - bits;
  if (spare > 0) {
    const half = 1n << BigInt(spare - 1), rest = mantissa & ((half << 1n) - 1n);
    mantissa >>= BigInt(spare);
    if (rest > half || (rest === half && mantissa & 1n)) mantissa += 1n;
    exponent += spare;
  }
  return Number(mantissa) * 2 ** Math.max(exponent, -1022) * 2 ** Math.min(exponent + 1022, 0);
}

function maximum(a, b) { return a >= b || a !== a ? a : b; }
function minimum(a, b) { return a <= b || a !== a ? a : b; }
function sign(x) { return x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN; }

// The rules and problems of the library, in the dtype of F.
function rulesOf(F) {
  return RULES[F.dtype](F, F.dtype === "float64" ? F : rounding("float64", DATA.powers.float64));
}
function problemsOf(F, curvatures) { return PROBLEMS[F.dtype](F, curvatures); }

// The bits of a number, as 16 hexadecimal digits, and back.
function hexOf(x) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}
function ofHex(text) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt("0x" + text));
  return view.getFloat64(0);
}
// C's way to write a number exactly: 0x1.8p+1.
function cHex(x) {
  if (!isFinite(x)) return String(x);
  const bits = hexOf(x), raw = BigInt("0x" + bits), e = Number((raw >> 52n) & 0x7ffn);
  const digits = bits.slice(3).replace(/0+$/, ""), minus = raw >> 63n ? "-" : "";
  if (e === 0) return minus + "0x0" + (digits ? "." + digits + "p-1022" : "p+0");
  const p = e - 1023;
  return minus + "0x1" + (digits && "." + digits) + "p" + (p < 0 ? "" : "+") + p;
}
