"""Sets of whole seconds, as sorted lists of closed intervals that neither overlap nor touch."""

from datetime import datetime, timezone

EVER = [(-(2**62), 2**62)]
DAY = 86_400
NINETY_DAYS = 90 * DAY


def union(*sets):
    merged = []
    for start, end in sorted(interval for seconds in sets for interval in seconds):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def intersection(*sets):
    common = EVER
    for seconds in sets:
        pairs = ((max(a, c), min(b, d)) for a, b in common for c, d in seconds)
        common = union([(start, end) for start, end in pairs if start <= end])
    return common


def run_around(seconds, second):
    """The interval of `seconds` that holds `second`."""
    return next((start, end) for start, end in seconds if start <= second <= end)


def parse_instant(text):
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp())


def format_instant(second):
    """RFC 3339; none for a second that no calendar has."""
    try:
        return datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return None
