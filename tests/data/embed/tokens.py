"""Writes tokens.json and token_hashes.tsv with the Hugging Face tokenizer as oracle.

Usage: pip install tokenizers; python tokens.py TOKENIZER.json DATA_FOLDER
"""
import hashlib, json, pathlib, struct, sys
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
tokenizer.no_truncation()
tokenizer.no_padding()
here = pathlib.Path(__file__).parent

SENTENCES = [
    "", " ", "A man is eating food.", "The quick brown fox jumps over the lazy dog!",
    "UPPER lower MiXeD 3.14159 $1,000.00 50% a_b-c e-mail@example.org https://example.org/a?b=c#d",
    "Zürich, café, naïve, Ångström, señor, Łódź, œuvre, Straße, STRASSE, ẞ",
    "cafe\u0301 nai\u0308ve a\u0323\u0302 a\u0302\u0323 \u0301alone",
    "İstanbul ISPARTA ısparta İİ", "ΟΔΥΣΣΕΥΣ Σίσυφος ὈΔΥΣΣΕΎΣ", "Привет, мир! Ёжик и йод",
    "漢字とかなカナ が 한국어 텍스트 中文，标点。", "𠀀𠀁 㐀 豈 﨑 𫠠 丽", "ไทย ภาษาไทย हिन्दी தமிழ் عَرَبِيّ עִבְרִית",
    "👩‍👩‍👧 🇨🇭 😀😃 ❤️ 1️⃣", "soft\u00adhyphen zero\u200bwidth joiner\u200dhere \ufeffbom word\u2060joiner",
    "ctrl\x00\x01\x08\x0b\x0c\x1f\x7f\x85chars tab\there\r\nnew line", "nb\u00a0space thin\u2009space ideo\u3000graphic line\u2028sep",
    "\ufffdreplacement\ufffd private\ue000use tag\U000e0041s", "“quotes” ‘single’ «guillemets» — dash – en … ellipsis ‽ ¿qué? ¡sí!",
    "x² H₂O ½ ①②③ ﬁ ﬂ ℃ Å Å ™ € £ ¥ ° ± × ÷ µ Ω Ω", "K K ſ", "[CLS] inside [SEP] text [MASK][PAD] [UNK] [sep] [ CLS ]",
    "word[SEP]word", "a" * 100, "a" * 101, "é" * 100, "é" * 101, "x" * 5000, "한" * 33, "한" * 34,
    "unbelievableness antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "don't can't it's o'clock rock'n'roll", "```fn main() { println!(\"{}\", 1 << 3); }```", "a.b.c...d,,e;;f::g",
    "1,2-dichloroethane β-catenin CD4⁺ IL-2Rα μg/ml", "\u0345\u0313\u0300 ᾧ ΐ ΰ", "\u302e\u302f \U0001d15e\U0001d165\U0001d16e",
    "ǅ ǆ Ǆ Ⅷ ⅷ Ⓐ ⓐ Ａ ａ Ꭰ ꭰ Ა ა", "\u1e9e\u0130\u0131\u0149\u01f0", "##ing ## # [CLS]ing ##", "  leading and trailing  ",
]
json.dump([[s, tokenizer.encode(s).ids] for s in SENTENCES], open(here / "tokens.json", "w"), ensure_ascii=True, indent=0)


def digest(texts):
    sha, count, total = hashlib.sha256(), 0, 0
    for text in texts:
        ids = tokenizer.encode(text).ids
        sha.update(struct.pack(f"<{len(ids)}I", *ids))
        count += 1
        total += len(ids)
    return f"{count}\t{total}\t{sha.hexdigest()}"


def rows(path):
    for line in open(path, encoding="utf-8"):
        row = json.loads(line)
        yield row.get("title") or ""
        yield row.get("text") or ""


out = open(here / "token_hashes.tsv", "w")
points = (chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)
print("code points\t" + digest(f"a{c}b {c}" for c in points), file=out)
data = pathlib.Path(sys.argv[2])
for path in sorted(data.glob("ir/*/corpus.jsonl")) + sorted(data.glob("ir/*/queries.jsonl")):
    print(f"{path.relative_to(data).as_posix()}\t" + digest(rows(path)), file=out)
for path in sorted(data.glob("ir/*/*.md")):
    print(f"{path.relative_to(data).as_posix()}\t" + digest([path.read_text(encoding="utf-8")]), file=out)
