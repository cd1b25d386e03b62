"""The same work for several environments at once, one at a time for each: a cluster that hangs holds up no other."""

from concurrent.futures import ThreadPoolExecutor, wait

MOST = 64  # environments that may hang before others wait


class Together:
    """`do(name)` for each name; who is still at it from before is not asked again."""

    def __init__(self, label, do):
        self.do, self.running, self.pool = do, {}, ThreadPoolExecutor(MOST, label)

    def each(self, names, seconds):
        """name -> what `do` returned, of those that were done within so many seconds (None: however long it takes). One alone is done here."""
        names = list(names)
        if len(names) == 1 and not self.running and seconds is None:
            return {names[0]: self.do(names[0])}
        for name in names:
            if name not in self.running:
                self.running[name] = self.pool.submit(self.do, name)
        wait(self.running.values(), seconds)
        done = {name: future for name, future in self.running.items() if future.done()}
        self.running = {name: future for name, future in self.running.items() if name not in done}
        return {name: future.result() for name, future in done.items()}

    def close(self):
        self.pool.shutdown(wait=False, cancel_futures=True)
