/*
 * Monitors as text on the wire. What arrives is looked at before a parser that was made for files of trusted people sees it: one group,
 * no comments, no includes, no more settings than there can be.
 */
#include <stdlib.h>

#include "kumatop/conf.h"
#include "kumatop/text.h"
#include "wire_parts.h"

enum {
	SETTINGS_MOST = 400,		/* the parser looks through a group for every member it adds */
	PRINT_MOST = 64 * 1024 * 1024,
};

/* Without the settings of its kind: rather shown with less than not at all. */
static void print_short(const struct monitor_spec *spec, struct buf *text)
{
	struct monitor_spec *plain = spec_create(spec->kind, spec->name, spec->target, NULL);

	buf_clear(text);
	if (plain) {
		plain->common.interval_ms = spec->common.interval_ms;
		conf_print_monitor(plain, false, text);
	}
	spec_release(plain);
}

void line_add_spec(struct buf *out, const struct monitor_spec *spec, bool reveal)
{
	struct buf text;

	buf_init(&text, PRINT_MOST);
	conf_print_monitor(spec, reveal, &text);
	if (!reveal && text.length > WIRE_SPEC_MOST)
		print_short(spec, &text);
	line_add_text(out, "spec", text.data);
	if (reveal)
		explicit_bzero(text.data, text.length);
	buf_finish(&text);
}

/* Behind the text in quotes that begins at *text, or NULL when it does not end. */
static const char *behind_quoted(const char *text)
{
	for (text++; *text != '"'; text++) {
		if (*text == '\\')
			text++;
		if (*text == '\0')
			return NULL;
	}
	return text + 1;
}

/* Words, numbers, texts in quotes, and brackets: what conf_print_monitor() writes. */
static bool looks_printed(const char *text)
{
	size_t settings = 0;

	while (*text) {
		if (*text == '"') {
			text = behind_quoted(text);
			if (!text)
				return false;
			continue;
		}
		settings += *text == '=' || *text == '{';
		if (settings > SETTINGS_MOST || !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-+.,;={}[]", *text))
			return false;
		text++;
	}
	return true;
}

struct monitor_spec *spec_take(const struct json *message, const struct conf_settings *defaults, enum spec_origin origin, struct error *err)
{
	const char *text = json_get_text(message, "spec");
	struct monitor_spec *spec;

	if (!text) {
		wire_refuse(err, "spec");
		return NULL;
	}
	if (strlen(text) > WIRE_SPEC_MOST || !looks_printed(text)) {
		error_set(err, EXIT_DATA, "a monitor is not written as kumatop writes it, or is longer than %d KiB", WIRE_SPEC_MOST / 1024);
		return NULL;
	}
	spec = conf_parse_foreign(text, defaults, origin, err);
	if (!spec && err)
		err->code = EXIT_DATA;
	return spec;
}
