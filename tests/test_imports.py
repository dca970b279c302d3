"""Who imports whom: no module reaches itself, not even lazily or for types alone."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Folders and the packages that they are imported as.
PACKAGES = {
    "optlab": "optlab",
    "kernels": "optlab.kernels",
    "validation": "optlab.validation",
}


def modules():
    """Return the dotted name of every module and its file."""
    found = {}
    for folder, package in PACKAGES.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            if folder == "optlab" and parts[0] in ("kernels", "validation"):
                continue
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            found[".".join([package, *parts])] = path
    return found


def imported(path, known):
    """Yield the modules that a file names in imports, wherever they stand."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                # A package that only hands a name on is named for it.
                yield inner if inner in known else node.module


def cycles(edges):
    """Return the groups of modules that reach one another."""
    order, low, stack, groups = {}, {}, [], []

    def visit(module):
        order[module] = low[module] = len(order)
        stack.append(module)
        for other in edges[module]:
            if other not in order:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], order[other])
        if low[module] == order[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                groups.append(sorted(group))

    for module in edges:
        if module not in order:
            visit(module)
    return groups


def test_cycles_are_found():
    edges = {"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": []}
    assert cycles(edges) == [["a", "b", "c"]]


def test_no_module_imports_itself_in_a_roundabout_way():
    known = modules()
    assert len(known) > 300
    edges = {
        name: sorted({other for other in imported(path, known) if other != name})
        for name, path in known.items()
    }
    assert cycles(edges) == []
