"""The five articles whose claims the casebook tests, by number and subject."""

#: Number -> what the article is about.
ARTICLES = {
    "000": "A softmax classifier whose cost does not fall",
    "001": "Gradient descent that misses the cost one expects",
    "002": "A regression that does not converge",
    "003": "A binary classifier whose loss stands still",
    "004": "Adam that fails to minimize the cost",
}
