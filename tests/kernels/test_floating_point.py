"""The flush mode: on inside, off outside, restored after an error."""

import numpy as np
import pytest

from optlab.kernels.floating_point import flush_subnormals

SMALL = np.full(9, 1e-40, "float32")


def product():
    return (SMALL * np.float32(1)).max()


def test_flush_is_on_inside_and_off_outside():
    assert product() > 0
    with flush_subnormals():
        assert product() == 0
        with flush_subnormals():
            assert product() == 0
        assert product() == 0
    assert product() > 0


def test_mode_is_restored_after_an_error():
    with pytest.raises(RuntimeError, match="inside"), flush_subnormals():
        raise RuntimeError("inside")
    assert product() > 0
