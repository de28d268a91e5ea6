/*
 * A message in words: what is wrong first, then since when, then what helps. One line a thought, so that it reads on a telephone's lock
 * screen as in a mail.
 */
#include <inttypes.h>
#include <string.h>

#include "kumatop/alert_message.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

/* Names in a digest's title; bytes for "and 1234 more"; more than all values of one monitor together. */
enum { TITLE_NAMES = 3, MORE_ROOM = 32, TEXT_MOST = 65536 };

void alert_print_days(int64_t us, struct buf *out)
{
	static const struct {
		int64_t us;
		const char *word;
	} units[] = { { DAY_US, "day" }, { HOUR_US, "hour" }, { MINUTE_US, "minute" } };
	size_t unit = 0;

	if (us < 0)
		us = -us;
	while (unit < 2 && us < units[unit].us)
		unit++;
	buf_print(out, "%" PRId64 " %s%s", us / units[unit].us, units[unit].word, us / units[unit].us == 1 ? "" : "s");
}

static const char *named(const struct alert_message *message)
{
	return message->name ? message->name : "kumatop";
}

static void add_length(int64_t us, struct buf *out)
{
	char text[40];

	buf_add_text(out, length_print(us, text, sizeof text));
}

static void add_time(int64_t us, struct buf *out)
{
	char text[64];

	buf_add_text(out, moment_print_local(us, "%Y-%m-%d %H:%M:%S %Z", text, sizeof text));
}

static void title_of_digest(const struct alert_message *message, struct buf *out)
{
	size_t counts[ALERT_KIND_COUNT] = { 0 }, shown = 0;

	for (size_t i = 0; i < message->line_count; i++)
		counts[message->lines[i].kind]++;
	for (int kind = 0; kind < ALERT_KIND_COUNT; kind++) {
		const struct alert_message one = { .kind = (enum alert_kind)kind };

		if (counts[kind] > 0)
			buf_print(out, "%s%zu %s", shown++ > 0 ? ", " : "", counts[kind], alert_message_state(&one));
	}
	if (message->more > 0)
		buf_print(out, "%s%zu more", shown > 0 ? ", " : "", message->more);
	if (message->cause) {
		buf_print(out, ": %s", message->cause);
		return;
	}
	for (size_t i = 0; i < message->line_count && i < TITLE_NAMES; i++)
		buf_print(out, "%s%s", i > 0 ? ", " : ": ", message->lines[i].name);
	if (message->line_count > TITLE_NAMES)
		buf_add_text(out, " \xe2\x80\xa6");
}

static void title_of_certificate(const struct alert_message *message, struct buf *out)
{
	int64_t left_us = message->cert_expires_us - message->time_us;

	buf_print(out, "CERTIFICATE: %s", named(message));
	if (message->cert_expires_us == 0)
		return;
	buf_add_text(out, left_us > 0 ? " expires in " : " expired ");
	alert_print_days(left_us, out);
	if (left_us <= 0)
		buf_add_text(out, " ago");
}

void alert_message_title(const struct alert_message *message, struct buf *out)
{
	if (message->kind == ALERT_DIGEST) {
		title_of_digest(message, out);
		return;
	}
	if (message->kind == ALERT_CERTIFICATE) {
		title_of_certificate(message, out);
		return;
	}
	if (message->kind == ALERT_TEST) {
		buf_print(out, "TEST: %s", named(message));
		return;
	}
	if (message->escalated)
		buf_add_text(out, "ESCALATED: ");
	else if (message->repeat > 0)
		buf_add_text(out, "STILL ");
	buf_print(out, "%s: %s", alert_message_state(message), named(message));
	if (message->lasted_us > 0) {
		buf_add_text(out, message->kind == ALERT_UP ? ", was down for " : ", for ");
		add_length(message->lasted_us, out);
	}
}

/* Each on a line of its own; what is not known has none. */
static void add_line(struct buf *out, const char *label, const char *value)
{
	if (value && *value)
		buf_print(out, "%s%s%s", out->length > 0 ? "\n" : "", label, value);
}

static void add_time_line(struct buf *out, const char *label, int64_t us)
{
	if (us == 0)
		return;
	buf_print(out, "%s%s", out->length > 0 ? "\n" : "", label);
	add_time(us, out);
}

static void add_target(const struct alert_message *message, struct buf *out)
{
	add_line(out, "", message->target);
	if (message->target && message->target_kind)
		buf_print(out, " (%s)", message->target_kind);
}

static void add_help(const struct alert_message *message, struct buf *out)
{
	add_line(out, "", message->description);
	add_line(out, "runbook: ", message->runbook);
	add_line(out, "owner: ", message->owner);
	add_line(out, "group: ", message->group);
	add_line(out, "tags: ", message->tags);
}

static void text_of_trouble(const struct alert_message *message, struct buf *out)
{
	add_line(out, "", message->reason);
	add_target(message, out);
	add_time_line(out, "since ", message->since_us);
	add_help(message, out);
}

static void text_of_recovery(const struct alert_message *message, struct buf *out)
{
	char latency[32] = "";

	if (message->latency_us >= 0)
		snprintf(latency, sizeof latency, " (%" PRId32 " ms)", message->latency_us / 1000);
	if (message->lasted_us > 0) {
		buf_add_text(out, "was down for ");
		add_length(message->lasted_us, out);
		if (message->since_us != 0) {
			buf_add_text(out, ", from ");
			add_time(message->since_us, out);
			buf_add_text(out, " to ");
			add_time(message->since_us + message->lasted_us, out);
		}
	}
	add_line(out, "cause: ", message->cause);
	add_line(out, "now: ", message->reason);
	if (message->reason)
		buf_add_text(out, latency);
	add_target(message, out);
	add_help(message, out);
}

static void text_of_certificate(const struct alert_message *message, struct buf *out)
{
	add_line(out, "", message->reason);
	add_time_line(out, message->cert_expires_us > message->time_us ? "valid until " : "was valid until ", message->cert_expires_us);
	add_target(message, out);
	add_help(message, out);
}

static void text_of_digest(const struct alert_message *message, size_t most, struct buf *out)
{
	size_t i = 0;

	add_line(out, "common cause: ", message->cause);
	for (; i < message->line_count; i++) {
		const struct alert_line *line = &message->lines[i];
		const struct alert_message one = { .kind = line->kind };
		size_t before = out->length;

		buf_print(out, "%s%s %s", before > 0 ? "\n" : "", alert_message_state(&one), line->name);
		if (line->reason)
			buf_print(out, ": %s", line->reason);
		if (out->length + MORE_ROOM > most) {
			out->length = before;
			out->data[before] = '\0';
			break;
		}
	}
	if (message->line_count - i + message->more > 0)
		buf_print(out, "%sand %zu more", out->length > 0 ? "\n" : "", message->line_count - i + message->more);
}

void alert_message_text(const struct alert_message *message, size_t most, struct buf *out)
{
	struct buf text;

	buf_init(&text, TEXT_MOST);
	switch (message->kind) {
	case ALERT_UP:
		text_of_recovery(message, &text);
		break;
	case ALERT_CERTIFICATE:
		text_of_certificate(message, &text);
		break;
	case ALERT_DIGEST:
		text_of_digest(message, most, &text);
		break;
	case ALERT_TEST:
		buf_print(&text, "A test of the channel %s", named(message));
		if (message->host)
			buf_print(&text, " by kumatop on %s", message->host);
		buf_add_text(&text, ". Nothing is wrong.");
		break;
	default:
		text_of_trouble(message, &text);
		break;
	}
	buf_add(out, text.data, text.length);
	buf_finish(&text);
}
