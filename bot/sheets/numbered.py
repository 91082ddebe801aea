"""A canvas that writes at the edge of every page once it is known how many there are."""

from collections.abc import Callable
from typing import Any

from reportlab.pdfgen.canvas import Canvas

Edge = Callable[[Canvas, int, int], None]  # canvas, page, pages


class Numbered(Canvas):
    """Pages wait until the document is saved."""

    def __init__(self, edge: Edge, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._edge = edge
        self._waiting: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page's state and begin the next."""
        self._waiting.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # missing in the stubs

    def save(self) -> None:
        """Finish each page with its edge, then the document."""
        for number, state in enumerate(self._waiting, 1):
            self.__dict__.update(state)
            self._edge(self, number, len(self._waiting))
            super().showPage()
        super().save()
