"""What is published while a service runs, as tests make it: tables filled in, revisions by hand."""

from pathlib import Path

from bot.ports import Revision

HEAD = "类别,名称,市州,县区,地址,电话,办公时间,纬度,经度,坐标系,来源,核对日期,可信程度"
ROW = "商标窗口,试验窗口,定西市,安定区,试验路1号,0000-1234567,工作日9:00-12:00；14:00-17:00,35.58,104.62,gcj02,试验资料,2026-11-20,已核对"
ASK = "定西商标窗口在哪"


def filled(folder: Path, *rows: str, head: str = HEAD, code: str = "utf-8") -> str:
    path = folder / "stations.csv"
    path.write_bytes("\n".join([head, *rows]).encode(code))
    return str(path)


def revision(kind: str, body: str, number: int = 0) -> Revision:
    return Revision(kind, number, 1, "3号", "", body, True)
