#include "value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kumatop/heap.h"

static bool is_number(config_setting_t *value)
{
	int type = config_setting_type(value);
	return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
}

const char *value_text(config_setting_t *value, struct error *err)
{
	const char *name = config_setting_name(value);
	if (config_setting_type(value) == CONFIG_TYPE_STRING)
		return config_setting_get_string(value);
	if (is_number(value))
		error_set(err, EXIT_CONFIG, "%s: write \"%lld\", in quotes", name, config_setting_get_int64(value));
	else
		error_set(err, EXIT_CONFIG, "%s: write one text in quotes", name);
	return NULL;
}

/* Says it of the row, as the functions of setting.h do. Always false. */
__attribute__((format(printf, 3, 4))) static bool refuse(const struct setting *row, struct error *err, const char *format, ...)
{
	char message[256];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return error_set(err, EXIT_CONFIG, "%s%s%s: %s", row->section ? row->section : "", row->section ? "." : "", row->name, message);
}

static bool apply_text(const struct setting *row, void *values, const char *text, struct error *err)
{
	if (row->type == SETTING_FLAG)
		return refuse(row, err, "write true or false, without quotes");
	if (row->type == SETTING_LIST)
		return setting_from_list(row, values, &text, 1, err);
	if (row->type == SETTING_INTEGER) {
		char *end = NULL;
		long number = strtol(text, &end, 10);
		if (end != text && *end == '\0')
			return refuse(row, err, "write %ld, without quotes", number);
		return refuse(row, err, "write a whole number, without quotes");
	}
	return setting_from_text(row, values, text, err);
}

/* An entry of a list as text, or NULL. */
static const char *entry_text(config_setting_t *entry, char *digits, size_t size)
{
	if (config_setting_type(entry) == CONFIG_TYPE_STRING)
		return config_setting_get_string(entry);
	if (!is_number(entry))
		return NULL;
	snprintf(digits, size, "%lld", config_setting_get_int64(entry));
	return digits;
}

static bool apply_entries(const struct setting *row, void *values, config_setting_t *value, struct error *err)
{
	enum { DIGITS = 24 };
	if (row->type != SETTING_LIST)
		return refuse(row, err, "takes one value: write it without brackets");
	size_t count = (size_t)config_setting_length(value);
	const char **items = heap_zero(count + 1, sizeof *items);
	char (*digits)[DIGITS] = heap_zero(count + 1, sizeof *digits);
	bool fine = true;
	for (size_t i = 0; i < count && fine; i++) {
		items[i] = entry_text(config_setting_get_elem(value, (unsigned)i), digits[i], DIGITS);
		if (!items[i])
			fine = refuse(row, err, "entry %zu: write a text in quotes", i + 1);
	}
	if (fine)
		fine = setting_from_list(row, values, items, count, err);
	free(items);
	free(digits);
	return fine;
}

bool value_apply(const struct setting *row, void *values, config_setting_t *value, struct error *err)
{
	switch (config_setting_type(value)) {
	case CONFIG_TYPE_STRING:
		return apply_text(row, values, config_setting_get_string(value), err);
	case CONFIG_TYPE_INT: case CONFIG_TYPE_INT64:
		return setting_from_integer(row, values, config_setting_get_int64(value), err);
	case CONFIG_TYPE_BOOL:
		return setting_from_flag(row, values, config_setting_get_bool(value) == CONFIG_TRUE, err);
	case CONFIG_TYPE_ARRAY: case CONFIG_TYPE_LIST:
		return apply_entries(row, values, value, err);
	case CONFIG_TYPE_FLOAT:
		if (row->type == SETTING_PERCENT)
			return setting_from_real(row, values, config_setting_get_float(value), err);
		return refuse(row, err, "%g has a fraction: write %s", config_setting_get_float(value),
		    row->example ? row->example : "a whole number");
	default:
		return refuse(row, err, "takes a value, not a group: write it without { }");
	}
}
