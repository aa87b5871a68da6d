/* The configuration as JSON: there and back, and everything that must be refused. */
#include "test/scratch.h"

#include <cjson/cJSON.h>

#include "model/config.h"
#include "model/train/presets.h"

static Config some_config(void) {
    Config c = preset_find("small")->config;
    c.motion_dim = 219;
    c.music_dim = 35;
    return c;
}

static void there_and_back(void **state) {
    (void)state;
    static const Refine variants[] = {REFINE_NONE, REFINE_BANK, REFINE_DISCRETE, REFINE_AE,
                                      REFINE_VAE};
    for (int i = 0; i < 5; i++) {
        Config c = some_config(), back;
        Error err;
        c.refine = variants[i];
        c.transit = i % 2;
        c.relative_root = c.home = i != 1;
        c.relative_heading = i == 2;
        c.standardise = i != 3;
        c.escape = i == 3 ? 0 : (double)i / 8;
        c.joint_gains = i % 2;
        c.logit_scale = i % 2 == 0;
        c.residual = i < 2;
        c.smooth = (double)i / 10;
        c.motion_layers = 0;
        c.cross_layers = 11;
        char *json = config_to_json(&c);
        assert_non_null(json);
        assert_done(config_from_json(json, &back, &err), &err);
        char *again = config_to_json(&back);
        assert_string_equal(json, again);
        assert_true(back.motion_dim == 219 && back.predictor.width == c.predictor.width &&
                    back.bank.mlp == c.bank.mlp && back.join == c.join);
        assert_true(back.refine == c.refine && back.transit == c.transit &&
                    back.smooth == c.smooth && back.escape == c.escape &&
                    back.joint_gains == c.joint_gains && back.cross_layers == 11 &&
                    back.motion_layers == 0);
        assert_true(back.relative_root == c.relative_root &&
                    back.relative_heading == c.relative_heading &&
                    back.standardise == c.standardise);
        assert_true(back.logit_scale == c.logit_scale && back.residual == c.residual);
        cJSON_free(json);
        cJSON_free(again);
    }
}

/* The words of refine in files. */
static void names_of_variants(void **state) {
    (void)state;
    static const struct {
        Refine refine;
        const char *json;
    } words[] = {{REFINE_BANK, "\"refine\":\"bank\""},
                 {REFINE_DISCRETE, "\"refine\":\"discrete\""},
                 {REFINE_AE, "\"refine\":\"ae\""},
                 {REFINE_VAE, "\"refine\":\"vae\""},
                 {REFINE_NONE, "\"refine\":\"none\""}};
    for (int i = 0; i < 5; i++) {
        Config c = some_config(), back;
        Error err;
        c.refine = words[i].refine;
        char *json = config_to_json(&c);
        assert_non_null(strstr(json, words[i].json));
        assert_done(config_from_json(json, &back, &err), &err);
        assert_int_equal(back.refine, words[i].refine);
        cJSON_free(json);
    }
}

/* The configuration with `key` set to `json` (NULL: left out) must be refused with a message that
 * says `part`. */
static void refused(const char *key, const char *json, const char *part) {
    Config c = some_config(), out;
    Error err;
    char *text = config_to_json(&c);
    cJSON *o = cJSON_Parse(text);
    cJSON_DeleteItemFromObjectCaseSensitive(o, key);
    if (json) cJSON_AddItemToObject(o, key, cJSON_Parse(json));
    char *changed = cJSON_PrintUnformatted(o);
    assert_failed(config_from_json(changed, &out, &err), &err, part);
    cJSON_free(text);
    cJSON_free(changed);
    cJSON_Delete(o);
}

static void every_key_is_needed(void **state) {
    (void)state;
    Config c = some_config();
    char *text = config_to_json(&c);
    cJSON *o = cJSON_Parse(text);
    assert_true(cJSON_GetArraySize(o) >= 23);
    const cJSON *item;
    cJSON_ArrayForEach(item, o) {
        char part[80];
        snprintf(part, sizeof part, "%s is", item->string);
        static const char *const may_lack[] = {"smooth",           "gain", "joint_gains", "escape",
                                               "relative_heading", "home"};
        bool optional = false;
        for (size_t i = 0; i < sizeof may_lack / sizeof *may_lack; i++)
            optional |= strcmp(item->string, may_lack[i]) == 0;
        if (!optional) refused(item->string, NULL, part);
        refused(item->string, "\"12\"", item->string); /* text for a number, a flag, a list, and a
                                                          variant that does not exist */
        if (cJSON_IsBool(item)) refused(item->string, "1", part);
    }
    cJSON_Delete(o);
    cJSON_free(text);
}

static void numbers_that_are_none(void **state) {
    (void)state;
    static const char *const bad[] = {"-1",   "1.5",  "1e10", "16777217", "1e300",
                                      "null", "true", "[3]",  "{}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused("past", bad[i], "past is not a sensible whole number");
    refused("layers", "[1, 2]", "layers");
    refused("layers", "[1, 2, 3, 4]", "layers");
    refused("layers", "[1, 2, -3]", "layers");
    refused("layers", "[1, 2, 257]", "layers must lie between 0 and 256, not 257");
    refused("refine", "3", "refine is none of bank, discrete, ae, vae, none");
    refused("refine", "\"Bank\"", "refine is none of");
    refused("refine", "\"\"", "refine is none of");
    refused("smooth", "-1", "smooth");
    refused("smooth", "1e10", "smooth");
    refused("escape", "-0.1", "escape");
    refused("escape", "1.1", "escape");
    refused("standardise", "false", "escape needs standardise");
    refused("transit", "null", "transit");
    refused("unheard_of", "1", "unknown key unheard_of");
}

static void sizes_that_contradict(void **state) {
    (void)state;
    refused("motion_dim", "3", "motion_dim");
    refused("motion_dim", "220", "motion_dim");
    refused("future", "120", "future");
    refused("future", "0", "future must lie between 1 and 100000, not 0");
    refused("keep", "21", "keep");
    refused("keep", "0", "keep");
    refused("join", "21", "join");
    refused("latents", "0", "latents");
    refused("latents", "65", "latents");
    refused("items", "0", "items");
    refused("width", "0", "width");
    refused("bank_heads", "0", "bank_heads must lie between 1 and 1024, not 0");
    refused("music_dim", "0", "music_dim must lie between 1 and");
}

static void what_is_no_object(void **state) {
    (void)state;
    static const char *const texts[] = {
        "", "[]", "12", "null", "{", "{}", "{\"past\": 3,}", "{\"past\":120} and more"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Config out;
        Error err;
        assert_failed(config_from_json(texts[i], &out, &err), &err, "config");
    }
    Config c = some_config(), out;
    Error err;
    char *text = config_to_json(&c), *twice = malloc(strlen(text) + 40);
    assert_non_null(twice);
    sprintf(twice, "%.*s,\"past\":120}", (int)strlen(text) - 1,
            text); /* even where both say the same */
    assert_failed(config_from_json(twice, &out, &err), &err, "repeated");
    cJSON_free(text);
    free(twice);
}

/* The paper's numbers (section 4.3, Appendix) as DESIGN lists them. */
static void the_papers_preset(void **state) {
    (void)state;
    const Preset *p = preset_find("paper");
    const Config *c = &p->config;
    assert_true(c->past == 120 && c->future == 20 && c->music == 240 && c->keep == 20 &&
                c->items == 256 && c->latents == 4);
    assert_true(c->predictor.width == 800 && c->predictor.heads == 10 && c->predictor.mlp == 3072);
    assert_true(c->motion_layers == 2 && c->music_layers == 2 && c->cross_layers == 12);
    assert_true(c->bank.width == 2048 && c->bank.heads == 10 && c->bank.mlp == 2048 &&
                c->bank_layers == 4 && head_dim(c->bank) == 205);
    assert_true(c->refine == REFINE_BANK && c->transit && !c->residual && !c->join &&
                !c->relative_root && !c->relative_heading && !c->standardise && !c->logit_scale &&
                c->smooth == 0);
    static const size_t epochs[3] = {50, 25, 150};
    for (int i = 0; i < 3; i++) {
        const Training *t = &p->stage[STAGE_MANIFOLD + i];
        assert_true(t->batch == 32 && t->epochs == epochs[i] && t->lr == 1e-4 &&
                    t->schedule == SCHEDULE_STEP && t->beta == 0.2);
        assert_true(t->warmup == 0 && t->noise == 0 && t->unroll == 1);
    }
    const Training *last = &p->stage[STAGE_PREDICT];
    assert_true(last->drop[0] == 30 && last->drop[1] == 90);
    assert_int_equal(p->stage[STAGE_MANIFOLD].drop[0], 0);
    static const char *const names[] = {"paper", "small", "tiny"};
    for (int i = 0; i < 3; i++) {
        Config with = preset_find(names[i])->config;
        Error err;
        with.motion_dim = 219;
        with.music_dim = 35;
        assert_done(config_check(&with, &err), &err);
    }
    assert_null(preset_find("large"));
}

/* Keys that came later are written where they are known, and files without them are read. */
static void rate_and_features(void **state) {
    (void)state;
    Config c = some_config(), back;
    Error err;
    char *plain = config_to_json(&c);
    assert_null(strstr(plain, "fps"));
    assert_null(strstr(plain, "music_features"));
    assert_done(config_from_json(plain, &back, &err), &err);
    assert_true(back.fps == 0 && !music_identity_known(&back.music_features));
    c.fps = 30;
    c.music_features = (MusicIdentity){"mint35", "librosa-0.11", "mfcc:20,chroma:15"};
    char *json = config_to_json(&c);
    assert_non_null(strstr(json, ",\"fps\":30,\"music_features\":{\"name\":\"mint35\","
                                 "\"version\":\"librosa-0.11\",\"columns\":"
                                 "\"mfcc:20,chroma:15\"}}"));
    assert_done(config_from_json(json, &back, &err), &err);
    assert_true(back.fps == 30);
    assert_memory_equal(&back.music_features, &c.music_features, sizeof c.music_features);
    cJSON_free(plain);
    cJSON_free(json);
    refused("fps", "0.5", "'fps' is 0.5");
    refused("fps", "1e300", "fps must lie between");
    refused("fps", "\"60\"", "fps is not a number");
    refused("music_features", "\"mint35\"", "music_features has no text 'name'");
    refused("music_features", "{\"name\":\"a\",\"version\":\"b\"}", "no text 'columns'");
    refused("music_features",
            "{\"name\":\"a\",\"version\":\"b\",\"columns\":\"mfcc:35\",\"fps\":60}",
            "holds more than");
    refused("music_features", "{\"name\":\"a\",\"version\":\"b\",\"columns\":\"mfcc:20\"}",
            "music_features: ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),        cmocka_unit_test(names_of_variants),
        cmocka_unit_test(every_key_is_needed),   cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(sizes_that_contradict), cmocka_unit_test(what_is_no_object),
        cmocka_unit_test(the_papers_preset),     cmocka_unit_test(rate_and_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
