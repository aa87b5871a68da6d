/* Files of Jukebox that are missing, cut short or of another model: the tiny model of
 * test/golden/encoders/jukebox, damaged. */
#include "features/encoders/encoders.h"
#include "lib/base/buffer.h"
#include "lib/base/file.h"
#include "test/scratch.h"

#define FOLDER "test/golden/encoders/jukebox"

extern const Encoder encoder_jukebox;

static void copy(const char *name, size_t size) {
    char from[200];
    unsigned char *data;
    size_t all;
    Error err;
    snprintf(from, sizeof from, FOLDER "/%s", name);
    assert_done(file_read(from, &data, &all, &err), &err);
    scratch_write(name, data, size < all ? size : all);
    free(data);
}

static void damaged(const char *why) {
    const EncoderOptions o = {0};
    EncoderInfo info;
    Error err;
    void *state;
    assert_failed(encoder_open(&encoder_jukebox, scratch("."), &o, &state, &info, &err), &err, why);
}

static void change_config(const char *from, const char *to) {
    char *text;
    size_t size;
    Error err;
    Buffer b = {0};
    assert_done(file_read_text(FOLDER "/config.json", &text, &size, &err), &err);
    const char *at = strstr(text, from);
    assert_non_null(at);
    buffer_add(&b, text, (size_t)(at - text));
    buffer_text(&b, to);
    buffer_text(&b, at + strlen(from));
    scratch_write("config.json", b.data, b.size);
    buffer_free(&b);
    free(text);
}

static void damage_is_named(void **state) {
    (void)state;
    static const char codec[] = "vqvae.pth.tar", prior[] = "prior_level_2.pth.tar";
    copy("config.json", SIZE_MAX);
    damaged("vqvae.pth.tar: No such file");
    copy(codec, SIZE_MAX);
    damaged("prior_level_2.pth.tar: No such file");
    for (size_t size = 0; size < 24000; size += 1999) {
        copy(prior, size);
        damaged("prior_level_2.pth.tar: ");
    }
    copy(prior, 24500);
    damaged("prior_level_2.pth.tar: cut short: storage");
    copy(prior, SIZE_MAX);
    copy(codec, 15000);
    damaged("vqvae.pth.tar: cut short: storage");
    copy(codec, SIZE_MAX);
    change_config("\"prior_depth\": 4", "\"prior_depth\": 5");
    damaged("prior_level_2.pth.tar: tensor "
            "'model.prior.transformer._attn_mods.4.ln_0.weight' is missing");
    change_config("\"prior_width\": 16", "\"prior_width\": 32");
    damaged("prior_level_2.pth.tar: tensor 'model.prior.x_emb.weight' has the shape [8, 16], not "
            "[8, 32]");
    change_config("\"m_mlp\": 1.0", "\"m_mlp\": 2.0");
    damaged("_attn_mods.0.mlp.c_fc.w' has the shape [16, 16], not [16, 32]");
    change_config("\"emb_width\": 4", "\"emb_width\": 5");
    damaged("vqvae.pth.tar: tensor 'model.encoders.2.level_blocks.0.model.3.weight' has the shape");
    static const char *const wrong[][3] = {
        {"\"strides_t\": [2, 2, 2]", "\"strides_t\": [2, 3, 2]", "'strides_t'"},
        {"\"levels\": 3", "\"levels\": 2", "'downs_t'"},
        {"\"downs_t\": [3, 2, 2]", "\"downs_t\": [9, 2, 2]", "12 halvings"},
        {"\"dilation_growth_rate\": 3", "\"depth\": 60, \"x\": 0", "occurs twice"},
        {"\"blocks\": 4", "\"blocks\": 5", "'n_ctx' is no multiple of 'blocks'"},
        {"\"m_attn\": 0.25", "\"m_attn\": 0.2", "no multiple of 'heads'"},
        {"\"m_attn\": 0.25", "\"m_attn\": 1e9", "'m_attn'"},
        {"\"max_duration\": 600.0", "\"max_duration\": 1", "not in order"},
        {"\"max_duration\": 600.0", "\"max_duration\": 61", "a song of 62 s"},
        {"\"sample_rate\": 44100", "\"sample_rate\": 4", "sample rate"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        change_config(wrong[i][0], wrong[i][1]);
        damaged(wrong[i][2]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damage_is_named),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
