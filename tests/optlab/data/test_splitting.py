import numpy as np
import pytest

from optlab.data import load
from optlab.data.splitting import split_rows


def test_parts_are_disjoint_seeded_and_of_the_size():
    training, held_out, _ = split_rows(101, 0.2, seed=1)
    assert len(held_out) == 21
    np.testing.assert_array_equal(
        np.sort(np.append(training, held_out)), np.arange(101)
    )
    np.testing.assert_array_equal(held_out, split_rows(101, 0.2, seed=1)[1])
    assert not np.array_equal(held_out, split_rows(101, 0.2, seed=2)[1])


def test_classes_keep_their_proportions():
    classes = np.repeat([0, 1, 2], [80, 15, 5])
    training, held_out, stratified = split_rows(100, 0.2, 0, classes)
    assert stratified
    np.testing.assert_array_equal(np.bincount(classes[held_out]), [16, 3, 1])
    np.testing.assert_array_equal(np.bincount(classes[training]), [64, 12, 4])


@pytest.mark.parametrize(
    "classes", [np.repeat([0, 1], [19, 1]), np.repeat(np.arange(10), 2)]
)
def test_too_few_rows_of_a_class(classes):
    training, held_out, stratified = split_rows(20, 0.2, 0, classes)
    assert not stratified
    assert len(training) == 16
    assert len(held_out) == 4


@pytest.mark.parametrize(("rows", "fraction"), [(0, 0.2), (1, 0.2), (10, 0.0)])
def test_nothing_to_split(rows, fraction):
    training, held_out, _ = split_rows(rows, fraction, 0)
    assert len(training) == rows
    assert len(held_out) == 0


def test_a_sorted_file_is_not_split_at_its_end():
    data = load("iris", validation=0.2)
    np.testing.assert_array_equal(np.bincount(data.y_val), [10, 10, 10])


def test_a_rare_class_is_noted(csv):
    rows = "".join(f"{i},{int(i == 7)}\n" for i in range(20))
    data = load(csv("a,y\n" + rows), target="y", classification=True)
    assert any("too few rows" in note for note in data.notes)
