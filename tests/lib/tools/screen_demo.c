/*
 * The real screen on a made-up board, for tests of the screen and for looking at it. Time stands still unless --live.
 *
 *	screen_demo [--empty] [--many N] [--hostile] [--hostile-down] [--all-paused] [--no-history] [--owns [--keeps]] [--role ROLE [--lost]] [--live] [--slow] [--utc] [--ascii] [--no-color] [--theme NAME]
 *
 * --owns: with a database of its own, which it hands over when asked to, or with --keeps does not.
 * --role: of an owner elsewhere, who takes us for that; with --lost he has gone.
 * --slow: a past board comes when SIGUSR2 lets it.
 * SIGUSR1 lets the next thing of a list happen (see steps); with --busy N there are N results a second.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <poll.h>

#include "kumatop/conf.h"
#include "kumatop/screen.h"
#include "kumatop/when.h"

#include "../fakeboard.h"

struct options {
	bool empty, hostile, hostile_down, all_paused, no_history, owns, keeps, lost, live, slow;
	int role;		/* 0: the engine is our own */
	size_t many;
	unsigned busy;
	struct screen_settings screen;
};

/* What SIGUSR1 does, one after the other. */
static const struct { const char *name; enum state state; const char *detail; } steps[] = {
	{ "search", STATE_UP, "200" },
	{ "www", STATE_DOWN, "connection refused" },
	{ "checkout-api", STATE_UP, "200" },
	{ "redis", STATE_DOWN, "connection refused" },
	{ "ns1", STATE_UNKNOWN, "our name server does not answer" },
};

/* down: the worst of them is a problem too. */
static void add_hostile(struct fakeboard *fake, bool down)
{
	static const char escapes[] = "esc-\033]0;title\007\033[2Jend";

	fakeboard_add(fake, "日本語の監視サーバー名前が長い", "wide");
	fakeboard_add(fake, "café-ñandú", "accents");
	fakeboard_add(fake, "smile-😀-end", "emoji");
	fakeboard_add(fake, escapes, "red \033[31m \302\233 cr \r end");
	fakeboard_add(fake, "bidi-\342\200\256gnp.exe", "\342\200\256 reversed");
	fakeboard_add(fake, "bad-\377\376-utf8", "\300\200");
	fakeboard_add(fake, "long-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789", "long name");
	if (down)
		(void)fakeboard_set_state(fake, escapes, STATE_DOWN, "日本 \033[31m \302\233 cr \r end");
}

static void read_options(int argc, char **argv, struct options *options)
{
	for (int i = 1; i < argc; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(argv[i], "--empty") == 0)
			options->empty = true;
		else if (strcmp(argv[i], "--hostile") == 0)
			options->hostile = true;
		else if (strcmp(argv[i], "--hostile-down") == 0)
			options->hostile = options->hostile_down = true;
		else if (strcmp(argv[i], "--all-paused") == 0)
			options->all_paused = true;
		else if (strcmp(argv[i], "--no-history") == 0)
			options->no_history = true;
		else if (strcmp(argv[i], "--owns") == 0)
			options->owns = true;
		else if (strcmp(argv[i], "--keeps") == 0)
			options->keeps = true;
		else if (strcmp(argv[i], "--role") == 0)
			options->role = access_role_by_word(next), i++;
		else if (strcmp(argv[i], "--lost") == 0)
			options->lost = true;
		else if (strcmp(argv[i], "--live") == 0)
			options->live = true;
		else if (strcmp(argv[i], "--slow") == 0)
			options->slow = true;
		else if (strcmp(argv[i], "--utc") == 0)
			options->screen.utc = true;
		else if (strcmp(argv[i], "--ascii") == 0)
			options->screen.ascii = true;
		else if (strcmp(argv[i], "--no-color") == 0)
			options->screen.no_color = true;
		else if (strcmp(argv[i], "--many") == 0)
			options->many = strtoul(next, NULL, 10), i++;
		else if (strcmp(argv[i], "--busy") == 0)
			options->busy = (unsigned)strtoul(next, NULL, 10), i++;
		else if (strcmp(argv[i], "--theme") == 0)
			options->screen.theme = next, i++;
	}
}

/* A board that keeps nothing. */
static bool refuse(void *arg, const struct history_query *query, void (*answer)(void *, struct history_answer *), void *answer_arg,
    struct error *err)
{
	return error_set(err, EXIT_UNAVAILABLE, "no history is kept");
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void make_results(struct fakeboard *fake, const struct options *options)
{
	static unsigned seed = 1;

	for (unsigned i = 0; i < options->busy / 20; i++) {
		seed = seed * 1664525 + 1013904223;
		fakeboard_beat(fake, 16 + (seed >> 8) % options->many, 10000 + (int32_t)(seed >> 20));
	}
	fakeboard_publish(fake);
}

/* Until the screen is over or somebody ends us; true: by a signal. */
static bool attend(struct fakeboard *fake, struct screen *screen, const struct options *options, int fd)
{
	size_t step = 0;

	while (!fakeboard_is_over(fake, NULL)) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		struct signalfd_siginfo info;

		(void)poll(&ready, 1, 50);
		if (fakeboard_takes_over(fake, !options->keeps))
			screen_handed_over(screen, options->keeps ? "the checks stay here: nobody takes them" : NULL);
		if (options->busy && options->many)
			make_results(fake, options);
		if (read(fd, &info, sizeof info) != sizeof info)
			continue;
		if (info.ssi_signo == SIGWINCH) {
			screen_resized(screen);
		} else if (info.ssi_signo == SIGUSR2) {
			fakeboard_let_go(fake);
		} else if (info.ssi_signo == SIGUSR1) {
			if (step < sizeof steps / sizeof *steps)
				(void)fakeboard_set_state(fake, steps[step].name, steps[step].state, steps[step].detail);
			step++;
		} else {
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	struct options options = { .screen = { .version = "1.0" } };
	struct conf *conf = conf_empty();
	struct fakeboard *fake = fakeboard_create();
	struct screen *screen;
	enum screen_end how;
	struct error err;
	bool ended;

	(void)setlocale(LC_ALL, "");
	(void)setenv("TZ", "CET-1", 1);
	tzset();
	read_options(argc, argv, &options);
	options.screen.defaults = &conf->settings;
	if (!options.live)
		options.screen.now_us = fakeboard_now_us;
	fakeboard_board(fake)->owns_database = options.owns;
	if (options.slow)
		fakeboard_set_slow(fake);
	if (options.no_history)
		fakeboard_board(fake)->ask = refuse;
	if (!options.empty)
		fakeboard_add_drawn(fake);
	fakeboard_add_many(fake, options.many);
	if (options.hostile)
		add_hostile(fake, options.hostile_down);
	if (options.all_paused)
		fakeboard_pause_all(fake);
	fakeboard_publish(fake);
	if (options.role > 0)
		fakeboard_set_link(fake, (enum access_role)options.role,
		    options.lost ? "the owner on mon1 is gone since 14:03:12: attaching again …" : NULL);

	int fd = block_signals();

	screen = screen_start(fakeboard_board(fake), &options.screen, &err);
	if (!screen) {
		fprintf(stderr, "screen_demo: %s\n", err.text);
		ended = true;
	} else {
		if (attend(fake, screen, &options, fd))
			screen_ask_to_end(screen);
		ended = screen_finish(screen, 2000);
		printf("the screen is over%s\n", fakeboard_is_over(fake, &how) && how == SCREEN_LEFT ? ", the checks go on" : "");
	}
	if (!ended)
		return 1;
	fakeboard_destroy(fake);
	conf_free(conf);
	(void)close(fd);
	return screen ? 0 : (int)err.code;
}
