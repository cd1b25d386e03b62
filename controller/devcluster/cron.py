"""Cron schedules: five fields, or a name for them. Pure."""

from datetime import timedelta

NAMES = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}
MONTHS = {name: str(number) for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
DAYS = {name: str(number) for number, name in enumerate("sun mon tue wed thu fri sat".split())}
BOUNDS = ((0, 59, {}), (0, 23, {}), (1, 31, {}), (1, 12, MONTHS), (0, 6, DAYS))


class Schedule:
    """Raises ValueError with what is wrong, in robfig/cron's words."""

    def __init__(self, text):
        fields = NAMES.get(text, text).split()
        if len(fields) != 5:
            raise ValueError(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
        self.sets = [_numbers(field, *bounds) for field, bounds in zip(fields, BOUNDS)]
        self.any_day, self.any_weekday = fields[2].startswith(("*", "?")), fields[4].startswith(("*", "?"))

    def _on(self, day):
        month_day, weekday = day.day in self.sets[2], day.isoweekday() % 7 in self.sets[4]
        both = month_day and weekday if self.any_day or self.any_weekday else month_day or weekday
        return day.month in self.sets[3] and both

    def last(self, after, until):
        """The last moment after one and up to another; None when there is none."""
        day = until.replace(hour=0, minute=0, second=0, microsecond=0)
        while day.date() >= after.date():
            found = self._in(day, after, until) if self._on(day) else None
            if found is not None:
                return found
            day -= timedelta(days=1)
        return None

    def _in(self, day, after, until):
        times = (day.replace(hour=hour, minute=minute) for hour in sorted(self.sets[1], reverse=True) for minute in sorted(self.sets[0], reverse=True))
        return next((each for each in times if after < each <= until), None)


def _numbers(field, low, high, names):
    return {number for part in field.split(",") for number in _part(part.lower(), low, high, names)}


def _part(part, low, high, names):
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    if span in ("*", "?"):
        start, end = low, high
    else:
        start = _number(first, names)
        end = _number(last, names) if dash else high if step else start
    if start < low:
        raise ValueError(f"beginning of range ({start}) below minimum ({low}): {part}")
    if end > high:
        raise ValueError(f"end of range ({end}) above maximum ({high}): {part}")
    if start > end:
        raise ValueError(f"beginning of range ({start}) beyond end of range ({end}): {part}")
    every = _number(step, {}) if step else 1
    if not every:
        raise ValueError(f"step of range should be a positive number: {part}")
    return range(start, end + 1, every)


def _number(text, names):
    text = names.get(text, text)
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax")
    return int(text)
