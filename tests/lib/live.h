/*
 * The real kumatop in a terminal, with a configuration and a database of its own below a scratch directory. For cmocka: what goes
 * wrong here fails the test. Include cmocka.h before.
 *
 *	struct live *live = live_create();
 *	live_configure(live, "monitors: ( { name = \"web\"; http = \"%s\"; } );", peer_url(web));
 *	struct term *term = live_start(live, 24, 80, NULL, NULL);
 *	LIVE_EXPECT_ROW(term, "web", "●");
 *	live_quit(term);
 *	live_destroy(live);
 */
#ifndef TESTS_LIVE_H
#define TESTS_LIVE_H

#include <stdbool.h>

#include "term.h"

struct live {
	char *directory;
	char *configuration;	/* kumatop.conf; there after live_configure() */
	char *database;		/* there after the first start */
	bool configured;
};

struct live *live_create(void);
void live_destroy(struct live *live);		/* accepts NULL */

/* Writes the configuration: 1 s intervals, one failed check is DOWN, one good one UP, history at once; then what is given. */
void live_configure(struct live *live, const char *format, ...) __attribute__((format(printf, 2, 3)));
void live_write(struct live *live, const char *text, size_t length);	/* nothing but these bytes */

/* env as term_start(), over LC_ALL=C.UTF-8; more: further words of the command line, ended by NULL. Either may be NULL. */
struct term *live_start(const struct live *live, int rows, int cols, const char *const *env, const char *const *more);
struct term *live_start_argv(const char *const *argv, int rows, int cols, const char *const *env);

/* The program under test. */
const char *live_program(void);

/* Waits until the first row that has `name` also has `text`. */
bool live_wait_row(struct term *term, const char *name, const char *text, int ms);

/* Leaves by Q, twice, from a view that knows it. The program must end with 0. */
void live_quit(struct term *term);

/* The terminal is as a shell wants it: modes, screen, cursor. before: its line discipline at the start. */
void live_expect_restored(struct term *term, const struct termios *before);

#define LIVE_EXPECT_ROW(term, name, text) \
	do { \
		if (!live_wait_row((term), (name), (text), TERM_PATIENCE_MS)) { \
			term_dump(term); \
			fail_msg("the row of %s does not show: %s", (name), (text)); \
		} \
	} while (0)

#endif
