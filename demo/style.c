#include "demo/style.h"

static const Style styles[] = {
    {"HO", 110, 5, "x---x---x---x---", "----x-------x---", "o-x-o-x-o-x-o-xo", "--x---x---x--xx-", "x--x--x---x--x--", 0.4, {0, 8, 5, 3}, "7m77", 0.8, 0.0,
     0.055, 0.10, 1.2,
     {MOVE_SHUFFLE, MOVE_STEP_TOUCH, MOVE_GRAPEVINE, MOVE_KICK, MOVE_JACK, MOVE_GROOVE, MOVE_SPIN, MOVE_WAVE, MOVE_WALK}, 9},
    {"LO", 80, 10, "x-----o-x-o-----", "----x--o----x---", "x-o-x-oox-o-x-o-", "x--x--x-x---xo--", "x-----x-x-------", 0.25, {0, 0, 5, 7}, "77M7", 0.6, 0.2,
     0.045, 0.35, 1.2,
     {MOVE_LOCK, MOVE_LUNGE, MOVE_PUNCH, MOVE_TWIST, MOVE_STEP_TOUCH, MOVE_MARCH, MOVE_GROOVE, MOVE_QUARTER_TURN, MOVE_WALK}, 9},
    {"JB", 80, 10, "x-------o-------", "----o-------o---", "x---o-x-x---o-x-", "x-----o-x-------", "x-------o-------", 1.9, {0, 9, 5, 7}, "MmMM", 0.25, 0.0,
     0.03, 0.0, 1.3, {MOVE_SWAY, MOVE_PLIE, MOVE_SPIN, MOVE_BODY_ROLL, MOVE_WAVE, MOVE_LUNGE, MOVE_WALK, MOVE_GRAPEVINE}, 8},
    {"BR", 80, 10, "x--o----x-o-----", "----x-------x--o", "x-o-x-o-x-o-x-o-", "x--o--x---x-----", "x-----x---------", 0.5, {0, 3, 5, 3}, "7M7M", 0.7, 0.1,
     0.06, 0.15, 1.2, {MOVE_SHUFFLE, MOVE_KICK, MOVE_MARCH, MOVE_PUNCH, MOVE_TWIST, MOVE_STEP_TOUCH, MOVE_SPIN, MOVE_GROOVE}, 8},
    {"PO", 80, 10, "x-----x-x-------", "----x-------x---", "x-x-x-x-x-x-x-x-", "x-x---x-x-x---x-", "x---------x-----", 0.5, {0, 10, 8, 7}, "mMMM", 1.0, 0.0,
     0.025, 0.45, 1.05, {MOVE_LOCK, MOVE_WAVE, MOVE_BODY_ROLL, MOVE_TWIST, MOVE_LUNGE, MOVE_QUARTER_TURN, MOVE_SWAY, MOVE_WALK}, 8},
    {"WA", 80, 10, "x---x---x---x---", "----x-------x---", "x-o-x-o-x-o-x-o-", "x-oox-oox-oox-oo", "--o---o---o---o-", 0.3, {0, 5, 10, 3}, "mmMM", 0.9, 0.0,
     0.035, 0.20, 1.2, {MOVE_WAVE, MOVE_LOCK, MOVE_SWAY, MOVE_LUNGE, MOVE_STEP_TOUCH, MOVE_GRAPEVINE, MOVE_SPIN, MOVE_WALK}, 8},
    {"KR", 80, 10, "x--x----x--x--x-", "----x-------x---", "xoxoxoxoxoxoxoxo", "x-----x-x-------", "x---------------", 0.8, {0, 1, 0, 10}, "mMmM", 1.0, 0.0,
     0.08, 0.20, 1.2, {MOVE_PUNCH, MOVE_MARCH, MOVE_JACK, MOVE_LUNGE, MOVE_BODY_ROLL, MOVE_KICK, MOVE_TWIST, MOVE_QUARTER_TURN}, 8},
    {"MH", 80, 10, "x------xx-------", "----x-------x---", "x-x-x-x-x-x-x-xo", "x------xx-----o-", "x-------x-------", 0.7, {0, 8, 10, 5}, "mMMm", 0.6, 0.15,
     0.06, 0.15, 1.15, {MOVE_GROOVE, MOVE_STEP_TOUCH, MOVE_MARCH, MOVE_BODY_ROLL, MOVE_TWIST, MOVE_WALK, MOVE_PUNCH, MOVE_QUARTER_TURN}, 8},
    {"LH", 80, 10, "x-----o---x-----", "----x-------x---", "x-xox-x-x-xox-x-", "x-----o---x---o-", "----x-------x---", 0.6, {0, 5, 3, 10}, "7mMM", 0.4, 0.25,
     0.05, 0.10, 1.1, {MOVE_GROOVE, MOVE_SWAY, MOVE_STEP_TOUCH, MOVE_WAVE, MOVE_BODY_ROLL, MOVE_GRAPEVINE, MOVE_TWIST, MOVE_QUARTER_TURN}, 8},
    {"JS", 80, 10, "x-------x-------", "----o--o----o---", "x---x-ox--x-x-ox", "x---x---x---x---", "x---------x-----", 0.9, {0, 9, 2, 7}, "M777", 0.35, 0.3,
     0.03, 0.05, 1.2, {MOVE_KICK, MOVE_SPIN, MOVE_STEP_TOUCH, MOVE_LUNGE, MOVE_SWAY, MOVE_PLIE, MOVE_GRAPEVINE, MOVE_WALK}, 8},
};

size_t style_count(void) { return sizeof styles / sizeof *styles; }

const Style *style_at(size_t i) { return &styles[i]; }
