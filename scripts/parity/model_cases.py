"""The models that model_parity.py compares: sizes, variants and aids, as the programs' options."""

GENRES = ["BR", "LO", "PO"]
LR, KL, LOSS, GRADIENT, UPDATE, DANCE = 1e-3, 0.01, 1e-5, 1e-4, 1e-2, 1e-4

# Frames of the past, the future and the music, and joints
SHORT, ODD, PAPER, SMALL = (30, 10, 60, 5), (31, 7, 50, 5), (120, 20, 240, 24), (60, 20, 80, 24)
BANK = (
    "--preset tiny --bank-width 20 --bank-heads 3 --bank-mlp 28 --bank-layers 2 --items 6 "
    "--latents 4 --root-weight 1"
)
PREDICTOR = (
    "--preset tiny --width 26 --heads 3 --mlp 40 --motion-layers 1 --music-layers 2 "
    "--cross-layers 2 --root-weight 1"
)
ALL = (
    "--relative-root --relative-heading --standardise --logit-scale --root-weight 10",
    "--residual --join {K} --smooth 50 --root-weight 10",
)

# Name, frames, options of train-bank (None: no bank at all), options of train-predictor
CASES = [
    ("full method", SHORT, "", ""),
    ("full method, AIST++ sizes", PAPER, "", ""),
    ("baseline", SHORT, None, "--no-refine --no-transit"),
    ("no refine", SHORT, "", "--no-refine"),
    ("no transit", SHORT, "", "--no-transit"),
    ("1 latent", SHORT, "--latents 1", ""),
    ("5 latents, odd frames", ODD, "--latents 5", ""),
    ("heads divide the widths", SHORT, "--bank-heads 4", "--heads 2"),
    ("discrete", SHORT, "--refine discrete", ""),
    ("autoencoder", SHORT, "--refine ae", ""),
    ("variational", SHORT, "--refine vae", ""),
    ("residual", SHORT, "", "--residual"),
    ("join", SHORT, "", "--join 10"),
    ("join over 4 frames", SHORT, "", "--join 4"),
    ("relative root", SHORT, "--relative-root", ""),
    ("relative root and heading", SHORT, "--relative-root --relative-heading", ""),
    ("standardise", SHORT, "--standardise", ""),
    ("logit scale", SHORT, "--logit-scale", ""),
    ("root weight", SHORT, "--root-weight 5", "--root-weight 5"),
    ("smooth", SHORT, "", "--smooth 50"),
    ("gain", SHORT, "", "--gain 1.2 --smooth 50"),
    ("all aids", SHORT, ALL[0], ALL[1]),
    ("all aids, AIST++ sizes", PAPER, ALL[0], ALL[1]),
    (
        "all aids, discrete, no transit",
        ODD,
        ALL[0] + " --refine discrete",
        ALL[1] + " --no-transit",
    ),
    (
        "all aids, baseline",
        SHORT,
        None,
        "--no-refine --no-transit --residual --smooth 50 --standardise --relative-root "
        "--relative-heading",
    ),
    (
        "preset small",
        SMALL,
        "--preset small --items 12 --root-weight 10",
        "--preset small --root-weight 10",
    ),
]
