/*
 * `kumatop wait`: until monitors are up, or down, as the kumatop that checks them sees it. For deploy scripts.
 */
#include "commands.h"

#include <poll.h>

#include "kumatop/when.h"
#include "through.h"

enum { RETRY_MS = 200 };

struct options {
	struct cli_common common;
	int64_t up_ms, down_ms;
};

static const struct setting options_table[] = {
	{ "up", NULL, SETTING_DURATION, offsetof(struct options, up_ms), 1, INT64_C(366) * 86400000, NULL, NULL, NULL,
	    "wait until all are up (or degraded: they answer), at most this long", "TIME" },
	{ "down", NULL, SETTING_DURATION, offsetof(struct options, down_ms), 1, INT64_C(366) * 86400000, NULL, NULL, NULL,
	    "wait until all are down, at most this long", "TIME" },
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

struct waiting {
	struct through *through;
	const struct cli_words *words;
	bool up;
	struct mono deadline;
	const struct snapshot *picture;	/* held: the newest; NULL before the first */
	bool lost;			/* the owner has gone since */
};

static bool is_reached(const struct waiting *waiting, const struct monitor_view *view)
{
	enum state state = view->standing.state;

	return waiting->up ? state == STATE_UP || state == STATE_DEGRADED : state == STATE_DOWN;
}

/* How many monitors a word means, and how many of those are not what they are to be. */
static size_t count_meant(const struct waiting *waiting, const char *word, size_t *missing)
{
	size_t count = 0;

	for (size_t i = 0; i < waiting->picture->count; i++) {
		const struct monitor_view *view = snapshot_view(waiting->picture, i);

		if (!through_means(word, view))
			continue;
		count++;
		*missing += !is_reached(waiting, view);
	}
	return count;
}

static bool all_reached(const struct waiting *waiting)
{
	size_t missing = 0;

	for (size_t i = 0; i < waiting->words->count; i++)
		missing += count_meant(waiting, waiting->words->items[i], &missing) == 0;
	return missing == 0;
}

static bool all_known(const struct waiting *waiting, struct error *err)
{
	size_t missing = 0;

	for (size_t i = 0; i < waiting->words->count; i++) {
		if (count_meant(waiting, waiting->words->items[i], &missing))
			continue;
		return through_unknown(waiting->through, waiting->words->items[i], err);
	}
	return true;
}

static int left_ms(const struct waiting *waiting)
{
	int64_t us = mono_between_us(mono_now(), waiting->deadline);

	return us <= 0 ? 0 : us > INT64_C(3600000000) ? 3600000 : (int)(us / 1000) + 1;
}

/* A restart, most likely. Once a fifth of a second until the time is over. */
static bool attach_again(struct waiting *waiting, struct error *err)
{
	if (!waiting->lost)
		cli_say("the owner has gone: waiting for it to come back");
	waiting->lost = true;
	while (left_ms(waiting)) {
		if (through_again(waiting->through, err) && through_watch(waiting->through, waiting->words->items, waiting->words->count, err)) {
			waiting->lost = false;
			return true;
		}
		if (err->code == EXIT_PERMISSION)
			return false;
		(void)poll(NULL, 0, left_ms(waiting) < RETRY_MS ? left_ms(waiting) : RETRY_MS);
	}
	return error_set(err, EXIT_LOCKED, "the time is over");
}

/* The next picture. false with err->code EXIT_LOCKED: the time is over. */
static bool look(struct waiting *waiting, struct error *err)
{
	for (;;) {
		const struct snapshot *picture = waiting->through->call ? through_next(waiting->through, left_ms(waiting), err) : NULL;

		if (picture) {
			snapshot_release(waiting->picture);
			waiting->picture = picture;
			return true;
		}
		if (waiting->through->call && err->code == EXIT_LOCKED) {
			if (left_ms(waiting) == 0)
				return false;
		} else if (!attach_again(waiting, err)) {
			return false;
		}
	}
}

static void say_missing(const struct waiting *waiting, const struct monitor_view *view)
{
	char since[32], age[32];
	const char *reason = shared_read(view->detail);
	int64_t since_us = view->standing.since_us;

	if (!since_us) {
		cli_say("%s is still not checked", view->spec->name);
		return;
	}
	moment_print_local(since_us, "%H:%M:%S", since, sizeof(since));
	length_print(unix_now_us() - since_us, age, sizeof(age));
	cli_say("%s is still %s%s%s, since %s (%s)", view->spec->name, state_word((int)view->standing.state), *reason ? ": " : "", reason, since,
	    age);
}

static void say_all_missing(const struct waiting *waiting)
{
	size_t missing = 0;

	if (waiting->lost)
		cli_say("the owner has gone, and did not come back in time");
	else if (!waiting->picture)
		cli_say("the owner does not answer");
	for (size_t i = 0; waiting->picture && i < waiting->words->count; i++)
		if (!count_meant(waiting, waiting->words->items[i], &missing))
			cli_say("there is no monitor \"%s\" any more", waiting->words->items[i]);
	for (size_t i = 0; waiting->picture && i < waiting->picture->count; i++) {
		const struct monitor_view *view = snapshot_view(waiting->picture, i);

		for (size_t j = 0; j < waiting->words->count; j++) {
			if (!through_means(waiting->words->items[j], view) || is_reached(waiting, view))
				continue;
			say_missing(waiting, view);
			break;
		}
	}
}

static int carry_out(struct waiting *waiting)
{
	struct error err;
	bool known = false;

	if (!through_watch(waiting->through, waiting->words->items, waiting->words->count, &err) && !attach_again(waiting, &err))
		return cli_fail(&err);
	while (look(waiting, &err)) {
		if (!known && !all_known(waiting, &err))
			return cli_fail(&err);
		known = true;
		if (all_reached(waiting))
			return EXIT_FINE;
	}
	if (err.code != EXIT_LOCKED)
		return cli_fail(&err);
	say_all_missing(waiting);
	return EXIT_UNAVAILABLE;
}

static int wait_all(const struct options *options, const struct cli_words *words)
{
	struct through through;
	struct waiting waiting = {
		.through = &through, .words = words, .up = options->up_ms != 0,
		.deadline = mono_add_ms(mono_now(), options->up_ms ? options->up_ms : options->down_ms),
	};
	int status;

	if (!through_open(&through, &options->common, &status))
		return status;
	if (through.call) {
		through_say_whose(&through);
		status = carry_out(&waiting);
	} else {
		cli_say("no kumatop is running here: nothing would change");
		status = EXIT_UNAVAILABLE;
	}
	snapshot_release(waiting.picture);
	through_close(&through);
	return status;
}

static int run_wait(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (!words.count || (options.up_ms != 0) == (options.down_ms != 0)) {
		error_set(&err, EXIT_USAGE, "usage: kumatop wait %s", command->usage);
		status = cli_fail(&err);
	} else {
		status = wait_all(&options, &words);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_wait = {
	.name = "wait", .usage = "NAME… --up TIME | --down TIME", .summary = "Wait until monitors are up, or down",
	.help = "A name may be a pattern. Exits with 0 when all are, 69 when the time is over or no kumatop runs. When the kumatop that checks them is\n"
	    "restarted meanwhile, it goes on waiting.",
	.options = options_table, .run = run_wait,
};
