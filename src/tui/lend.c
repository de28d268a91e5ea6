/*
 * Lending the terminal to a program. It gets a process group of its own in front of the terminal, so that ^C and ^Z in it are its
 * own and never reach the checks.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tui.h"

enum { LOOK_MS = 50 };

/* The program starts with no signal blocked and none ignored, whatever is so here. */
static int start(char *const argv[], pid_t *pid)
{
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error = posix_spawnattr_init(&attributes);

	if (error)
		return error;
	sigemptyset(&none);
	sigfillset(&all);
	error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	if (!error)
		error = posix_spawnattr_setsigmask(&attributes, &none);
	if (!error)
		error = posix_spawnattr_setsigdefault(&attributes, &all);
	if (!error)
		error = posix_spawnattr_setpgroup(&attributes, 0);
	if (!error)
		error = posix_spawnp(pid, argv[0], NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Who is not in front may not change who is, unless the signal that says so is blocked. */
static void put_in_front(int fd, pid_t group)
{
	sigset_t quiet, before;

	sigemptyset(&quiet);
	sigaddset(&quiet, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &quiet, &before);
	(void)tcsetpgrp(fd, group);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Looks now and then instead of waiting, so that the screen can end while the program runs. */
static int wait_for(struct tui *tui, pid_t pid)
{
	int status;

	for (;;) {
		pid_t found = waitpid(pid, &status, WNOHANG | WUNTRACED);

		if (found < 0 && errno != EINTR)
			return -1;
		if (found == pid && !WIFSTOPPED(status))
			return status;
		/* stopped by its own ^Z, or because it read before it was in front: nobody could bring it back */
		if (found == pid) {
			put_in_front(terminal_fd(tui->terminal), pid);
			(void)kill(-pid, SIGCONT);
		}
		if (tui->end && atomic_load(tui->end))
			(void)kill(-pid, SIGHUP);
		(void)poll(NULL, 0, LOOK_MS);
	}
}

bool tui_run(struct tui *tui, char *const argv[], struct error *err)
{
	pid_t group = getpgrp(), pid = 0;
	int status = 0;

	terminal_give(tui->terminal);
	int error = start(argv, &pid);

	if (!error) {
		put_in_front(terminal_fd(tui->terminal), pid);
		status = wait_for(tui, pid);
		put_in_front(terminal_fd(tui->terminal), group);
	}
	terminal_take(tui->terminal);
	tui->now = mono_now();
	tui->dirty = true;
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];

	if (error)
		return error_set(err, EXIT_UNAVAILABLE, "cannot run %s: %s", name, strerror(error));
	if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status))
		return error_set(err, EXIT_UNAVAILABLE, "%s did not end well", name);
	return true;
}
