"""``optlab docs``: open the page of a name, or say where it is."""

from __future__ import annotations

import sys
import webbrowser
from typing import Annotated

import typer

from optlab.cli import output
from optlab.documentation import find


def docs(
    name: Annotated[
        str,
        typer.Argument(
            help="A command, optimizer, page, table such as [data], name of the "
            "library, cause, behaviour or case."
        ),
    ] = "index",
    print_only: Annotated[
        bool, typer.Option("--print", help="Print the address; open nothing.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document; open nothing.")
    ] = False,
) -> None:
    """Open the page of a name in the browser.

    That is a page of the site where `make docs` has built it, else the source file. The
    address is printed where there is no browser.
    """
    place = find(name)
    address = place.address()
    if json:
        told = {"name": name, "kind": place.kind, "address": address}
        output.print_json({**told, "source": str(place.source)})
    elif print_only or not webbrowser.open(address):
        sys.stdout.write(f"{address}\n")
