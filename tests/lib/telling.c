#include "telling.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

enum { FATES = 4096, PATIENCE_MS = 60000 };

struct alerter *telling_alerter;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct alert_fate fates[FATES];
static unsigned fate_count;
static uint64_t last_delivery;
static char line[2048], sequence[4096];

static void fill(struct alert_message *message, enum alert_kind kind)
{
	char *id = heap_print("event-%d", (int)kind);

	alert_set(&message->id, id);
	alert_set(&message->incident, "incident-7");
	alert_set(&message->host, "mon1");
	free(id);
	message->time_us = TELLING_TIME_S * SECOND_US;
	message->since_us = message->time_us - 90 * SECOND_US;
	if (kind == ALERT_DIGEST || kind == ALERT_TEST)
		return;
	alert_set(&message->name, "shop");
	alert_set(&message->target, "https://shop.example/health?a=1&b=2");
	alert_set(&message->target_kind, "http");
	alert_set(&message->tags, "prod, web");
	alert_set(&message->group, "Front");
	alert_set(&message->owner, "web team");
	alert_set(&message->runbook, "https://wiki.example/shop");
	alert_set(&message->was, kind == ALERT_UP ? "down" : "up");
}

struct alert_message *telling_message(enum alert_kind kind)
{
	struct alert_message *message = alert_message_create(kind);

	fill(message, kind);
	switch (kind) {
	case ALERT_UP:
		alert_set(&message->reason, "200 OK");
		alert_set(&message->cause, "503 Service Unavailable (expected 200-299)");
		message->lasted_us = 312 * SECOND_US;
		message->latency_us = 46000;
		break;
	case ALERT_DEGRADED:
		alert_set(&message->reason, "took 1.8s (degraded above 800ms)");
		message->latency_us = 1800000;
		break;
	case ALERT_CERTIFICATE:
		message->cert_expires_us = message->time_us + 7 * DAY_US + HOUR_US;
		break;
	case ALERT_DIGEST:
		alert_set(&message->cause, "same host 192.0.2.1");
		alert_add_line(message, ALERT_DOWN, "shop", "connection refused by 192.0.2.1:443", message->since_us);
		alert_add_line(message, ALERT_DOWN, "search \"beta\"", "no answer in time", message->since_us);
		alert_add_line(message, ALERT_DEGRADED, "caf\xc3\xa9", NULL, message->since_us);
		message->more = 4;
		break;
	case ALERT_TEST:
		alert_set(&message->name, "ops");
		break;
	default:
		alert_set(&message->reason, "503 Service Unavailable (expected 200-299)");
		break;
	}
	return message;
}

const char *telling_hostile(void)
{
	static char text[10400];
	static const char head[] = "</b>\"@everyone @channel <!channel> <users/all> @**all** =cmd|' /C calc'!A0 {{token}} *_`~[x](javascript:1)\\"
	    "\r\nX-Evil: 1\r\n\r\n\x1b[31m\xe2\x80\xae\xe2\x80\x8b\xff";

	if (!text[0]) {
		memcpy(text, head, sizeof head - 1);
		memset(text + sizeof head - 1, 'x', 10000);
		memcpy(text + sizeof head - 1 + 10000, "\xf0\x9f\x94\xb4", 5);
	}
	return text;
}

/* As if it came from a database that somebody else wrote: alert_set() would have made it harmless. */
static void set_raw(char **field, const char *text)
{
	free(*field);
	*field = heap_text(text);
}

struct alert_message *telling_hostile_message(enum alert_kind kind)
{
	struct alert_message *message = telling_message(kind);

	set_raw(&message->name, telling_hostile());
	set_raw(&message->reason, telling_hostile());
	set_raw(&message->target, telling_hostile());
	set_raw(&message->cause, telling_hostile());
	set_raw(&message->tags, telling_hostile());
	set_raw(&message->incident, telling_hostile());
	set_raw(&message->id, telling_hostile());
	for (size_t i = 0; i < message->line_count; i++)
		set_raw(&message->lines[i].name, telling_hostile());
	return message;
}

static void give_up(const char *what, const struct error *err)
{
	fprintf(stderr, "%s: %s\n", what, err->text);
	abort();
}

static void apply(struct channel_spec *spec, const char *name, const char *format, const char *address)
{
	const char *hole = strstr(format, "%s");
	char *value = hole ? heap_print("%.*s%s%s", (int)(hole - format), format, address, hole + 2) : heap_text(format);
	struct error err = { 0 };
	void *values;
	const struct setting *row = channel_spec_setting(spec, name, &values);

	if (!row || !setting_from_text(row, values, value, &err))
		give_up(name, &err);
	free(value);
}

struct channel_spec *telling_channel(const char *kind, const char *settings, const char *address)
{
	struct error err = { 0 };
	const struct channel_kind *found = channel_kind_find(kind);
	struct channel_spec *spec = found ? channel_spec_create(found, NULL, &err) : NULL;

	if (!spec)
		give_up(kind, &err);
	while (*settings) {
		size_t length = strcspn(settings, "\n"), name = strcspn(settings, "=");
		char *word = heap_text_n(settings, name), *value = heap_text_n(settings + name + 1, length - name - 1);

		apply(spec, word, value, address);
		free(word);
		free(value);
		settings += length + (settings[length] == '\n');
	}
	if (!channel_spec_seal(spec, &err))
		give_up(kind, &err);
	return spec;
}

static void on_fate(void *arg, const struct alert_fate *fate)
{
	(void)arg;
	pthread_mutex_lock(&mutex);
	if (fate_count < FATES)
		fates[fate_count++] = *fate;
	pthread_mutex_unlock(&mutex);
}

static void on_terminal(void *arg, const char *said, const char *as)
{
	(void)arg;
	pthread_mutex_lock(&mutex);
	snprintf(line, sizeof line, "%s", said);
	snprintf(sequence, sizeof sequence, "%s", as);
	pthread_mutex_unlock(&mutex);
}

void telling_start(struct helper *helper)
{
	const struct alerter_settings settings = {
		.agent_host = "mon1", .helper = helper, .fate = on_fate, .terminal = on_terminal,
	};
	struct error err = { 0 };

	fate_count = 0;
	telling_alerter = alerter_start(&settings, &err);
	if (!telling_alerter)
		give_up("alerter", &err);
}

void telling_stop(void)
{
	if (!alerter_stop(telling_alerter, 5000))
		abort();
	telling_alerter = NULL;
}

unsigned telling_fates(void)
{
	unsigned count;

	pthread_mutex_lock(&mutex);
	count = fate_count;
	pthread_mutex_unlock(&mutex);
	return count;
}

struct alert_fate telling_fate(unsigned index)
{
	struct alert_fate fate;

	pthread_mutex_lock(&mutex);
	fate = fates[index];
	pthread_mutex_unlock(&mutex);
	return fate;
}

void telling_send_later(uint64_t delivery, struct channel_spec *channel, struct alert_message *message)
{
	if (!alerter_send(telling_alerter, delivery, channel, message))
		abort();
}

struct alert_fate telling_send(struct channel_spec *channel, struct alert_message *message)
{
	struct mono end = mono_add_ms(mono_now(), PATIENCE_MS);
	unsigned before = telling_fates();

	telling_send_later(++last_delivery, channel, message);
	while (telling_fates() == before) {
		if (mono_now().us > end.us)
			abort();
		(void)poll(NULL, 0, 2);
	}
	return telling_fate(before);
}

const char *telling_line(void)
{
	return line;
}

const char *telling_sequence(void)
{
	return sequence;
}
