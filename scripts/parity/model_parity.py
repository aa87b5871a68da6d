"""Compares the C programs with reference_model.py: losses, gradients and Adam steps of the three
training stages, and generated dances, for the method, its variants and the aids, alone and
together. Needs the executables in $BIN (default bin/).

Usage: model_parity.py [PATTERN]      only the cases whose name contains it
"""

import os
import sys
import tempfile

import numpy as np
import torch
from safetensors.torch import save_file

from model_cases import BANK, CASES, DANCE, GENRES, GRADIENT, KL, LOSS, LR, PREDICTOR, UPDATE
from parity_tools import Table, make_motion, make_music, program, read_sequences, write_sequences
from reference_model import CONSTANTS, Reference, read_tensors


def shake(source, target, rng):
    """A copy of a model with every weight moved, so that no bias is 0, no scale 1, and the dances
    move."""
    tensors, metadata = read_tensors(source)
    for name, tensor in tensors.items():
        if name in CONSTANTS or name.startswith("adam."):
            continue
        noise = torch.from_numpy(rng.normal(size=tuple(tensor.shape)).astype(np.float32))
        scale = 0.1 if tensor.dim() == 1 else 0.3 * float(tensor.std()) + 1e-3
        tensors[name] = tensor + scale * noise
    if "refine.encoder.logvar.bias" in tensors:  # hardly any noise: training is deterministic
        tensors["refine.encoder.logvar.weight"].mul_(0.0)
        tensors["refine.encoder.logvar.bias"].fill_(-60.0)
    save_file({n: t.contiguous() for n, t in tensors.items()}, target, metadata)


def log_loss(log):
    """The loss of the last line of a training log."""
    header, *rows = [line.split("\t") for line in log.splitlines()]
    return float(rows[-1][header.index("loss")])


def added(usual, own):
    """A preset takes the place of the usual options, others come after them."""
    return own if own.startswith("--preset") else f"{usual} {own}"


def last(options, name):
    """The value of an option that may be given more than once."""
    return options[len(options) - options[::-1].index(name)]


class Case:
    def __init__(self, table, folder, name, frames, bank, predictor):
        self.table, self.folder, self.name = table, folder, name
        self.past, self.future, self.music, self.joints = frames
        window = f"--past {self.past} --future {self.future}"
        common = "--batch 64 --schedule constant --warmup 0 --noise 0".split()
        self.has_bank = bank is not None
        bank = added(BANK, bank or "")
        self.bank = (
            f"{bank} {window} --lr1 {LR} --lr2 {LR} --kl {KL}".split() + common
            if self.has_bank
            else []
        )
        options = (
            f"--music {self.music} --keep {self.future} --lr {LR} --kl {KL} "
            "--unroll 1 --ramp 0 --fade 0 "
        )
        self.predictor = (
            added(PREDICTOR, predictor.format(K=self.future)) + " " + options
        ).split() + common
        if not self.has_bank:
            self.predictor += window.split()
        self.items = last(self.bank, "--items") if self.has_bank else 0
        self.root_weight = float(last(self.predictor, "--root-weight"))
        self.rng = np.random.default_rng(sum(map(ord, name)))
        # Sequences of one window each, so that an epoch is one batch that no draw of random numbers
        # decides
        self.sizes = "-".join(map(str, frames))
        self.exact = self.data(self.sizes + "-bank", self.past, self.music)
        self.longer = self.data(self.sizes + "-predictor", self.past + self.future, self.music)
        self.long = self.data(self.sizes + "-clusters", 3 * self.past, 3 * self.past)

    def file(self, name):
        return os.path.join(self.folder, f"{self.name.replace(' ', '-').replace(',', '')}-{name}")

    def data(self, name, frames, music):
        path = os.path.join(self.folder, name + ".tsv")
        if not os.path.exists(path):
            write_sequences(
                self.folder, name, np.random.default_rng(5), GENRES, 3, frames, music, self.joints
            )
        return path

    def check(self, what, error, tolerance):
        self.table.add(f"{self.name}: {what}", error, tolerance)

    def reference(self, path):
        model = Reference(path)
        model.root_weight = self.root_weight
        return model

    # Training

    def step(self, what, before, after, log, loss, trained, step=1):
        """One Adam step in C, from the weights `before` to the checkpoint `after`, and the same in
        PyTorch."""
        self.check(f"{what}, loss", abs(log_loss(log) / loss.item() - 1), LOSS)
        names = [n for n in before.weights if n.startswith(trained)]
        expected, gradients = before.adam(loss, names, LR, step)
        c, _ = read_tensors(after)
        c = {n: t.double() for n, t in c.items()}
        largest = max(float(g.abs().max()) for g in gradients.values())
        gradient = update = form = rest = 0.0
        for name, weight in before.weights.items():
            old = weight.detach()
            if name not in gradients and what == "stage 1" and name in ("bank.past", "bank.future"):
                continue  # the initial model has them, a run does not before the end of stage 1
            if name not in gradients:
                rest = max(rest, float((c[name] - old).abs().max()))
                continue
            g = gradients[name]
            m, v = c["adam.m." + name], c["adam.v." + name]
            g_c = (m - 0.9 * before.moments.get("adam.m." + name, torch.zeros_like(m))) / 0.1
            gradient = max(
                gradient, float((g_c - g).abs().max()) / max(float(g.abs().max()), 1e-3 * largest)
            )
            # Adam divides by the gradient's size: where that is next to nothing, rounding decides
            # the step's direction
            clear = g.abs() > 1e-3 * max(float(g.abs().max()), 1e-3 * largest)
            if clear.any():
                update = max(update, float((c[name] - expected[name]).abs()[clear].max()) / LR)
            by_c = old - LR * (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)).sqrt() + 1e-8)
            form = max(form, float(((c[name] - by_c).abs() / (1 + old.abs())).max()))
        self.check(f"{what}, gradients", gradient, GRADIENT)
        self.check(f"{what}, weights/lr", update, UPDATE)
        self.check(f"{what}, Adam's form", form, 1e-6)
        self.check(f"{what}, untrained weights", rest, 0.0)

    def two_steps(self, what, run, losses, trained, start):
        """The first step from the initial weights; the second from weights shaken after the
        first."""
        first, second, out = (
            self.file(what + "-1.ck"),
            self.file(what + "-2.ck"),
            self.file("scratch.safetensors"),
        )
        log = run(1, first, out)
        before = self.reference(start)
        before.moments = {}
        if before.config["refine"] != "vae":  # whose first step has noise
            self.step(what, before, first, log, losses(before), trained)
        shake(first, second, self.rng)
        shaken = self.reference(second)
        log = run(2, second, out)
        self.step(what + ", step 2", shaken, second, log, losses(shaken), trained, step=2)
        return out

    def train_bank(self):
        clusters = self.file("clusters")
        relative = [name for name in ("--relative-root", "--relative-heading") if name in self.bank]
        relative += ["--future", self.future] if relative else []
        program(
            "cluster-ap",
            *relative,
            "--length",
            self.past,
            "--stride",
            5,
            "--clusters",
            self.items,
            "-o",
            clusters,
            self.long,
        )
        run = lambda e1, e2, out, *more: program(
            "train-bank",
            *self.bank,
            "--clusters",
            clusters,
            "--epochs1",
            e1,
            "--epochs2",
            e2,
            *more,
            "-o",
            out,
            self.exact,
        )
        start = self.file("bank0.safetensors")
        run(0, 0, start)
        model = self.reference(start)
        centers = [
            torch.from_numpy(np.load(f"{clusters}/{g}.npz")["centers"]).double()
            for g in model.genres
        ]
        items = torch.stack([model.initial_items(c) for c in centers])
        self.check(
            "first items", float((items - model.w("bank.manifold").detach()).abs().max()), 1e-5
        )
        self.check(
            "seed motion",
            float((torch.stack(centers)[:, 0] - model.w("seed.motion").detach()).abs().max()),
            0.0,
        )
        self.derived("past-future bank", model)
        motion, _, genre = (torch.from_numpy(a) for a in read_sequences(self.exact, model.genres))
        motion = motion.double()
        if self.bank.count("--standardise"):
            self.statistics(model, motion)
        if model.config["refine"] != "vae":
            out = self.two_steps(
                "stage 1",
                lambda n, ck, out: run(n, 0, out, "--checkpoint", ck),
                lambda r: r.loss1(motion, genre),
                ("refine.", "bank.manifold"),
                start,
            )
            self.derived("stage 1's past-future bank", Reference(out))
        self.two_steps(
            "stage 2",
            lambda n, ck, out: run(0, n, out, "--checkpoint", ck),
            lambda r: r.loss2(motion, genre, KL),
            ("refine.",),
            start,
        )
        shaken = self.file("bank.safetensors")
        shake(start, shaken, self.rng)
        return shaken

    def derived(self, what, model):
        pairs = [model.past_future(i) for i in range(len(model.genres))]
        for k, name in enumerate(("bank.past", "bank.future")):
            expected = torch.stack([p[k] for p in pairs])
            self.check(
                f"{what}, {name[5:]}", float((expected - model.w(name).detach()).abs().max()), 1e-5
            )

    def statistics(self, model, motion):
        x = model.enter(motion, model.placement(motion, self.past - self.future - 1)).flatten(0, 1)
        self.check(
            "mean of the data", float((x.mean(0) - model.w("motion.mean")).abs().max()), 1e-5
        )
        std = x.std(0, unbiased=False).clamp(min=0.01)
        self.check(
            "standard deviation of the data",
            float((std / model.w("motion.std") - 1).abs().max()),
            1e-5,
        )

    def train_predictor(self, bank):
        bank = ["--bank", bank] if bank else []
        run = lambda n, out, *more: program(
            "train-predictor", *self.predictor, *bank, "--steps", n, *more, "-o", out, self.longer
        )
        start = self.file("model0.safetensors")
        run(0, start)
        model = self.reference(start)
        motion, music, genre = (
            torch.from_numpy(a) for a in read_sequences(self.longer, model.genres)
        )
        self.two_steps(
            "stage 3",
            lambda n, ck, out: run(n, out, "--checkpoint", ck),
            lambda r: r.loss3(motion.double(), music.double(), genre, KL),
            ("predictor.", "refine.", "transit."),
            start,
        )
        shaken = self.file("model.safetensors")
        shake(start, shaken, self.rng)
        return shaken

    def unrolled(self, bank):
        """Two steps in a row, the second on the first's output, each with an Adam step of its
        own."""
        tsv = self.data(
            self.sizes + "-unroll", self.past + 2 * self.future, self.music + self.future
        )
        start, after = self.file("unroll0.safetensors"), self.file("unroll.ck")
        run = lambda n, *more: program(
            "train-predictor",
            *self.predictor,
            "--unroll",
            2,
            "--bank",
            bank,
            "--steps",
            n,
            *more,
            tsv,
        )
        run(0, "-o", start)
        model = self.reference(start)
        motion, music, genre = (torch.from_numpy(a) for a in read_sequences(tsv, model.genres))
        motion, music, k = motion.double(), music.double(), self.future
        names = [n for n in model.weights if not n.startswith("bank.")]
        loss1 = model.loss3(motion[:, :-k], music, genre)
        with torch.no_grad():
            rolled = torch.cat(
                [
                    motion[:, k : self.past],
                    model.step(motion[:, : self.past], music[:, : self.music], genre),
                ],
                dim=1,
            )
        new, g1 = model.adam(loss1, names, LR)
        for name in new:
            model.weights[name] = new[name].requires_grad_()
        there, here = model.placement(motion, self.past + k - 1), model.placement(rolled, -1)
        target = model.leave(
            model.enter(motion[:, -k:], there), here
        )  # the data goes on from where the dance is
        loss2 = model.loss3(torch.cat([rolled, target], dim=1), music[:, k:], genre)
        model.moments = {
            f"adam.{m}.{n}": f * g1[n] ** p
            for n in g1
            for m, f, p in (("m", 0.1, 1), ("v", 0.001, 2))
        }
        expected, g2 = model.adam(loss2, list(g1), LR, 2)
        log = run(2, "--checkpoint", after, "-o", self.file("scratch.safetensors"))
        c, _ = read_tensors(after)
        largest = max(float(g.abs().max()) for g in g2.values())
        error = lambda n: float(
            ((c["adam.m." + n].double() - 0.09 * g1[n]) / 0.1 - g2[n]).abs().max()
        )
        self.check(
            "unrolled twice, loss", abs(log_loss(log) * 2 / (loss1 + loss2).item() - 1), LOSS
        )
        self.check("unrolled twice, gradients", max(error(n) for n in g2) / largest, GRADIENT)

    # Generation

    def generate(self, path):
        model = Reference(path)
        frames = self.past + 100
        seed, music = make_motion(self.rng, self.past + 9, self.joints), make_music(
            self.rng, self.past + 60
        )  # which ends early
        seed_path, music_path, out = (
            self.file("seed.npz"),
            self.file("music.npz"),
            self.file("dance.npz"),
        )
        np.savez(
            seed_path,
            motion=seed,
            fps=np.float64(60),
            seed_frames=np.int64(0),
            genre=np.bytes_(b""),
            music=np.bytes_(b""),
        )
        np.savez(music_path, features=music, fps=np.float64(60), tempo=np.float64(120))
        seed, music = (torch.from_numpy(a).double() for a in (seed, music))
        few = max(1, self.future // 3)
        for genre, keep, seeded in (
            (GENRES[2], self.future, True),
            (GENRES[0], few, True),
            (GENRES[1], self.future, False),
        ):
            if not seeded and "seed.motion" not in model.weights:
                continue
            start = seed if seeded else model.w("seed.motion")[model.genres.index(genre)].detach()
            expected = model.generate(start, music, genre, frames, keep)
            program(
                "generate",
                "-m",
                path,
                "--music",
                music_path,
                *(["--seed-motion", seed_path] if seeded else []),
                "--genre",
                genre,
                "--keep",
                keep,
                "--frames",
                frames,
                "-o",
                out,
            )
            dance = torch.from_numpy(np.load(out)["motion"]).double()
            error = (
                float((dance - expected).abs().max())
                if dance.shape == expected.shape
                else float("nan")
            )
            self.check(f"100 frames, keep {keep}" + ("" if seeded else ", own seed"), error, DANCE)
            moved = float(expected[self.past :].std(0).max())
            if moved < 1e-3:  # a dance that stands still compares nothing
                self.check(f"movement {moved:.1e} of that dance", float("nan"), DANCE)


def main():
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    torch.set_num_threads(1)
    table = Table()
    with tempfile.TemporaryDirectory(prefix="parity.") as folder:
        for case in CASES:
            if pattern in case[0]:
                c = Case(table, folder, *case)
                bank = c.train_bank() if c.has_bank else None
                c.generate(c.train_predictor(bank))
                if case[0] in ("full method", "relative root and heading"):
                    c.unrolled(bank)
    table.end()


if __name__ == "__main__":
    main()
