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


def table(heads, rows):
    """The first column is text, the others are numbers."""
    return "\n".join(["| " + " | ".join(heads) + " |", "|---|" + "--:|" * (len(heads) - 1)]
                     + ["| " + " | ".join(row) + " |" for row in rows])


def url_scale(numbers):
    sizes, slopes = numbers["sizes"], numbers["slopes_us"]
    return table(
        ["one group, from", "to URLs", "CPU us for each further URL"],
        [[f"{small:,}", f"{large:,}", f"{slope:.1f}"]
         for small, large, slope in zip(sizes, sizes[1:], slopes)]) + (
        f"\n\nThe farthest is {numbers['deviation_percent']:.0f} % from the median. Peak memory of "
        f"{sizes[-1]:,} URLs: {numbers['peak_mib']:.1f} MiB, of which {numbers['cache_mib']} "
        f"MiB are the cache's.")


def group_scale(numbers):
    fewer, more = numbers["totals"]
    return table(
        ["groups", f"CPU us for each URL from {fewer:,} to {more:,}", "peak MiB"],
        [[f"{groups:,}", f"{slope:.1f}", small(peak)] for groups, slope, peak in
         zip(numbers["groups"], numbers["slopes_us"], numbers["peak_mib"])]) + (
        f"\n\nThe farthest is {numbers['deviation_percent']:.0f} % from the median. Each further "
        f"group costs {numbers['group_us']:.0f} us, its file of URLs and its part of the report "
        f"included.")


def flight_scale(numbers):
    if why_not := numbers.get("why_not"):
        return f"Ten thousand fetches in flight: not measured, {why_not}."
    small, large = numbers["totals"]
    return (f"{numbers['in_flight']:,} fetches in flight, each answered after a second: "
            f"{numbers['rate']:,.0f} URLs a second between {small:,} and {large:,} URLs, "
            f"{numbers['cpu_us']:.1f} us of CPU each, {numbers['peak_mib']:.0f} MiB at the peak; "
            f"the server counted {numbers['at_once']:,} at once.")


def cache_tables(numbers):
    """Speed and size of the caches, then what each policy keeps."""
    threads, size = numbers["threads"], numbers["entry_bytes"]
    names = list(dict.fromkeys(name for row in threads.values() for name in row))
    heads = ["memory cache"]
    for count in threads:
        heads += [f"Mops/s, {count} thread{'s' if count > 1 else ''}", "ns CPU", "ours is"]
    ours = lambda one: f"{one['ours_rate']:.2f} x"
    rows = []
    for name in names:
        cells = [name]
        for row in threads.values():
            one = row.get(name)
            cells += [f"{one['mops']:.2f}", f"{one['cpu_ns']:.0f}", ours(one)] if one else ["-"] * 3
        rows.append([*cells, number(size.get(name))])
    ratios = numbers["hit_ratios"]
    policies = list(next(iter(ratios.values())))
    return table([*heads, "bytes an entry"], rows) + "\n\n" + table(
        ["hit ratio", *policies],
        [[name, *(f"{row[policy]:.3f}" for policy in policies)] for name, row in ratios.items()])


SECTIONS = {"caches": cache_tables, "scale-urls": url_scale, "scale-groups": group_scale,
            "scale-flight": flight_scale}


def extras_tables(extras):
    """What is more than a line."""
    return "\n\n".join(show(extras[name]) for name, show in SECTIONS.items() if extras.get(name))


def target_table(targets):
    if not targets:
        return ""
    lines = ["| | target | wanted | measured | |", "|--:|---|--:|--:|---|"]
    for one in targets:
        sign = "at most" if one.most else "at least"
        lines.append(f"| {one.number} | {one.text} | {sign} {one.amount(one.bound)} "
                     f"| {one.amount(one.measured)} | {one.verdict} |")
    return "\n".join(lines)
