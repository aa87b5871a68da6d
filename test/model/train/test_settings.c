/* From a preset and a command line to the numbers of a run. */
#include "test/scratch.h"

#include "model/train/preset_rate.h"

enum { WORDS = 32, GROUPS = 6 };

/* Parses a command line as train-bank (stages 1 and 2) or train-predictor (stage 3) does. Returns
 * what settings_begin, options_parse or settings_finish do, 0 for all three going well. */
static int parse(TrainSettings *s, Stage first, Stage last, const char *line) {
    static char text[500];
    char *argv[WORDS] = {"trainer"};
    int argc = 1, operand;
    Program program = {.name = "trainer"};
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) argv[argc++] = word;
    argv[argc] = NULL;
    int status = settings_begin(&program, argc, argv, first, last, s);
    if (status) return status;
    bool bank = first != STAGE_PREDICT;
    const OptionGroup groups[GROUPS] = {
        settings_run_options(s),
        bank ? settings_config_options(s, NULL, PART_BANKS) : settings_predictor_options(s),
        settings_config_options(s, NULL, PART_WINDOW),
        bank ? (OptionGroup){0} : settings_config_options(s, NULL, PART_STEP),
        settings_training_options(s),
        general_options(&s->general),
    };
    program.groups = groups;
    program.group_count = GROUPS;
    status = options_parse(&program, argc, argv, &operand);
    return status >= 0 ? status : settings_finish(&program, s);
}

static int parse_bank(TrainSettings *s, const char *line) {
    return parse(s, STAGE_MANIFOLD, STAGE_REFINE, line);
}
static int parse_predictor(TrainSettings *s, const char *line) {
    return parse(s, STAGE_PREDICT, STAGE_PREDICT, line);
}

static void a_preset_as_it_is(void **state) {
    (void)state;
    TrainSettings s;
    const Preset *small = preset_find("small"), *paper = preset_find("paper");
    Config banks = small->config; /* knows nothing of what predictors see */
    banks.home = banks.joint_gains = false;
    assert_int_equal(parse_bank(&s, "x.tsv"), 0);
    assert_memory_equal(&s.config, &banks, sizeof s.config);
    assert_memory_equal(s.stage, small->stage, sizeof s.stage);
    assert_int_equal(parse_bank(&s, "--preset paper x.tsv"), 0);
    assert_memory_equal(&s.config, &paper->config, sizeof s.config);
    assert_int_equal(parse_bank(&s, "x.tsv --preset=paper"), 0);
    assert_memory_equal(s.stage, paper->stage, sizeof s.stage);
    assert_int_equal(parse_bank(&s, "-- --preset paper"), 0);
    assert_memory_equal(&s.config, &banks, sizeof s.config);
    assert_int_equal(parse_bank(&s, "--preset huge x.tsv"), 2);
    assert_int_equal(parse_bank(&s, "--pre paper x.tsv"), 2); /* it would come too late */
}

/* A preset's home goes where nothing counts from the last frame; what was asked for stays. */
static void home_is_for_relative_coordinates(void **state) {
    (void)state;
    TrainSettings s;
    assert_int_equal(parse_predictor(&s, "x.tsv"), 0);
    assert_true(s.config.home);
    assert_int_equal(parse_predictor(&s, "--no-relative-root x.tsv"), 0);
    assert_false(s.config.home);
    assert_int_equal(parse_predictor(&s, "--predictor phd x.tsv"), 0);
    assert_false(s.config.home);
    assert_int_equal(parse_predictor(&s, "--preset paper x.tsv"), 0);
    assert_false(s.config.home);
    assert_int_equal(parse_predictor(&s, "--home --no-relative-root x.tsv"), 0);
    assert_true(s.config.home); /* for config_check to refuse */
}

/* Of a preset's gains and its way out of loops, what was asked for otherwise does not stay. */
static void gains_and_loops(void **state) {
    (void)state;
    TrainSettings s;
    assert_int_equal(parse_predictor(&s, "x.tsv"), 0);
    assert_true(s.config.joint_gains && s.config.gain == 0 && s.config.escape > 0);
    assert_int_equal(parse_predictor(&s, "--gain 1.1 x.tsv"), 0);
    assert_true(!s.config.joint_gains && s.config.gain == 1.1);
    assert_int_equal(parse_predictor(&s, "--gain 0 x.tsv"), 0);
    assert_true(!s.config.joint_gains && s.config.gain == 0);
    assert_int_equal(parse_predictor(&s, "--gain 0 --no-fit-gain x.tsv"), 0);
    assert_int_equal(parse_predictor(&s, "--gain 0 --fit-gain x.tsv"), 2);
    assert_int_equal(parse_predictor(&s, "--no-standardise x.tsv"), 0);
    assert_true(s.config.escape == 0);
    assert_int_equal(parse_predictor(&s, "--no-standardise --escape 0.5 x.tsv"), 0);
    assert_true(s.config.escape == 0.5); /* which config_check refuses */
}

static void numbers_of_several_stages(void **state) {
    (void)state;
    TrainSettings s;
    const Preset *small = preset_find("small");
    const Training *one = &s.stage[STAGE_MANIFOLD], *two = &s.stage[STAGE_REFINE];
    assert_int_equal(parse_bank(&s, "--lr2 0.25 --epochs1 7 --batch 3 --beta 0.5 x.tsv"), 0);
    assert_true(one->lr == small->stage[STAGE_MANIFOLD].lr && two->lr == 0.25);
    assert_true(one->epochs == 7 && two->epochs == small->stage[STAGE_REFINE].epochs);
    assert_true(one->batch == 3 && two->batch == 3 && one->beta == 0.5);
    assert_true(s.stage[STAGE_PREDICT].batch == small->stage[STAGE_PREDICT].batch);
    assert_int_equal(one->schedule, SCHEDULE_CONSTANT); /* small's, which differ */
    assert_int_equal(two->schedule, SCHEDULE_COSINE);
    assert_int_equal(parse_bank(&s, "--schedule step --warmup 0 --noise 0.5 x.tsv"), 0);
    assert_true(one->schedule == SCHEDULE_STEP && two->schedule == SCHEDULE_STEP);
    assert_true(one->warmup == 0 && two->warmup == 0 && one->noise == 0.5 && two->noise == 0.5);
    assert_true(settings_given(&s, "warmup") && !settings_given(&s, "lr"));
    static const char *const others[] = {"--lr 1",   "--unroll 2", "--fade 1", "--width 8",
                                         "--keep 1", "--steps 3",  "--fed 1"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char line[80];
        snprintf(line, sizeof line, "%s x.tsv", others[i]);
        assert_int_equal(parse_bank(&s, line), 2);
    }
}

static void numbers_of_a_predictor(void **state) {
    (void)state;
    TrainSettings s;
    const Training *t = &s.stage[STAGE_PREDICT];
    assert_int_equal(parse_predictor(&s, "--width 64 --cross-layers 5 --residual --lr 0.5 "
                                         "--no-transit --drop2 9 --unroll 3 --ramp 4 x.tsv"),
                     0);
    assert_true(s.config.predictor.width == 64 && s.config.cross_layers == 5);
    assert_true(s.config.residual && !s.config.transit);
    assert_true(t->lr == 0.5 && t->drop[1] == 9 && t->unroll == 3 && t->ramp == 4);
    assert_true(settings_given(&s, "width") && settings_given(&s, "residual"));
    assert_int_equal(parse_predictor(&s, "--preset small --gain 1.5 x.tsv"), 0);
    assert_true(s.config.gain == 1.5 && !s.config.residual);
    assert_true(settings_part_given(&s, PART_STEP) && !settings_part_given(&s, PART_WINDOW));
    assert_int_equal(parse_predictor(&s, "--past 30 x.tsv"), 0);
    assert_true(settings_part_given(&s, PART_WINDOW) && s.config.past == 30);
    assert_int_equal(parse_predictor(&s, "--steps 5 x.tsv"), 0);
    assert_true(t->max_steps == 5 && t->epochs > 0);
    assert_int_equal(parse_predictor(&s, "--steps 0 x.tsv"), 0);
    assert_true(t->max_steps == 0 && t->epochs == 0);
    assert_int_equal(parse_predictor(&s, "--checkpoint-activations x.tsv"), 0);
    assert_true(t->recompute);
    assert_int_equal(parse_predictor(&s, "--predictor other x.tsv"), 2);
    assert_int_equal(parse_predictor(&s, "--items 5 x.tsv"), 2); /* train-bank's */
    assert_int_equal(parse_predictor(&s, "--width 0 x.tsv"), 2);
}

/* Lengths stay in seconds, lambda's cut-off stays in Hz: half the rate is half the frames and
 * lambda / 64; what an option says, and what is off, stays. */
static void a_preset_at_other_rates(void **state) {
    (void)state;
    TrainSettings s;
    char text[PRESET_RATE_TEXT];
    assert_int_equal(parse_predictor(&s, "--preset small x.tsv"), 0);
    Config c = s.config;
    preset_to_rate(&s, 60, &c);
    assert_memory_equal(&c, &s.config, sizeof c);
    c.fps = 60;
    preset_rate_text(&s, &c, PRESET_WINDOW | PRESET_STEP, text);
    assert_string_equal(text, "");
    preset_to_rate(&s, 30, &c);
    assert_true(c.past == 30 && c.future == 10 && c.music == 40 && c.keep == 10 && c.join == 10);
    assert_true(c.smooth == 250. / 64 && c.latents == s.config.latents);
    c.fps = 30;
    preset_rate_text(&s, &c, PRESET_STEP, text);
    assert_string_equal(text, "preset small at 30 frames a second: music 40, keep 10, join 10, "
                              "smooth 3.90625");
    assert_int_equal(parse_predictor(&s, "--preset paper --past 90 --smooth 5 x.tsv"), 0);
    c = s.config;
    preset_to_rate(&s, 120, &c);
    assert_true(c.past == 90 && c.future == 40 && c.music == 480 && c.keep == 40);
    assert_true(c.join == 0 && c.smooth == 5);
    c.fps = 120;
    preset_rate_text(&s, &c, PRESET_WINDOW, text);
    assert_string_equal(text, "preset paper at 120 frames a second: future 40");
    assert_true(preset_frames(20, 25) == 8 && preset_frames(20, 1) == 1 &&
                preset_frames(0, 1) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preset_as_it_is),
        cmocka_unit_test(home_is_for_relative_coordinates),
        cmocka_unit_test(gains_and_loops),
        cmocka_unit_test(numbers_of_several_stages),
        cmocka_unit_test(numbers_of_a_predictor),
        cmocka_unit_test(a_preset_at_other_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
