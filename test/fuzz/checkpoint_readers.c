#include "test/fuzz/checkpoint_readers.h"

#include <math.h>

#include "lib/formats/json_fields.h"
#include "lib/formats/torch_file.h"
#include "lib/formats/weights.h"
#include "test/fuzz/reading.h"

bool fuzz_read_torch(const char *path) {
    enum { ELEMENTS = 1 << 16 }; /* an expanded tensor can claim any number */
    static float values[ELEMENTS];
    TorchFile *f;
    Error err;
    if (!read_well(torch_file_open(path, &f, &err), path, &err)) return false;
    require(torch_file_count(f) > 0);
    for (size_t i = 0; i < torch_file_count(f); i++) {
        const TorchTensor *t = torch_file_at(f, i);
        require(torch_file_find(f, t->name) == t);
        if (torch_elements(t) > ELEMENTS) continue;
        if (torch_read_f32(t, values, &err) == 0) touch(values, torch_elements(t) * sizeof *values);
    }
    torch_file_close(f);
    return true;
}

bool fuzz_read_settings(const char *path) {
    JsonFields f;
    Error err;
    if (!read_well(json_fields_read(path, &f, &err), path, &err)) return false;
    for (size_t i = 0; i < f.count; i++) {
        const char *name = f.items[i].name;
        size_t sizes[4], count = 0;
        char text[16];
        double x = 0;
        bool b;
        (void)json_field_size(&f, name, 0, 1000, sizes, &err);
        (void)json_field_real(&f, name, &x, &err);
        (void)json_field_bool(&f, name, &b, &err);
        (void)json_field_text(&f, name, text, sizeof text, &err);
        (void)json_field_sizes(&f, name, 0, 1000, 4, sizes, &count, &err);
        require(isfinite(x) && count <= 4);
    }
    json_fields_free(&f);
    return true;
}

bool fuzz_read_index(const char *path) {
    Weights *w;
    Error err;
    bool good = weights_open(path, &w, &err) == 0;
    if (!good) require(!strchr(err.text, '\n') && err.text[0]);
    weights_close(w);
    return good || strstr(err.text, "No such file");
}
