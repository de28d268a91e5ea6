/*
 * `kumatop stop`: ends the kumatop that runs, wherever it went: the service, or what "leave it running" left. It comes back when the
 * other has let go of its database, so that the next line of a script may take it.
 */
#include "commands.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "kumatop/lock.h"
#include "kumatop/place.h"
#include "kumatop/when.h"
#include "through.h"

enum { STOP_WAIT_MS = 10000, LOOK_MS = 20 };

struct options {
	struct cli_common common;
};

static const struct setting options_table[] = {
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static int left_ms(struct mono deadline)
{
	int64_t left_us = mono_between_us(mono_now(), deadline);

	return left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
}

/* Until it says goodbye or the connection breaks. */
static bool await_farewell(const struct through *through, struct mono deadline, struct error *err)
{
	const struct snapshot *picture;

	while ((picture = call_picture(through->call, left_ms(deadline), err)))
		snapshot_release(picture);
	return err->code != EXIT_LOCKED;
}

/* A lock that we may not see is as good as free, and one with another name in it is somebody else's by now. */
static bool has_lock(const struct wire_hello *owner)
{
	pid_t pid;

	return *owner->database && lock_is_held(owner->database, &pid) && (!pid || pid == owner->pid);
}

static bool await_end(const struct through *through, struct error *err)
{
	const struct wire_hello *owner = call_hello(through->call);
	struct mono deadline = mono_add_ms(mono_now(), STOP_WAIT_MS);
	bool gone = await_farewell(through, deadline, err);

	/* Behind the goodbye comes the end of the connection. */
	gone = gone && await_farewell(through, deadline, err);
	while (gone && has_lock(owner)) {
		gone = left_ms(deadline) > 0;
		(void)poll(NULL, 0, LOOK_MS);
	}
	return gone || error_set(err, EXIT_LOCKED, "kumatop on %s (process %" PRId64 ") is stopping, but has not ended within %d s", owner->host,
	    owner->pid, STOP_WAIT_MS / 1000);
}

static bool stop(struct through *through, struct error *err)
{
	struct reply reply;

	if (!through->call && through->held)
		return error_set(err, EXIT_UNAVAILABLE, "the kumatop that has %s open cannot be asked to stop", through->database);
	if (!through->call)
		return error_set(err, EXIT_UNAVAILABLE, "no kumatop is running%s%s", through->database ? " on " : "",
		    through->database ? through->database : "");
	/* Others look at it, and what started it may start it again: nobody ends that by the way. */
	if (place_is_service(through->path) && !through->named)
		return error_set(err, EXIT_USAGE, "that is the service: systemctl stop kumatop, or kumatop stop --socket %s", through->path);
	/* It may be gone before its answer is out. */
	if (!through_order(through, command_create(COMMAND_STOP, 0), THROUGH_WAIT_MS, &reply, err) && err->code != EXIT_UNAVAILABLE)
		return false;
	return await_end(through, err);
}

static int stop_and_tell(struct through *through)
{
	struct error err;

	if (!stop(through, &err))
		return cli_fail(&err);
	printf("kumatop on %s (process %" PRId64 ") has stopped\n", call_hello(through->call)->host, call_hello(through->call)->pid);
	return EXIT_FINE;
}

static int run_stop(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct through through;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count) {
		error_set(&err, EXIT_USAGE, "stop takes no \"%s\": it ends the kumatop that runs", words.items[0]);
		status = cli_fail(&err);
	} else if (through_open(&through, &options.common, &status)) {
		status = stop_and_tell(&through);
		through_close(&through);
	}
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_stop = {
	.name = "stop", .usage = "[--socket PATH]", .summary = "Stop the kumatop that runs, and wait until it has ended",
	.help = "The service is stopped only when --socket names it.\n"
	    "Exits with 69 when none runs, with 77 when you may not, with 75 when it has not ended after 10 s.",
	.options = options_table, .run = run_stop,
};
