"""Processors to compute as if on: for Numba, the BLAS, the C library and NumPy."""

from __future__ import annotations

import platform

from llvmlite.binding import get_host_cpu_features

#: Part of the software -> what makes it compute as on that processor.
Parts = dict[str, dict[str, str]]

_C_LIBRARY = "GLIBC_TUNABLES"
_NUMPY = "NPY_DISABLE_CPU_FEATURES"
_TARGETS: dict[str, tuple[str, Parts]] = {
    "AVX-512": (
        "avx512f",
        {
            "Numba": {"NUMBA_CPU_NAME": "skylake-avx512"},
            "BLAS": {"OPENBLAS_CORETYPE": "SkylakeX"},
        },
    ),
    "AVX2": (
        "avx2",
        {
            "Numba": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"},
            "BLAS": {"OPENBLAS_CORETYPE": "Haswell"},
            "NumPy": {_NUMPY: "X86_V4 AVX512_ICL AVX512_SPR"},
        },
    ),
    "AVX": (
        "avx",
        {
            "Numba": {"NUMBA_CPU_NAME": "sandybridge", "NUMBA_CPU_FEATURES": "+avx"},
            "BLAS": {"OPENBLAS_CORETYPE": "Sandybridge"},
            "C library": {_C_LIBRARY: "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"},
            "NumPy": {_NUMPY: "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"},
        },
    ),
    "x86-64 baseline": (
        "sse2",
        {
            "Numba": {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2"},
            "BLAS": {"OPENBLAS_CORETYPE": "Prescott"},
            "C library": {_C_LIBRARY: "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA,-FMA4"},
            "NumPy": {_NUMPY: "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"},
        },
    ),
}


def targets() -> dict[str, Parts]:
    """Return the processors that this one can stand for, itself first."""
    found: dict[str, Parts] = {"as it is": {}}
    if platform.machine().lower() in ("x86_64", "amd64"):
        features = get_host_cpu_features()
        found |= {
            name: parts
            for name, (feature, parts) in _TARGETS.items()
            if features.get(feature)
        }
    return found


def missing() -> list[str]:
    """Return the processors that this one cannot stand for."""
    return [name for name in _TARGETS if name not in targets()]


def variables(parts: Parts) -> dict[str, str]:
    """Return the environment variables of all parts together."""
    return {key: value for part in parts.values() for key, value in part.items()}
