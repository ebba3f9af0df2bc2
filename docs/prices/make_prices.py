"""genai-prices (MIT) -> public/prices/genai-prices.json: the hosts we know, prices of text, standard service tier."""
import datetime, json, re, sys
from importlib.metadata import version
from genai_prices import data

KEEP = ("anthropic aws azure baseten cerebras cohere deepseek fireworks google groq meta mistral moonshotai openai "
        "openrouter perplexity together voyageai x-ai zai zhipuai").split()
FIELDS = {"input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cached", "cache_write_mtok": "cache_write",
          "requests_kcount": "request"}
# Prices of tokens that our counts do not tell apart: without them a cost would be too low, so such a model has none.
UNKNOWN = {"output_reasoning_mtok", "output_citation_mtok"}


def shapes(regex):
    """A regex of the kinds the data holds -> clauses; `#` stands for a digit, a final `*` for any rest."""
    if regex == r"^(?!.*-[tT][tT][sS](?:$|-))":
        return {"not": {"or": [{"ends_with": "-tts"}, {"contains": "-tts-"}]}}
    text = re.sub(r"\\d\{(\d+)\}", lambda m: "#" * int(m[1]), regex).replace(r"\d", "#")
    text = re.sub(r"\\([.\-])", r"\1", text)
    assert text.startswith("^"), regex
    text = text[1:-1] if text.endswith("$") else text[1:] + "*"
    options = [text]
    found = re.search(r"\[([^\]]+)\]", text)
    if found:
        options = [text[:found.start()] + c + text[found.end():] for c in found[1]]
    for option in options:
        assert re.fullmatch(r"[a-z0-9@./#_-]+\*?", option), regex
    clauses = [{"shape": option} for option in options]
    return clauses[0] if len(clauses) == 1 else {"or": clauses}


def clause(c):
    kind = type(c).__name__
    if kind == "ClauseRegex":
        return shapes(c.regex)
    if kind == "ClauseOr":
        parts = [clause(x) for x in c.or_]
        equal = [p["one_of"][0] for p in parts if "one_of" in p]
        rest = [p for p in parts if "one_of" not in p]
        # The order within an `or` does not matter, so names stand together.
        parts = ([{"one_of": equal}] if equal else []) + rest
        return parts[0] if len(parts) == 1 else {"or": parts}
    if kind == "ClauseAnd":
        return {"and": [clause(x) for x in c.and_]}
    if kind == "ClauseEquals":
        return {"one_of": [c.equals.lower()]}
    name = {"ClauseStartsWith": "starts_with", "ClauseEndsWith": "ends_with",
            "ClauseContains": "contains"}[kind]
    return {name: getattr(c, name).lower()}


def unversioned(match):
    """Bedrock's newer host calls `openai.gpt-oss-120b-1:0` without the version."""
    name = match.get("contains", "")
    if re.fullmatch(r"openai\..*-1", name):
        return {"or": [match, {"ends_with": name[:-2]}]}
    return match


def number(d):
    f = float(d)
    return int(f) if f == int(f) else f


def price(p):
    given = {k: v for k, v in p.__dict__.items() if v is not None}
    if UNKNOWN & given.keys() or not ({"input_mtok", "output_mtok"} & given.keys()):
        return None
    out, starts = {}, set()
    for key, value in given.items():
        if key in FIELDS:
            tiered = type(value).__name__ == "TieredPrices"
            base = value.base if tiered else value
            out[FIELDS[key]] = number(base / 1000 if key == "requests_kcount" else base)
            starts |= {t.start for t in value.tiers} if tiered else set()
    tiers = []
    for start in sorted(starts):
        tier = {"above": start}
        for key, value in given.items():
            if key in FIELDS and type(value).__name__ == "TieredPrices":
                tier[FIELDS[key]] = number([t.price for t in value.tiers if t.start <= start][-1]
                                           if any(t.start <= start for t in value.tiers) else value.base)
        tiers.append(tier)
    if tiers:
        out["tiers"] = tiers
    return out


def minutes(t):
    assert t.utcoffset() in (None, datetime.timedelta(0))
    return t.hour * 60 + t.minute


def prices(model):
    if not isinstance(model.prices, list):
        one = price(model.prices)
        return [one] if one else []
    out = []
    for conditional in model.prices:
        one = price(conditional.prices) or {}
        c = conditional.constraint
        if type(c).__name__ == "StartDateConstraint":
            one = {"from": c.start_date.isoformat(), **one}
        elif c is not None:
            one = {"hours": [minutes(c.start_time), minutes(c.end_time)], **one}
        out.append(one)
    return out


def main(date, path):
    providers = []
    for p in data.providers:
        if p.id not in KEEP:
            continue
        models = []
        for m in p.models:
            match = clause(m.match)
            row = {"match": unversioned(match) if p.id == "aws" else match}
            if m.context_window:
                row["context"] = m.context_window
            row["prices"] = prices(m)
            models.append(row)
        row = {"id": p.id}
        if p.provider_match:
            row["match"] = clause(p.provider_match)
        if p.fallback_model_providers:
            row["fallback"] = p.fallback_model_providers
        providers.append({**row, "models": models})
    whole = {"list": "genai-prices", "version": version("genai-prices"), "date": date,
             "licence": "MIT, Copyright (c) Pydantic Services Inc.; see LICENSE.genai-prices", "providers": providers}
    # One model a line: small, and its changes can be read.
    lines = [json.dumps({k: v for k, v in whole.items() if k != "providers"}, separators=(",", ":"))[:-1] + ',"providers":[']
    for i, p in enumerate(providers):
        lines.append(json.dumps({k: v for k, v in p.items() if k != "models"}, separators=(",", ":"))[:-1] + ',"models":[')
        lines.append(",\n".join(json.dumps(m, separators=(",", ":")) for m in p["models"]))
        lines.append("]}" + ("," if i + 1 < len(providers) else ""))
    lines.append("]}\n")
    with open(path, "w") as f:
        f.write("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
