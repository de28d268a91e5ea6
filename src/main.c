/*
 * kumatop: an uptime monitor that lives in the terminal.
 *
 * Where things are, from the bottom up; a file includes downwards only:
 *
 *   base/    text made harmless, buffers with a limit, time, errors, log, mailbox, settings as tables, JSON, patterns, locks
 *   model/   the pure core: outcomes, specs, the state machine (judge), the accounting of time (ledger), snapshots, filter, order, alerts as
 *            values and in words, templates
 *   loop/    a probe loop: libuv with curl's multi interface, names by c-ares, ping sockets
 *   probe/   one file per kind of check, and the table of kinds
 *   store/   SQLite: the store thread that writes, archives that read, the reader thread that answers questions, people's queries, imports,
 *            Uptime Kuma's database
 *   alert/   channels and the thread that delivers over them; providers are rows in provider_*.c
 *   format/  pictures, results and history as text, CSV, JSON, OpenMetrics and InfluxDB lines; lines.c reads exports back
 *   conf/    kumatop.conf to specs, themes
 *   engine/  the probe thread: schedule, the one funnel for results, orders, publisher; the prober applies timeouts and caps
 *   link/    the owner's socket: the protocol (wire), the owner's side (server), those who look (viewer) and who ask in passing (call)
 *   tui/     the screen: its thread, keys, views
 *   cli/     one file per command; owner.c puts store, engine and screen together, control.c is the control thread, viewer.c a screen on
 *            the board of an owner elsewhere; whose.c decides which it is
 *
 * A result's way: engine/schedule.c begins a check, probe/KIND.c carries it out, engine/funnel.c judges (model/judge.c), accounts
 * (model/ledger.c), gives it to store/ and puts it into the picture (model/picture.c), which tui/ draws.
 *
 * This file picks the command.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/commands.h"
#include "kumatop/loop.h"

/* A check is a socket: as many as the system lets us have. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* What is written to a closed pipe or a full file system comes back as an error, not as a signal. */
static void ignore_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/* Output that could not be written is a failure of every command. */
static int flush(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return status;
	perror("kumatop: cannot write the output");
	return EXIT_INPUT_OUTPUT;
}

/* "kumatop --config FILE list": the word moves before the options that every command takes. */
static void bring_command_forward(int argc, char **argv)
{
	int at = 1;

	while (at < argc && (strncmp(argv[at], "--config", 8) == 0 || strncmp(argv[at], "--database", 10) == 0
	    || strncmp(argv[at], "--socket", 8) == 0))
		at += strchr(argv[at], '=') ? 1 : 2;
	if (at < argc && at > 1 && cli_find(argv[at])) {
		char *word = argv[at];

		memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof(*argv));
		argv[1] = word;
	}
}

int main(int argc, char **argv)
{
	const struct cli_command *command;
	struct error err;
	int status;

	setlocale(LC_ALL, "");
	ignore_signals();
	raise_descriptor_limit();
	if (!probe_libraries_start(&err))
		return cli_fail(&err);
	bring_command_forward(argc, argv);
	command = argc > 1 ? cli_find(argv[1]) : NULL;
	status = command ? command->run(command, argc - 1, argv + 1) : cli_screen.run(&cli_screen, argc, argv);
	probe_libraries_stop();
	return flush(status);
}
