/*
 * Colours as eyes see them, and the nearest of those that a terminal has. Private to src/conf; theme.h has what others use.
 */
#ifndef CONF_COLOR_H
#define CONF_COLOR_H

#include <stdbool.h>
#include <stdint.h>

/* "#5cdd8b" -> 0x5CDD8B */
bool color_read(const char *text, uint32_t *rgb);

/* Nearest of xterm's 16..255; 0..15 are left out because people give these other colours. */
int16_t color_nearest_256(uint32_t rgb);

/* Nearest of the first count (16 or 8) colours, as the VGA text mode had them. */
int16_t color_nearest_ansi(uint32_t rgb, int count);

#endif
