/* The real program for tests; see live.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live.h"
#include "scratch.h"

#include "kumatop/heap.h"

enum { WORDS_MOST = 24 };

struct live *live_create(void)
{
	struct live *live = heap_zero(1, sizeof *live);

	live->directory = scratch_make();
	live->configuration = scratch_path(live->directory, "kumatop.conf");
	live->database = scratch_path(live->directory, "kumatop.db");
	return live;
}

void live_destroy(struct live *live)
{
	if (!live)
		return;
	scratch_remove(live->directory);
	free(live->configuration);
	free(live->database);
	free(live);
}

void live_write(struct live *live, const char *text, size_t length)
{
	FILE *file = fopen(live->configuration, "we");

	if (!file || fwrite(text, 1, length, file) != length || fclose(file) != 0)
		fail_msg("%s cannot be written", live->configuration);
	live->configured = true;
}

void live_configure(struct live *live, const char *format, ...)
{
	static const char defaults[] = "interval = \"1s\"; timeout = \"1s\"; retry_interval = \"1s\"; fall = 1; rise = 1; flush = \"100ms\";\n";
	char *text, *whole;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		fail_msg("no memory");
	va_end(args);
	whole = heap_print("%s%s\n", defaults, text);
	live_write(live, whole, strlen(whole));
	free(whole);
	free(text);
}

const char *live_program(void)
{
	const char *program = getenv("KUMATOP");

	if (!program)
		fail_msg("KUMATOP is not set: run this with tests/lib/run");
	return program;
}

struct term *live_start_argv(const char *const *argv, int rows, int cols, const char *const *env)
{
	struct error err = { .code = EXIT_FINE };
	struct term *term = term_start(argv, rows, cols, env, &err);

	if (!term)
		fail_msg("%s", err.text);
	return term;
}

struct term *live_start(const struct live *live, int rows, int cols, const char *const *env, const char *const *more)
{
	const char *argv[WORDS_MOST] = { live_program(), "--database", live->database };
	size_t count = 3;

	if (live->configured) {
		argv[count++] = "--config";
		argv[count++] = live->configuration;
	}
	for (; more && *more && count < WORDS_MOST - 1; more++)
		argv[count++] = *more;
	return live_start_argv(argv, rows, cols, env);
}

struct wanted {
	const char *name, *text;
};

static bool row_has(struct term *term, void *arg)
{
	const struct wanted *wanted = arg;
	int row;

	return term_find(term, wanted->name, &row, NULL) && strstr(term_row_text(term, row), wanted->text);
}

bool live_wait_row(struct term *term, const char *name, const char *text, int ms)
{
	struct wanted wanted = { name, text };

	return term_wait(term, row_has, &wanted, ms);
}

void live_expect_restored(struct term *term, const struct termios *before)
{
	struct termios now = term_termios(term);
	struct term_modes modes = term_modes(term);
	static const struct term_modes none;

	if (!term_termios_equal(before, &now) || memcmp(&modes, &none, sizeof modes) != 0) {
		term_dump(term);
		fail_msg("the terminal is left changed: line discipline %s, alternate screen %d, cursor hidden %d, paste %d, mouse %d, focus %d, "
		    "sync %d, cursor keys %d, keypad %d, wrap off %d", term_termios_equal(before, &now) ? "as it was" : "not as it was",
		    modes.alt_screen, modes.cursor_hidden, modes.bracketed_paste, modes.mouse, modes.focus, modes.sync, modes.app_cursor,
		    modes.app_keypad, modes.wrap_off);
	}
}

void live_quit(struct term *term)
{
	term_keys(term, "QQ");
	TERM_EXPECT_EXIT(term, EXIT_FINE);
	term_stop(term);
}
