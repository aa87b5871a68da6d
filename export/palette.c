#include "export/palette.h"

const char *palette_colour(size_t i) {
    static const char *const colours[] = {"#e0662f", "#2497a6", "#8b6bd1", "#c39a12",
                                          "#479a50", "#cc4d88", "#5a80d6", "#97785a"};
    return colours[i % (sizeof colours / sizeof *colours)];
}
