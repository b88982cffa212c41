"""The loop of the tutorial that Forage grew from: a thread for each group, which asks Redis for
"url:" and the URL, and fetches and stores what is not there.

usage: python3 tutorial_loop.py REDIS_PORT    groups as JSON, arrays of URLs, on standard input
"""

import json
import sys
import threading
import urllib.request

import redis


class Scraper(threading.Thread):
    def __init__(self, store, urls):
        super().__init__()
        self.store = store
        self.urls = urls
        self.lines = []

    def run(self):
        for url in self.urls:
            key = f"url:{url}"
            cached = self.store.get(key)
            if cached:
                self.lines.append(f"hit {url} {len(cached)}")
                continue
            with urllib.request.urlopen(url) as response:
                text = response.read().decode()
                if response.status == 200:
                    self.store.set(key, text)
                self.lines.append(f"fetched {url} {len(text)}")


def main():
    store = redis.Redis(port=int(sys.argv[1]), decode_responses=True)
    scrapers = [Scraper(store, urls) for urls in json.load(sys.stdin)]
    for scraper in scrapers:
        scraper.start()
    for scraper in scrapers:
        scraper.join()
        print("\n".join(scraper.lines))


main()
