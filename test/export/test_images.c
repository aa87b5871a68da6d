/* Pictures: PNG files against zlib and the standard's filters, what is drawn where, films. */
#include "test/export/clips.h"

#include <omp.h>
#include <zlib.h>

#include "export/png.h"
#include "export/render.h"
#include "export/sheet.h"
#include "export/stroke_font.h"
#include "export/y4m.h"

static size_t be32(const unsigned char *p) {
    return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* Pixels of a PNG file, checking every chunk's CRC; owned. */
static unsigned char *decode(const Buffer *png, size_t *width, size_t *height) {
    assert_memory_equal(png->data, "\x89PNG\r\n\x1a\n", 8);
    unsigned char *raw = NULL;
    uLongf size = 0;
    const unsigned char *p = png->data + 8, *end = png->data + png->size;
    for (; p < end; p += 12 + be32(p)) {
        assert_true(p + 12 + be32(p) <= end &&
                    be32(p + 8 + be32(p)) == crc32(crc32(0, NULL, 0), p + 4, (uInt)be32(p) + 4));
        if (memcmp(p + 4, "IHDR", 4) == 0) {
            *width = be32(p + 8), *height = be32(p + 12);
            assert_memory_equal(p + 16, "\x08\x02\0\0\0", 5);
        }
        if (memcmp(p + 4, "IDAT", 4) == 0) {
            size = (uLongf)(*height * (3 * *width + 1));
            raw = malloc(size);
            assert_int_equal(uncompress(raw, &size, p + 8, (uLong)be32(p)), Z_OK);
            assert_int_equal(size, *height * (3 * *width + 1));
        }
    }
    assert_memory_equal(end - 8, "IEND", 4);
    size_t row = 3 * *width;
    unsigned char *rgb = calloc(*height, row);
    for (size_t y = 0; y < *height; y++)
        for (size_t i = 0; i < row; i++) {
            int a = i >= 3 ? rgb[y * row + i - 3] : 0, b = y ? rgb[(y - 1) * row + i] : 0,
                c = i >= 3 && y ? rgb[(y - 1) * row + i - 3] : 0, kind = raw[y * (row + 1)];
            int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - 2 * c),
                guess = kind == 0              ? 0
                        : kind == 1            ? a
                        : kind == 2            ? b
                        : pa <= pb && pa <= pc ? a
                        : pb <= pc             ? b
                                               : c;
            assert_true(kind != 3 && kind < 5);
            rgb[y * row + i] = (unsigned char)(raw[y * (row + 1) + 1 + i] + guess);
        }
    free(raw);
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
    unsigned char image[60 * 80 * 4], again[60 * 80 * 4];
    assert_done(render(&scene, 80, 60, image, &err), &err);
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
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    assert_done(render(&scene, 80, 60, again, &err), &err);
    omp_set_num_threads(threads);
    assert_memory_equal(image, again, sizeof image);
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
    assert_done(sheet_png(&c, 1, 3, 300, &out, &err), &err);
    unsigned char *rgb = decode(&out, &width, &height);
    assert_true(width == 300 && height > 150 && height < 200);
    double shade[3][3] = {{0}};
    for (size_t cell = 0; cell < 3; cell++) {
        size_t inked = 0;
        for (size_t y = 0; y < height - 20; y++)
            for (size_t x = 100 * cell; x < 100 * cell + 100; x++) {
                const unsigned char *p = rgb + 3 * (y * width + x);
                if (p[2] < p[0] + 8) continue; /* blue: a figure */
                inked++;
                for (int k = 0; k < 3; k++) shade[cell][k] += p[k];
            }
        assert_true(inked > 500);
        for (int k = 0; k < 3; k++) shade[cell][k] /= (double)inked;
    }
    assert_true(shade[0][0] > shade[1][0] + 30); /* seed frames are paler */
    free(rgb);
    buffer_free(&out);
    assert_failed(sheet_png(&c, 1, 50, 300, &out, &err), &err, "fewer poses");
    clip_free(&c);
    skeleton_free(&s);
}

static void films_are_streams_of_pictures(void **state) {
    (void)state;
    Error err;
    Clip c[2];
    Skeleton s, same;
    Video *film;
    Buffer out = {0};
    make_clip(&c[0], &s, 20);
    make_clip(&c[1], &same, 6);
    assert_done(video_new(c, 2, 96, 54, &film, &err), &err);
    assert_int_equal(video_frames(film), 20);
    unsigned char first[54 * 96 * 3], second[54 * 96 * 3];
    assert_done(video_frame(film, 3, first, &err), &err);
    assert_done(video_frame(film, 15, second, &err), &err);
    size_t left = 0, right = 0;
    for (size_t i = 0; i < 54 * 96; i++) {
        bool changed = memcmp(first + 3 * i, second + 3 * i, 3) != 0;
        left += changed && i % 96 < 48;
        right += changed && i % 96 >= 48;
    }
    assert_true(left > 20 && right > 20);
    video_free(film);
    c[1].body.fps = 30;
    assert_failed(video_new(c, 2, 96, 54, &film, &err), &err, "in step");
    assert_null(film);
    y4m_header(&out, 2, 1, 60);
    y4m_frame(&out, (const unsigned char *)"\xff\xff\xff\xff\0\0", 2, 1); /* white, red */
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
    for (int i = 0; i < 2; i++) clip_free(&c[i]);
    skeleton_free(&s);
    skeleton_free(&same);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_files_hold_their_pixels),
        cmocka_unit_test(actors_are_where_they_stand),
        cmocka_unit_test(compositing_follows_alpha),
        cmocka_unit_test(letters_are_where_they_belong),
        cmocka_unit_test(a_sheet_shows_every_pose),
        cmocka_unit_test(films_are_streams_of_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
