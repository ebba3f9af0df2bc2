"""Checks the sample corpus with readers that are not ours: each evidence quote is in its document's extracted text.

Needs pypdf, python-docx and lxml. Also checks that no quote runs over a line break of a PDF, and counts words.
"""

import json
import re
import sys
import zipfile
from pathlib import Path

import docx
import pypdf
from lxml import etree, html

SAMPLE = Path(__file__).parents[2] / "public" / "sample"


def flat(text):
    return re.sub(r"\s+", " ", text).strip()


def read(path):
    """The visible text: table cells parted by tabs, as Sidecite's own parser gives them."""
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    if path.suffix == ".docx":
        document = docx.Document(path)
        parts = [p.text for p in document.paragraphs]
        parts += ["\t".join(c.text for c in row.cells) for t in document.tables for row in t.rows]
        with zipfile.ZipFile(path) as archive:
            if "word/footnotes.xml" in archive.namelist():
                parts += etree.fromstring(archive.read("word/footnotes.xml")).itertext()
        return "\n".join(parts)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        root = html.fromstring(text)
        for away in root.xpath("//script|//style|//nav|//footer"):
            away.drop_tree()
        for cell in root.xpath("//td|//th"):
            cell.tail = "\t" + (cell.tail or "")
        return root.text_content()
    return text.replace("**", "").replace("*", "")


def main():
    texts = {d["file"]: read(SAMPLE / d["file"]) for d in json.loads((SAMPLE / "index.json").read_text())["documents"]}
    bad = 0
    for question in json.loads((SAMPLE / "questions.json").read_text(encoding="utf-8")):
        for quote in question["evidence"]:
            homes = [f for f in question["documents"] if flat(quote) in flat(texts[f])]
            one_line = not any(f.endswith(".pdf") for f in homes) or any(
                flat(quote) in flat(line) for f in homes for line in texts[f].splitlines())
            if not homes or not one_line or not quote.isascii() or len(quote) >= 200:
                bad += 1
                print(f"{question['id']}: {'over a line break' if homes else 'not found'}: {quote}")
    words = {f: len(t.split()) for f, t in texts.items()}
    print(words)
    print(f"{sum(words.values())} words, {bad} bad quotes")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
