/*
 * A viewer whose link is a program's pipes, as with ssh: what it says beside the protocol, how it ends, and that it is started again.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/lookout.h"
#include "../lib/scratch.h"

/* Speaks the protocol on its pipes: the words of a file, then as long as it is listened to. */
static void look_through(struct lookout *lookout, const char *script)
{
	char *file = scratch_path(lookout->owner->directory, "words");
	static const struct board_health health = { 0 };
	struct wire_hello hello = { .protocol = WIRE_PROTOCOL, .version = "9", .host = "far", .role = ACCESS_ADMIN };
	const char *program[] = { "/bin/sh", "-c", script, file, NULL };
	struct wire_pass pass = { 0 };
	struct buf out;
	FILE *words;

	buf_init(&out, WIRE_LINE_MOST);
	wire_put_owner_hello(&out, &hello);
	fakeowner_add(lookout->owner, 7, "web");
	wire_pass_begin(&pass, NULL, picture_snapshot(lookout->owner->picture, &health, 1));
	assert_true(wire_pass_step(&pass, NULL, false, ACCESS_ADMIN, WIRE_LINE_MOST, &out));
	wire_pass_finish(&pass);
	words = fopen(file, "w");
	assert_non_null(words);
	assert_int_equal(fwrite(out.data, 1, out.length, words), out.length);
	assert_int_equal(fclose(words), 0);
	buf_finish(&out);
	lookout_look(lookout, program);
	free(file);
}

static void a_program_is_a_link_too(void **state)
{
	struct lookout *lookout = lookout_open();

	look_through(lookout, "echo warming up >&2; cat \"$0\"; read -r a; read -r b; echo gone away >&2; test -n \"$b\" || exit 9");
	UNTIL(lookout, lookout->published == 1);
	assert_string_equal(lookout->hello.host, "far");
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout->err.text, "the owner on far is gone: gone away"));
	/* It is started again, and shows again. */
	UNTIL(lookout, lookout->attached == 2 && lookout->published >= 3);
	lookout_close(lookout);
}

static void a_program_that_fails_says_why(void **state)
{
	struct lookout *lookout = lookout_open();

	lookout->stop_when_told = true;
	look_through(lookout, "echo 'ssh: no route to host' >&2; exit 255");
	UNTIL(lookout, lookout->lost == 1);
	assert_string_equal(lookout->line, "ssh: no route to host");
	assert_non_null(strstr(lookout->err.text, "no kumatop can be reached on mon1: ssh: no route to host"));
	lookout_close(lookout);
	lookout = lookout_open();
	lookout->stop_when_told = true;
	look_through(lookout, "exit 3");
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout->err.text, "it ended with status 3"));
	lookout_close(lookout);
}

static void a_program_that_is_missing_is_said(void **state)
{
	const char *program[] = { "/nowhere/ssh", "-T", NULL };
	struct lookout *lookout = lookout_open();

	lookout->stop_when_told = true;
	lookout_look(lookout, program);
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout->err.text, "cannot run /nowhere/ssh: no such file"));
	lookout_close(lookout);
}

/* One that holds its pipes and takes no SIGTERM is ended all the same, and nothing waits for it when the viewer stops. */
static void a_program_that_clings_is_ended(void **state)
{
	struct lookout *lookout = lookout_open();

	look_through(lookout, "trap '' TERM; echo nonsense; while :; do read -r a || sleep 0.05; done");
	UNTIL(lookout, lookout->lost == 1);
	assert_non_null(strstr(lookout->err.text, "it speaks as no kumatop does"));
	lookout_close(lookout);
	lookout = lookout_open();
	look_through(lookout, "cat \"$0\"; while :; do read -r a || exit; done");
	UNTIL(lookout, lookout->published == 1);
	lookout_close(lookout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_a_link_too),
		cmocka_unit_test(a_program_that_fails_says_why),
		cmocka_unit_test(a_program_that_is_missing_is_said),
		cmocka_unit_test(a_program_that_clings_is_ended),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
