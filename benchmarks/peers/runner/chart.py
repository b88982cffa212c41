"""The results as bars, in an SVG that adapts to a light or dark page."""

from html import escape

WIDTH = 860
LABEL = 330
BAR = 380
ROW = 22

STYLE = """
  .back { fill: #ffffff } text { fill: #1f2328; font: 13px system-ui, sans-serif }
  .head { font-size: 15px; font-weight: 600 } .value { font-variant-numeric: tabular-nums }
  .limit { fill: #9aa4af } .peer { fill: #6f8fb3 } .ours { fill: #d9622b }
  .spread { stroke: #1f2328; stroke-width: 1.5; opacity: .55 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } text { fill: #e6edf3 } .limit { fill: #5d6773 }
    .peer { fill: #58779d } .ours { fill: #f0803c } .spread { stroke: #e6edf3 }
  }
"""


def shade(row):
    if row.key.startswith("forage"):
        return "ours"
    return "limit" if row.kind in ("limit", "store") else "peer"


def bar(row, top, scale):
    length = max(row.rate * scale, 1)
    middle = top + ROW / 2
    spread = (f'<line class="spread" x1="{LABEL + row.least * scale:.1f}" y1="{middle - 2:.1f}" '
              f'x2="{LABEL + row.most * scale:.1f}" y2="{middle - 2:.1f}"/>')
    return (f'<text x="{LABEL - 10}" y="{middle + 3:.1f}" text-anchor="end">'
            f'{escape(row.label)}</text>'
            f'<rect class="{shade(row)}" x="{LABEL}" y="{top + 2}" width="{length:.1f}" '
            f'height="{ROW - 8}" rx="2"/>{spread}'
            f'<text class="value" x="{LABEL + max(length, row.most * scale) + 8:.1f}" '
            f'y="{middle + 3:.1f}">{row.rate:,.0f}</text>')


def panel(title, rows, top):
    """The bars of one scale, and where they end."""
    lines = [f'<text class="head" x="20" y="{top + 16}">{escape(title)}</text>']
    top += 30
    scale = BAR / max(row.most for row in rows)
    for row in sorted(rows, key=lambda one: -one.rate):
        lines.append(bar(row, top, scale))
        top += ROW
    return lines, top + 14


def svg(rows, notes):
    panels = [
        ("Cold: pages fetched a second", [r for r in rows if r.kind in ("cold", "limit")]),
        ("Warm: pages from the cache a second", [
            r for r in rows if r.kind == "warm" or "GET" in r.key]),
    ]
    body, top = [], 16
    for title, chosen in panels:
        if chosen:
            lines, top = panel(title, chosen, top)
            body += lines
    height = top + 8 + 18 * len(notes)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="URLs a second by client">',
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{height}"/>',
        *body,
        *(f'<text x="20" y="{top + 6 + 18 * i}" opacity=".75">{escape(note)}</text>'
          for i, note in enumerate(notes)),
        "</svg>", ""])
