"""requests-cache on Redis: one session that 16 threads share, each with a group of URLs.

usage: requests_cache_client.py GROUPS.json REDIS_PORT
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import redis
import requests
from requests_cache import CachedSession, RedisCache

THREADS = 16
TIMEOUT = 60


def visit(session, urls):
    """Pages of status 200, their bytes, and how many the cache had."""
    ok = size = hits = 0
    for url in urls:
        response = session.get(url, timeout=TIMEOUT)
        if response.status_code == 200:
            ok += 1
            size += len(response.content)
            hits += bool(response.from_cache)
    return ok, size, hits


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        groups = json.load(file)
    connection = redis.Redis(host="127.0.0.1", port=int(sys.argv[2]))
    session = CachedSession(backend=RedisCache("peers", connection=connection))
    # The pool has ten connections otherwise, and would throw the others away.
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=THREADS))
    with ThreadPoolExecutor(THREADS) as pool:
        parts = list(pool.map(lambda urls: visit(session, urls), groups))
    ok, size, hits = (sum(column) for column in zip(*parts))
    print(json.dumps({"ok": ok, "bytes": size, "hits": hits}))


if __name__ == "__main__":
    main()
