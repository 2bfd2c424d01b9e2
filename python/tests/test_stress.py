import asyncio
import contextvars
import random
import threading
import time

import pytest

pytestmark = pytest.mark.suspending


def test_fifty_interleaved_stacks():
    variable = contextvars.ContextVar("variable")
    local, lock, counter, wrong = threading.local(), threading.Lock(), [0], []

    def descend(depth, chance):
        if depth == 0:
            time.sleep(chance.random() / 200)
            return [bytearray(100) for _ in range(200)]
        return descend(depth - 1, chance)

    def work(number):
        chance = random.Random(number)
        me = threading.current_thread()
        variable.set(number)
        local.number = number
        for _ in range(8):
            descend(chance.randrange(40), chance)
            with lock:
                seen = counter[0]
                time.sleep(0)
                counter[0] = seen + 1
            state = (variable.get(), local.number, threading.current_thread() is me)
            if state != (number, number, True):
                wrong.append(state)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert counter == [400]


def test_threads_with_loops_beside_tasks_that_block():
    async def task(number):
        me = asyncio.current_task()
        for _ in range(5):
            await asyncio.sleep(0.001)
            time.sleep(0.001)
            right.append(asyncio.current_task() is me)

    async def main():
        await asyncio.gather(*map(task, range(3)))

    right = []
    threads = [threading.Thread(target=asyncio.run, args=(main(),)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 150
