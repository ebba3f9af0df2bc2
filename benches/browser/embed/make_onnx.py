"""all-MiniLM-L6-v2 as ONNX, f32 and dynamic int8, from its safetensors, because no registry carries it.

Usage: pip install numpy onnx onnxruntime; python make_onnx.py MODEL_FOLDER OUT_FOLDER

The graph is BERT as exporters write it. The int8 file is made as transformers.js makes its q8 files:
dynamic quantisation, signed weights per channel in a reduced range, only products with constant weights.
"""
import json, pathlib, shutil, struct, sys
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

source, out = map(pathlib.Path, sys.argv[1:3])
config = json.loads((source / "config.json").read_text())
HIDDEN, HEADS, LAYERS = config["hidden_size"], config["num_attention_heads"], config["num_hidden_layers"]
raw = (source / "model.safetensors").read_bytes()
length = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8 : 8 + length])


def weight(name):
    entry = header[name]
    start, end = entry["data_offsets"]
    return np.frombuffer(raw[8 + length + start : 8 + length + end], "<f4").reshape(entry["shape"])


nodes, constants, counter = [], [], 0


def constant(array, name=None):
    global counter
    counter += 1
    name = name or f"constant_{counter}"
    constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
    return name


def op(kind, *inputs, **attributes):
    global counter
    counter += 1
    name = f"{kind}_{counter}"
    nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
    return name


def number(value):
    return constant(np.array(value, np.float32))


def linear(x, name):
    product = op("MatMul", x, constant(weight(f"{name}.weight").T, f"{name}.weight_t"))
    return op("Add", product, constant(weight(f"{name}.bias"), f"{name}.bias"))


def norm(x, name):
    gain, bias = constant(weight(f"{name}.weight")), constant(weight(f"{name}.bias"))
    return op("LayerNormalization", x, gain, bias, axis=-1, epsilon=config["layer_norm_eps"])


ints = lambda *values: constant(np.array(values, np.int64))
mask = op("Cast", op("Unsqueeze", "attention_mask", ints(1, 2)), to=TensorProto.FLOAT)
mask = op("Mul", op("Sub", number(1.0), mask), number(np.finfo(np.float32).min))
sequence = op("Gather", op("Shape", "input_ids"), ints(1))
every_place = constant(np.arange(config["max_position_embeddings"], dtype=np.int64)[None])
places = op("Slice", every_place, ints(0), sequence, ints(1))
x = op("Gather", constant(weight("embeddings.word_embeddings.weight"), "words"), "input_ids")
x = op("Add", x, op("Gather", constant(weight("embeddings.token_type_embeddings.weight"), "kinds"), "token_type_ids"))
x = op("Add", x, op("Gather", constant(weight("embeddings.position_embeddings.weight"), "places"), places))
x = norm(x, "embeddings.LayerNorm")
for layer in range(LAYERS):
    name = f"encoder.layer.{layer}"
    heads = lambda part, order: op(
        "Transpose",
        op("Reshape", linear(x, f"{name}.attention.self.{part}"), ints(0, 0, HEADS, HIDDEN // HEADS)),
        perm=order,
    )
    scores = op("MatMul", heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]))
    scores = op("Add", op("Div", scores, number((HIDDEN / HEADS) ** 0.5)), mask)
    context = op("MatMul", op("Softmax", scores, axis=-1), heads("value", [0, 2, 1, 3]))
    context = op("Reshape", op("Transpose", context, perm=[0, 2, 1, 3]), ints(0, 0, HIDDEN))
    x = norm(op("Add", linear(context, f"{name}.attention.output.dense"), x), f"{name}.attention.output.LayerNorm")
    inner = linear(x, f"{name}.intermediate.dense")
    error = op("Add", op("Erf", op("Div", inner, number(2**0.5))), number(1.0))
    inner = op("Mul", op("Mul", inner, error), number(0.5))
    x = norm(op("Add", linear(inner, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")
nodes[-1].output[0] = "last_hidden_state"

shape = ["batch", "sequence"]
inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("input_ids", "attention_mask", "token_type_ids")]
result = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape + [HIDDEN])
graph = helper.make_graph(nodes, "minilm", inputs, [result], constants)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
(out / "onnx").mkdir(parents=True, exist_ok=True)
onnx.save(model, out / "onnx" / "model.onnx")
quantize_dynamic(
    out / "onnx" / "model.onnx",
    out / "onnx" / "model_quantized.onnx",
    weight_type=QuantType.QInt8,
    per_channel=True,
    reduce_range=True,
    extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
)
for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
    shutil.copy(source / file, out / file)
