"""The tutorial's scraper: a thread per group, its URLs one after another, each looked up in Redis
and, when it is not there, fetched with requests and kept when its status is 200.

usage: tutorial.py GROUPS.json REDIS_PORT      GROUPS.json: a list of lists of URLs
"""

import json
import sys
import threading
import time

import redis
import requests

TIMEOUT = 60


class Scraper(threading.Thread):
    """One group: its pages by URL, and how many of them Redis had."""

    def __init__(self, store, urls):
        super().__init__()
        self.store = store
        self.urls = urls
        self.pages = {}
        self.hits = 0

    def run(self):
        for url in self.urls:
            key = "url:" + url
            page = self.store.get(key)
            if page:
                self.hits += 1
            else:
                page = self.fetch(url, key)
            self.pages[url] = page

    def fetch(self, url, key):
        """As the tutorial does: no session, so that each request has a connection of its own."""
        response = requests.get(url, timeout=TIMEOUT)
        if response.status_code != 200:
            return None
        self.store.set(key, response.text)
        return response.text


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        groups = json.load(file)
    store = redis.Redis(host="127.0.0.1", port=int(sys.argv[2]), decode_responses=True)
    begin = time.monotonic()
    scrapers = [Scraper(store, urls) for urls in groups]
    for scraper in scrapers:
        scraper.start()
    for scraper in scrapers:
        scraper.join()
    seconds = time.monotonic() - begin
    pages = [page for scraper in scrapers for page in scraper.pages.values() if page is not None]
    print(json.dumps({
        "ok": len(pages),
        "bytes": sum(len(page) for page in pages),
        "hits": sum(scraper.hits for scraper in scrapers),
        "seconds": seconds,
    }))


if __name__ == "__main__":
    main()
