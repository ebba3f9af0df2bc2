"""Writes vectors.json: sentences and their f32 embeddings, by ONNX Runtime over the f32 model.

Usage: pip install numpy onnxruntime tokenizers; python vectors.py ONNX_FOLDER
(ONNX_FOLDER is what benches/browser/embed/make_onnx.py writes.)
"""
import json, pathlib, sys
import numpy as np, onnxruntime
from tokenizers import Tokenizer

folder = pathlib.Path(sys.argv[1])
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
tokenizer.no_padding()
tokenizer.enable_truncation(256)
session = onnxruntime.InferenceSession(folder / "onnx" / (sys.argv[2] if len(sys.argv) > 2 else "model.onnx"))
SENTENCES = [
    "A man is eating food.", "A man is eating a piece of bread.", "The stock market crashed yesterday.", "",
    "Photosynthesis converts light energy into chemical energy stored in glucose.",
    "fn main() { let total: u64 = (1..=10).map(|n| n * n).sum(); println!(\"{total}\"); }",
    "Wie hoch ist der Eiffelturm, und wann wurde er gebaut?", "東京は日本の首都です。",
    "Revenue rose 12.4% to $3.1 billion in Q3 2021, while operating margin fell by 180 basis points.",
    "Mutations in the BRCA1 gene impair homologous recombination and raise the lifetime risk of breast cancer.",
    "What year did the treaty end the war between the two kingdoms?",
    "The committee reviewed the budget. " * 60,
    " ".join(f"Row {n}: sensor {n * 7 % 13} read {n * 31 % 97} degrees at {n % 24:02d}:00." for n in range(9)),
]


def embed(text):
    ids = tokenizer.encode(text).ids
    feed = {"input_ids": [ids], "attention_mask": [[1] * len(ids)], "token_type_ids": [[0] * len(ids)]}
    rows = session.run(None, {key: np.array(value, np.int64) for key, value in feed.items()})[0][0]
    mean = rows.mean(0)
    return mean / np.linalg.norm(mean)


rows = [[text, [round(float(v), 7) for v in embed(text)]] for text in SENTENCES]
if len(sys.argv) > 2:
    golden = json.load(open(pathlib.Path(__file__).parent / "vectors.json"))
    print([round(float(np.dot(a[1], b[1])), 4) for a, b in zip(rows, golden)])
else:
    json.dump(rows, open(pathlib.Path(__file__).parent / "vectors.json", "w"), indent=0)
    for a, b in ((0, 1), (0, 2)):
        print(np.dot(rows[a][1], rows[b][1]))
