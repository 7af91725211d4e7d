"""Reads the text format of Prometheus, as far as the tests need it."""

import re

_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)')


class Metrics:
    """Samples by name: a list of (labels, value)."""

    def __init__(self):
        self.samples = {}
        self.types = {}

    def series(self, name):
        return self.samples.get(name, [])

    def sum(self, name, **labels):
        """The sum over all series of `name` that have `labels`.

        A name without any series is a KeyError, so that a misspelt or
        missing metric cannot pass for 0.
        """
        return sum(value for have, value in self.samples[name]
                   if labels.items() <= have.items())

    def labels(self, name, label):
        """All values of `label` in the series of `name`."""
        return {have[label] for have, _ in self.series(name) if label in have}


def parse(text):
    metrics = Metrics()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            metrics.types[name] = kind
        elif line and not line.startswith("#"):
            match = _SAMPLE.match(line)
            if not match:
                raise ValueError("not a sample: " + line)
            name, labels, value = match.groups()
            metrics.samples.setdefault(name, []).append(
                (dict(_LABEL.findall(labels or "")), float(value)))
    return metrics
