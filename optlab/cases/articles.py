"""The five articles whose claims the casebook tests, by their titles, all of 2025.

Their examples are not quoted: `optlab.validation.cases.programs` makes the same calls,
on rows of its own.
"""

#: Number -> the article's title.
ARTICLES = {
    "000": "Why is the TensorFlow 2.0 softmax model cost not decreasing?",
    "001": (
        "Why is TensorFlow's GradientDescentOptimizer failing to converge on the "
        "expected cost?"
    ),
    "002": "Why doesn't TensorFlow regression converge in Python?",
    "003": "Why does loss not decrease in binary classification?",
    "004": "Why is Adam optimizer failing to minimize the cost function?",
}

#: Example -> what its code uses without defining it, so that it does not run alone.
NEEDS = {
    "000-1": ("model", "x_train", "x_val", "y_train", "y_val"),
    "000-2": ("x_train",),
    "003-1": ("np", "X_train", "y_train"),
    "003-2": ("X_train", "y_train"),
    "003-3": ("X_train", "y_train"),
    "004-1": ("X_train", "y_train"),
    "004-2": ("X_train", "y_train"),
    "004-3": ("the file data.csv",),
}
