"""The method in PyTorch, for comparison with the C programs: written from the specification of the
method and of the weight names alone, in float64, for clearness and not for speed.

Tensors are [batch, rows, columns]. A Reference holds the weights of a .safetensors file by their
names, as leaves that gradients flow to, and its configuration."""

import json
import math

import torch
from safetensors import safe_open
from torch.nn import functional as F

CONSTANTS = ("motion.mean", "motion.std", "music.mean", "music.std", "seed.motion")


def read_tensors(path):
    """All tensors of a file and its metadata."""
    with safe_open(path, framework="pt") as f:
        return {name: f.get_tensor(name) for name in f.keys()}, dict(f.metadata() or {})


def whittaker(standing, moving, weight):
    """f minimising |f - moving|^2 + weight |third differences of [standing; f]|^2; rows are the
    last but one dimension."""
    rows = standing.shape[-2] + moving.shape[-2]
    difference = torch.zeros(rows - 3, rows, dtype=moving.dtype)
    for i in range(rows - 3):
        difference[i, i : i + 4] = torch.tensor([-1.0, 3.0, -3.0, 1.0], dtype=moving.dtype)
    known, free = difference[:, : standing.shape[-2]], difference[:, standing.shape[-2] :]
    normal = torch.eye(moving.shape[-2], dtype=moving.dtype) + weight * free.T @ free
    return torch.linalg.solve(normal, moving - weight * free.T @ (known @ standing))


class Reference:
    def __init__(self, path, dtype=torch.float64):
        tensors, self.metadata = read_tensors(path)
        self.config = json.loads(self.metadata["config"])
        self.genres = json.loads(self.metadata["genres"])
        self.moments = {n: t.to(dtype) for n, t in tensors.items() if n.startswith("adam.")}
        self.weights = {n: t.to(dtype) for n, t in tensors.items() if n not in self.moments}
        for name, tensor in self.weights.items():
            tensor.requires_grad_(name not in CONSTANTS)
        c = self.config
        self.past, self.future = c["past"], c["future"]
        self.latents = c["latents"]
        self.divergence = 0.0
        self.root_weight = 1.0  # how often the errors of the root's translation count in the losses
        self.logit_scale = c["bank_width"] ** -0.5 if c["logit_scale"] else 1.0

    # Layers

    def w(self, name):
        return self.weights[name]

    def dense(self, x, prefix):
        return x @ self.w(prefix + ".weight").T + self.w(prefix + ".bias")

    def norm(self, x, prefix):
        return F.layer_norm(
            x, x.shape[-1:], self.w(prefix + ".weight"), self.w(prefix + ".bias"), eps=1e-5
        )

    def attention(self, x, prefix, heads):
        batch, rows, width = x.shape
        size = -(-width // heads)
        qkv = (x @ self.w(prefix + ".qkv.weight").T).view(batch, rows, 3, heads, size)
        q, k, v = (qkv[:, :, i].transpose(1, 2) for i in range(3))
        scores = torch.softmax(q @ k.transpose(2, 3) * width**-0.5, dim=-1)
        return self.dense(
            (scores @ v).transpose(1, 2).reshape(batch, rows, heads * size), prefix + ".out"
        )

    def transformer(self, x, prefix, layers, heads):
        for i in range(layers):
            p = f"{prefix}.blocks.{i}"
            x = x + self.attention(self.norm(x, p + ".attn_norm"), p + ".attn", heads)
            up = self.dense(self.norm(x, p + ".mlp_norm"), p + ".mlp.up")
            x = x + self.dense(F.gelu(up, approximate="tanh"), p + ".mlp.down")
        return x

    def positioned(self, x, prefix):
        return x + self.w(prefix + ".position")[: x.shape[1]]

    def encoder(self, x, prefix, layers, heads):
        return self.transformer(
            self.positioned(self.dense(x, prefix + ".embed"), prefix), prefix, layers, heads
        )

    def decoder(self, x, prefix, layers, heads):
        return self.dense(
            self.transformer(self.positioned(x, prefix), prefix, layers, heads), prefix + ".head"
        )

    # RefineBank

    def refine_encode(self, motion):
        return self.encoder(
            motion, "refine.encoder", self.config["bank_layers"], self.config["bank_heads"]
        )

    def sample(self, z):
        n, last = self.latents, self.past - 1
        if n == 1:
            return z.mean(dim=1, keepdim=True)
        return z[:, [math.floor(i * last / (n - 1) + 0.5) for i in range(n)]]

    def nearest(self, z, genre):
        """Eq. 6, for every row of z its nearest item."""
        items = self.w("bank.manifold")[genre]
        distance = ((z[:, :, None, :] - items[:, None, :, :]) ** 2).sum(dim=-1)
        choice = distance.argmin(dim=-1)
        return torch.gather(items, 1, choice[:, :, None].expand(-1, -1, items.shape[-1]))

    def project(self, z, genre):
        """Eq. 3."""
        items = self.w("bank.manifold")[genre]
        return torch.softmax(z @ items.transpose(1, 2) * self.logit_scale, dim=-1) @ items

    def refine_decode(self, latents):
        n, frames = latents.shape[1], self.past
        rows = []
        for t in range(frames):
            u = t * (n - 1) / (frames - 1)
            left = min(int(u), n - 1)
            right = min(left + 1, n - 1)
            rows.append((1 - (u - left)) * latents[:, left] + (u - left) * latents[:, right])
        x = torch.stack(rows, dim=1)
        return self.decoder(
            x, "refine.decoder", self.config["bank_layers"], self.config["bank_heads"]
        )

    def refine(self, motion, genre):
        """The whole of RefineBank; the variational variant without its noise, leaving its
        divergence in self.divergence."""
        z = self.sample(self.refine_encode(motion))
        kind = self.config["refine"]
        if kind == "bank":
            z = self.project(z, genre)
        elif kind == "discrete":
            z = z + (self.nearest(z, genre) - z).detach()
        elif kind == "vae":
            logvar = self.dense(z, "refine.encoder.logvar")
            z = self.dense(z, "refine.encoder.mean")
            self.divergence = 0.5 * (z**2 + logvar.exp() - 1 - logvar).mean()
        return self.refine_decode(z)

    # TransitBank

    def transit(self, past, genre):
        layers, heads = self.config["bank_layers"], self.config["bank_heads"]
        q = self.encoder(past, "transit.encoder", layers, heads).mean(dim=1, keepdim=True)
        keys, values = self.w("bank.past")[genre], self.w("bank.future")[genre]
        r = torch.softmax(q @ keys.transpose(1, 2) * self.logit_scale, dim=-1) @ values
        return self.decoder(r.expand(-1, self.future, -1), "transit.decoder", layers, heads)

    # The predictor and one auto-regressive step (eq. 2)

    def predict(self, past, music, prior):
        layers, heads = self.config["layers"], self.config["heads"]
        tokens = [
            self.encoder(past, "predictor.motion", layers[0], heads),
            self.encoder(music, "predictor.music", layers[1], heads),
        ]
        if prior is not None:
            tokens.append(prior)
        x = self.transformer(torch.cat(tokens, dim=1), "predictor.cross", layers[2], heads)
        y = self.dense(x[:, : self.future], "predictor.head")
        return past[:, -1:] + y if self.config["residual"] else y

    def placement(self, motion, frame):
        """From where a window is seen: a place on the floor, [batch, 1, 3], and the turn about the
        vertical that makes the body face z, [batch, 3, 3], both of one frame."""
        place = torch.zeros_like(motion[:, :1, :3])
        turn = torch.eye(3, dtype=motion.dtype).repeat(len(motion), 1, 1)
        if self.config["relative_root"]:
            place[:, 0, [0, 2]] = motion[:, frame, [0, 2]]
        if self.config.get("relative_heading"):
            ahead = motion[:, frame, 3:12].view(-1, 3, 3)[:, :, 2]
            angle = torch.atan2(ahead[:, 0], ahead[:, 2])
            turn[:, 0, 0] = turn[:, 2, 2] = angle.cos()
            turn[:, 2, 0] = angle.sin()
            turn[:, 0, 2] = -angle.sin()
        return place, turn

    def enter(self, x, placement):
        place, turn = placement
        root = turn[:, None] @ x[:, :, 3:12].unflatten(2, (3, 3))
        return torch.cat(
            [(x[:, :, :3] - place) @ turn.transpose(1, 2), root.flatten(2), x[:, :, 12:]], dim=2
        )

    def leave(self, x, placement):
        place, turn = placement
        root = turn.transpose(1, 2)[:, None] @ x[:, :, 3:12].unflatten(2, (3, 3))
        return torch.cat([x[:, :, :3] @ turn + place, root.flatten(2), x[:, :, 12:]], dim=2)

    def scaled(self, x, kind):
        if not self.config["standardise"]:
            return x
        return (x - self.w(kind + ".mean")) / self.w(kind + ".std")

    def restored(self, x, placement):
        if self.config["standardise"]:
            x = x * self.w("motion.std") + self.w("motion.mean")
        return self.leave(x, placement)

    def step(self, past, music, genre, generating=False):
        c = self.config
        placement = self.placement(past, -1)
        x = self.scaled(self.enter(past, placement), "motion")
        prior = self.transit(x, genre) if c["transit"] else None
        y = self.predict(x, self.scaled(music, "music"), prior)
        if c["refine"] != "none":
            refined = self.refine(torch.cat([x[:, self.future :], y], dim=1), genre)
            y = refined[:, -self.future :]
            if c["join"] > 0:
                gap = x[:, -1:] - refined[:, self.past - self.future - 1 : self.past - self.future]
                fade = (1 - torch.arange(self.future, dtype=y.dtype) / c["join"]).clamp(min=0)
                y = y + fade[:, None] * gap
        if generating and c.get("gain", 0) > 0:
            y = x[:, -1:] + c["gain"] * (y - x[:, -1:])
        if c.get("smooth", 0) > 0:
            y = whittaker(x[:, -3:], y, c["smooth"])
        return self.restored(y, placement)

    @torch.no_grad()
    def generate(self, seed, music, genre, frames, keep=None):
        """seed [>= l, D], music [M, 35], a genre's name -> [frames, D]."""
        keep = keep or self.config["keep"]
        number = torch.tensor([self.genres.index(genre)])
        dance = seed[: self.past]
        while len(dance) < frames:
            first = len(dance) - self.past
            rows = torch.arange(first, first + self.config["music"]).clamp(max=len(music) - 1)
            y = self.step(dance[None, -self.past :], music[None, rows], number, generating=True)
            dance = torch.cat([dance, y[0, :keep]])
        return dance[:frames]

    # What the three stages minimise

    def autoencoder_input(self, motion):
        placement = self.placement(motion, self.past - self.future - 1)
        return self.scaled(self.enter(motion, placement), "motion"), placement

    def loss1(self, motion, genre, beta=0.2):
        """Eq. 7: van den Oord's VQ-VAE."""
        x, placement = self.autoencoder_input(motion)
        z = self.sample(self.refine_encode(x))
        item = self.nearest(z, genre)
        restored = self.refine_decode(z + (item - z).detach())
        reconstruction = self.compare(restored, placement, motion)
        return reconstruction + F.mse_loss(item, z.detach()) + beta * F.mse_loss(z, item.detach())

    def loss2(self, motion, genre, kl=0.0):
        """Eq. 8."""
        x, placement = self.autoencoder_input(motion)
        return self.compare(self.refine(x, genre), placement, motion) + kl * self.divergence

    def loss3(self, motion, music, genre, kl=0.0):
        """Eq. 9. motion [batch, l + K, D], music from the same first frame on."""
        future = self.step(motion[:, : self.past], music[:, : self.config["music"]], genre)
        return self.error(future, motion[:, self.past :]) + kl * self.divergence

    def compare(self, restored, placement, motion):
        return self.error(self.restored(restored, placement), motion)

    def error(self, motion, target):
        weights = torch.ones(motion.shape[-1], dtype=motion.dtype)
        weights[:3] = self.root_weight
        return (weights * (motion - target) ** 2).mean()

    # Banks

    @torch.no_grad()
    def initial_items(self, centers):
        """[N, l, D] -> [N, C]: the mean of the encoder's output."""
        return self.refine_encode(self.autoencoder_input(centers)[0]).mean(dim=1)

    @torch.no_grad()
    def past_future(self, genre):
        """The keys and values that follow from the items of one genre. The middle one of an odd
        number of frames is in neither half."""
        items = self.w("bank.manifold")[genre]
        motion = self.refine_decode(items[:, None].expand(-1, self.latents, -1))
        half = self.past // 2
        return self.refine_encode(motion[:, :half]).mean(dim=1), self.refine_encode(
            motion[:, -half:]
        ).mean(dim=1)

    # Adam in the form m / (sqrt(v) + eps)

    def adam(self, loss, names, lr, step=1):
        """One step from the moments in the file (none: zero). -> {name: new value}, {name:
        gradient}."""
        names = [n for n in names if self.weights[n].requires_grad]
        gradients = torch.autograd.grad(loss, [self.weights[n] for n in names], allow_unused=True)
        new, grads = {}, {}
        for name, g in zip(names, gradients):
            w = self.weights[name].detach()
            g = torch.zeros_like(w) if g is None else g
            m = 0.9 * self.moments.get("adam.m." + name, torch.zeros_like(w)) + 0.1 * g
            v = 0.999 * self.moments.get("adam.v." + name, torch.zeros_like(w)) + 0.001 * g * g
            new[name] = w - lr * (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)).sqrt() + 1e-8)
            grads[name] = g
        return new, grads
