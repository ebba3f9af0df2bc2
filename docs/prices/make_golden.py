"""Costs as genai-prices itself computes them -> tests/data/prices/golden.json."""
import datetime, json, random, sys, warnings
from importlib.metadata import version
from genai_prices import Usage, calc_price, data
import make_prices as vendor
warnings.simplefilter("ignore")

def names(c):
    kind = type(c).__name__
    if kind == "ClauseEquals": return [c.equals]
    if kind == "ClauseStartsWith": return [c.starts_with, c.starts_with + "-x"]
    if kind == "ClauseEndsWith": return ["x-" + c.ends_with]
    if kind == "ClauseContains": return ["eu." + c.contains + "-v1"]
    if kind == "ClauseOr": return [n for x in c.or_ for n in names(x)]
    return []

seed = 20261121
random.seed(seed)
utc = datetime.timezone.utc
moments = [datetime.datetime(2026, 11, 21, 12, 0, tzinfo=utc), datetime.datetime(2026, 11, 21, 2, 30, tzinfo=utc),
           datetime.datetime(2026, 3, 1, 23, 59, tzinfo=utc), datetime.datetime(2025, 12, 31, 8, 0, tzinfo=utc)]
FIXED = [("groq", "openai/gpt-oss-120b"), ("cerebras", "gpt-oss-120b"), ("aws", "openai.gpt-oss-120b-1:0"),
         ("aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"), ("aws", "anthropic.claude-haiku-4-5-20251001-v1:0"),
         ("aws", "us.amazon.nova-pro-v1:0"), ("aws", "us.meta.llama3-3-70b-instruct-v1:0"), ("openrouter", "openai/gpt-oss-120b"),
         ("fireworks", "accounts/fireworks/models/gpt-oss-120b"), ("together", "openai/gpt-oss-120b"), ("baseten", "openai/gpt-oss-120b"),
         ("anthropic", "claude-opus-5-20260731"), ("anthropic", "claude-sonnet-4-5-20250929"), ("openai", "gpt-5.2-20251211"),
         ("openai", "gpt-4o-2024-08-06"), ("google", "gemini-2.5-flash"), ("google", "gemini-2.5-pro"), ("google", "gemini-2.5-pro-preview-tts"),
         ("google", "claude-sonnet-4-5@20250929"), ("azure", "gpt-4o"), ("azure", "gpt-5-mini-2025-08-07"), ("azure", "phi-4"),
         ("mistral", "mistral-large-latest"), ("cohere", "command-a-03-2025"), ("x-ai", "grok-4-0709"), ("x-ai", "grok-4.5-20261001"),
         ("deepseek", "deepseek-chat"), ("deepseek", "deepseek-v4-pro"), ("deepseek", "deepseek-flash"), ("perplexity", "sonar-pro"),
         ("perplexity", "sonar"), ("moonshotai", "kimi-k3"), ("meta", "muse-spark-1.3"), ("zai", "glm-5.3"), ("voyageai", "voyage-3.5"),
         ("openai", "no-such-model"), ("groq", "gpt-4o"), ("anthropic", "gpt-4o"), ("perplexity", "sonar-deep-research")]
work = [(p, m, t) for p, m in FIXED for t in moments[:3]]
for p in data.providers:
    if p.id not in vendor.KEEP: continue
    pool = [n for m in p.models for n in names(m.match)]
    for n in random.sample(pool, min(14, len(pool))):
        work.append((p.id, n, random.choice(moments)))
rows, nones = [], 0
for provider, model, at in work:
    known = None
    try:
        input_ = random.choice([17, 1200, 9_000, 150_000, 201_000, 280_001])
        cached = random.choice([0, 0, input_ // 3]); written = random.choice([0, 0, input_ // 5])
        output = random.choice([1, 350, 4096])
        usage = dict(input_tokens=input_, output_tokens=output)
        if cached: usage["cache_read_tokens"] = cached
        if written: usage["cache_write_tokens"] = written
        done = calc_price(Usage(**usage), model, provider_id=provider, genai_request_timestamp=at)
        given = {k for k, v in done.model_price.__dict__.items() if v is not None}
        if given & {"input_mtok"} and not given & vendor.UNKNOWN:
            if "output_mtok" not in given:
                output = 0
                done = calc_price(Usage(**{**usage, "output_tokens": 0}), model, provider_id=provider, genai_request_timestamp=at)
            known = float(done.total_price)
    except LookupError:
        pass
    nones += known is None
    rows.append([provider, model, int(at.timestamp() * 1000), input_, cached, written, output, known])
with open(sys.argv[1], "w") as f:
    f.write('{"made_with":"genai-prices %s","seed":%d,"columns":["host","model","at_millis","input (cached and written among them)","cached","written","output","usd"],"rows":[\n' % (version("genai-prices"), seed))
    f.write(",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]}\n")
print(len(rows), nones)
