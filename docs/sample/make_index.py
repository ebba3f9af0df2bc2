"""Writes public/sample/index.json: each document with its size and SHA-256, from the files as they lie there.

Needs only Python's own library. Run it last, whenever a document has changed.
"""

import hashlib
import json
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "public" / "sample"
FORMATS = {".md": "markdown", ".html": "html", ".pdf": "pdf", ".docx": "docx", ".txt": "text"}
DOCUMENTS = [
    ("about-the-cableway.md", "The Tarrin Sound Cableway in brief", "defines the abbreviations that other documents only use"),
    ("wind-policy-issue-3.md", "Wind Policy, issue 3 (2021)", "withdrawn, yet reads almost like its successor"),
    ("wind-policy-issue-4.md", "Wind Policy, issue 4 (2024)", "an exception to an exception; units in a footnote"),
    ("incident-report-2023-07.md", "Incident report IR-2023-07", "one hop of several two-document questions; knots instead of m/s"),
    ("inspection-gannet-2025.md", "Annual carriage inspection 2025: Gannet", "near-duplicate of Petrel's sheet"),
    ("inspection-petrel-2025.md", "Annual carriage inspection 2025: Petrel", "near-duplicate of Gannet's sheet"),
    ("tariff-2025.html", "Fares and freight rates 2025/26", "a table read by row and column; notes that override it"),
    ("visitor-faq.html", "Visitors' questions", "navigation and footer around the text; paraphrase; one answer out of date"),
    ("maintenance-manual.pdf", "Drive and Rope Maintenance Manual DM-2", "fault codes for exact search; one value superseded elsewhere"),
    ("evacuation-plan.pdf", "Line Evacuation Plan EP-1", "a list across a page break, with running heads"),
    ("board-minutes-2025-03-12.docx", "Minutes of the Board, 12 March 2025", "a footnote that changes a table; overrules the website"),
    ("staff-handbook-2025.docx", "Staff Handbook 2025", "the answer sits in the middle of a long document"),
    ("door-switch-emails.txt", "E-mail thread: door switches", "the last word counts; a prompt injection in a pasted mail"),
    ("aebersold-bulletin-2024-11.txt", "Technische Mitteilung TM 2024-11", "German; supersedes a value in the English manual; price in francs"),
]


def entry(file, title, difficulty):
    data = (SAMPLE / file).read_bytes()
    return {"file": file, "title": title, "format": FORMATS[Path(file).suffix], "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(), "difficulty": difficulty}


index = {
    "name": "Tarrin Sound Cableway",
    "description": "14 documents from a fictional cable-car company, with typical retrieval pitfalls.",
    "licence": "CC0-1.0",
    "starters": [
        "How long does a crossing take?",
        "Above what gust speed is the line closed?",
        "What does fault code TS-226 mean?",
    ],
    "documents": [entry(*row) for row in DOCUMENTS],
}
(SAMPLE / "index.json").write_text(json.dumps(index, indent=2, ensure_ascii=True) + "\n", encoding="utf-8")
print(f"{len(DOCUMENTS)} documents, {sum(d['bytes'] for d in index['documents'])} bytes")
