#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What holds for every file of the project: its licence is named in its first lines, and no line
points outside of the project. Prints path:line: reason; exit 1 when any."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Kinds of file that can carry a comment. Data, generated and third-party files cannot.
COMMENTED = {".cpp", ".hpp", ".c", ".h", ".py", ".sh", ".mjs", ".js", ".css", ".html", ".sql", ".po",
             ".cmake", ".toml", ".yml", ".yaml", ".svg", ".md"}
ALSO_COMMENTED = {"CMakeLists.txt", ".clang-tidy", ".clang-format"}
FREE = re.compile(r"^(content/items/.*\.toml$|src/items/tests/data/|tests/mustache-spec/|tests/fuzz/corpus/|LICENSE|README\.md$|web/icons/|docs/engine/)")
OUTSIDE = re.compile(r"\.\./shared|/work/|/tmp/shot")


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def check(name):
    path = ROOT / name
    data = path.read_bytes()
    if b"\0" in data[:4096]:
        return
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError:
        if not FREE.match(name):
            yield f"{name}:1: not UTF-8"
        return
    script = bool(lines) and lines[0].startswith("#!")
    if ((script or path.suffix in COMMENTED or path.name in ALSO_COMMENTED) and not FREE.match(name)
            and not any("SPDX-License-Identifier: " in line for line in lines[:5])):
        yield f"{name}:1: no line SPDX-License-Identifier: EUPL-1.2"
    if name != "tools/check_files.py":
        for number, line in enumerate(lines, 1):
            if OUTSIDE.search(line):
                yield f"{name}:{number}: points outside of the project: {line.strip()[:80]}"
    if script and re.search(r"\b(ba)?sh\b", lines[0]):
        ran = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
        if ran.returncode:
            yield ran.stderr.strip().replace(f"{path}: line ", f"{name}:")


def main():
    problems = [problem for name in tracked() for problem in check(name)]
    print("\n".join(problems) or "files: nothing to say")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
