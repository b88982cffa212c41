#!/usr/bin/env python3
"""Fetches URLs side by side through `forage pipe`.

usage: fetch.py [--job JOB.toml] URL...        FORAGE names the command, if it is not in PATH
"""
import argparse
import base64
import contextlib
import itertools
import json
import os
import subprocess
import threading
from concurrent.futures import Future


ENDED = "forage pipe has ended"


class Forage:
    """`forage pipe` as a context manager; fetch() may be called by many threads."""

    def __init__(self, *options):
        command = [os.environ.get("FORAGE", "forage"), "pipe", *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._ids = itertools.count(1)
        self._writing = threading.Lock()
        self._lock = threading.Lock()  # guards what follows
        self._waiting = {}
        self._has_ended = False
        # Answers come in any order, and are read while requests are written.
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()  # it ends once everything is answered
        self._reader.join()
        self._process.wait()

    def fetch(self, url, **request):
        """Asks for `url`; further keys are those of docs/pipe.md. Returns a Future of the answer,
        whose "body" holds the bytes."""
        answer = Future()
        with self._lock:
            if self._has_ended:
                answer.set_exception(OSError(ENDED))
                return answer
            request.update(id=next(self._ids), url=url)
            self._waiting[request["id"]] = answer
        # Not under the lock that the reader needs: Forage reads on only while its answers are read.
        with self._writing, contextlib.suppress(BrokenPipeError):  # _read() sees the end, too
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        return answer

    def _read(self):
        for line in self._process.stdout:
            answer = json.loads(line)
            with self._lock:
                waiting = self._waiting.pop(answer["id"])
            if "error" in answer:
                waiting.set_exception(OSError(f"{answer['kind']}: {answer['error']}"))
            else:
                answer["body"] = base64.b64decode(answer.pop("body_b64"))
                waiting.set_result(answer)
        with self._lock:  # it ended without answering these
            self._has_ended = True
            for waiting in self._waiting.values():
                waiting.set_exception(OSError(ENDED))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--job")
    parser.add_argument("urls", nargs="+", metavar="URL")
    arguments = parser.parse_args()
    with Forage(*([arguments.job] if arguments.job else [])) as forage:
        answers = [(url, forage.fetch(url, redirect="follow")) for url in arguments.urls]
        for url, answer in answers:
            try:
                page = answer.result()
                print(page["status"], page["outcome"], len(page["body"]), url)
            except OSError as error:
                print("failed", error, url)


if __name__ == "__main__":
    main()
