#!/usr/bin/env python3
"""Draws docs/figures/sharing.svg from `./dev bench --json --only sharing`.

Reads JSON lines on standard input, writes SVG to standard output. Both axes are
logarithmic: clients, and operations per second of all of them together.
"""

import json
import math
import sys

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 30, 50


def read(lines):
    """(clients, operations per second, model's limit) for each figure."""
    points = []
    for line in lines:
        if not line.startswith("{"):
            continue
        figure = json.loads(line)
        name = figure["name"].split(".")
        if name[0] != "sharing" or name[-1] != "throughput":
            continue
        points.append((int(name[1][1:]), figure["value"], figure["reference"]))
    return sorted(points)


def scale(low, high, start, end):
    low, high = math.log10(low), math.log10(high)
    return lambda v: start + (math.log10(v) - low) / (high - low) * (end - start)


def decades(low, high):
    return [10 ** e for e in range(round(math.log10(low)), round(math.log10(high)) + 1)]


def label(value):
    for unit, suffix in ((1_000_000, " M"), (1_000, " k")):
        if value >= unit:
            return f"{value / unit:g}{suffix}"
    return f"{value:g}"


def draw(points):
    x_low, x_high = 1, 10 ** math.ceil(math.log10(points[-1][0]))
    y_low = 10 ** math.floor(math.log10(min(p[1] for p in points)))
    y_high = 10 ** math.ceil(math.log10(max(max(p[1], p[2]) for p in points)))
    x = scale(x_low, x_high, LEFT, WIDTH - RIGHT)
    y = scale(y_low, y_high, HEIGHT - BOTTOM, TOP)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]

    def line(x1, y1, x2, y2, style):
        out.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>')

    def text(tx, ty, anchor, content):
        out.append(f'<text x="{tx:.1f}" y="{ty:.1f}" text-anchor="{anchor}">{content}</text>')

    grid = 'stroke="#ddd"'
    for value in decades(x_low, x_high):
        line(x(value), TOP, x(value), HEIGHT - BOTTOM, grid)
        text(x(value), HEIGHT - BOTTOM + 18, "middle", label(value))
    for value in decades(y_low, y_high):
        line(LEFT, y(value), WIDTH - RIGHT, y(value), grid)
        text(LEFT - 8, y(value) + 4, "end", label(value))
    limit = points[-1][2]
    line(LEFT, y(limit), WIDTH - RIGHT, y(limit), 'stroke="#c33" stroke-dasharray="6 4"')
    text(LEFT + 8, y(limit) - 6, "start", f"limit of the device: {label(limit)} operations/s")
    path = " ".join(f"{x(p[0]):.1f},{y(p[1]):.1f}" for p in points)
    out.append(f'<polyline points="{path}" fill="none" stroke="#27c" stroke-width="2"/>')
    for clients, value, _ in points:
        out.append(f'<circle cx="{x(clients):.1f}" cy="{y(value):.1f}" r="4" fill="#27c"/>')
    text(WIDTH / 2, HEIGHT - 10, "middle", "clients, each with one operation in flight")
    text(LEFT, TOP - 12, "start", "operations per second, all clients together")
    out.append("</svg>")
    return "\n".join(out)


def main():
    points = read(sys.stdin)
    if not points:
        sys.exit("plot_sharing: no figure \"sharing.cN.throughput\" on standard input")
    print(draw(points))


if __name__ == "__main__":
    main()
