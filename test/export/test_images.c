/* Images: PNG files against zlib and the standard's filters, what is drawn where, videos. */
#include "test/export/clips.h"

#include <omp.h>
#include <zlib.h>

#include "export/colour.h"
#include "export/png.h"
#include "export/raster.h"
#include "export/render.h"
#include "export/sheet.h"
#include "export/stroke_font.h"
#include "export/video.h"
#include "export/y4m.h"

static size_t be32(const unsigned char *p) {
    return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* Undoes a row's filter: each byte's neighbours are `step` bytes to the left. */
static void unfilter(const unsigned char *raw, const unsigned char *above, size_t size, size_t step,
                     unsigned char *row) {
    for (size_t i = 0; i < size; i++) {
        int a = i >= step ? row[i - step] : 0, b = above ? above[i] : 0,
            c = i >= step && above ? above[i - step] : 0, kind = raw[0];
        int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - 2 * c);
        int paeth = pb <= pc ? b : c;
        if (pa <= pb && pa <= pc) paeth = a;
        const int guess[] = {0, a, b, (a + b) / 2, paeth};
        assert_true(kind < 5);
        row[i] = (unsigned char)(raw[1 + i] + guess[kind]);
    }
}

/* Pixels of a PNG file, RGB or indexed, checking every chunk's CRC; owned. */
static unsigned char *decode(const Buffer *png, size_t *width, size_t *height) {
    assert_memory_equal(png->data, "\x89PNG\r\n\x1a\n", 8);
    unsigned char *raw = NULL;
    const unsigned char *palette = NULL;
    size_t step = 0;
    const unsigned char *p = png->data + 8, *end = png->data + png->size;
    for (; p < end; p += 12 + be32(p)) {
        assert_true(p + 12 + be32(p) <= end &&
                    be32(p + 8 + be32(p)) == crc32(crc32(0, NULL, 0), p + 4, (uInt)be32(p) + 4));
        if (memcmp(p + 4, "IHDR", 4) == 0) {
            *width = be32(p + 8), *height = be32(p + 12);
            step = p[17] == 3 ? 1 : 3;
            assert_true(p[16] == 8 && (p[17] == 2 || p[17] == 3));
            assert_memory_equal(p + 18, "\0\0\0", 3);
        }
        if (memcmp(p + 4, "PLTE", 4) == 0) palette = p + 8;
        if (memcmp(p + 4, "IDAT", 4) == 0) {
            uLongf expected = (uLongf)(*height * (step * *width + 1)), size = expected;
            raw = malloc(size);
            assert_int_equal(uncompress(raw, &size, p + 8, (uLong)be32(p)), Z_OK);
            assert_int_equal(size, expected);
        }
    }
    assert_memory_equal(end - 8, "IEND", 4);
    size_t row = step * *width;
    unsigned char *bytes = calloc(*height, row), *rgb = calloc(*height * *width, 3);
    for (size_t y = 0; y < *height; y++)
        unfilter(raw + y * (row + 1), y ? bytes + (y - 1) * row : NULL, row, step, bytes + y * row);
    for (size_t i = 0; i < *height * *width; i++)
        memcpy(rgb + 3 * i, step == 3 ? bytes + 3 * i : palette + 3 * bytes[i], 3);
    free(raw);
    free(bytes);
    return rgb;
}

static void png_files_hold_their_pixels(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{1, 1}, {3, 5}, {64, 40}};
    Rng rng = rng_seed(1);
    for (size_t s = 0; s < 3; s++) {
        size_t n = 3 * sizes[s][0] * sizes[s][1], width, height;
        unsigned char *rgb = malloc(n);
        for (size_t i = 0; i < n; i++)
            rgb[i] = (unsigned char)(i % 7 < 3 ? rng_below(&rng, 256)
                                               : i); /* every filter has its turn */
        Buffer out = {0};
        Error err;
        assert_done(png_write(rgb, sizes[s][0], sizes[s][1], &out, &err), &err);
        unsigned char *back = decode(&out, &width, &height);
        assert_true(width == sizes[s][0] && height == sizes[s][1]);
        assert_memory_equal(back, rgb, n);
        free(back);
        free(rgb);
        buffer_free(&out);
    }
}

/* Few colours stay as they are; of many, each pixel gets one that is near, and no nearer ones are
 * left out: the error is far below that of a fixed palette of 6 x 6 x 6 (25.5 apart: 18.4 for a
 * uniform spread). */
static void few_colours_are_enough(void **state) {
    (void)state;
    enum { WIDTH = 60, HEIGHT = 50, COUNT = WIDTH * HEIGHT };
    unsigned char rgb[3 * COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        const unsigned char few[3][3] = {{200, 30, 0}, {0, 120, 255}, {9, 9, 9}};
        memcpy(rgb + 3 * i, few[i % 7 % 3], 3);
    }
    for (int many = 0; many < 2; many++) {
        Error err;
        Buffer out = {0}, same = {0};
        size_t width, height;
        double square = 0;
        for (size_t i = 0; many && i < COUNT; i++) { /* two ramps, red and blue */
            double t = (double)(i % 1500) / 1500;
            rgb[3 * i] = (unsigned char)(i < 1500 ? 255 * t : 60 * t);
            rgb[3 * i + 1] = (unsigned char)(100 * t);
            rgb[3 * i + 2] = (unsigned char)(i < 1500 ? 0 : 255 * t);
        }
        assert_done(png_write_indexed(rgb, WIDTH, HEIGHT, &out, &err), &err);
        assert_done(png_write_indexed(rgb, WIDTH, HEIGHT, &same, &err), &err);
        assert_int_equal(out.size, same.size);
        assert_memory_equal(out.data, same.data, out.size);
        unsigned char *back = decode(&out, &width, &height);
        assert_true(width == WIDTH && height == HEIGHT);
        for (size_t i = 0; i < 3 * COUNT; i++) square += pow(back[i] - rgb[i], 2);
        assert_true(sqrt(square / (double)COUNT) <= (many ? 1.5 : 0));
        free(back);
        buffer_free(&out);
        buffer_free(&same);
    }
}

/* Two upright bars; the camera looks along -z from (0, 1, 5), a metre is 20 pixels at z = 0, (0, 1,
 * 0) in the middle of 80 x 60. */
static void actors_are_where_they_stand(void **state) {
    (void)state;
    Skeleton s = {2, (int[]){-1, 0}, (double[]){0, 0, 0, 0, 1, 0}};
    Error err;
    Figure f;
    assert_done(figure_new(&f, &s, &err), &err);
    float *near = malloc(3 * f.vertices * sizeof *near),
          *far = malloc(3 * f.vertices * sizeof *far);
    for (size_t i = 0; i < 3 * f.vertices; i++) {
        near[i] = f.position[i] * (i % 3 == 1 ? 1 : 4) +
                  (i % 3 == 1 ? 1.0f : 0); /* 0.48 wide, 1 < y < 2 */
        far[i] = near[i] - (i % 3 == 2 ? 1 : 0);
        far[i] += i % 3 == 1 ? 0.5f : 0;
    }
    Actor actors[2] = {{&f, near, f.normal, {1, 0, 0}}, {&f, far, f.normal, {0, 0, 1}}};
    const Scene scene = {
        .actors = actors,
        .count = 2,
        .samples = 3,
        .camera = {.eye = {0, 1, 5}, .target = {0, 1, 0}, .scale = 20, .x = 40, .y = 30}};
    unsigned char image[60 * 80 * 4], again[64 * 100 * 4];
    assert_done(render(&scene, 80, 60, image, 80, &err), &err);
    const unsigned char *middle = image + 4 * (20 * 80 + 40), *above = image + 4 * (8 * 80 + 40),
                        *corner = image + 4 * 79, *beside = image + 4 * (20 * 80 + 60);
    assert_true(middle[3] == 255 &&
                middle[0] > 2 * middle[2]); /* y = 1.5: the near one hides the far one */
    assert_true(above[3] == 255 &&
                above[2] > 2 * above[0]); /* y = 2.1: only the far one is that high */
    assert_true(corner[3] == 0 && beside[3] == 0);
    size_t shadow = 0;
    for (size_t i = 0; i < 60 * 80; i++)
        shadow +=
            i / 80 > 30 && image[4 * i] == 0 && image[4 * i + 3] > 50 && image[4 * i + 3] < 120;
    assert_true(shadow > 10); /* black and thin, on the floor */
    /* the same into the middle of a larger image */
    memset(again, 7, sizeof again);
    assert_done(render(&scene, 80, 60, again + 4 * (100 * 3 + 5), 100, &err), &err);
    for (size_t y = 0; y < 60; y++)
        assert_memory_equal(image + 4 * 80 * y, again + 4 * (100 * (y + 3) + 5), 4 * 80);
    assert_true(again[4 * (100 * 3 + 4)] == 7 && again[4 * (100 * 3 + 85)] == 7);
    free(near);
    free(far);
    figure_free(&f);
}

static void compositing_follows_alpha(void **state) {
    (void)state;
    unsigned char canvas[2 * 2 * 3];
    const unsigned char image[2 * 2 * 4] = {200, 100, 0, 255, 1, 1, 1, 0,
                                            0,   0,   0, 128, 9, 9, 9, 255};
    memset(canvas, 255, sizeof canvas);
    render_over(image, 2, 2, canvas, 2, 2, 1, 0); /* its right column is cut off */
    const unsigned char expected[] = {255, 255, 255, 200, 100, 0, 255, 255, 255, 127, 127, 127};
    assert_memory_equal(canvas, expected, sizeof expected);
    render_over(image, 2, 2, canvas, 2, 2, -5, 7);
    assert_memory_equal(canvas, expected, sizeof expected);
}

static void letters_are_where_they_belong(void **state) {
    (void)state;
    unsigned char rgb[40 * 60 * 3];
    const unsigned char black[3] = {0, 0, 0};
    memset(rgb, 255, sizeof rgb);
    stroke_font_draw(rgb, 60, 40, 10, 30, 18, black, "I");
    for (size_t y = 0; y < 40; y++)
        for (size_t x = 0; x < 60; x++)
            if (rgb[3 * (60 * y + x)] < 128) assert_true(x >= 11 && x <= 20 && y >= 10 && y <= 31);
    assert_true(rgb[3 * (60 * 20 + 16)] == 0 && rgb[3 * (60 * 20 + 12)] == 255);
    assert_true(fabs(stroke_font_width("II", 18) - 30) < 1e-9);
    stroke_font_draw(rgb, 60, 40, -500, -40, 18, black, "far away \xff");
}

static void a_sheet_shows_every_pose(void **state) {
    (void)state;
    Error err;
    Clip c;
    Skeleton s;
    Buffer out = {0};
    size_t width, height;
    make_clip(&c, &s, 100);
    for (size_t i = 0; i < 3 * c.body.frames * 24; i++)
        c.body.positions[i] += i % 3 == 0 ? 50 : 0; /* wherever he dances */
    const FrameRange all = {0, 100};
    assert_done(sheet_png(&c, &all, 1, 3, 300, &out, &err), &err);
    unsigned char *rgb = decode(&out, &width, &height);
    assert_true(width == 300 && height > 150 && height < 240);
    double shade[3][3] = {{0}};
    for (size_t cell = 0; cell < 3; cell++) {
        size_t inked = 0;
        for (size_t y = 0; y < height - 20; y++)
            for (size_t x = 100 * cell; x < 100 * cell + 100; x++) {
                const unsigned char *p = rgb + 3 * (y * width + x);
                if (p[0] < p[2] + 8) continue; /* orange: a figure */
                inked++;
                for (int k = 0; k < 3; k++) shade[cell][k] += p[k];
            }
        assert_true(inked > 500);
        for (int k = 0; k < 3; k++) shade[cell][k] /= (double)inked;
    }
    assert_true(shade[0][2] > shade[1][2] + 30); /* seed frames are paler */
    free(rgb);
    buffer_free(&out);
    assert_failed(sheet_png(&c, &all, 1, 50, 300, &out, &err), &err, "fewer poses");
    clip_free(&c);
    skeleton_free(&s);
}

/* Every point of a square that two triangles share belongs to exactly one of them, or to both on
 * their common side: none is left out, wherever the square lies. */
static void triangles_leave_no_gaps(void **state) {
    (void)state;
    Raster r;
    Rng rng = rng_seed(5);
    assert_int_equal(raster_new(&r, 40, 40), 0);
    for (int trial = 0; trial < 200; trial++) {
        float x[4], y[4];
        for (int k = 0; k < 4; k++) { /* around (10, 10), (30, 10), (30, 30), (10, 30) */
            x[k] = (k == 1 || k == 2 ? 30 : 10) + (float)rng_uniform(&rng);
            y[k] = (k >= 2 ? 30 : 10) + (float)rng_uniform(&rng);
        }
        RasterPoint a[3] = {{x[0], y[0], 1}, {x[1], y[1], 1}, {x[2], y[2], 1}},
                    b[3] = {{x[0], y[0], 1}, {x[2], y[2], 1}, {x[3], y[3], 1}};
        raster_clear(&r, 0);
        raster_triangle(&r, a, 1);
        raster_triangle(&r, b, 2);
        for (size_t j = 0; j < 40; j++)
            for (size_t i = 0; i < 40; i++) {
                bool within = i >= 11 && i < 29 && j >= 11 && j < 29;
                bool near = i >= 9 && i < 32 && j >= 9 && j < 32;
                float depth = r.depth[40 * j + i];
                if (within) assert_true(depth > 0.99f && depth < 1.01f);
                if (!near) assert_true(depth == 0);
            }
    }
    /* nearer is greater: a slope cuts through a level at its middle */
    RasterPoint level[3] = {{0, 0, 2}, {80, 0, 2}, {0, 80, 2}},
                slope[3] = {{0, 0, 0}, {80, 0, 8}, {0, 80, 0}};
    raster_clear(&r, 0);
    raster_triangle(&r, level, 1);
    raster_triangle(&r, slope, 2);
    assert_int_equal(r.owner[40 * 10 + 19], 1); /* x = 19.5: 1.95 */
    assert_int_equal(r.owner[40 * 10 + 20], 2); /* x = 20.5: 2.05 */
    assert_true(fabsf(r.depth[40 * 10 + 20] - 2.05f) < 1e-5f);
    float share[3];
    raster_shares(level, 20, 40, share);
    assert_true(fabsf(share[0] - 0.25f) < 1e-6f && fabsf(share[1] - 0.25f) < 1e-6f &&
                fabsf(share[2] - 0.5f) < 1e-6f);
    raster_free(&r);
}

/* sRGB's own formulas, IEC 61966-2-1. */
static void colours_are_srgb(void **state) {
    (void)state;
    for (int i = 0; i < 256; i++) {
        double s = i / 255.0, light = s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
        assert_true(fabs((double)colour_decode((unsigned char)i) - light) < 1e-6);
        assert_int_equal(colour_encode((float)light), i);
    }
    assert_int_equal(colour_encode(-1), 0);
    assert_int_equal(colour_encode(2), 255);
}

static void videos_show_all_dancers_in_step(void **state) {
    (void)state;
    enum { WIDTH = 96, HEIGHT = 54 };
    Error err;
    Clip c[2];
    Skeleton s, same;
    Video *video;
    make_clip(&c[0], &s, 20);
    make_clip(&c[1], &same, 6);
    const FrameRange all = {0, 20};
    assert_done(video_new(c, 2, all, WIDTH, HEIGHT, &video, &err), &err);
    unsigned char first[HEIGHT * WIDTH * 4], second[sizeof first], last[sizeof first];
    assert_done(video_frame(video, 3, first, &err), &err);
    assert_done(video_frame(video, 15, second, &err), &err);
    assert_done(video_frame(video, 19, last, &err), &err);
    size_t left = 0, right = 0, still = 0;
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        bool changed = memcmp(first + 4 * i, second + 4 * i, 4) != 0;
        left += changed && i % WIDTH < WIDTH / 2;
        right += changed && i % WIDTH >= WIDTH / 2;
        still += i % WIDTH >= WIDTH / 2 && memcmp(second + 4 * i, last + 4 * i, 4) != 0;
        assert_int_equal(first[4 * i + 3], 255);
    }
    assert_true(left > 20 && right > 20);
    assert_int_equal(still, 0); /* the shorter one is over */
    video_free(video);
    c[1].body.fps = 30;
    assert_failed(video_new(c, 2, all, WIDTH, HEIGHT, &video, &err), &err, "in step");
    assert_null(video);
    for (int i = 0; i < 2; i++) clip_free(&c[i]);
    skeleton_free(&s);
    skeleton_free(&same);
}

static bool is_figure(const unsigned char *p) { return p[0] > p[2] + 40; } /* orange */

/* However far the dancer goes, he is in the middle, and as high as the frame lets him be. */
static void the_camera_follows(void **state) {
    (void)state;
    enum { SIZE = 120, FRAMES = 240 };
    Error err;
    Clip c;
    Skeleton s;
    Video *video;
    Motion m;
    static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    assert_done(motion_new(&m, FRAMES, SMPL_JOINTS, &err), &err);
    for (size_t t = 0; t < FRAMES; t++) {
        float *frame = m.data + t * motion_dim(&m);
        frame[0] = 0.05f * (float)t; /* 12 metres to the side, 4 back, in 4 seconds */
        frame[1] = 1.2f;
        frame[2] = -0.0167f * (float)t;
        for (size_t i = 0; i < 9 * SMPL_JOINTS; i++) frame[3 + i] = (float)identity[i % 9];
    }
    assert_done(skeleton_smpl(&s, &err), &err);
    assert_done(clip_new(&c, &m, "stroll", &s, &err), &err);
    assert_done(video_new(&c, 1, (FrameRange){0, FRAMES}, SIZE, SIZE, &video, &err), &err);
    unsigned char rgba[SIZE * SIZE * 4];
    for (size_t t = 0; t < FRAMES; t += 79) {
        assert_done(video_frame(video, t, rgba, &err), &err);
        size_t top = SIZE, bottom = 0, west = SIZE, east = 0;
        for (size_t y = 0; y < SIZE; y++)
            for (size_t x = 0; x < SIZE; x++) {
                if (!is_figure(rgba + 4 * (y * SIZE + x))) continue;
                if (y < top) top = y;
                if (x < west) west = x;
                bottom = y;
                if (x > east) east = x;
            }
        assert_true(west > 0 && east < SIZE - 1); /* arms stretched: the width decides */
        assert_true((double)(east - west) > 0.85 * (double)SIZE);
        assert_true(fabs((double)(west + east) / 2 - SIZE / 2) < 0.06 * (double)SIZE);
        assert_true(top > 0 && bottom < SIZE - 1 && (double)(bottom - top) > 0.75 * (double)SIZE);
    }
    video_free(video);
    clip_free(&c);
    motion_free(&m);
    skeleton_free(&s);
}

static Buffer video_bytes(const Clip *c, int threads) {
    Error err;
    Buffer out = {0};
    FILE *f = tmpfile();
    assert_non_null(f);
    int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    assert_done(video_write(c, 1, (FrameRange){2, 9}, 64, 36, true, f, &err), &err);
    omp_set_num_threads(before);
    rewind(f);
    for (int byte; (byte = getc(f)) != EOF;) buffer_byte(&out, (unsigned char)byte);
    fclose(f);
    return out;
}

static void videos_are_streams_of_frames(void **state) {
    (void)state;
    Error err;
    Clip c;
    Skeleton s;
    Buffer out = {0};
    y4m_header(&out, 2, 1, 60);
    y4m_frame(&out, (const unsigned char *)"\xff\xff\xff\xff\xff\0\0\xff", 2, 1); /* white, red */
    static const char expected[] =
        "YUV4MPEG2 W2 H1 F60:1 Ip A1:1 C444 "
        "XCOLORRANGE=LIMITED\nFRAME\n\xeb\x51\x80\x5a\x80\xf0"; /* BT.601: 235 128 128,
                                                                   81 90 240 */
    assert_int_equal(out.size, sizeof expected - 1);
    assert_memory_equal(out.data, expected, out.size);
    buffer_free(&out);
    y4m_header(&out, 2, 1, 29.97);
    assert_non_null(memmem(out.data, out.size, "F29970:1000", 11));
    buffer_free(&out);

    make_clip(&c, &s, 20);
    Buffer one = video_bytes(&c, 1), three = video_bytes(&c, 3);
    assert_int_equal(one.size, three.size);
    assert_memory_equal(one.data, three.data, one.size);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    setvbuf(full, NULL, _IONBF, 0);
    assert_failed(video_write(&c, 1, (FrameRange){0, 20}, 64, 36, true, full, &err), &err,
                  "No space left");
    fclose(full);
    buffer_free(&one);
    buffer_free(&three);
    clip_free(&c);
    skeleton_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_files_hold_their_pixels),
        cmocka_unit_test(few_colours_are_enough),
        cmocka_unit_test(actors_are_where_they_stand),
        cmocka_unit_test(compositing_follows_alpha),
        cmocka_unit_test(letters_are_where_they_belong),
        cmocka_unit_test(a_sheet_shows_every_pose),
        cmocka_unit_test(triangles_leave_no_gaps),
        cmocka_unit_test(colours_are_srgb),
        cmocka_unit_test(videos_show_all_dancers_in_step),
        cmocka_unit_test(the_camera_follows),
        cmocka_unit_test(videos_are_streams_of_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
