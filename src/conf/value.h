/*
 * One value of libconfig's tree into the field of a row. Strict about types: what is written otherwise than the row wants is
 * refused with what to write. Private to src/conf.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <libconfig.h>
#include <stdbool.h>

#include "kumatop/error.h"
#include "kumatop/setting.h"

/* On failure the field keeps its value and err names the setting. */
bool value_apply(const struct setting *row, void *values, config_setting_t *value, struct error *err);

/* A text, or NULL with err ("name: write it in quotes"). Borrowed from the tree. */
const char *value_text(config_setting_t *value, struct error *err);

#endif
