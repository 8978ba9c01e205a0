#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The messages in po/: in both languages, with the same {{names}}, used, none missing; and French
typography. Prints path:line: reason; exit 1 when any.  --fix mends the spaces and apostrophes."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NBSP = "\N{NO-BREAK SPACE}"
# Keys that code puts together at run time, by their beginning, and where.
COMPOSED = {"html.": "src/html/filters.cpp", "mail.kind.": "src/mail/views.cpp"}
KEY = r"[a-z][\w-]*(?:\.[\w-]+)*\.[\w-]*[a-z0-9]"


# What names a job, a kind of letters, or an action in the log of decisions.
NO_MESSAGE = re.compile(r'\.(?:kind|action)\s*=[^,;{}]*|\b(?:handle|every)\(\s*"[^"]*"|_job\s*=[^;]*|'
                        r'\brecord\([^;{}]*;')
KINDS = {line.split(",")[0] for line in (ROOT / "data/reference/mail-kinds.csv").read_text().split()
         if "." in line}


class Entry:
    def __init__(self, key, line):
        self.key, self.line, self.texts = key, line, []


def read(path):
    """The entries of a .po file, without its header."""
    entries, texts = [], None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := re.match(r'msgid "(.*)"$', line):
            entries.append(Entry(match[1], number))
            texts = None
        elif match := re.match(r'msgstr(?:\[\d\])? "(.*)"$', line):
            texts = entries[-1].texts
            texts.append(match[1])
        elif (match := re.match(r'"(.*)"$', line)) and texts:
            texts[-1] += match[1]
    return [entry for entry in entries if entry.key]


def mended(text):
    """French as it is set: U+00A0 inside « » and before : ; ? ! % €, ’ for the apostrophe."""
    parts = re.split(r"(\{\{.*?\}\}|https?://\S*|mailto:|\\.)", text)
    for i in range(0, len(parts), 2):
        part = re.sub(r"(?<=\w)'(?=\w)", "’", parts[i])
        part = re.sub(r" ([:;?!»%€])", NBSP + r"\1", part)
        part = re.sub(r"« ", "«" + NBSP, part)
        # Where the space is forgotten. Not inside "10:30", ".json?" or "a:b".
        part = re.sub(r"(?<=[\w’)»…])([;?!»])(?=[\s).,»]|$)", NBSP + r"\1", part)
        part = re.sub(r"(?<=[^\W\d]):(?=\s|$)", NBSP + ":", part)
        part = re.sub(r"«(?=[^\s" + NBSP + r"])", "«" + NBSP, part)
        parts[i] = part.replace("...", "…")
    # Between a {{name}} and a sign.
    for i in range(2, len(parts), 2):
        if parts[i - 1].startswith("{{"):
            parts[i] = re.sub(r"^([:;?!»%€])(?=\s|$)", NBSP + r"\1", parts[i])
    return "".join(parts)


def fix(path):
    lines = path.read_text().split("\n")
    in_message = False
    for i, line in enumerate(lines):
        if line.startswith("msgid"):
            in_message = False
        elif line.startswith("msgstr"):
            in_message = bool(i > 1 and 'msgid ""' != lines[i - 1])
        if in_message and (match := re.match(r'((?:msgstr(?:\[\d\])? )?")(.*)("$)', line)):
            lines[i] = match[1] + mended(match[2]) + match[3]
    path.write_text("\n".join(lines))


def used_keys():
    """({key: where}, the beginnings that code completes) of templates and code."""
    keys, prefixes = {}, set(COMPOSED)
    for path in sorted((ROOT / "src").rglob("*")):
        if "tests" in path.parts or path.suffix not in (".html", ".cpp", ".hpp"):
            continue
        text = path.read_text()
        if path.suffix == ".html":
            found = list(re.finditer(r"\{\{#tn?\}\}\s*(" + KEY + ")", text))
            prefixes |= {name + "." for name in re.findall(r"\|\s*label:([\w.-]+)", text)}
        else:
            text = re.sub(r"//.*", "", text)
            text = re.sub(NO_MESSAGE, lambda match: match[0].replace('"', "'"), text)
            # In a store, "slice.words" names a query, or a message when there is one.
            store = path.name.startswith("store") or path.parent.name == "db"
            found = [] if store else list(re.finditer('"(' + KEY + ')"', text))
            prefixes |= set(re.findall(r'"([a-z][\w-]*(?:\.[\w-]+)*[._])"', text))
            if store:
                keys |= {key: None for key in re.findall('"(' + KEY + ')"', text)}
        for match in found:
            line = text.count("\n", 0, match.start()) + 1
            keys.setdefault(match[1], f"{path.relative_to(ROOT)}:{line}")
    return keys, prefixes


def names(texts):
    return set(re.findall(r"\{\{\s*([\w.]+)", " ".join(texts)))


def main():
    problems = []
    french, english = {}, {}
    for path in sorted((ROOT / "po").glob("*.po")):
        if path.name.endswith(".fr.po") and "--fix" in sys.argv:
            fix(path)
        catalogue = french if path.name.endswith(".fr.po") else english
        for entry in read(path):
            where = f"po/{path.name}:{entry.line}"
            if entry.key in catalogue:
                problems.append(f"{where}: {entry.key} stands also at {catalogue[entry.key][0]}")
            if not all(entry.texts):
                problems.append(f"{where}: {entry.key} is empty")
            if catalogue is french:
                problems += [f"{where}: typography (tools/check_messages.py --fix): {text}"
                             for text in entry.texts if mended(text) != text]
            catalogue[entry.key] = (where, entry.texts)
    for here, there, language in ((french, english, "English"), (english, french, "French")):
        problems += [f"{where}: {key} is not in {language}"
                     for key, (where, _) in here.items() if key not in there]
    problems += [f"{english[key][0]}: {key} has other {{{{names}}}} than in French"
                 for key, (_, texts) in french.items()
                 if key in english and not key.startswith(tuple(COMPOSED)) and names(texts) != names(english[key][1])]

    keys, prefixes = used_keys()
    slices = {key.split(".")[0] for key in french}
    problems += [f"{where}: no message {key}" for key, where in keys.items()
                 if where and key.split(".")[0] in slices and key not in french and key not in KINDS
                 and not key.endswith((".csv", ".json", ".xml", ".atom", ".ics"))  # a file's name
                 and not any(known.startswith(key + ".") for known in french)]
    problems += [f"{where}: nothing uses {key}" for key, (where, _) in french.items()
                 if key not in keys and not any(key.startswith(begin) for begin in prefixes)
                 and not any(key.startswith(used + ".") for used in keys)]
    print("\n".join(problems) or f"messages: {len(french)} in both languages, nothing to say")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
