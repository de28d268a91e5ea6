/*
 * Any text as a template and any text as a value: a refusal says why in text that may be shown; what is taken keeps the document whole that
 * it stands in, whatever the value is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/template.h"
#include "kumatop/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fine)
{
	if (!fine)
		abort();
}

static const struct template_name names[] = { { .name = "name" }, { .name = "text", .plain = true }, { .name = NULL } };

static char *render(const struct template *template, const char *value)
{
	const char *values[] = { value, value };
	struct buf out;

	buf_init(&out, 1 << 20);
	template_render(template, values, &out);
	return buf_take(&out);
}

/* What stands around a value is what stood there, and the value is none of it. */
static void check_place(const char *value, enum template_place place, enum template_markup markup)
{
	struct template *template = template_parse(place == TEMPLATE_JSON ? "[\"{{name}}\",\"{{text}}\"]" : "<{{name}}>", place, markup, names, NULL);
	char *out = render(template, value);
	struct json *json;

	if (place == TEMPLATE_JSON) {
		json = json_parse(out, strlen(out), 3, NULL);
		require(json && json_count(json) == 2);
		json_free(json);
	} else if (place == TEMPLATE_URL || place == TEMPLATE_FORM) {
		require(strcspn(out + 1, " &?#=/<>\"\r\n") == strlen(out) - 2);
	} else if (place == TEMPLATE_HEADER) {
		require(strcspn(out, "\r\n") == strlen(out));
	} else if (place == TEMPLATE_HTML) {
		require(strcspn(out + 1, "<>\"'") == strlen(out) - 2);
	}
	if (place != TEMPLATE_JSON && (markup == MARKUP_SLACK || markup == MARKUP_HTML))
		require(strcspn(out + 1, "<") >= strlen(out + 1));
	if (markup == MARKUP_CHAT && place != TEMPLATE_JSON)
		require(!strchr(out, '@'));
	free(out);
	template_free(template);
}

static void check_cut(const char *value, enum template_markup markup)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	template_cut(value, markup, 10, &out);
	require(out.length <= strlen(value) + 3 && !out.full);
	buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { 0 };
	struct template *template;
	char *text;

	if (size > 4096)
		return 0;
	text = heap_text_n((const char *)data, size);
	template = template_parse(text, TEMPLATE_JSON, MARKUP_NONE, names, &err);
	if (template)
		free(render(template, text));
	else
		require(*err.text && text_is_clean(err.text));
	template_free(template);
	for (int place = TEMPLATE_TEXT; place <= TEMPLATE_HTML; place++) {
		for (int markup = MARKUP_NONE; markup <= MARKUP_ANGLES; markup++) {
			check_place(text, (enum template_place)place, (enum template_markup)markup);
			check_cut(text, (enum template_markup)markup);
		}
	}
	free(text);
	return 0;
}
