"""Prints the two tables of src/embed/classes.rs, read off the Hugging Face tokenizer code point by code point.

Usage: pip install tokenizers; python classes.py TOKENIZER.json
"""
import sys
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
dropped, punctuation = [], []
for point in range(0x80, 0x110000):
    if 0xD800 <= point < 0xE000:
        continue
    normal = tokenizer.normalizer.normalize_str(f"a{chr(point)}b")
    middle = normal[1:-1]
    if middle == "":
        dropped.append(point)
    elif len(middle) == 1 and middle != " " and len(tokenizer.pre_tokenizer.pre_tokenize_str(normal)) == 3:
        punctuation.append(point)


def table(name, points):
    ranges = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    lines, line = [], "   "
    for first, last in ranges:
        item = f" (0x{first:x}, 0x{last:x}),"
        if len(line) + len(item) > 108:
            lines.append(line)
            line = "   "
        line += item
    print(f"#[rustfmt::skip]\nconst {name}: [(u32, u32); {len(ranges)}] = [")
    print("\n".join([*lines, line]) + "\n];")


table("DROPPED", dropped)
table("PUNCTUATION", punctuation)
