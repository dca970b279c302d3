"""The articles' fifteen code examples, one file each."""
