/* `kumatop alert`: whether a channel works, without waiting for something to break; and which kinds of channels there are. */
#include "commands.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/alerter.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

enum { STOP_MS = 1000, DELIVERY = 1, NAME_WIDTH = 14 };

struct options {
	struct cli_common common;
	char *event;
};

static const struct setting options_table[] = {
	CLI_COMMON_ROWS(struct options),
	{ "as", NULL, SETTING_TEXT, offsetof(struct options, event), 1, 20, NULL, NULL, NULL,
	    "what is told: test (usual), down, up, degraded, certificate or digest, each about a made-up monitor", "EVENT" },
	CLI_END_ROW,
};

/* Where the alert thread leaves what became of the test. */
struct told {
	pthread_mutex_t mutex;
	pthread_cond_t known;
	bool done;
	struct alert_fate fate;
};

static void on_fate(void *arg, const struct alert_fate *fate)
{
	struct told *told = arg;

	pthread_mutex_lock(&told->mutex);
	told->fate = *fate;
	told->done = true;
	pthread_cond_signal(&told->known);
	pthread_mutex_unlock(&told->mutex);
}

/* Notifications are for a terminal: nothing of them goes into a file. */
static void on_terminal(void *arg, const char *line, const char *sequence)
{
	(void)arg;
	printf("%s\n", line);
	if (isatty(STDOUT_FILENO))
		fputs(sequence, stdout);
	fflush(stdout);
}

static void fill_lines(struct alert_message *message, int64_t now_us)
{
	alert_set(&message->cause, "same host 192.0.2.1");
	alert_add_line(message, ALERT_DOWN, "shop", "connection refused by 192.0.2.1:443", now_us - MINUTE_US);
	alert_add_line(message, ALERT_DOWN, "search", "no answer in time", now_us - MINUTE_US);
}

/* Something of each kind, about what does not exist. */
static struct alert_message *make_message(enum alert_kind kind, const struct channel_spec *channel)
{
	struct alert_message *message = alert_message_create(kind);
	int64_t now_us = unix_now_us();
	char host[256] = "", *id = heap_print("test-%" PRId64 "-%d", now_us, (int)getpid());

	gethostname(host, sizeof host - 1);
	alert_set(&message->id, id);
	alert_set(&message->incident, kind == ALERT_TEST ? id : "kumatop-test");
	alert_set(&message->host, host);
	alert_set(&message->name, kind == ALERT_TEST ? channel->name : "kumatop test");
	free(id);
	message->time_us = now_us;
	if (kind == ALERT_TEST)
		return message;
	alert_set(&message->target, "https://test.example/");
	alert_set(&message->target_kind, "http");
	alert_set(&message->description, "A test by hand. Nothing is wrong.");
	alert_set(&message->reason, kind == ALERT_UP ? "200 OK" : kind == ALERT_DEGRADED ? "took 1.8s" : "503 Service Unavailable");
	message->since_us = now_us - MINUTE_US;
	if (kind == ALERT_UP) {
		alert_set(&message->cause, "503 Service Unavailable");
		message->lasted_us = MINUTE_US;
		message->latency_us = 42000;
	} else if (kind == ALERT_CERTIFICATE) {
		message->reason[0] = '\0';
		message->cert_expires_us = now_us + 7 * DAY_US + HOUR_US;
	} else if (kind == ALERT_DIGEST) {
		fill_lines(message, now_us);
	}
	return message;
}

static int tell(const struct channel_spec *channel, const struct alert_fate *fate)
{
	static const char *const words[] = { "delivered", "not delivered, later it may be", "refused" };
	char wait[40] = "";

	printf("%s: %s in %" PRId32 " ms\n", channel->name, words[fate->outcome], fate->took_ms);
	if (fate->answer[0])
		printf("answer: %s\n", fate->answer);
	if (fate->retry_after_ms > 0)
		printf("to be left alone for %s\n", duration_print(fate->retry_after_ms, wait, sizeof wait));
	return fate->outcome == ALERT_DELIVERED ? EXIT_FINE : EXIT_UNAVAILABLE;
}

static int send_test(const struct conf *conf, struct channel_spec *channel, enum alert_kind kind)
{
	struct told told = { .mutex = PTHREAD_MUTEX_INITIALIZER, .known = PTHREAD_COND_INITIALIZER };
	struct helper helper = { 0 };
	char host[256] = "", *nameservers = cli_nameservers(conf);
	struct alerter_settings settings = { .nameservers = nameservers, .agent_host = host, .fate = on_fate, .terminal = on_terminal,
		.arg = &told };
	struct alert_message *message;
	struct alerter *alerter = NULL;
	struct error err;

	gethostname(host, sizeof host - 1);
	if (!channel_spec_runs_programs(channel) || helper_start(&helper, &err)) {
		settings.helper = helper.pid > 0 ? &helper : NULL;
		alerter = alerter_start(&settings, &err);
	}
	free(nameservers);
	if (!alerter)
		return cli_fail(&err);
	message = make_message(kind, channel);
	pthread_mutex_lock(&told.mutex);
	if (alerter_send(alerter, DELIVERY, channel, message)) {
		while (!told.done)
			pthread_cond_wait(&told.known, &told.mutex);
	}
	pthread_mutex_unlock(&told.mutex);
	alert_message_release(message);
	alerter_stop(alerter, STOP_MS);
	helper_stop(&helper);
	return tell(channel, &told.fate);
}

static struct channel_spec *find_channel(const struct conf *conf, const char *name, struct error *err)
{
	const char **names = heap_zero(conf->channel_count + 1, sizeof *names), *nearest;

	for (size_t i = 0; i < conf->channel_count; i++) {
		names[i] = conf->channels[i]->name;
		if (strcmp(names[i], name) == 0) {
			free(names);
			return conf->channels[i];
		}
	}
	nearest = text_nearest(name, names, conf->channel_count);
	if (conf->channel_count == 0)
		error_set(err, EXIT_DATA, "the configuration has no channels: write channels: ( { kind = \"webhook\"; url = \"https://\xe2\x80\xa6\"; } );");
	else if (nearest)
		error_set(err, EXIT_DATA, "there is no channel \"%s\"; did you mean \"%s\"?", name, nearest);
	else
		error_set(err, EXIT_DATA, "there is no channel \"%s\"; the first is \"%s\"", name, names[0]);
	free(names);
	return NULL;
}

static int test_channel(const struct options *options, const char *name)
{
	int kind = options->event ? alert_kind_by_word(options->event) : ALERT_TEST, status = EXIT_FINE;
	struct channel_spec *channel;
	struct conf *conf;
	struct error err;

	if (kind < 0) {
		error_set(&err, EXIT_USAGE, "--as: \"%s\" is no event: write test, down, up, degraded, unknown, certificate or digest", options->event);
		return cli_fail(&err);
	}
	conf = cli_load(&options->common, &status);
	if (!conf)
		return status;
	channel = find_channel(conf, name, &err);
	status = channel ? send_test(conf, channel, (enum alert_kind)kind) : cli_fail(&err);
	conf_free(conf);
	return status;
}

static void print_row(const struct channel_kind *kind, const struct setting *row)
{
	printf("    %-*s %s%s", NAME_WIDTH, row->name, row->summary, channel_kind_needs(kind, row->name) ? " (needed)" : "");
	if (row->fallback)
		printf(" [%s]", row->fallback);
	if (row->type == SETTING_SECRET)
		printf("; a secret");
	if (row->example)
		printf("; as %s", row->example);
	putchar('\n');
}

static int print_kinds(void)
{
	for (size_t i = 0; channel_kinds[i]; i++) {
		printf("%-*s %s\n", NAME_WIDTH, channel_kinds[i]->name, channel_kinds[i]->summary);
		for (const struct setting *row = channel_kinds[i]->settings; row->name; row++)
			print_row(channel_kinds[i], row);
	}
	printf("every kind\n    %-*s What monitors call it by [the kind]\n", NAME_WIDTH, "name");
	for (const struct setting *row = channel_common_settings; row->name; row++)
		printf("    %-*s %s [%s]\n", NAME_WIDTH, row->name, row->summary, row->fallback);
	printf("in templates\n   ");
	for (size_t i = 0; channel_value_names[i]; i++)
		printf(" {{%s}}", channel_value_names[i]);
	printf(" {{channel.SETTING}}\n");
	return EXIT_FINE;
}

static int run_alert(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count == 2 && strcmp(words.items[0], "test") == 0) {
		status = test_channel(&options, words.items[1]);
	} else if (words.count == 1 && strcmp(words.items[0], "kinds") == 0) {
		status = print_kinds();
	} else {
		error_set(&err, EXIT_USAGE, "usage: kumatop alert %s", command->usage);
		status = cli_fail(&err);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_alert = {
	.name = "alert", .usage = "test [--as EVENT] CHANNEL | kinds",
	.summary = "Send a test over a channel of the configuration and print the answer; or list the kinds of channels and their settings",
	.help = "The test goes out from here, whatever kumatop runs. 0: delivered, 69: not delivered, 65: no such channel, 78: the configuration\n"
	    "is wrong.",
	.options = options_table, .run = run_alert,
};
