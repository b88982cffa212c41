"""Scrapy with 16 requests at a time, and with its HTTP cache when a folder for it is given.

usage: scrapy_client.py URLS [CACHE_FOLDER]
"""

import json
import sys

import scrapy
from scrapy.crawler import CrawlerProcess

SETTINGS = {
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_TIMEOUT": 60,
    "LOG_LEVEL": "ERROR",
    "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7",
    "ROBOTSTXT_OBEY": False,
    "RETRY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
}


class Pages(scrapy.Spider):
    """Counts what it is given."""

    name = "pages"
    delivered = {"ok": 0, "bytes": 0, "hits": 0}

    def __init__(self, urls):
        super().__init__()
        self.start_urls = urls

    def parse(self, response):
        self.delivered["ok"] += response.status == 200
        self.delivered["bytes"] += len(response.body)
        self.delivered["hits"] += "cached" in response.flags


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        urls = file.read().split()
    settings = dict(SETTINGS)
    if len(sys.argv) > 2:
        settings.update(HTTPCACHE_ENABLED=True, HTTPCACHE_DIR=sys.argv[2])
    process = CrawlerProcess(settings)
    process.crawl(Pages, urls=urls)
    process.start()
    print(json.dumps(Pages.delivered))


if __name__ == "__main__":
    main()
