/* Values of a message for templates. Whatever they come from, each is one clean line but for the text itself. */
#include "values.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "digest.h"

enum { TEXT_MOST = 64 << 10, VALUE_BYTES = 4 * ALERT_VALUE_MOST };

const char *const channel_value_names[] = {
#define X(name, word, plain) word,
	VALUE_TABLE(X)
#undef X
	NULL,
};

static const char *const colors[ALERT_LEVEL_COUNT] = { "3b82f6", "2e9e5b", "e0a100", "d63031" };

static char *cut(const char *text, enum template_markup markup, size_t most)
{
	struct buf out;

	buf_init(&out, TEXT_MOST);
	template_cut(text, markup, most, &out);
	return buf_take(&out);
}

/* A message may come from a database that somebody wrote to: made harmless here again. */
static char *one_line(const char *text, enum template_markup markup)
{
	char clean[VALUE_BYTES];

	if (!text || !*text)
		return NULL;
	text_sanitize(clean, sizeof clean, text, strlen(text));
	return cut(clean, markup, ALERT_VALUE_MOST);
}

static char *shown_time(int64_t us)
{
	char text[40];

	return us != 0 ? heap_text(moment_print(us, text, sizeof text)) : NULL;
}

static char *number(int64_t value)
{
	return heap_print("%" PRId64, value);
}

static void make_texts(struct values *values, const struct provider *provider, enum template_markup markup, const struct alert_message *message)
{
	size_t title_most = provider ? provider->title_most : 0, text_most = provider ? provider->text_most : 0;
	struct buf text;
	char *whole;

	buf_init(&text, TEXT_MOST);
	alert_message_title(message, &text);
	whole = heap_zero(TEXT_MOST, 1);
	text_sanitize(whole, TEXT_MOST, text.data, text.length);
	values->items[VALUE_TITLE] = cut(whole, markup, title_most ? title_most : ALERT_VALUE_MOST);
	buf_clear(&text);
	alert_message_text(message, text_most ? text_most : TEXT_MOST / 2, &text);
	text_sanitize_lines(whole, TEXT_MOST, text.data, text.length);
	values->items[VALUE_TEXT] = cut(whole, markup, text_most);
	free(whole);
	buf_finish(&text);
}

static void make_numbers(struct values *values, const struct alert_message *message)
{
	char text[40];

	values->items[VALUE_SINCE] = shown_time(message->since_us ? message->since_us : message->time_us);
	values->items[VALUE_TIME] = shown_time(message->time_us);
	values->items[VALUE_TIME_S] = number(message->time_us / SECOND_US);
	if (message->lasted_us > 0)
		values->items[VALUE_DURATION] = heap_text(length_print(message->lasted_us, text, sizeof text));
	values->items[VALUE_DURATION_S] = number(message->lasted_us / SECOND_US);
	if (message->latency_us >= 0)
		values->items[VALUE_LATENCY] = heap_print("%" PRId32 " ms", message->latency_us / 1000);
	values->items[VALUE_MONITORS] = number(message->kind == ALERT_DIGEST ? (int64_t)(message->line_count + message->more) : 1);
}

static void make_plain(struct values *values, const struct alert_message *message, enum template_markup markup)
{
	const struct {
		enum value value;
		const char *text;
	} rows[] = {
		{ VALUE_NAME, message->name ? message->name : "kumatop" }, { VALUE_WAS, message->was }, { VALUE_TARGET, message->target }, { VALUE_KIND, message->target_kind },
		{ VALUE_REASON, message->reason }, { VALUE_CAUSE, message->cause }, { VALUE_TAGS, message->tags }, { VALUE_GROUP, message->group },
		{ VALUE_OWNER, message->owner }, { VALUE_RUNBOOK, message->runbook }, { VALUE_DESCRIPTION, message->description },
		{ VALUE_HOST, message->host }, { VALUE_ID, message->id }, { VALUE_INCIDENT, message->incident ? message->incident : message->id },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		values->items[rows[i].value] = one_line(rows[i].text, markup);
	/* Where a click may lead: what is watched, if a browser can go there. */
	if (message->target && (strncmp(message->target, "http://", 7) == 0 || strncmp(message->target, "https://", 8) == 0))
		values->items[VALUE_URL] = one_line(message->target, markup);
}

void values_make(struct values *values, const struct channel_spec *spec, const struct alert_message *message, int64_t now_us)
{
	const struct provider *provider = spec->kind->provider;
	enum template_markup markup = spec->plan->markup;
	enum alert_level level = alert_message_level(message);
	struct buf text;

	*values = (struct values){ 0 };
	make_plain(values, message, markup);
	make_numbers(values, message);
	make_texts(values, provider, markup, message);
	values->items[VALUE_STATE] = heap_text(alert_message_state(message));
	values->items[VALUE_EVENT] = heap_text(alert_kind_word((int)message->kind));
	values->items[VALUE_SEVERITY] = heap_text(alert_level_word((int)level));
	values->items[VALUE_LEVEL] = heap_text(provider && provider->levels[level] ? provider->levels[level] : alert_level_word((int)level));
	values->items[VALUE_EMOJI] = heap_text(alert_message_emoji(message));
	values->items[VALUE_COLOR] = heap_print("#%s", colors[level]);
	values->items[VALUE_COLOR_NUMBER] = number((int64_t)strtol(colors[level], NULL, 16));
	values->items[VALUE_UUID] = digest_uuid(message->id ? message->id : "");
	buf_init(&text, BODY_MOST);
	alert_message_print_json(message, ALERT_LINES_MOST, &text);
	values->items[VALUE_JSON] = buf_take(&text);
	if (spec->settings.user) {
		char *pair = heap_print("%s:%s", spec->settings.user, PLAN_VALUE(spec, password) ? PLAN_VALUE(spec, password) : "");

		values->items[VALUE_BASIC] = digest_base64(pair, strlen(pair));
		explicit_bzero(pair, strlen(pair));
		free(pair);
	}
	if (provider && provider->sign && spec->settings.secret) {
		buf_init(&text, BODY_MOST);
		provider->sign(PLAN_VALUE(spec, secret), now_us, &text);
		values->items[VALUE_SIGNATURE] = buf_take(&text);
	}
}

void values_finish(struct values *values)
{
	for (size_t i = 0; i < VALUE_COUNT; i++)
		free(values->items[i]);
	*values = (struct values){ 0 };
}
