#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Writes embedded.S and embedded.cpp: every file that the binary carries, by the path it has there.

src/<slice>/templates/<name>.html -> templates/<slice>/<name>
src/<slice>/migrations/<file>     -> migrations/<file>
data/reference/<path>             -> reference/<path>
content/items/<path>.toml         -> items/<path>.toml
data/demo/<file>                  -> demo/<file>
<generated>/po/<language>.mo      -> po/<language>.mo
<generated>/web/<file>            -> static/<file>
"""
import pathlib
import sys

root, generated = (pathlib.Path(arg) for arg in sys.argv[1:3])


def files():
    for path in root.glob("src/*/templates/*.html"):
        yield f"templates/{path.parent.parent.name}/{path.stem}", path
    for path in root.glob("src/*/migrations/*.sql"):
        yield f"migrations/{path.name}", path
    for path in (root / "data/reference").rglob("*"):
        if path.is_file():
            yield f"reference/{path.relative_to(root / 'data/reference').as_posix()}", path
    for path in root.glob("content/items/*/*.toml"):
        yield f"items/{path.parent.name}/{path.name}", path
    for path in root.glob("data/demo/*"):
        yield f"demo/{path.name}", path
    for path in generated.glob("po/*.mo"):
        yield f"po/{path.name}", path
    for path in (generated / "web").rglob("*"):
        if path.is_file():
            yield f"static/{path.relative_to(generated / 'web').as_posix()}", path


entries = sorted(files())
names = [name for name, _ in entries]
assert len(names) == len(set(names)), "two embedded files of one name"

assembler = ['.section .rodata', '.section .note.GNU-stack,"",%progbits', '.section .rodata']
table = ['#include "base/embedded.hpp"', '#include <array>', 'extern "C" {']
for number, (name, path) in enumerate(entries):
    symbol = f"campus_file_{number}"
    assembler += [f".global {symbol}", f".global {symbol}_end", ".balign 16", f"{symbol}:",
                  f'.incbin "{path}"', f"{symbol}_end:", ".byte 0"]
    table.append(f"extern const char {symbol}[], {symbol}_end[];")
table += ["}", "namespace base {", "std::span<const EmbeddedFile> embedded_files() {",
          "    static const std::array<EmbeddedFile, %d> files{{" % len(entries)]
for number, (name, _) in enumerate(entries):
    s = f"campus_file_{number}"
    table.append(f'        {{"{name}", {{{s}, static_cast<std::size_t>({s}_end - {s})}}}},')
table += ["    }};", "    return files;", "}", "}  // namespace base", ""]
(generated / "embedded.S").write_text("\n".join(assembler) + "\n")
(generated / "embedded.cpp").write_text("\n".join(table))
