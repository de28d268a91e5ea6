/*
 * e on a declared monitor: the editor gets the terminal and the line, and gives the terminal back; the checks see nothing of it.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/scratch.h"
#include "../lib/term.h"

static void write_file(const char *path, mode_t mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
}

/* A kumatop on one declared monitor of line 2, with an editor that shows its arguments and waits for a line. */
static struct term *start(const char *directory, const char *editor)
{
	static char conf[512], script[512], environment[600], database[512];
	struct error err = { .code = EXIT_FINE };

	assert_non_null(getenv("KUMATOP"));
	snprintf(conf, sizeof conf, "%s/kumatop.conf", directory);
	snprintf(script, sizeof script, "%s/editor", directory);
	snprintf(database, sizeof database, "%s/kumatop.db", directory);
	snprintf(environment, sizeof environment, "EDITOR=%s", editor ? editor : script);
	write_file(conf, 0600, "monitors: (\n  { name = \"declared\"; tcp = \"127.0.0.1:1\"; interval = \"60s\"; }\n);\n");
	write_file(script, 0700, "#!/bin/sh\necho \"EDITING $1 ${2##*/}\"\nread line\n"
	    "if [ -n \"$line\" ]; then sed \"s/0.1:[0-9]*/0.1:$line/\" \"$2\" > \"$2.new\" && mv \"$2.new\" \"$2\"; fi\n");
	const char *const argv[] = { getenv("KUMATOP"), "--config", conf, "--database", database, NULL };
	const char *const env[] = { "LC_ALL=C.UTF-8", "VISUAL", environment, NULL };
	struct term *term = term_start(argv, 24, 80, env, &err);

	if (!term)
		fail_msg("%s", err.text);
	TERM_EXPECT(term, "declared");
	term_keys(term, "e");
	return term;
}

static void test_editor_gets_the_line(void **state)
{
	char *directory = scratch_make();
	struct term *term = start(directory, NULL);

	TERM_EXPECT(term, "EDITING +2 kumatop.conf");
	assert_false(term_modes(term).alt_screen);
	term_keys(term, "\n");
	TERM_EXPECT(term, "kumatop.conf is as it was");
	assert_true(term_modes(term).alt_screen);
	assert_true(term_shows(term, "declared"));
	term_keys(term, "qy");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
	scratch_remove(directory);
}

/* What was saved is taken by itself; a mistake is told, and what ran before goes on. */
static void test_what_was_saved_is_taken(void **state)
{
	char *directory = scratch_make();
	struct term *term = start(directory, NULL);

	TERM_EXPECT(term, "EDITING");
	term_keys(term, "7\n");
	TERM_EXPECT(term, "kumatop.conf is saved: it is taken in a moment");
	TERM_EXPECT(term, "127.0.0.1:7");
	term_keys(term, "e");
	TERM_EXPECT(term, "EDITING");
	term_keys(term, "99999\n");
	TERM_EXPECT(term, "configuration not reloaded");
	assert_true(term_shows(term, "127.0.0.1:7"));
	term_keys(term, "qy");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
	scratch_remove(directory);
}

/* Its ^C is its own. */
static void test_interrupt_stays_in_the_editor(void **state)
{
	char *directory = scratch_make();
	struct term *term = start(directory, NULL);

	TERM_EXPECT(term, "EDITING");
	term_keys(term, "\x03");
	TERM_EXPECT(term, "did not end well");
	term_keys(term, "qy");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
	scratch_remove(directory);
}

static void test_without_an_editor(void **state)
{
	char *directory = scratch_make();
	struct term *term = start(directory, "/nonexistent/editor");

	TERM_EXPECT(term, "cannot run editor: No such file or directory; it is declared at ");
	assert_true(term_modes(term).alt_screen);
	term_keys(term, "qy");
	TERM_EXPECT_EXIT(term, 0);
	term_stop(term);
	scratch_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_editor_gets_the_line),
		cmocka_unit_test(test_what_was_saved_is_taken),
		cmocka_unit_test(test_interrupt_stays_in_the_editor),
		cmocka_unit_test(test_without_an_editor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
