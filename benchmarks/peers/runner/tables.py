"""The results as Markdown."""

KINDS = {"limit": "the limit", "cold": "cold", "warm": "warm", "store": "the store alone"}


def number(value, digits=0):
    return "-" if value is None else f"{value:,.{digits}f}"


def small(value):
    return number(value, 0 if value is None or value >= 100 else 1 if value >= 10 else 2)


def client_table(rows, reference):
    """One row per step, the fastest first; `reference`: the rate of the bare loop."""
    lines = ["| client | | URLs/s, median | spread | of the bare loop | CPU us/URL | peak MiB |",
             "|---|---|--:|--:|--:|--:|--:|"]
    order = list(KINDS)
    full = max((row.pages for row in rows), default=0)
    for row in sorted(rows, key=lambda one: (order.index(one.kind), -one.rate)):
        label = row.label + (f" ({row.pages:,} pages)" if 0 < row.pages < full else "")
        if row.key.startswith("forage"):
            label = f"**{label}**"
        fetched = row.kind in ("cold", "limit")
        share = f"{row.rate / reference:.3g}" if reference and fetched else "-"
        lines.append(f"| {label} | {KINDS[row.kind]} | {number(row.rate)} "
                     f"| {number(row.least)} - {number(row.most)} | {share} "
                     f"| {small(row.cpu_us)} | {small(row.peak_mib)} |")
    return "\n".join(lines)


def extras_list(extras):
    lines = []
    if groups := extras.get("same-groups"):
        lines.append(
            f"- Sixteen groups of the same {groups['urls']} URLs, requests at the server: Forage "
            f"{groups['forage_memory']:,} into memory and {groups['forage_redis']:,} into Redis, "
            f"requests-cache {groups['requests_cache']:,}, the tutorial's loop "
            f"{groups['tutorial']:,}, its day's port {groups['days_port']:,}.")
    if work := extras.get("tutorial-workload"):
        lines.append(
            f"- The tutorial's fifteen URLs at a tenth of their delays: Forage "
            f"{work['forage_seconds']:.2f} s and {work['forage_requests']} requests, with "
            f"`parallel_max = 1` {work['forage_in_turn_seconds']:.2f} s, the tutorial's loop "
            f"{work['tutorial_seconds']:.2f} s and {work['tutorial_requests']} requests.")
    if start := extras.get("start"):
        lines.append(f"- One page, process start included: `forage fetch` "
                     f"{start['forage_ms']:.1f} ms, `curl` {start['curl_ms']:.1f} ms.")
    if memory := extras.get("memory"):
        lines.append(f"- Peak memory of {memory['pages']:,} pages whose bodies are dropped: "
                     f"{memory['all_mib']:.1f} MiB, of one page {memory['one_mib']:.1f} MiB.")
    if warm := extras.get("warm-memory"):
        lines.append(f"- Warm from memory, within one process: {warm['rate']:,.0f} URLs a second.")
    return "\n".join(lines)


def target_table(targets):
    lines = ["| | target | wanted | measured | |", "|--:|---|--:|--:|---|"]
    for one in targets:
        sign = "at most" if one.most else "at least"
        lines.append(f"| {one.number} | {one.text} | {sign} {one.amount(one.bound)} "
                     f"| {one.amount(one.measured)} | {one.verdict} |")
    return "\n".join(lines)
