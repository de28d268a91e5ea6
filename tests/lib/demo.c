/* The screen over a made-up board for tests; see demo.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "demo.h"

enum { WORDS_MOST = 12 };

const char *demo_program(void)
{
	static char path[4096];
	const char *tools = getenv("TOOLS");

	if (!tools)
		fail_msg("TOOLS is not set: run this with tests/lib/run");
	snprintf(path, sizeof path, "%s/screen_demo", tools);
	return path;
}

struct term *demo_start(int rows, int cols, const char *const *env, const char *const *args)
{
	static const char *const utf8[] = { "LC_ALL=C.UTF-8", NULL };
	const char *argv[WORDS_MOST] = { demo_program() };
	struct error err = { .code = EXIT_FINE };

	for (size_t i = 0; args && args[i] && i + 2 < WORDS_MOST; i++)
		argv[i + 1] = args[i];
	struct term *term = term_start(argv, rows, cols, env ? env : utf8, &err);

	if (!term)
		fail_msg("%s", err.text);
	return term;
}

void demo_quit(struct term *term)
{
	term_keys(term, "Q");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
}
