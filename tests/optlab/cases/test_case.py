"""What a case refuses to be made of."""

import dataclasses

import pytest

from optlab.errors import InputError


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": (0, 1, 2, 3)}, "`seeds` must hold at least 5 different ones"),
        ({"seeds": (0, 0, 1, 2, 3)}, "`seeds` must hold at least 5 different ones"),
        ({"variants": {}}, "needs `variants` and `figures`"),
        ({"twins": ("none",)}, r"`twins` must name variants \(small, huge\)"),
    ],
)
def test_refuses(tiny, change, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(tiny, **change)
