/* The helper process: what it runs, what its programs get, and that whatever they do ends in time and leaves nothing behind. */
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/helper.h"

#include "../lib/await.h"
#include "../lib/scratch.h"

enum { LONG_MS = 60000, PATIENCE_MS = 30000 };

static struct helper helper;
static struct helper_report report;

static const char *const bare[] = { "PATH=/usr/bin:/bin", NULL };

static bool send_shell(uint64_t ticket, const char *script, int32_t timeout_ms, struct error *err)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };

	return helper_send(&helper, &(struct helper_order){ ticket, argv, bare, timeout_ms, NULL, 0 }, err);
}

static void receive(void)
{
	enum helper_news news;

	AWAIT((news = helper_receive(&helper, &report)) != HELPER_SILENT, PATIENCE_MS);
	assert_int_equal(news, HELPER_REPORTED);
}

/* Runs it to its end; what it said is a text, the caller's to free. */
static char *run_shell(const char *script, int32_t timeout_ms)
{
	struct error err = { 0 };

	if (!send_shell(7, script, timeout_ms, &err))
		fail_msg("%s", err.text);
	receive();
	assert_int_equal(report.ticket, 7);
	return heap_text_n(report.output, report.output_length);
}

static void expect(const char *script, enum helper_end end, int status, const char *output)
{
	char *said = run_shell(script, LONG_MS);

	assert_string_equal(said, output);
	assert_int_equal(report.end, end);
	assert_int_equal(report.status, status);
	free(said);
}

/* A process that was killed may wait for a parent that does not care: a zombie is gone. */
static bool is_gone(pid_t pid)
{
	char path[64], line[256] = "";
	const char *state;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return true;
	if (!fgets(line, sizeof line, file))
		line[0] = '\0';
	fclose(file);
	state = strrchr(line, ')');
	return !state || state[2] == 'Z' || state[2] == 'X';
}

static pid_t read_pid(const char *text)
{
	long pid = strtol(text, NULL, 10);

	assert_true(pid > 1);
	return (pid_t)pid;
}

static size_t count_files(const char *directory)
{
	char *pattern = scratch_path(directory, "*");
	size_t count = 0;
	glob_t found;

	if (glob(pattern, 0, NULL, &found) == 0) {
		count = found.gl_pathc;
		globfree(&found);
	}
	free(pattern);
	return count;
}

static int start(void **state)
{
	struct error err = { 0 };

	if (helper_start(&helper, &err))
		return 0;
	print_error("%s\n", err.text);
	return -1;
}

static int stop(void **state)
{
	helper_stop(&helper);
	return 0;
}

static void output_and_status_come_back(void **state)
{
	expect("echo hello", HELPER_EXITED, 0, "hello\n");
	expect("echo out; echo err >&2; exit 3", HELPER_EXITED, 3, "out\nerr\n");
	expect("exit 255", HELPER_EXITED, 255, "");
	expect("kill -USR1 $$", HELPER_SIGNALLED, SIGUSR1, "");
	expect("echo last words; kill -KILL $$", HELPER_SIGNALLED, SIGKILL, "last words\n");
	expect("exec >&- 2>&-; exit 5", HELPER_EXITED, 5, "");
}

static void words_arrive_as_they_are(void **state)
{
	const char *argv[] = { "/usr/bin/printf", "<%s>", "", "two words", "$HOME; `id`", "*", NULL };
	const char expected[] = "<><two words><$HOME; `id`><*>";

	assert_true(helper_send(&helper, &(struct helper_order){ UINT64_MAX, argv, bare, LONG_MS, NULL, 0 }, NULL));
	receive();
	assert_true(report.ticket == UINT64_MAX);
	assert_int_equal(report.output_length, strlen(expected));
	assert_memory_equal(report.output, expected, strlen(expected));
}

static void what_cannot_start_says_why(void **state)
{
	char *directory = scratch_make(), *path = scratch_path(directory, "text");
	const struct {
		const char *path;
		int why;
	} rows[] = {
		{ "/nowhere/check_disk", ENOENT },
		{ "true", ENOENT },		/* no PATH is searched */
		{ directory, EACCES },
		{ "/etc/passwd", EACCES },
		{ path, ENOEXEC },		/* and no shell makes a script of it */
		{ "/bin/sh/x", ENOTDIR },
	};
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs("echo I am no program\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *argv[] = { rows[i].path, NULL };

		assert_true(helper_send(&helper, &(struct helper_order){ i, argv, bare, LONG_MS, NULL, 0 }, NULL));
		receive();
		assert_int_equal(report.ticket, i);
		assert_int_equal(report.end, HELPER_NOT_STARTED);
		assert_int_equal(report.status, rows[i].why);
		assert_int_equal(report.output_length, 0);
	}
	free(path);
	scratch_remove(directory);
}

static void environment_is_what_was_given(void **state)
{
	const char *argv[] = { "/usr/bin/env", NULL };
	const char *some[] = { "A=1", "TEXT=with = and\nline", NULL }, *none[] = { NULL };
	const char expected[] = "A=1\nTEXT=with = and\nline\n";

	assert_int_equal(setenv("KUMATOP_SECRET", "hush", 1), 0);
	helper_stop(&helper);
	assert_int_equal(start(state), 0);
	assert_true(helper_send(&helper, &(struct helper_order){ 1, argv, some, LONG_MS, NULL, 0 }, NULL));
	receive();
	assert_int_equal(report.output_length, strlen(expected));
	assert_memory_equal(report.output, expected, strlen(expected));
	assert_true(helper_send(&helper, &(struct helper_order){ 2, argv, none, LONG_MS, NULL, 0 }, NULL));
	receive();
	assert_int_equal(report.output_length, 0);
	assert_int_equal(unsetenv("KUMATOP_SECRET"), 0);
}

static void nothing_is_inherited(void **state)
{
	int ends[2];

	/* Of the kind that does not close by itself. */
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[1], 50), 50);
	helper_stop(&helper);
	assert_int_equal(start(state), 0);
	expect("ls /proc/$$/fd; readlink /proc/$$/fd/0; read line || echo empty", HELPER_EXITED, 0, "0\n1\n2\n/dev/null\nempty\n");
	close(ends[1]);
	close(50);
	/* The helper holds it no more either: the pipe has no writer left. */
	assert_int_equal(read(ends[0], &(char){ 0 }, 1), 0);
	close(ends[0]);
	expect("pwd; : >/dev/tty", HELPER_EXITED, 2, "/\n/bin/sh: 1: cannot create /dev/tty: No such device or address\n");
}

static void signals_are_as_new(void **state)
{
	sigset_t all, old;

	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR && signal(SIGXFSZ, SIG_IGN) != SIG_ERR && signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	sigfillset(&all);
	assert_int_equal(sigprocmask(SIG_SETMASK, &all, &old), 0);
	helper_stop(&helper);
	assert_int_equal(start(state), 0);
	/* Signals 32 and 33 are the C library's own: nobody can reset them, and posix_spawn(3) leaves them ignored. */
	expect("while read -r name bits; do case $name in SigBlk:|SigIgn:) echo $name $((0x$bits & ~0x180000000));; esac; done"
	    " </proc/self/status", HELPER_EXITED, 0, "SigBlk: 0\nSigIgn: 0\n");
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR && signal(SIGXFSZ, SIG_DFL) != SIG_ERR && signal(SIGCHLD, SIG_DFL) != SIG_ERR);
}

static void limits_hold(void **state)
{
	char *directory = scratch_make(), *script = heap_print("exec truncate -s 2G %s/big", directory);

	expect(script, HELPER_SIGNALLED, SIGXFSZ, "");
	expect("ulimit -c; ulimit -d; ulimit -f", HELPER_EXITED, 0, "0\n1048576\n2097152\n");
	expect("[ $(ulimit -n) -le 1024 ] && [ $(ulimit -p) -le 8192 ]", HELPER_EXITED, 0, "");
	expect("dd if=/dev/zero of=/dev/null bs=1500M count=1 2>/dev/null", HELPER_EXITED, 1, "");
	free(script);
	scratch_remove(directory);
}

static void who_ignores_sigterm_is_killed(void **state)
{
	char *said = run_shell("trap '' TERM HUP INT QUIT; echo $$; while :; do sleep 60; done", 300);
	pid_t pid = read_pid(said);

	assert_int_equal(report.end, HELPER_OVERRAN);
	assert_int_equal(report.status, 0);
	AWAIT(is_gone(pid), PATIENCE_MS);
	free(said);
}

static void its_group_dies_with_it(void **state)
{
	char *said = run_shell("sleep 300 & echo $!; exit 1", LONG_MS);
	pid_t pid = read_pid(said);

	assert_int_equal(report.end, HELPER_EXITED);
	assert_int_equal(report.status, 1);
	AWAIT(is_gone(pid), PATIENCE_MS);
	free(said);
	said = run_shell("sleep 300 & echo $!; wait", 300);
	pid = read_pid(said);
	assert_int_equal(report.end, HELPER_OVERRAN);
	AWAIT(is_gone(pid), PATIENCE_MS);
	free(said);
}

/* A daemon of its own session, twice forked away: it cannot be killed with the group, and has the pipe open. */
static const char leaver[] = "(setsid sleep 300 & echo $! >&3; "
	"until [ \"$(cut -d' ' -f6 /proc/$!/stat)\" = $! ]; do :; done) 3>&1; ";

static void who_left_holding_the_pipe_delays_nobody(void **state)
{
	char *script = heap_print("%s exit 4", leaver), *said = run_shell(script, LONG_MS);
	pid_t pid = read_pid(said);

	assert_int_equal(report.end, HELPER_EXITED);
	assert_int_equal(report.status, 4);
	assert_false(is_gone(pid));
	assert_int_equal(kill(pid, SIGKILL), 0);
	free(script);
	free(said);

	script = heap_print("%s sleep 300", leaver);
	said = run_shell(script, 2000);
	pid = read_pid(said);
	assert_int_equal(report.end, HELPER_OVERRAN);
	assert_false(is_gone(pid));
	assert_int_equal(kill(pid, SIGKILL), 0);
	free(script);
	free(said);
}

static long resident_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	fclose(file);
	assert_true(kib > 0);
	return kib;
}

static void endless_output_ends(void **state)
{
	const char *argv[] = { "/usr/bin/yes", NULL };
	long before;

	expect("echo ready", HELPER_EXITED, 0, "ready\n");
	before = resident_kib(helper.pid);
	for (uint64_t ticket = 0; ticket < 4; ticket++)
		assert_true(helper_send(&helper, &(struct helper_order){ ticket, argv, bare, 700, NULL, 0 }, NULL));
	/* They print much, and keep nobody else waiting for it. */
	assert_true(send_shell(99, "echo among them", LONG_MS, NULL));
	for (int i = 0; i < 5; i++) {
		receive();
		if (report.ticket == 99) {
			assert_int_equal(report.end, HELPER_EXITED);
			continue;
		}
		assert_int_equal(report.end, HELPER_OVERRAN);
		assert_int_equal(report.output_length, HELPER_OUTPUT_MOST);
		for (size_t at = 0; at < HELPER_OUTPUT_MOST; at++)
			assert_int_equal(report.output[at], at % 2 == 0 ? 'y' : '\n');
	}
	assert_true(resident_kib(helper.pid) - before < 4096);
	/* More than is kept, and an end all the same. */
	assert_true(send_shell(100, "head -c 1000000 /dev/zero | tr '\\0' x; exit 6", LONG_MS, NULL));
	receive();
	assert_int_equal(report.end, HELPER_EXITED);
	assert_int_equal(report.status, 6);
	assert_int_equal(report.output_length, HELPER_OUTPUT_MOST);
}

/* Their reports are read only when all have run, and are together more than the socket holds. */
static void fifty_at_once_are_answered_once_each(void **state)
{
	enum { MANY = 50 };
	char *directory = scratch_make(), *script;
	bool answered[MANY] = { false };

	for (uint64_t i = 0; i < MANY; i++) {
		script = heap_print("printf '%%010000d' %" PRIu64 "; : >%s/%" PRIu64 "; exit %" PRIu64, i, directory, i, i);
		assert_true(send_shell(i, script, LONG_MS, NULL));
		free(script);
	}
	AWAIT(count_files(directory) == MANY, PATIENCE_MS);
	for (int i = 0; i < MANY; i++) {
		receive();
		assert_in_range(report.ticket, 0, MANY - 1);
		assert_false(answered[report.ticket]);
		answered[report.ticket] = true;
		assert_int_equal(report.end, HELPER_EXITED);
		assert_int_equal(report.status, report.ticket);
		assert_int_equal(report.output_length, HELPER_OUTPUT_MOST);
	}
	expect("echo after them", HELPER_EXITED, 0, "after them\n");
	assert_int_equal(helper_receive(&helper, &report), HELPER_SILENT);
	scratch_remove(directory);
}

static void a_full_socket_refuses_and_loses_nothing(void **state)
{
	enum { MANY = 100000 };
	const char *argv[] = { "/bin/true", NULL };
	struct error err = { 0 };
	uint64_t sent = 0;
	bool *answered;

	assert_int_equal(kill(helper.pid, SIGSTOP), 0);
	while (sent < MANY && helper_send(&helper, &(struct helper_order){ sent, argv, bare, LONG_MS, NULL, 0 }, &err))
		sent++;
	assert_true(sent < MANY);
	assert_true(sent > HELPER_RUNNING_MOST);	/* so some wait in line twice: for a place in the table, too */
	assert_string_equal(err.text, "too many programs wait to be run already");
	assert_int_equal(kill(helper.pid, SIGCONT), 0);
	answered = heap_zero(sent, sizeof *answered);
	for (uint64_t i = 0; i < sent; i++) {
		receive();
		assert_true(report.ticket < sent && !answered[report.ticket]);
		answered[report.ticket] = true;
		assert_int_equal(report.end, HELPER_EXITED);
		assert_int_equal(report.status, 0);
	}
	assert_int_equal(helper_receive(&helper, &report), HELPER_SILENT);
	free(answered);
}

static void input_is_read_to_its_end(void **state)
{
	const char *argv[] = { "/bin/sh", "-c", "cat", NULL };
	char text[30000];

	memset(text, 'x', sizeof text);
	assert_true(helper_send(&helper, &(struct helper_order){ 7, argv, bare, LONG_MS, "first\nsecond", 12 }, NULL));
	receive();
	assert_int_equal(report.output_length, 12);
	assert_memory_equal(report.output, "first\nsecond", 12);
	argv[2] = "wc -c";
	assert_true(helper_send(&helper, &(struct helper_order){ 8, argv, bare, LONG_MS, text, sizeof text }, NULL));
	receive();
	assert_memory_equal(report.output, "30000\n", 6);
	assert_true(helper_send(&helper, &(struct helper_order){ 9, argv, bare, LONG_MS, NULL, 0 }, NULL));
	receive();
	assert_memory_equal(report.output, "0\n", 2);
}

static void orders_too_long_are_refused(void **state)
{
	char *word = heap_zero(HELPER_ORDER_MOST + 1, 1);
	const char *argv[HELPER_ARGUMENTS_MOST + 2] = { "/bin/true", word, NULL };
	const char *environment[HELPER_VARIABLES_MOST + 2] = { NULL };
	struct helper_order order = { 1, argv, environment, LONG_MS, NULL, 0 };
	struct error err = { 0 };

	memset(word, 'x', HELPER_ORDER_MOST);
	assert_false(helper_send(&helper, &order, &err));
	assert_string_equal(err.text, "/bin/true: arguments, environment and input take more than 65536 bytes");
	/* To the byte: what fits is run. */
	word[HELPER_ORDER_MOST - sizeof "/bin/true"] = '\0';
	assert_false(helper_send(&helper, &order, &err));
	word[HELPER_ORDER_MOST - sizeof "/bin/true" - 1] = '\0';
	assert_true(helper_send(&helper, &order, &err));
	receive();
	assert_int_equal(report.end, HELPER_EXITED);

	for (size_t i = 1; i < HELPER_ARGUMENTS_MOST; i++)
		argv[i] = "x";
	for (size_t i = 0; i < HELPER_VARIABLES_MOST; i++)
		environment[i] = "X=1";
	assert_true(helper_send(&helper, &order, &err));
	receive();
	assert_int_equal(report.end, HELPER_EXITED);
	argv[HELPER_ARGUMENTS_MOST] = "x";
	assert_false(helper_send(&helper, &order, &err));
	assert_string_equal(err.text, "/bin/true: 65 arguments and 64 variables: at most 64 and 64 are possible");
	argv[HELPER_ARGUMENTS_MOST] = NULL;
	environment[HELPER_VARIABLES_MOST] = "X=1";
	assert_false(helper_send(&helper, &order, &err));
	free(word);
}

/*
 * An owner that is a process of its own, and a program that runs: "helper, program, its child" are in the file when it does. The
 * fourth is a process that has a copy of the owner's end of the socket, which therefore does not close; 0 when there is none.
 */
static void own_until_killed(const char *path, bool copied)
{
	struct error err;
	pid_t copier = 0;
	char *script;

	if (!helper_start(&helper, &err))
		_exit(1);
	copier = copied ? fork() : 0;
	if (copied && copier == 0)
		for (;;)
			(void)pause();
	script = heap_print("trap '' TERM HUP INT; sleep 300 & printf '%%d\\n' %d $$ $! %d >%s.new; mv %s.new %s; wait; sleep 300",
		(int)helper.pid, (int)copier, path, path, path);
	if (!send_shell(1, script, LONG_MS, &err))
		_exit(1);
	for (;;)
		(void)pause();
}

enum { RUNNING = 3, COPIER = 3 };

static void read_pids(const char *path, pid_t pids[4])
{
	char line[64];
	FILE *file;

	AWAIT(access(path, F_OK) == 0, PATIENCE_MS);
	file = fopen(path, "re");
	assert_non_null(file);
	for (int i = 0; i < 4; i++) {
		assert_non_null(fgets(line, sizeof line, file));
		pids[i] = (pid_t)strtol(line, NULL, 10);
		assert_true(i >= RUNNING || (pids[i] > 1 && !is_gone(pids[i])));
	}
	fclose(file);
}

static void kill_the_owner(bool copied)
{
	char *directory = scratch_make(), *path = scratch_path(directory, "pids");
	pid_t pids[4], owner = fork();

	assert_true(owner >= 0);
	if (owner == 0)
		own_until_killed(path, copied);
	read_pids(path, pids);
	assert_int_equal(kill(owner, SIGKILL), 0);
	assert_int_equal(waitpid(owner, NULL, 0), owner);
	for (int i = 0; i < RUNNING; i++)
		AWAIT(is_gone(pids[i]), PATIENCE_MS);
	if (copied) {
		assert_false(is_gone(pids[COPIER]));
		assert_int_equal(kill(pids[COPIER], SIGKILL), 0);
	}
	free(path);
	scratch_remove(directory);
}

static void the_owners_death_ends_everything(void **state)
{
	kill_the_owner(false);
}

static void the_owners_death_is_noticed_without_the_socket(void **state)
{
	kill_the_owner(true);
}

static void stopping_ends_everything(void **state)
{
	char *directory = scratch_make(), *path = scratch_path(directory, "pids");
	char *script = heap_print("sleep 300 & printf '%%d\\n' %d $$ $! 0 >%s.new; mv %s.new %s; wait", (int)helper.pid, path, path, path);
	pid_t pids[4];

	assert_true(send_shell(1, script, LONG_MS, NULL));
	read_pids(path, pids);
	helper_stop(&helper);
	assert_int_equal(helper.pid, 0);
	for (int i = 0; i < RUNNING; i++)
		AWAIT(is_gone(pids[i]), PATIENCE_MS);
	helper_stop(&helper);		/* twice is once */
	helper_stop(&(struct helper){ 0 });
	free(script);
	free(path);
	scratch_remove(directory);
}

/* A terminal's ^C and a service manager's SIGTERM reach all processes of kumatop; when programs end is for kumatop to say. */
static void signals_to_all_do_not_end_it(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGUSR1 };

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		assert_int_equal(kill(helper.pid, signals[i]), 0);
	expect("echo still here", HELPER_EXITED, 0, "still here\n");
	assert_int_equal(getpgid(helper.pid), helper.pid);
}

static void a_helper_that_was_killed_is_gone(void **state)
{
	struct error err = { 0 };
	enum helper_news news;

	assert_int_equal(kill(helper.pid, SIGKILL), 0);
	AWAIT((news = helper_receive(&helper, &report)) != HELPER_SILENT, PATIENCE_MS);
	assert_int_equal(news, HELPER_GONE);
	assert_false(send_shell(1, "echo", LONG_MS, &err));
	assert_string_equal(err.text, "the helper process that runs programs is gone: Broken pipe");
	assert_int_equal(helper_receive(&helper, &report), HELPER_GONE);
}

#define WITH_HELPER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HELPER(output_and_status_come_back),
		WITH_HELPER(words_arrive_as_they_are),
		WITH_HELPER(what_cannot_start_says_why),
		WITH_HELPER(environment_is_what_was_given),
		WITH_HELPER(nothing_is_inherited),
		WITH_HELPER(signals_are_as_new),
		WITH_HELPER(limits_hold),
		WITH_HELPER(who_ignores_sigterm_is_killed),
		WITH_HELPER(its_group_dies_with_it),
		WITH_HELPER(who_left_holding_the_pipe_delays_nobody),
		WITH_HELPER(endless_output_ends),
		WITH_HELPER(fifty_at_once_are_answered_once_each),
		WITH_HELPER(a_full_socket_refuses_and_loses_nothing),
		WITH_HELPER(input_is_read_to_its_end), WITH_HELPER(orders_too_long_are_refused),
		cmocka_unit_test(the_owners_death_ends_everything),
		cmocka_unit_test(the_owners_death_is_noticed_without_the_socket),
		WITH_HELPER(stopping_ends_everything),
		WITH_HELPER(signals_to_all_do_not_end_it),
		WITH_HELPER(a_helper_that_was_killed_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
