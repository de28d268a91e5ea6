/* One check as a line for people and as JSON. */
#include "kumatop/format.h"

#include <stdio.h>

#include "kumatop/json.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "put.h"

/* Pads with blanks by cells, not bytes. */
static void add_padded(struct buf *out, const char *text, size_t width)
{
	size_t cells = text_width(text);

	buf_add_text(out, text);
	for (; cells < width; cells++)
		buf_add_char(out, ' ');
}

static const char *const phase_names[PHASE_COUNT] = {
	[PHASE_NAME] = "name", [PHASE_CONNECT] = "connect", [PHASE_TLS] = "tls", [PHASE_FIRST_BYTE] = "first byte",
	[PHASE_TRANSFER] = "transfer", [PHASE_TOTAL] = "total",
};

static void add_ms(struct buf *out, int32_t us)
{
	if (us < 100000)
		buf_print(out, "%d.%d", us / 1000, us % 1000 / 100);
	else
		buf_add_int(out, (us + 500) / 1000);
}

static void add_phases(struct buf *out, const struct check_result *result)
{
	const char *separator = "  (";

	if (result->phase_us[PHASE_TOTAL] >= 0) {
		buf_add_text(out, "  ");
		add_ms(out, result->phase_us[PHASE_TOTAL]);
		buf_add_text(out, " ms");
	}
	for (int i = 0; i < PHASE_TOTAL; i++) {
		if (result->phase_us[i] < 0)
			continue;
		buf_print(out, "%s%s ", separator, phase_names[i]);
		add_ms(out, result->phase_us[i]);
		separator = ", ";
	}
	if (separator[0] == ',')
		buf_add_char(out, ')');
}

void format_check_line(struct buf *out, const struct monitor_spec *spec, const struct check_result *result, enum verdict verdict,
    size_t name_width)
{
	add_padded(out, verdict_word(verdict), 8);
	buf_add_text(out, "  ");
	add_padded(out, spec->name, name_width);
	buf_print(out, "  %s", result_reason(result));
	add_phases(out, result);
	if (result->address[0])
		buf_print(out, "  %s", result->address);
	buf_add_char(out, '\n');
}

void format_check_json(struct buf *out, const struct monitor_spec *spec, const struct check_result *result, enum verdict verdict)
{
	struct json *object = json_new_object(), *phases = json_new_object();

	json_put_text(object, "name", spec->name);
	json_put_text(object, "target", spec->target);
	json_put_text(object, "kind", spec->kind->name);
	json_put_text(object, "verdict", verdict_word(verdict));
	json_put_text(object, "outcome", outcome_row((int)result->outcome)->word);
	put_natural(object, "code", result->code);
	json_put_text(object, "address", result->address[0] ? result->address : NULL);
	for (int i = 0; i < PHASE_COUNT; i++)
		put_natural(phases, phase_word((enum phase)i), result->phase_us[i]);
	json_put(object, "phases_us", phases);
	put_moment(object, "cert_expires", result->cert_expires_us);
	json_put_text(object, "detail", result_reason(result));
	json_print(object, out);
	json_free(object);
}
