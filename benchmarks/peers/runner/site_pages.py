"""What is fetched: files of one size, and the lists of their URLs that the clients read."""

import json
import os

PAGE_BYTES = 2048
GROUPS = 16


def page(number):
    """Text of PAGE_BYTES bytes that is another one for each number."""
    head = f"<!doctype html><title>Page {number}</title>\n<p>"
    filler = f"{number:06d} " * (PAGE_BYTES // 7)
    return (head + filler)[:PAGE_BYTES - 1].encode() + b"\n"


def write_pages(folder, count):
    (folder / "p").mkdir(parents=True)
    for number in range(count):
        path = folder / "p" / f"{number:06d}"
        path.write_bytes(page(number))
        # One time for all, so that all answers have heads of one length.
        os.utime(path, (1_700_000_000, 1_700_000_000))


class UrlLists:
    """URLs of the first pages, in each of the forms that a client wants, written when asked for."""

    def __init__(self, folder, base):
        self.folder = folder
        self.base = base

    def urls(self, count):
        return [f"{self.base}/p/{number:06d}" for number in range(count)]

    def _write(self, name, text):
        path = self.folder / name
        if not path.exists():
            path.write_text(text)
        return str(path)

    def lines(self, count):
        return self._write(f"urls-{count}.txt", "".join(url + "\n" for url in self.urls(count)))

    def curl_config(self, count):
        return self._write(f"curl-{count}.conf", "".join(
            f'url = "{url}"\noutput = "/dev/null"\n' for url in self.urls(count)))

    def split(self, count):
        """GROUPS lists that share the URLs."""
        urls = self.urls(count)
        size = -(-count // GROUPS)
        groups = [urls[begin:begin + size] for begin in range(0, count, size)]
        return self._write(f"split-{count}.json", json.dumps(groups))

    def same(self, count):
        """GROUPS lists of the same URLs."""
        return self._write(f"same-{count}.json", json.dumps([self.urls(count)] * GROUPS))
