"""An address as a square to be scanned, for the paper and for the page. Pure."""

QUIET = 4  # light modules around it, as the standard wants
LONGEST = 300  # a longer address makes modules that a cheap phone cannot read on paper

Square = tuple[tuple[bool, ...], ...]


def square(address: str) -> Square | None:
    """Rows of modules, dark ones true, with the quiet zone around; None when the address is too long or not in ASCII."""
    if not address.isascii() or len(address) > LONGEST:
        return None
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel  # 7 MB that only a drawn square needs

    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(address)
    code.make()
    side = (False,) * QUIET
    rows = [(*side, *(bool(cell) for cell in row), *side) for row in code.modules]
    blank = ((False,) * len(rows[0]),) * QUIET
    return (*blank, *rows, *blank)


def runs(modules: Square) -> list[tuple[int, int, int]]:
    """(x, y, length) of the dark runs, row by row from the top."""
    found = []
    for y, row in enumerate(modules):
        start = -1
        for x, cell in enumerate(row):
            if cell and start < 0:
                start = x
            elif not cell and start >= 0:
                found.append((start, y, x - start))
                start = -1
    return found
