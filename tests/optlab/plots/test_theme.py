"""Colours that stay apart, in sight and out of it."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from optlab.plots.theme import PALETTE, colours

#: Machado, Oliveira and Fernandes (2009): full protanopia, deuteranopia, tritanopia.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Return CIELAB of linear sRGB, white D65."""
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    x, y, z = np.cbrt((to_xyz @ np.clip(rgb, 0, 1)) / [0.95047, 1.0, 1.08883])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", BLINDNESS)
def test_the_palette_stays_apart(kind):
    seen = [lab(np.asarray(BLINDNESS[kind]) @ linear(colour)) for colour in PALETTE]
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    # A difference of about 2.3 can just be noticed; lines want several times that.
    assert min(apart) > 8


def test_the_palette_can_be_seen_on_white():
    luminance = [linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in PALETTE]
    assert max(luminance) < 0.5


@pytest.mark.parametrize("count", [1, 2, 7, 8, 30])
@pytest.mark.parametrize("ordered", [False, True])
def test_as_many_colours_as_asked(count, ordered):
    found = colours(count, ordered)
    assert len(set(found)) == count
    light = [linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in found]
    assert not ordered or light == sorted(light)
