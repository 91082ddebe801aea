import asyncio
async def test_x() -> None:
    await asyncio.sleep(0)
