"""The predictors besides FACT as a user of PyTorch would write them: nn.LSTM, nn.Conv1d, fused
attention, what has been computed of the past kept from frame to frame; trained on their own frames,
as by default. float32, unless the caller asks for autocast.

The weights are random: only time is measured here, scripts/parity compares the numbers.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class PostNormBlock(nn.Module):
    """Vaswani et al. 2017. memory: keys and values of the rows before, or None."""

    def __init__(self, width, heads, dim, mlp):
        super().__init__()
        self.heads, self.dim = heads, dim
        self.qkv, self.out = nn.Linear(width, 3 * heads * dim), nn.Linear(heads * dim, width)
        self.up, self.down = nn.Linear(width, mlp), nn.Linear(mlp, width)
        self.attn_norm, self.mlp_norm = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, memory=None, mask=None, causal=False):
        batch, rows, _ = x.shape
        q, k, v = self.qkv(x).view(batch, rows, 3, self.heads, self.dim).permute(2, 0, 3, 1, 4)
        if memory is not None:
            k, v = torch.cat([memory[0], k], 2), torch.cat([memory[1], v], 2)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        x = self.attn_norm(x + self.out(y.transpose(1, 2).reshape(batch, rows, -1)))
        return self.mlp_norm(x + self.down(F.relu(self.up(x)))), (k, v)


def sinusoids(rows, width):
    angle = torch.arange(rows)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angle.sin(), angle.cos()], -1).view(rows, -1)[:, :width]


class Revolution(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, width = c, c["width"]
        self.hear = nn.Linear(c["music_dim"], width)
        self.register_buffer("place", sinusoids(c["music"], width))
        far = torch.arange(c["music"])
        self.register_buffer("near", (far[None] - far[:, None]).abs() <= c["reach"])
        self.blocks = nn.ModuleList(
            PostNormBlock(width, c["heads"], c["head_dim"], c["mlp"]) for _ in range(c["layers"][1])
        )
        self.embed = nn.Linear(c["motion_dim"], c["embed"])
        self.lstm = nn.LSTM(c["embed"], c["hidden"], c["lstm_layers"], batch_first=True)
        self.head = nn.Linear(c["hidden"] + width, c["motion_dim"])

    def forward(self, past, music):
        c, x = self.c, self.hear(music) + self.place
        for block in self.blocks:
            x, _ = block(x, mask=None if c["reach"] >= c["music"] else self.near)
        h, state = self.lstm(self.embed(past))
        row, frame, made = h[:, -1:], past[:, -1:], []
        for k in range(c["future"]):
            if k:
                frame = made[-1].detach()
                row, state = self.lstm(self.embed(frame), state)
            at = c["past"] - 1 + k
            y = self.head(torch.cat([row, x[:, at : at + 1]], -1))
            made.append(frame + y if c["residual"] else y)
        return torch.cat(made, 1)

    def own_loss(self, future, past, target):
        return F.l1_loss(future, target)


class Conv(nn.Module):
    """GN, ReLU, causal convolution."""

    def __init__(self, width, kernel, groups):
        super().__init__()
        self.norm, self.before = nn.GroupNorm(groups, width, eps=1e-6), kernel - 1
        self.conv = nn.Conv1d(width, width, kernel)

    def forward(self, x):
        return self.conv(F.pad(F.relu(self.norm(x)), (self.before, 0), "replicate"))


class Network(nn.Module):
    def __init__(self, c):
        super().__init__()
        conv = lambda: Conv(c["width"], c["kernel"], c["groups"])
        self.blocks = nn.ModuleList(nn.Sequential(conv(), conv()) for _ in range(c["blocks"]))

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x)
        return x


class Phd(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, width, dim = c, c["width"], c["motion_dim"]
        self.embed, self.movie, self.ahead = nn.Linear(dim, width), Network(c), Network(c)
        self.hidden0, self.hidden1 = nn.Linear(width + dim, c["mlp"]), nn.Linear(c["mlp"], c["mlp"])
        self.head, self.mean = nn.Linear(c["mlp"], dim), nn.Parameter(torch.zeros(dim))

    def watch(self, motion):
        return self.movie(self.embed(motion).transpose(1, 2))

    def read(self, strips):
        strips = strips.transpose(1, 2)
        y = self.mean.expand(*strips.shape[:2], -1)
        for _ in range(self.c["rounds"]):
            x = F.relu(self.hidden1(F.relu(self.hidden0(torch.cat([strips, y], -1)))))
            y = y + self.head(x)
        return y

    def forward(self, past, music=None):
        c = self.c
        self.known = film = self.watch(past)
        field = 1 + 2 * (c["kernel"] - 1) * c["blocks"]
        for _ in range(c["future"]):
            film = torch.cat([film, self.ahead(film[..., -field:])[..., -1:]], -1)
        self.strips = film[..., c["past"] :]
        y = self.read(self.strips)
        return y + past[:, -1:] if c["residual"] else y

    def own_loss(self, future, past, target):
        K = self.c["future"]
        with torch.no_grad():
            came = self.watch(torch.cat([past[:, K:], target], 1))[..., -K:]
        seen = past - past[:, -1:]
        return F.mse_loss(self.strips, came) + F.mse_loss(self.read(self.known), seen)


class DanceNet(nn.Module):
    def __init__(self, c):
        super().__init__()
        from peer_model import Encoder

        self.c, R, skip, dim = c, c["width"], c["skip"], c["motion_dim"]
        self.music = Encoder(c["music"], c["music_dim"], c["layers"][1], (R, c["heads"], c["mlp"]))
        self.before = nn.Sequential(nn.Linear(dim, R), nn.ReLU(), nn.Linear(R, R), nn.ReLU())
        self.far = [2 ** (i % c["cycle"]) for i in range(c["blocks"])]
        # filter and gate of a block at once, as WaveNets are written
        self.convs = nn.ModuleList(nn.Conv1d(R, 2 * R, 2, dilation=d) for d in self.far)
        self.conditions = nn.ModuleList(nn.Conv1d(R, 2 * R, 1, bias=False) for d in self.far)
        self.skips = nn.ModuleList(nn.Conv1d(R, skip, 1) for d in self.far)
        self.residuals = nn.ModuleList(nn.Conv1d(R, R, 1) for d in self.far[1:])
        self.after, self.head = nn.Linear(skip, skip), nn.Linear(skip, 2 * dim)

    def look(self, frames, condition, had):
        """condition [batch, R, rows]; had: a block's newest rows, that its convolution sees."""
        x, total = self.before(frames).transpose(1, 2), 0
        for i, far in enumerate(self.far):
            seen = F.pad(x, (far, 0)) if had[i] is None else torch.cat([had[i], x], 2)
            had[i] = seen[..., -far:]
            f, g = (self.convs[i](seen) + self.conditions[i](condition)).chunk(2, 1)
            z = f.tanh() * g.sigmoid()
            total = total + self.skips[i](z)
            if i + 1 < len(self.far):
                x = x + self.residuals[i](z)
        y = self.head(F.relu(self.after(F.relu(total.transpose(1, 2)))))
        dim = self.c["motion_dim"]
        return (frames if self.c["residual"] else 0) + y[..., :dim], y[..., dim:]

    def forward(self, past, music):
        c, had = self.c, [None] * len(self.far)
        l, K = c["past"], c["future"]
        e = self.music(music)[:, 1 : l + K].transpose(1, 2)
        mean, sharp = self.look(past, e[..., :l], had)
        means, sharps = [mean[:, -1:]], [sharp[:, -1:]]
        for k in range(1, K):
            at = l - 1 + k
            mean, sharp = self.look(means[-1].detach(), e[..., at : at + 1], had)
            means.append(mean)
            sharps.append(sharp)
        self.sharpness = torch.cat(sharps, 1).clamp(max=math.log(1 / 0.03))
        return torch.cat(means, 1)

    def own_loss(self, mean, past, target):
        s = self.sharpness
        nll = (0.5 * ((target - mean) * s.exp()) ** 2 - s).sum(-1).mean()
        bend = (mean[:, :-2] + mean[:, 2:] - 2 * mean[:, 1:-1].detach()).square().mean()
        return nll + 0.1 * bend


class Stream(nn.Module):
    """Causal blocks over one of the inputs of Li et al."""

    def __init__(self, rows, inputs, width, heads, dim, layers):
        super().__init__()
        self.embed = nn.Linear(inputs, width)
        self.register_buffer("place", sinusoids(rows, width))
        self.blocks = nn.ModuleList(PostNormBlock(width, heads, dim, width) for _ in range(layers))

    def forward(self, x, first, memory):
        x = self.embed(x) + self.place[first : first + x.shape[1]]
        for i, block in enumerate(self.blocks):
            x, memory[i] = block(x, memory[i], causal=memory[i] is None)
        return x


class Li(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, W, dim, rows = c, c["width"], c["motion_dim"], c["past"] + c["future"]
        heads, layers = c["heads"], c["layers"][0]
        self.register_buffer("low", torch.full((dim,), -2.0))
        self.register_buffer("high", torch.full((dim,), 2.0))
        self.register_buffer("centre", (torch.arange(c["bins"]) + 0.5) / c["bins"] * 4 - 2)
        self.classes = nn.Embedding(c["bins"], c["embed"])
        self.features, self.flag = nn.Linear(c["music_dim"], c["audio"]), nn.Linear(1, c["audio"])
        self.dance = Stream(rows, dim * c["embed"], W, heads, c["head_dim"], layers)
        quarter = (W // 4, heads // 2, c["head_dim"] // 4, layers // 2)
        self.sound, self.beat = (Stream(rows, c["audio"], *quarter) for _ in range(2))
        self.mix = nn.Linear(W + 2 * (W // 4), dim * c["output"])
        self.head = nn.Linear(c["output"], c["bins"])

    def quantise(self, x):
        bins = self.c["bins"]
        return ((x - self.low) / (self.high - self.low) * bins).long().clamp(0, bins - 1)

    def listen(self, frames, music, first, memory):
        beat = self.c["beat"]
        x = self.classes(self.quantise(frames)).flatten(2)
        streams = (
            self.dance(x, first, memory[0]),
            self.beat(self.flag(music[..., beat : beat + 1]), first, memory[1]),
            self.sound(self.features(music).tanh(), first, memory[2]),
        )
        return torch.cat(streams, -1)

    def logits(self, m):
        return self.head(self.mix(m).unflatten(-1, (self.c["motion_dim"], -1)))

    def forward(self, past, music):
        l, K = self.c["past"], self.c["future"]
        memory = [[None] * len(s.blocks) for s in (self.dance, self.beat, self.sound)]
        row = self.listen(past, music[:, 1 : l + 1], 0, memory)[:, -1:]
        z, made = [], []
        for k in range(K):
            if k:
                row = self.listen(made[-1].detach(), music[:, l + k : l + k + 1], l + k - 1, memory)
            z.append(self.logits(row))
            made.append((z[-1].softmax(-1) * self.centre).sum(-1))
        self.z = torch.cat(z, 1)
        return torch.cat(made, 1)

    def own_loss(self, future, past, target):
        return F.cross_entropy(self.z.flatten(0, 2), self.quantise(target).flatten())


PREDICTORS = {"revolution": Revolution, "phd": Phd, "dancenet": DanceNet, "li": Li}
