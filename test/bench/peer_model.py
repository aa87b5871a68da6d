"""The whole method as a user of PyTorch would write it: nn.Linear, nn.LayerNorm, fused attention,
fused Adam, inference_mode; in float32 or bfloat16 autocast, as it is or through torch.compile.

The weights are random: only time is measured here, scripts/parity compares the numbers.
"""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from peer_predictors import PREDICTORS


class Block(nn.Module):
    """FACT's pre-norm block."""

    def __init__(self, width, heads, mlp):
        super().__init__()
        self.heads, self.size, self.scale = heads, -(-width // heads), width**-0.5
        self.attn_norm, self.mlp_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * heads * self.size, bias=False)
        self.out = nn.Linear(heads * self.size, width)
        self.up, self.down = nn.Linear(width, mlp), nn.Linear(mlp, width)

    def forward(self, x):
        batch, rows, _ = x.shape
        q, k, v = (
            self.qkv(self.attn_norm(x))
            .view(batch, rows, 3, self.heads, self.size)
            .permute(2, 0, 3, 1, 4)
        )
        y = F.scaled_dot_product_attention(q, k, v, scale=self.scale)
        x = x + self.out(y.transpose(1, 2).reshape(batch, rows, -1))
        return x + self.down(F.gelu(self.up(self.mlp_norm(x)), approximate="tanh"))


def blocks(layers, dims):
    return nn.Sequential(*(Block(*dims) for _ in range(layers)))


class Encoder(nn.Module):
    def __init__(self, rows, inputs, layers, dims):
        super().__init__()
        self.embed, self.position = nn.Linear(inputs, dims[0]), nn.Parameter(
            torch.randn(rows, dims[0]) * 0.02
        )
        self.blocks = blocks(layers, dims)

    def forward(self, x):
        return self.blocks(self.embed(x) + self.position)


class Decoder(nn.Module):
    def __init__(self, rows, outputs, layers, dims):
        super().__init__()
        self.position, self.blocks, self.head = (
            nn.Parameter(torch.randn(rows, dims[0]) * 0.02),
            blocks(layers, dims),
            nn.Linear(dims[0], outputs),
        )

    def forward(self, x):
        return self.head(self.blocks(x + self.position))


class Step(nn.Module):
    """Eq. 2 for one genre."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        dims, bank = (c["width"], c["heads"], c["mlp"]), (
            c["bank_width"],
            c["bank_heads"],
            c["bank_mlp"],
        )
        self.motion = Encoder(c["past"], c["motion_dim"], c["layers"][0], dims)
        self.music = Encoder(c["music"], c["music_dim"], c["layers"][1], dims)
        self.cross, self.head = blocks(c["layers"][2], dims), nn.Linear(c["width"], c["motion_dim"])
        if c["refine"] != "none":
            self.encoder = Encoder(c["past"], c["motion_dim"], c["bank_layers"], bank)
            self.decoder = Decoder(c["past"], c["motion_dim"], c["bank_layers"], bank)
            n, last = c["latents"], c["past"] - 1
            self.frames = [int(i * last / (n - 1) + 0.5) for i in range(n)]
            self.register_buffer("manifold", torch.randn(c["items"], c["bank_width"]))
        if c["transit"]:
            self.transit_encoder = Encoder(c["past"], c["motion_dim"], c["bank_layers"], bank)
            self.transit_decoder = Decoder(c["future"], c["width"], c["bank_layers"], bank)
            self.register_buffer("keys", torch.randn(c["items"], c["bank_width"]))
            self.register_buffer("values", torch.randn(c["items"], c["bank_width"]))

    def read(self, x, keys, values):
        scale = self.c["bank_width"] ** -0.5 if self.c["logit_scale"] else 1.0
        return torch.softmax(x @ keys.T * scale, dim=-1) @ values

    def forward(self, past, music):
        c = self.c
        tokens = [self.motion(past), self.music(music)]
        if c["transit"]:
            query = self.transit_encoder(past).mean(1, keepdim=True)
            tokens.append(
                self.transit_decoder(
                    self.read(query, self.keys, self.values).expand(-1, c["future"], -1)
                )
            )
        y = self.head(self.cross(torch.cat(tokens, 1))[:, : c["future"]])
        if c["residual"]:
            y = y + past[:, -1:]
        if c["refine"] == "none":
            return y
        latents = self.read(
            self.encoder(torch.cat([past[:, c["future"] :], y], 1))[:, self.frames],
            self.manifold,
            self.manifold,
        )
        frames = F.interpolate(
            latents.transpose(1, 2), c["past"], mode="linear", align_corners=True
        ).transpose(1, 2)
        return self.decoder(frames)[:, -c["future"] :]


def loss_of(model, past, music, target):
    future = model(past, music)
    own = model.own_loss(future, past, target) if hasattr(model, "own_loss") else 0
    return F.mse_loss(future, target) + own


def training_step(model, past, music, target, cast):
    parameters = [p for p in model.parameters() if p.requires_grad]
    adam = torch.optim.Adam(parameters, lr=1e-4, fused=True)

    def step():
        adam.zero_grad(set_to_none=True)
        with cast():
            loss = loss_of(model, past, music, target)
        loss.backward()
        adam.step()

    return step


def generation_step(model, future, past, music, cast):
    def step():
        nonlocal past
        with torch.inference_mode(), cast():
            past = torch.cat([past[:, future:], model(past, music).float()], 1)

    return step


def make_step(what, config, batch, threads, bf16, compiled):
    """A function that does one step of 'train' or 'generate'."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = PREDICTORS.get(config.get("predictor"), Step)(config)
    cast = partial(torch.autocast, "cpu", torch.bfloat16, enabled=bf16)
    past, music = torch.randn(batch, config["past"], config["motion_dim"]), torch.randn(
        batch, config.get("music", 1), config.get("music_dim", 1)
    )
    if what == "generate":
        model.eval()
    if compiled:
        model.compile()
    if what == "train":
        target = torch.randn(batch, config["future"], config["motion_dim"])
        return training_step(model, past, music, target, cast)
    return generation_step(model, config["future"], past, music, cast)
