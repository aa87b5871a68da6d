#include "test/fuzz/seeds.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/bvh_write.h"
#include "features/encoders/jukebox_store.h"
#include "lib/audio/music_file.h"
#include "lib/base/file.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/aist_pickle_write.h"
#include "metrics/thresholds.h"
#include "model/checkpoint_file.h"
#include "model/model_file.h"
#include "test/fuzz/readers.h"

static void done(int status) {
    if (status) abort();
}

static const char *place(const char *folder, const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_text(const char *folder, const char *name, const char *text) {
    fuzz_write(folder, name, text, strlen(text));
}

/* --- motions --- */

/* Straight bodies that rise a little. */
static void make_motion(Motion *m, size_t frames, size_t joints) {
    Error err;
    done(motion_new(m, frames, joints, &err));
    for (size_t t = 0; t < frames; t++) {
        float *row = m->data + t * motion_dim(m);
        row[1] = (float)t / 16;
        for (size_t j = 0; j < joints; j++)
            for (size_t i = 0; i < 3; i++) row[3 + 9 * j + 4 * i] = 1;
    }
}

void seed_h36m(const char *folder) {
    Buffer text = {0};
    for (size_t line = 0; line < 2; line++)
        for (size_t k = 0; k < 99; k++)
            buffer_print(&text, "%s%.2f%s", k ? "," : "", 0.3 * (double)(k % 5),
                         k < 98 ? "" : "\n");
    fuzz_write(folder, "walking_1.txt", text.data, text.size);
    buffer_free(&text);
}

void seed_bvh(const char *folder) {
    Motion m;
    Skeleton s;
    Clip clip;
    Buffer text = {0};
    Error err;
    make_motion(&m, 2, SMPL_JOINTS);
    done(skeleton_smpl(&s, &err));
    done(clip_new(&clip, &m, "a", &s, &err));
    done(bvh_write(&clip, 100, &text, &err));
    fuzz_write(folder, "a.bvh", text.data, text.size);
    buffer_free(&text);
    clip_free(&clip);
    skeleton_free(&s);
    motion_free(&m);
}

void seed_pickles(const char *folder) {
    enum { FRAMES = 2 };
    static const float poses[FRAMES * 72] = {0.1f, -0.2f, 0.3f}, trans[FRAMES * 3] = {1, 90, 2};
    static const char hand_made[] = "\x80\x02}q\x00(X\x03\x00\x00\x00posq\x01](G?\xf0\x00\x00\x00"
                                    "\x00\x00\x00K\x01M\x02\x01\x65X\x01\x00\x00\x00qq\x02)h\x01"
                                    "Nu.";
    static const char ordered[] = "\x80\x02\x63"
                                  "collections\nOrderedDict\n)R(X\x05\x00\x00\x00"
                                  "transK\x01X\x05\x00\x00\x00posesU\x02xyu.";
    Buffer b = {0};
    Error err;
    done(aist_pickle_put(&b, FRAMES, poses, trans, 90, 0, &err));
    fuzz_write(folder, "aist.pkl", b.data, b.size);
    buffer_free(&b);
    fuzz_write(folder, "odd-lists.pkl", hand_made, sizeof hand_made - 1);
    fuzz_write(folder, "odd-texts.pkl", ordered, sizeof ordered - 1);
}

/* A file that another program wrote. */
static void copy_golden(const char *folder, const char *golden, const char *name) {
    char path[100];
    unsigned char *data;
    size_t size;
    Error err;
    snprintf(path, sizeof path, "test/golden/%s", golden);
    done(file_read(path, &data, &size, &err));
    fuzz_write(folder, name, data, size);
    free(data);
}

void seed_h36m_joints(const char *folder) {
    copy_golden(folder, "motion/h36m_positions.npz", "positions.npz");
}

/* Those that PyTorch wrote: test/golden/torch. */
void seed_torch(const char *folder) {
    static const char *const names[] = {"torch/zip.pt", "torch/legacy.pt", "torch/module.bin",
                                        "torch/objects.pt"};
    static const char *const seeds[] = {"zip.pt", "legacy.pt", "module.pt", "odd.pt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        copy_golden(folder, names[i], seeds[i]);
}

void seed_settings(const char *folder) {
    write_text(folder, "config.json",
               "{\"model_type\": \"hubert\", \"conv_dim\": [24, 24, 24],\n \"conv_bias\": false, "
               "\"layer_norm_eps\": 1e-05, \"hidden_size\": 48, \"sizes\": {\"a\": [{}, null]}}\n");
}

void seed_encoders(const char *folder) {
    write_text(folder, "hubert.json",
               "{\"model_type\": \"hubert\", \"conv_dim\": [24, 24], \"conv_kernel\": [10, 3], "
               "\"conv_stride\": [5, 2],\n \"conv_bias\": true, \"hidden_size\": 48, "
               "\"num_attention_heads\": 4, \"feat_extract_norm\": \"layer\"}\n");
    write_text(folder, "mert.json",
               "{\"model_type\": \"mert_model\", \"do_stable_layer_norm\": true, \"deepnorm\": "
               "false,\n \"sample_rate\": 24000, \"layer_norm_eps\": 1e-05}\n");
    write_text(folder, "clap.json",
               "{\"model_type\": \"clap\", \"audio_config\": {\"depths\": [2, 2],\n "
               "\"num_attention_heads\": [2, 4], \"hidden_size\": 192, \"enable_fusion\": false, "
               "\"mlp_ratio\": 4.0, \"window_size\": 8}}\n");
    write_text(folder, "odd.json", "{\"model_type\": \"hubert\", \"deepnorm\": true}\n");
}

void seed_jukebox(const char *folder) {
    write_text(
        folder, "jukebox.json",
        "{\"model_type\": \"jukebox\", \"levels\": 2, \"downs_t\": [3, 2], \"strides_t\": [2, "
        "2], \"multipliers\": [2, 1],\n \"dilation_growth_rate\": 3, \"n_ctx\": 24, "
        "\"blocks\": 4, \"prior_width\": 16, \"heads\": 2, \"m_attn\": 0.25,\n \"y_bins\": "
        "[3, 4], \"max_duration\": 600.0}\n");
}

/* Three windows of four numbers, of which a block has done one. */
void seed_states(const char *folder) {
    const float x[4] = {1, 2, 3, 4};
    char path[4200];
    JukeboxStore s;
    Error err;
    snprintf(path, sizeof path, "%.4000s/a.jukebox", folder);
    done(jukebox_store_open(&s, path, 7, 3, 0, 4, &err));
    for (size_t w = 0; w < 3; w++) done(jukebox_store_put(&s, w, x, 4, &err));
    done(jukebox_store_begin(&s, &err));
    done(jukebox_store_step(&s, x, 4, &err));
    jukebox_store_close(&s, false);
}

void seed_weight_index(const char *folder) {
    write_text(folder, "model.safetensors.index.json",
               "{\"metadata\": {\"total_size\": 24},\n \"weight_map\": {\"a.w\": "
               "\"model-1.safetensors\", \"b\": \"model-2.bin\"}}\n");
}

static float *add_f32(Tensors *set, const char *name, size_t rows, size_t columns) {
    const size_t shape[2] = {rows, columns};
    Tensor t;
    Error err;
    done(tensor_new(&t, TENSOR_F32, 2, shape, 0, &err));
    float *values = tensor_f32(&t);
    done(tensors_add(set, name, &t, &err));
    return values;
}

void seed_motion_npz(const char *folder) {
    Motion m;
    Tensors set = {0};
    Error err;
    make_motion(&m, 3, 1);
    m.seed_frames = 1;
    done(motion_set_names(&m, "BR", "mBR0", &err));
    done(motion_write(place(folder, "motion.npz"), &m, &err));
    motion_free(&m);
    add_f32(&set, "poses", 2, 156)[5] = 0.5f;
    add_f32(&set, "trans", 2, 3)[1] = 0.9f;
    done(tensors_add_f64(&set, "mocap_framerate", 120, &err));
    done(tensors_add_text(&set, "gender", "neutral", &err));
    done(npz_write(place(folder, "amass.npz"), &set, &err));
    tensors_free(&set);
}

static void write_npy(const char *path, int rank, const size_t *shape, const float *values) {
    Tensor t;
    Error err;
    done(tensor_new(&t, TENSOR_F32, rank, shape, 0, &err));
    if (values) memcpy(t.data, values, tensor_count(&t) * sizeof *values);
    done(npy_write(path, &t, &err));
    tensor_free(&t);
}

/* Two frames of `columns` numbers that end in straight joints of `width` numbers each, of which the
 * first and each `step`-th after it are 1. */
static void write_array(const char *folder, const char *name, size_t columns, size_t width,
                        size_t step) {
    enum { MOST = 400 };
    float row[2 * MOST] = {0};
    for (size_t t = 0; t < 2; t++)
        for (size_t end = columns; end >= 3 + width; end -= width)
            for (size_t i = 0; i < width; i += step) row[t * columns + end - width + i] = 1;
    write_npy(place(folder, name), 2, (const size_t[]){2, columns}, row);
}

void seed_motion_npy(const char *folder) {
    write_array(folder, "motion.npy", 3 + 9 * 2, 9, 4);
    write_array(folder, "mint.npy", 9 + 9 * 24, 9, 4);
    write_array(folder, "lodge.npy", 4 + 3 + 6 * 22, 6, 4);
    write_array(folder, "finedance.npy", 3 + 6 * 52, 6, 4);
    write_array(folder, "contacts.npy", 4 + 3 + 6 * 52, 6, 4);
    write_array(folder, "odd.npy", 72, 3, 1);
}

void seed_positions(const char *folder) {
    static const size_t shape[3] = {2, SMPL_JOINTS, 3};
    write_npy(place(folder, "positions.npy"), 3, shape, NULL);
    write_array(folder, "motion.npy", 3 + 9 * 24, 9, 4);
}

/* --- models --- */

const char seeds_settings[] = "seed=1 lr=0.5";

void seeds_model(Model *m) {
    static const char *const genres[2] = {"BR", "LO"};
    static const Config c = {.motion_dim = 12,
                             .music_dim = 5,
                             .past = 9,
                             .future = 3,
                             .music = 13,
                             .keep = 3,
                             .fps = 60,
                             .predictor = {.width = 4, .heads = 2, .mlp = 6},
                             .motion_layers = 1,
                             .music_layers = 1,
                             .cross_layers = 1,
                             .bank = {.width = 6, .heads = 2, .mlp = 5},
                             .bank_layers = 1,
                             .items = 3,
                             .latents = 2,
                             .refine = REFINE_BANK,
                             .transit = true,
                             .standardise = true};
    Error err;
    done(model_new(m, KIND_MODEL, &c, genres, 2, true, &err));
    done(params_allocate(&m->params, true, &err));
    for (size_t i = 0; i < m->params.total; i++) m->params.value[i] = 0.25f;
}

/* Without its checksum, as other tools write files: with it nothing but the checksum would ever be
 * looked at. */
static void unseal(const char *folder, const char *name) {
    static const char *const words[] = {"\"checksum\"", "\"sealed\""};
    unsigned char *data;
    size_t size;
    Error err;
    done(file_read(place(folder, name), &data, &size, &err));
    for (size_t i = 0; i < 2; i++) {
        unsigned char *at = memmem(data, size, words[i], strlen(words[i]));
        if (at) at[strlen(words[i]) - 2] = 'x';
    }
    fuzz_write(folder, name, data, size);
    free(data);
}

void seed_models(const char *folder) {
    Model m;
    Exported e;
    Error err;
    seeds_model(&m);
    done(model_export(&m, &e, &err));
    done(exported_write(place(folder, "model.safetensors"), &e, &err));
    model_free(&m);
    unseal(folder, "model.safetensors");
}

void seed_checkpoint(const char *folder) {
    const TrainState state = {.stage = STAGE_PREDICT, .epoch = 2, .step = 7, .seed = 1};
    Model m;
    Exported e;
    Error err;
    seeds_model(&m);
    done(checkpoint_export(&m, &state, seeds_settings, &e, &err));
    done(exported_write(place(folder, "checkpoint"), &e, &err));
    model_free(&m);
    unseal(folder, "checkpoint");
}

void seed_config(const char *folder) {
    Model m;
    seeds_model(&m);
    char *text = config_to_json(&m.config);
    if (!text) abort();
    write_text(folder, "config.json", text);
    free(text);
    model_free(&m);
}

/* --- sound and music --- */

void seed_sounds(const char *folder) {
    enum { FRAMES = 1200, RATE = 8000 };
    static const struct {
        const char *name;
        int format;
    } kinds[] = {
        {"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
        {"b.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
        {"c.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
        {"d.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
        {"e.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16},
        {"f.au", SF_FORMAT_AU | SF_FORMAT_ULAW},
        {"g.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16},
#ifdef SF_FORMAT_MPEG
        {"h.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
#endif
    };
    static float samples[FRAMES];
    for (size_t i = 0; i < FRAMES; i++) samples[i] = 0.5f * sinf(0.3f * (float)i);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        SF_INFO info = {.format = kinds[i].format, .channels = 1, .samplerate = RATE};
        SNDFILE *f = sf_open(place(folder, kinds[i].name), SFM_WRITE, &info);
        if (!f) continue; /* libsndfile was built without that encoder */
        if (sf_writef_float(f, samples, FRAMES) != FRAMES) abort();
        sf_close(f);
    }
}

void seed_music(const char *folder) {
    enum { FRAMES = 3, DIM = 3 };
    static float values[FRAMES * DIM] = {0, 1, 0, 0.5f};
    const Music m = {.frames = FRAMES,
                     .dim = DIM,
                     .data = values,
                     .fps = 60,
                     .tempo = 120,
                     .identity = {"mint35", "librosa-0.11", "onset_strength,onsets,beats"}};
    Error err;
    done(music_write(place(folder, "music.npz"), &m, &err));
}

/* --- measures, bodies --- */

void seed_thresholds(const char *folder) {
    const Thresholds t = {.pose = 0.5,
                          .trans = 0.7,
                          .quantile = 0.2,
                          .nets = true,
                          .net_pose = 0.4,
                          .net_trans = 0.6,
                          .net_quantile = 0.3};
    Error err;
    done(thresholds_write(place(folder, "thresholds.npz"), &t, &err));
}

void seed_clusters(const char *folder) {
    const size_t shape[3] = {2, 3, 12};
    Tensors set = {0};
    Tensor t;
    Error err;
    done(tensor_new(&t, TENSOR_F32, 3, shape, 0, &err));
    done(tensors_add(&set, "centers", &t, &err));
    done(tensors_add_f64(&set, "fps", 60, &err));
    done(npz_write(place(folder, "BR.npz"), &set, &err));
    tensors_free(&set);
}

void seed_skeletons(const char *folder) {
    enum { JOINTS = 3, NAME = 8 };
    const size_t shape[1] = {JOINTS};
    Tensors set = {0};
    Tensor parents, names;
    Error err;
    done(tensor_new(&parents, TENSOR_I64, 1, shape, 0, &err));
    for (int j = 0; j < JOINTS; j++) tensor_i64(&parents)[j] = j - 1;
    done(tensors_add(&set, "parents", &parents, &err));
    add_f32(&set, "offsets", JOINTS, 3)[4] = -0.4f;
    done(tensor_new(&names, TENSOR_BYTES, 1, shape, NAME, &err));
    memcpy(names.data, "Pelvis\0\0L_Hip\0\0\0tail", JOINTS * NAME - NAME + sizeof "tail");
    done(tensors_add(&set, "names", &names, &err));
    done(npz_write(place(folder, "skeleton.npz"), &set, &err));
    tensors_free(&set);
}

/* --- texts --- */

void seed_dataset(const char *folder) {
    write_text(folder, "train.tsv",
               "name\tgenre\tmotion\tmusic\nd1\tAA\ta.npz\tb.npz\r\nd2\tBB\t/c.npz\t\n");
}

void seed_names(const char *folder) {
    write_text(folder, "train.txt",
               "gBR_sBM_cAll_d04_mBR0_ch01\n\n  gLO_sFM_cAll_d13_mLO2_ch18\r\nx");
}

void seed_log(const char *folder) {
    write_text(folder, "train.log",
               "stage\tstep\tepoch\tloss\tlr\tseconds\n3\t1\t1\t0.25\t0.001\t2.5\n"
               "stage\tstep\tepoch\tloss\tlr\tseconds\n3\t2\t1\tnan\t1e-3\t2.6\n");
}

void seed_joint_list(const char *folder) {
    write_text(folder, "joints.txt", "# names\nPelvis Hips\nL_Hip LeftUpLeg\nright_hip thigh.R\n");
}

void seed_scores(const char *folder) {
    write_text(folder, "full-1.json",
               "{\"frozen_rate\":0.25,\"dances\":[{\"name\":\"a\\u00e4\"}]}\n{\"fid_k\":12.5}");
}
