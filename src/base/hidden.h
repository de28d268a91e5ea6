/* Characters that take no place, or another's place, in a line of text: they may never reach a terminal. */
#ifndef KUMATOP_BASE_HIDDEN_H
#define KUMATOP_BASE_HIDDEN_H

#include <stdbool.h>
#include <stdint.h>

/* Controls, bidirectional controls, zero-width, variation selectors, tags, invisible format characters, noncharacters. */
bool point_is_hidden(uint32_t point);

#endif
