/* Presets with every predictor: sizes that exist, of options that exist, make a configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model/predictors/predictors.h"
#include "model/train/presets.h"

#include <cmocka.h>

static const ConfigKey *key_of(int predictor, const char *option) {
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(predictor, i)); i++)
        if (k->option && strcmp(k->option, option) == 0) return k;
    return NULL;
}

static void sizes_name_presets_and_options(void **state) {
    (void)state;
    for (int id = 0; predictor_registry[id]; id++) {
        const Predictor *p = predictor_registry[id];
        for (size_t i = 0; i < p->size_count; i++) {
            const PresetSize *size = &p->sizes[i];
            const ConfigKey *k = key_of(id, size->option);
            if (!preset_find(size->preset)) fail_msg("%s: no preset %s", p->name, size->preset);
            if (!k || k->part != PART_PREDICTOR) fail_msg("%s: no --%s", p->name, size->option);
            if (k->uses && !(k->uses & p->uses)) fail_msg("%s: unused %s", p->name, size->option);
            assert_true(size->value >= k->min && size->value <= k->max);
        }
    }
}

static void every_preset_suits_every_predictor(void **state) {
    (void)state;
    for (int id = 0; predictor_registry[id]; id++) {
        for (size_t i = 0; preset_names[i]; i++) {
            Config c = preset_find(preset_names[i])->config;
            Error err;
            config_choose_predictor(&c, id);
            preset_take_sizes(preset_names[i], &c);
            c.motion_dim = 219;
            c.music_dim = predictor_at(id)->uses & USES_MUSIC ? 35 : 0;
            if (config_check(&c, &err))
                fail_msg("%s, %s: %s", predictor_at(id)->name, preset_names[i], err.text);
        }
    }
}

/* Only what the preset names is changed. */
static void sizes_of_one_preset(void **state) {
    (void)state;
    int id = predictor_find("revolution");
    Config c = preset_find("small")->config;
    config_choose_predictor(&c, id);
    preset_take_sizes("small", &c);
    assert_int_equal(c.predictor.width, 64);
    assert_int_equal(c.predictor.mlp, 128);
    assert_int_equal(c.predictor.heads, preset_find("small")->config.predictor.heads);
    assert_int_equal(c.bank.width, 128);
    assert_true(config_get(&c, key_of(id, "hidden")) == 256);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_name_presets_and_options),
        cmocka_unit_test(every_preset_suits_every_predictor),
        cmocka_unit_test(sizes_of_one_preset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
