"""Writes the files of this folder with PyTorch: python3 test/golden/torch/make.py"""

import argparse
import collections
import json
import pathlib

import torch

here = pathlib.Path(__file__).parent
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 4 - 2
state = collections.OrderedDict(
    whole=base,
    row=base[2],
    transposed=base.t(),
    column=base[1:, 4],
    expanded=torch.tensor([1.5, -2.5]).expand(3, 2),
    half=torch.tensor([1.0, -0.333251953125, 65504.0, 5.960464477539063e-08]).half(),
    bfloat16=torch.tensor([[0.0, 1.0, 3.0], [-0.15625, 256.0, 1e38]]).bfloat16()[:, 1:],
    double=torch.tensor([0.1, -1e300], dtype=torch.float64),
    int64=torch.tensor([-(2**62), 7]),
    int32=torch.tensor([-5, 6], dtype=torch.int32),
    int16=torch.tensor([-300, 300], dtype=torch.int16),
    int8=torch.tensor([-128, 127], dtype=torch.int8),
    uint8=torch.tensor([0, 255], dtype=torch.uint8),
    boolean=torch.tensor([True, False]),
    complex=torch.tensor([1 + 2j]),
    scalar=torch.tensor(2.75),
    empty=torch.zeros(0, 3),
    parameter=torch.nn.Parameter(torch.tensor([4.0, 5.0])),
)
torch.save(
    {"model": state, "step": 3, "list": [torch.tensor([9.0])], "shape": base.shape}, here / "zip.pt"
)
torch.save(
    {"model": state, "step": 3, "list": [torch.tensor([9.0])], "shape": base.shape},
    here / "legacy.pt",
    _use_new_zipfile_serialization=False,
)
torch.save(
    torch.nn.Linear(2, 1, bias=False)
    .requires_grad_(False)
    .apply(lambda m: m.weight.copy_(torch.tensor([[0.5, -1.0]])))
    .state_dict(),
    here / "module.bin",
)
torch.save({"args": argparse.Namespace(a=1), "w": base}, here / "objects.pt")

folder = here / "sharded"
folder.mkdir(exist_ok=True)
shards = [
    {"encoder.a": torch.tensor([[1.0, 2.0], [3.0, 4.0]]).t()},
    {"encoder.b": torch.tensor([0.5, -1.5]).bfloat16(), "head.w": torch.tensor([7.0])},
]
names = [f"pytorch_model-{i:05d}-of-00002.bin" for i in (1, 2)]
for name, shard in zip(names, shards):
    torch.save(shard, folder / name)
index = {
    "metadata": {"total_size": 24},
    "weight_map": {k: name for name, shard in zip(names, shards) for k in shard},
}
(folder / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2) + "\n")
