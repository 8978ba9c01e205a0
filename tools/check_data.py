#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Whether data/ holds together: forms, codes, references, dates, links, typography, labels in both
languages. The known codes are those that have a label in po/. Prints path: reason; exit 1 when any."""
import csv
import datetime
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
problems = []
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TEXTS = set("title display_title summary objectives programme duration registration_link image_url prerequisites "
            "level certification certification_code accessibility content_licence provider host "
            "quality_evidence source kind slug owner status reviewed_on expires_on".split())
LISTS = set("audiences themes subthemes organisers modalities pillars prerequisite_offers trades languages "
            "places".split())
OTHERS = {"duration_minutes": int, "price_cents": int, "visible": bool, "fictitious": bool, "skills": list,
          "steps": list, "eligibility": dict}
DIGCOMP = {f"{area}.{n}" for area, count in zip(range(1, 6), (3, 6, 4, 4, 4)) for n in range(1, count + 1)}


def say(where, why):
    problems.append(f"{where}: {why}")


def load(path):
    def pairs(items):
        if len(items) != len(dict(items)):
            say(path, f"a name stands twice in {[k for k, _ in items]}")
        return dict(items)
    try:
        return json.loads((ROOT / path).read_text(encoding="utf-8"), object_pairs_hook=pairs)
    except (OSError, ValueError) as e:
        sys.exit(f"{path}: {e}")


def labels(slice_, language):
    text = (ROOT / f"po/{slice_}.{language}.po").read_text(encoding="utf-8")
    return dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"', text, re.M))


def codes(prefix):
    """What follows `prefix.` among the labels; both languages have the same ones, none is empty."""
    found = {}
    for language in ("fr", "en"):
        all_ = labels(prefix.split(".")[0], language)
        found[language] = {k[len(prefix) + 1:] for k, v in all_.items() if k.startswith(prefix + ".") and v}
    for code in found["fr"] ^ found["en"]:
        say("po", f"{prefix}.{code} is not labelled in both languages")
    return found["fr"] & found["en"]


def among(where, what, values, known):
    for value in values:
        if value not in known:
            say(where, f"{what} {value!r} is unknown")


def unique(where, what, values):
    for value in {v for v in values if values.count(v) > 1}:
        say(where, f"{what} {value!r} stands twice")


def typography(where, text):
    if found := re.search(r"'|\.\.\.| [:;?!»]|« |  |\t| $|^ ", text, re.M):
        say(where, f"typography near {text[max(0, found.start() - 20):found.end() + 10]!r}")


def luhn(digits):
    return sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(digits))) % 10 == 0


def check_themes():
    path = "data/reference/themes.json"
    data = load(path)
    versions = {v["version"]: [t["code"] for t in v["themes"]] for v in data["versions"]}
    for version, themes in versions.items():
        unique(path, f"theme of {version}", themes)
        among(path, "theme without label:", themes, codes("catalogue.theme"))
    for v in data["versions"]:
        for theme in v["themes"]:
            for language, label in theme["label"].items():
                if labels("catalogue", language).get("catalogue.theme." + theme["code"]) != label:
                    say(path, f"label of {theme['code']} differs from po ({language})")
    for m in data["mapping"]:
        among(path, "mapped theme", [m["from"]], versions[m["from_version"]])
        among(path, "mapped theme", m["to"], versions[m["to_version"]])
    mapped = {m["from"] for m in data["mapping"] if m["from_version"] == "2025"}
    among(path, "theme of 2025 without mapping:", set(versions["2025"]) - mapped, ())
    present = [v for v in data["versions"] if v["present"]]
    if len(present) != 1:
        say(path, "one version must be the present one")
    return {t["code"] for t in present[0]["themes"]}


def check_synonyms():
    path, seen = "data/reference/synonyms.txt", {}
    for n, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#") or not line:
            continue
        words = [w.strip().lower() for w in line.split(",")]
        if len(words) < 2 or "" in words:
            say(f"{path}:{n}", "a group has two words or more")
        for word in words:
            if word in seen:
                say(f"{path}:{n}", f"{word!r} also stands in line {seen[word]}")
            seen[word] = n


def check_organisations():
    path = "data/demo/organisations.csv"
    with open(ROOT / path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    known, kinds, branches = {}, codes("organisations.kind"), codes("organisations.branch")
    for row in rows:
        where = f"{path}: {row['code']}"
        if not SLUG.fullmatch(row["code"]) or row["code"] in known or None in row or not row["name"]:
            say(where, "not one new slug with a name in the right columns")
        if row["parent"] and row["parent"] not in known:
            say(where, f"parent {row['parent']!r} does not stand before it")
        among(where, "kind", [row["kind"]], kinds)
        among(where, "branch", [row["branch"]], branches)
        if row["siret"] and not (re.fullmatch(r"\d{14}", row["siret"]) and luhn(row["siret"])):
            say(where, "no SIRET")
        typography(where, row["name"])
        known[row["code"]] = row
    return known


def check_people(organisations):
    path = "data/demo/people.json"
    people = load(path)["people"]
    roles, populations = codes("identity.role"), codes("catalogue.population")
    unique(path, "email", [p["email"] for p in people])
    for p in people:
        where = f"{path}: {p['email']}"
        if not re.fullmatch(r"[a-z.-]+@exemple\.fr", p["email"]):
            say(where, "addresses of invented people end in @exemple.fr")
        among(where, "organisation", [p["organisation"]] + [r["perimeter"] for r in p["roles"]], organisations)
        among(where, "role", [r["role"] for r in p["roles"]], roles)
        among(where, "population", [p["population"]], populations)
        if organisations.get(p["organisation"], {}).get("branch") != p["population"]:
            say(where, "population differs from the branch of the organisation")
        typography(where, p["job"])
    missing = roles - {"agent"} - {r["role"] for p in people for r in p["roles"]}
    among(path, "role that nobody has:", missing, ())
    for name, values in load("data/demo/fillers.json").items():
        unique("data/demo/fillers.json", name, values)


def check_offer(where, o, slugs, organisations, themes, lists):
    for name, value in o.items():
        right = (isinstance(value, str) if name in TEXTS else
                 isinstance(value, list) and all(isinstance(v, str) and v for v in value) if name in LISTS else
                 type(value) is OTHERS.get(name))
        if not right or value in ("", [], {}):
            say(where, f"{name}: unknown, empty or of the wrong type")
        if name in LISTS and isinstance(value, list):
            unique(where, name, value)
    for name in ("title", "summary", "owner", "source", "audiences", "themes", "pillars"):
        if name not in o:
            say(where, f"{name} is missing")
    if not SLUG.fullmatch(o["slug"]) or len(o["slug"]) > 80:
        say(where, "no slug of 80 bytes or less")
    among(where, "owner", [o["owner"]], organisations)
    among(where, "kind", [o["kind"]], lists["kind"])
    among(where, "theme", o.get("themes", []), themes)
    among(where, "modality", o.get("modalities", []), lists["modality"])
    among(where, "pillar", o.get("pillars", []), lists["pillar"])
    among(where, "level", [o["level"]] if "level" in o else [], lists["level"])
    among(where, "prerequisite", o.get("prerequisite_offers", []), slugs - {o["slug"]})
    among(where, "step", [s["offer_slug"] for s in o.get("steps", [])], slugs - {o["slug"]})
    rules = o.get("eligibility", {})
    among(where, "eligibility", rules, ("populations", "contractors", "organisations", "invitation_only"))
    among(where, "population", rules.get("populations", []), lists["population"])
    among(where, "organisation", rules.get("organisations", []), organisations)
    for s in o.get("skills", []):
        right = s["framework"] == "digcomp-2.2" and s["code"] in DIGCOMP and 0 <= s.get("from_level", 0) < s["to_level"] <= 8
        if not right:
            say(where, f"skill {s}")
    if o["status"] != "published" or o.get("duration_minutes", 1) <= 0 or ("duration_minutes" in o and "duration" not in o):
        say(where, "status or duration")
    if not re.match(r"(https://|mailto:)\S+$", o.get("registration_link", "https://-")):
        say(where, "link with another scheme than https or mailto")
    for name in ("reviewed_on", "expires_on"):
        datetime.date.fromisoformat(o.get(name, "2026-01-01"))
    if o.get("fictitious", False) != (o["source"] == "Offre fictive de démonstration"):
        say(where, "a fictitious offer says so in both places, a real one has a real source")
    for name in TEXTS - {"registration_link", "image_url"}:
        typography(f"{where}: {name}", o.get(name, ""))
    for name in LISTS:
        for value in o.get(name, []):
            typography(f"{where}: {name}", value)


def check_offers(organisations, themes):
    path = "data/demo/offers.json"
    offers = load(path)["offers"]
    slugs = [o["slug"] for o in offers]
    lists = {n: codes("catalogue." + n) for n in ("kind", "modality", "level", "pillar", "population")}
    unique(path, "slug", slugs)
    unique(path, "title", [o["title"] for o in offers])
    for o in offers:
        check_offer(f"{path}: {o['slug']}", o, set(slugs), organisations, themes, lists)
    used = {name: {v for o in offers for v in o.get(name, [])} for name in ("themes", "pillars", "modalities")}
    among(path, "theme without offer:", themes - used["themes"], ())
    among(path, "kind without offer:", lists["kind"] - {o["kind"] for o in offers}, ())
    real = sum("fictitious" not in o for o in offers)
    if real != 83:
        say(path, f"{real} real trainings instead of 83")
    return {o["slug"]: o for o in offers}


def check_venues(organisations):
    path = "data/demo/venues.json"
    venues = load(path)["venues"]
    unique(path, "code", [v["code"] for v in venues])
    for v in venues:
        where = f"{path}: {v['code']}"
        among(where, "organisation", [v["organisation"]], organisations)
        if v["capacity"] != max(r["capacity"] for r in v["rooms"]) or not v["fictitious_details"]:
            say(where, "the capacity is that of the largest room, and its details are marked as invented")
        typography(where, v["name"] + v.get("address", ""))
    return {v["code"]: v for v in venues}


def check_sessions(organisations, offers, venues):
    path = "data/demo/sessions.json"
    for n, s in enumerate(load(path)["sessions"], 1):
        where = f"{path}: {n} ({s['offer']})"
        among(where, "offer", [s["offer"]], offers)
        among(where, "organisation", [s["organisation"]], organisations)
        among(where, "venue", [s["venue"]] if s["venue"] else [], venues)
        if s["offer"] in offers and ("registration_link" in offers[s["offer"]] or "expires_on" in offers[s["offer"]]):
            say(where, "an offer with enrolment elsewhere, or expired, has no sessions here")
        if not s["venue"] and not s["video_link"]:
            say(where, "neither a venue nor a video link")
        if s["venue"] in venues and s["capacity"] > venues[s["venue"]]["capacity"]:
            say(where, "more seats than the venue has")
        if not (s["video_link"] or "https://visio.exemple.fr/-").startswith("https://visio.exemple.fr/"):
            say(where, "video links of demonstration are at visio.exemple.fr")
        unique(where, "slot", [(x["in_days"], x["half"]) for x in s["slots"]])
        if not s["slots"] or any(x["half"] not in ("am", "pm") or x["in_days"] < 1 for x in s["slots"]):
            say(where, "a slot is am or pm of the 1st working day or later")
        if [(x["in_days"], x["half"]) for x in s["slots"]] != sorted((x["in_days"], x["half"]) for x in s["slots"]):
            say(where, "slots out of order")
        first = s["slots"][0]["in_days"]
        first_calendar_day = first + (first - 1) // 5 * 2  # the fewest days that so many working days take
        opens, closes = s["enrolment_opens_in_days"], s["enrolment_closes_in_days"]
        if not (opens < closes < first_calendar_day and s["cancel_until_in_days"] < first_calendar_day):
            say(where, "enrolment and cancellation end before the first slot")
        if not 0 < s["minimum"] <= s["capacity"] or not 0 <= s["fill"] <= s["capacity"]:
            say(where, "minimum and fill are within the capacity")
        if (s["waiting"] and s["fill"] < s["capacity"]) or ((opens > 0 or s["status"] == "draft") and s["fill"]):
            say(where, "people wait only for full sessions, and nobody sits in one that is not open")
        among(where, "status", [s["status"]], ("open", "cancelled", "draft"))


def main():
    themes = check_themes()
    check_synonyms()
    organisations = check_organisations()
    check_people(organisations)
    offers = check_offers(organisations, themes)
    venues = check_venues(organisations)
    check_sessions(organisations, offers, venues)
    for prefix in ("catalogue.duration", "identity.role"):
        codes(prefix)
    for path in sorted((ROOT / "po").glob("*.fr.po")):
        for key, text in re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"', path.read_text(encoding="utf-8"), re.M):
            if key.split(".")[0] in ("catalogue", "organisations", "identity") and "{{" not in text:
                typography(f"{path.name}: {key}", text)
    print("\n".join(problems) or f"data: nothing to say ({len(organisations)} organisations, {len(offers)} offers)")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
