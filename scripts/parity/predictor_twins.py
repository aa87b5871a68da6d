"""PyTorch twins of the predictors besides FACT, in float64, and the numbers that
test/model/predictors/f64_twins.c compares with.

Weights and inputs are sines of their index and name, which both sides compute.

Usage: predictor_twins.py >test/golden/predictors/twins.h
"""

import math

import torch
from torch.nn import functional as F

B, PAST, FUTURE, MUSIC, D, M = 2, 9, 3, 13, 12, 5


def sines(count, phase, size):
    return size * torch.sin(0.7 * torch.arange(1, count + 1, dtype=torch.float64) + phase)


def given_input(phase, *shape):
    return sines(math.prod(shape), phase, 0.8).reshape(shape).requires_grad_()


class Net:
    """A model's tensors by name, made when they are first asked for."""

    def __init__(self):
        self.tensors = {}

    def __call__(self, name, *shape):
        name = "predictor." + name
        if name not in self.tensors:
            value = sines(math.prod(shape), sum(name.encode()) % 97, 0.5).reshape(shape)
            if "bins." in name:
                value = 0.2 * value + (2 if name.endswith("high") else -2)
            self.tensors[name] = value.requires_grad_("bins." not in name)
        return self.tensors[name]

    def linear(self, x, name, out):
        return F.linear(x, self(name + ".weight", out, x.shape[-1]), self(name + ".bias", out))

    def norm(self, x, name):
        n = x.shape[-1]
        return F.layer_norm(x, (n,), self(name + ".weight", n), self(name + ".bias", n))

    def heads(self, x, name, heads, dim, bias, scale, seen=None):
        size = 3 * heads * dim
        w = self(name + ".qkv.weight", size, x.shape[-1])
        qkv = F.linear(x, w, self(name + ".qkv.bias", size) if bias else None)
        parts = qkv.split(heads * dim, -1)
        q, k, v = (p.unflatten(-1, (heads, dim)).transpose(1, 2) for p in parts)
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, scale=scale)
        return self.linear(a.transpose(1, 2).flatten(2), name + ".out", x.shape[-1])

    def post_norm(self, x, name, layers, heads, dim, mlp, tokens, before, after):
        """Sinusoids from position 1; tokens in front, seen by all, which see each other."""
        n, width = x.shape[1:]
        column = torch.arange(width).double()
        power = 10000 ** ((column - column % 2) / width)
        angle = torch.arange(1, n + 1, dtype=torch.float64)[:, None] / power
        x = x + torch.where(column % 2 == 1, angle.cos(), angle.sin())
        k = 0 if tokens is None else tokens.shape[1]
        x = x if tokens is None else torch.cat([tokens, x], 1)
        place = torch.arange(n + k)
        ahead = place[None] - place[:, None]
        seen = (ahead >= -before) & (ahead <= after) & (place[:, None] >= k) | (place[None] < k)
        for i in range(layers):
            p = f"{name}.blocks.{i}"
            a = self.heads(x, p + ".attn", heads, dim, True, dim**-0.5, seen)
            x = self.norm(x + a, p + ".attn_norm")
            m = self.linear(F.relu(self.linear(x, p + ".mlp.up", mlp)), p + ".mlp.down", width)
            x = self.norm(x + m, p + ".mlp_norm")
        return x[:, k:]


def fed(own, truth, given, k):
    return own.detach() if truth is None or not given[k] else truth[:, k - 1].detach()


def revolution(net, past, truth, music, prior, given, add, skew, residual):
    H, layers = 2, 2
    e = net.linear(music, "music.embed", 5)
    e = net.post_norm(e, "music", 1, 2, 2, 7, None if add else prior, 2, 2)
    if add:
        e = torch.cat([e[:, : PAST - 1], e[:, PAST - 1 : PAST - 1 + FUTURE] + prior], 1)
    state, made = [torch.zeros(B, 2 * H, dtype=torch.float64)] * layers, []
    for t in range(PAST + FUTURE - 1):
        frame = past[:, t] if t < PAST else fed(made[-1], truth, given, t - PAST + 1)
        x, new = net.linear(frame, "dance.embed", 2), []
        for i in range(layers):
            p = f"dance.lstm.{i}"
            h, s = state[i].split(H, -1)
            z = net_lstm(net, p, x, h, H)
            a, f, g, o = z.split(H, -1)
            s = f.sigmoid() * s + a.sigmoid() * g.tanh()
            x = h if skew else o.sigmoid() * s.tanh()
            new.append(torch.cat([o.sigmoid() * s.tanh(), s], -1))
        state = new
        y = net.linear(torch.cat([state[-1][:, :H], e[:, t]], -1), "head", D)
        made.append(frame + y if residual else y)
    made = torch.stack(made, 1)
    loss = None if truth is None else (made - torch.cat([past, truth], 1)[:, 1:]).abs().mean()
    return made[:, PAST - 1 :], loss


def net_lstm(net, p, x, h, H):
    return F.linear(
        x, net(p + ".input.weight", 4 * H, x.shape[-1]), net(p + ".bias", 4 * H)
    ) + F.linear(h, net(p + ".hidden.weight", 4 * H, H))


def phd(net, past, truth, prior):
    W, kernel, blocks, groups, rounds, mlp = 6, 2, 2, 2, 2, 7

    def network(x, name):
        for i in range(blocks):
            y = x.transpose(1, 2)
            for n in "12":
                p = f"{name}.blocks.{i}"
                scale, shift = net(f"{p}.norm{n}.weight", W), net(f"{p}.norm{n}.bias", W)
                y = F.relu(F.group_norm(y, groups, scale, shift, 1e-6))
                w = net(f"{p}.conv{n}.weight", W, kernel, W).transpose(1, 2)
                y = F.conv1d(F.pad(y, (kernel - 1, 0), "replicate"), w, net(f"{p}.conv{n}.bias", W))
            x = x + y.transpose(1, 2)
        return x

    def watch(motion):
        return network(net.linear(motion, "embed", W), "movie")

    def read(strips):
        y = net("read.mean", D).expand(B, strips.shape[1], D)
        for _ in range(rounds):
            x = F.relu(net.linear(torch.cat([strips, y], -1), "read.hidden.0", mlp))
            y = y + net.linear(F.relu(net.linear(x, "read.hidden.1", mlp)), "read.head", D)
        return y

    known = film = watch(past)
    for k in range(FUTURE):
        newest = film[:, -(1 + 2 * (kernel - 1) * blocks) :]
        new = network(newest, "ahead")[:, -1:] + prior[:, k : k + 1]
        film = torch.cat([film, new], 1)
    ahead = film[:, PAST:]
    if truth is None:
        return read(ahead), None
    came = watch(torch.cat([past[:, FUTURE:], truth], 1))[:, -FUTURE:].detach()
    return read(ahead), F.mse_loss(ahead, came) + F.mse_loss(read(known), past)


def dancenet(net, past, truth, music, prior, given, residual):
    R, blocks, cycle, skip = 5, 2, 2, 2
    e = net.linear(music, "music.embed", R) + net("music.position", MUSIC, R)
    p = "music.blocks.0"
    e = e + net.heads(net.norm(e, p + ".attn_norm"), p + ".attn", 2, 3, False, R**-0.5)
    up = net.linear(net.norm(e, p + ".mlp_norm"), p + ".mlp.up", 7)
    e = (e + net.linear(F.gelu(up, approximate="tanh"), p + ".mlp.down", R))[:, 1 : PAST + FUTURE]
    e = torch.cat([e[:, : PAST - 1], e[:, PAST - 1 :] + prior], 1)

    def look(frames):
        x = F.relu(net.linear(F.relu(net.linear(frames, "before.0", R)), "before.1", R))
        total = 0
        for i in range(blocks):
            q, far, z = f"blocks.{i}", 2 ** (i % cycle), []
            for n in ("filter", "gate"):
                w = net(f"{q}.{n}.weight", R, 2, R).transpose(1, 2)
                y = F.pad(x.transpose(1, 2), (far, 0))
                y = F.conv1d(y, w, net(f"{q}.{n}.bias", R), dilation=far).transpose(1, 2)
                v = net(f"{q}.{n}.condition.weight", R, R)
                z.append(y + F.linear(e[:, : frames.shape[1]], v))
            z = z[0].tanh() * z[1].sigmoid()
            total = total + net.linear(z, q + ".skip", skip)
            if i + 1 < blocks:
                x = x + net.linear(z, q + ".residual", R)
        y = net.linear(F.relu(net.linear(F.relu(total), "after", skip)), "head", 2 * D)
        return (frames if residual else 0) + y[..., :D], y[..., D:].clamp(max=math.log(1 / 0.03))

    frames = past
    for k in range(FUTURE):
        mean, s = look(frames)
        if k + 1 < FUTURE:
            frames = torch.cat([frames, fed(mean[:, -1], truth, given, k + 1)[:, None]], 1)
    future = mean[:, PAST - 1 :]
    if truth is None:
        return future, None
    gap = torch.cat([past, truth], 1)[:, 1:] - mean
    nll = (0.5 * (gap * s.exp()) ** 2 - s + 0.5 * math.log(2 * math.pi)).sum(-1).mean()
    bend = (mean[:, :-2] + mean[:, 2:] - 2 * mean[:, 1:-1].detach()).square().mean()
    return future, nll + 0.1 * bend


def li(net, past, truth, music, prior, given):
    W, heads, dim, bins, embed, output, audio, beat, layers = 12, 2, 4, 2, 2, 2, 2, 2, 2
    low, high = net("bins.low", D), net("bins.high", D)

    def classes(x):
        return ((x - low) / (high - low) * bins).floor().long().clamp(0, bins - 1)

    def small(x, name):
        x = net.linear(x, name + ".embed", W // 4)
        return net.post_norm(x, name, layers // 2, heads // 2, dim // 4, W // 4, None, 99, 0)

    def logits(frames):
        sound = music[:, 1 : 1 + frames.shape[1]]
        x = F.embedding(classes(frames), net("motion.classes", bins, embed)).flatten(2)
        dance = net.linear(x, "motion.embed", W)
        dance = net.post_norm(dance, "motion", layers, heads, dim, W, prior, 99, 0)
        flag = small(net.linear(sound[..., beat : beat + 1], "beat.flag", audio), "beat")
        heard = small(net.linear(sound, "sound.features", audio).tanh(), "sound")
        m = net.linear(torch.cat([dance, flag, heard], -1), "mix", D * output)
        return net.linear(m.unflatten(-1, (D, output)), "head", bins)

    frames = past
    for k in range(FUTURE):
        z = logits(frames)
        centre = low[:, None] + (high - low)[:, None] * (torch.arange(bins) + 0.5) / bins
        future = (z.softmax(-1) * centre).sum(-1)[:, PAST - 1 :]
        if k + 1 < FUTURE:
            frames = torch.cat([frames, fed(future[:, -1], truth, given, k + 1)[:, None]], 1)
    if truth is None:
        return future, None
    due = classes(torch.cat([past, truth], 1)[:, 1:])
    return future, F.cross_entropy(z.flatten(0, 2), due.flatten())


def projected(x, phase):
    along = torch.cos(0.3 * torch.arange(x.numel(), dtype=torch.float64) + phase)
    return (x.detach().flatten() * along).sum().item()


CASES = [
    (
        "revolution",
        "added to a straight stack",
        5,
        lambda n, p, t, m, r, g: revolution(n, p, t, m, r, g, True, False, False),
    ),
    (
        "revolution",
        "tokens, skewed, displacements",
        5,
        lambda n, p, t, m, r, g: revolution(n, p, t, m, r, g, False, True, True),
    ),
    ("phd", "added", 6, lambda n, p, t, m, r, g: phd(n, p, t, r)),
    ("dancenet", "displacements", 5, lambda n, p, t, m, r, g: dancenet(n, p, t, m, r, g, True)),
    ("li", "tokens", 12, li),
]


def main():
    print("/* Written by scripts/parity/predictor_twins.py. */")
    for name, about, width, build in CASES:
        net, given = Net(), [0, 1, 0]
        past, truth = given_input(1, B, PAST, D), given_input(2, B, FUTURE, D)
        music, prior = given_input(3, B, MUSIC, M), given_input(4, B, FUTURE, width)
        free, _ = build(net, past, None, music, prior, given)
        future, loss = build(net, past, truth.detach(), music, prior, given)
        (loss + F.mse_loss(future, truth.detach())).backward()
        zero = torch.zeros(1, dtype=torch.float64)
        weights = sum(
            projected(w.grad if w.grad is not None else zero, sum(n.encode()) % 97)
            for n, w in net.tensors.items()
            if w.requires_grad
        )
        numbers = [
            projected(free, 0),
            projected(future, 0),
            loss.item(),
            weights,
            projected(prior.grad, 5),
            projected(past.grad, 6) if past.grad is not None else 0,
        ]
        text = ", ".join(f"{x:.13g}" for x in numbers)
        print(f'{{"{name}", "{about}",\n {{{text}}}}},')


if __name__ == "__main__":
    main()
