"""The text of the loops over numbers of 16 and 8 bits: see `loops`."""

from __future__ import annotations

import inspect
import re

from optlab.kernels.fuse import HEAD, functions_of
from optlab.kernels.generated import Function
from optlab.kernels.low_precision import dynamic_code, noise, template
from optlab.kernels.low_precision.formats import FORMATS
from optlab.kernels.low_precision.layout import Layout


class Source:
    """The text of the loops of one rule on one layout.

    Parameters
    ----------
    rule, coefficients, clip, decay
        See `optlab.kernels.fuse.FusedRule`.
    layout : Layout
        How the numbers are kept.

    Attributes
    ----------
    functions : dict
        What the text calls, by the names it has there.
    text : str
        The text.
    """

    def __init__(
        self,
        rule: Function,
        coefficients: Function,
        layout: Layout,
        clip: Function | None,
        decay: Function | None,
    ) -> None:
        self._layout = layout
        self.functions = functions_of(rule, coefficients, clip, decay)
        self.functions["mixed"] = noise.mixed
        self._reads: list[str] = []
        self._stores: list[str] = []
        self._coded: list[int] = []
        self._noisy = False
        self._keep_param()
        self._keep_slots()
        self.text = self._filled(rule, clip, decay)

    def _keep_param(self) -> None:
        name, master = self._layout.param, self._layout.master
        if master:
            self._stores.append("            all_master[i] = p\n")
        stochastic = self._layout.stochastic and not master
        self._stores.append(self._store(name, "all_param", "p", 0, stochastic))

    def _keep_slots(self) -> None:
        parts = 0
        for k, kind in enumerate(self._layout.slots):
            parts += 1
            if kind in FORMATS:
                self._reads.append(self._read(kind, f"slot_{k}[i]"))
                stochastic = self._layout.stochastic
                store = self._store(kind, f"slot_{k}", f"s_{k}", parts, stochastic)
                self._stores.append(store)
                continue
            self._coded.append(k)
            self.functions[f"decode_{k}"] = getattr(dynamic_code, f"decode_{kind}")
            self.functions[f"encode_{k}"] = getattr(dynamic_code, f"encode_{kind}")
            self._reads.append(f"number(decode_{k}(slot_{k}[i]) * scale_{k})")
            self._stores.append(template.KEEP.format(k=k))

    def _read(self, name: str, element: str) -> str:
        load = FORMATS[name].load
        if load is None:
            return f"number({element})"
        self.functions[f"load_{name}"] = load
        return f"number(load_{name}({element}))"

    def _store(
        self, name: str, array: str, value: str, part: int, stochastic: bool
    ) -> str:
        """Write the line that rounds a value; `part` is which of the noise it takes."""
        how = FORMATS[name]
        rounding = how.stochastic if stochastic else how.nearest
        if rounding is None:
            return f"            {array}[i] = {value}\n"
        function = f"{name}_{'stochastic' if stochastic else 'nearest'}"
        self.functions[function] = rounding
        bits = "np.uint32(0)"
        if stochastic:
            self._noisy = True
            part %= len(noise.PARTS)
            self.functions["noise_bits"] = noise.noise_bits
            self.functions[f"part_{part}"] = noise.PARTS[part]
            bits = f"part_{part}(noise)"
        return f"            {array}[i] = {function}(np.float32({value}), {bits})\n"

    def _filled(
        self, rule: Function, clip: Function | None, decay: Function | None
    ) -> str:
        layout, coded = self._layout, self._coded
        slots = range(len(layout.slots))
        names = list(inspect.signature(rule).parameters)[2 + len(slots) :]
        values = ", ".join(f"this_{name}" for name in names) + ","
        takes = inspect.signature(self.functions["coefficients"]).parameters
        grad = self._read(layout.param, "all_grad[i]")
        read = self._read(layout.param, "all_param[i]")
        if layout.master:
            read = "all_master[i]"
        count = len(inspect.signature(clip).parameters) - 1 if clip else 0
        bounds = "".join(f", bounds[{k}]" for k in range(count))
        arrays = [
            "all_param",
            "all_grad",
            *(f"slot_{k}" for k in slots),
            *(f"scales_{k}" for k in coded),
            *(["all_master"] if layout.master else []),
        ]
        return template.TEMPLATE.format(
            rule_name=rule.__name__,
            arrays=", ".join(arrays),
            values=values,
            hyper="".join(f", hyper[{HEAD + k}]" for k in range(len(takes) - 3)),
            scratch="".join(template.SCRATCH.format(k=k) for k in coded),
            before="".join(template.BEFORE.format(k=k) for k in coded),
            noise=template.DRAWN if self._noisy else "",
            clipped=f"clip({grad}{bounds})" if clip else grad,
            decayed=f"decay({read}, weight_decay, learning_rate)" if decay else read,
            targets="p, " + "".join(f"s_{k}, " for k in slots),
            slots="".join(f"{each}, " for each in self._reads),
            rounded=re.sub(r"\w+", r"number(\g<0>)", values),
            stores="".join(self._stores),
            after="".join(self._encoded(k) for k in coded),
        )

    def _encoded(self, k: int) -> str:
        """Write the second pass over a slot of bytes."""
        drawn, place = "", "np.float32(0.5)"
        if self._layout.stochastic:
            part = (k + 1) % len(noise.PARTS)
            self.functions["noise_bits"] = noise.noise_bits
            self.functions[f"part_{part}"] = noise.PARTS[part]
            self.functions["fraction"] = noise.fraction
            drawn, place = template.DRAWN_AGAIN, f"fraction(part_{part}(noise))"
        most = f"LARGEST_{self._layout.slots[k].upper()}"
        return template.AFTER.format(k=k, most=most, noise=drawn, place=place)
