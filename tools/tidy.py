#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""clang-tidy over src/**/*.cpp (tests apart) with the flags of a clang build, on all cores.

A file is looked at again only when its text, one of our headers that it includes, its flags or
.clang-tidy changed since it last passed: ~/.cache/campus-tidy holds one empty stamp a success, for
all checkouts.

  tools/tidy.py [--seconds N] [FILE...]

With --seconds it starts no file after N seconds and says how many are left. script/test does so: a
machine without memory would spend more time here than on all tests. Which files come first changes
with each commit.
"""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/sanitize"
FLAGS = BUILD / "tidy"
STAMPS = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "campus-tidy"
TIDY = "clang-tidy-19"


@functools.cache
def includes(path):
    """Our headers that the file includes itself."""
    named = re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M)
    places = [folder / name for name in named for folder in (ROOT / "src", path.parent)]
    return [place for place in places if place.exists()]


def closure(path, seen):
    if path not in seen:
        seen.add(path)
        for header in includes(path):
            closure(header, seen)
    return seen


@functools.cache
def text(path):
    return path.read_bytes()


def stamp_of(path, command):
    digest = hashlib.sha256(command.replace(str(ROOT), "").encode() + text(ROOT / ".clang-tidy"))
    for part in sorted(closure(path, set())):
        digest.update(part.relative_to(ROOT).as_posix().encode() + b"\0" + text(part) + b"\0")
    return STAMPS / digest.hexdigest()


def tidy(path):
    ran = subprocess.run([TIDY, "--quiet", "-p", FLAGS, path], capture_output=True, text=True)
    return ran.returncode == 0, ran.stdout


def flags():
    """Those of the build by file, without the precompiled header, which would hide a missing include,
    and without how much is optimised."""
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    for entry in entries:
        entry["command"] = re.sub(r" (-include-pch \S+|-O\d)", "", entry["command"])
    FLAGS.mkdir(exist_ok=True)
    (FLAGS / "compile_commands.json").write_text(json.dumps(entries))
    return {pathlib.Path(entry["file"]): entry["command"] for entry in entries}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("files", nargs="*")
    asked = parser.parse_args()
    deadline = time.monotonic() + asked.seconds
    commands = flags()
    chosen = [pathlib.Path(name).resolve() for name in asked.files]
    files = [path for path in sorted((ROOT / "src").rglob("*.cpp"))
             if path in commands and "tests" not in path.parts and (not chosen or path in chosen)]
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamps = {path: stamp_of(path, commands[path]) for path in files}
    for stamp in STAMPS.iterdir():
        if time.time() - stamp.stat().st_mtime > 30 * 86400:
            stamp.unlink()
    left = [path for path in files if not stamps[path].exists()]
    # The large ones first, so that no core waits for the last.
    left.sort(key=lambda path: -path.stat().st_size)
    if asked.seconds < float("inf"):
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True).stdout
        random.Random(head).shuffle(left)
    passed = True
    late = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(lambda path: time.monotonic() < deadline and tidy(path), path): path
                   for path in left}
        for number, done in enumerate(concurrent.futures.as_completed(running), 1):
            path = running[done]
            if not done.result():
                late += 1
                continue
            right, said = done.result()
            if right:
                stamps[path].touch()
            else:
                passed = False
                print(said)
            print(f"clang-tidy: {number}/{len(left)} {path.relative_to(ROOT)}", flush=True)
    if late:
        print(f"clang-tidy: no time for {late} files; script/lint looks at them")
    print(f"clang-tidy: {len(files) - len(left)} of {len(files)} files unchanged since they passed")
    return not passed


if __name__ == "__main__":
    sys.exit(main())
