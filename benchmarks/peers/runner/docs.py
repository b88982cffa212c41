"""Puts the results of a run into docs/."""

BEGIN = "<!-- figures: written by benchmarks/peers/run --docs -->"
END = "<!-- end of figures -->"


def rewrite(folder, text, picture):
    """Replaces what stands between the two marks of benchmarks.md, and benchmarks.svg."""
    page = folder / "benchmarks.md"
    before, found, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not found or not end:
        raise SystemExit(f"peers: {page} lacks the marks of its figures")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
    (folder / "benchmarks.svg").write_text(picture)
