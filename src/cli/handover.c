/* Another process for the checks of this one; see handover.h. */
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum {
	LOCK_FD = 3, GO_FD = 4,		/* in the new process */
	WORDS_MOST = 16,
	SAID_MOST = 600,
	PREPARE_MS = 15000,
	OPEN_MS = 120000,		/* a large database on a slow disk is looked through */
};

enum stage { STAGE_PREPARING, STAGE_WAITING, STAGE_OPENING, STAGE_READY, STAGE_FAILED };

struct handover {
	struct handover_settings settings;	/* its texts are the caller's, and used at the start only */
	uv_poll_t poll;
	uv_timer_t patience;
	uv_signal_t signal;
	unsigned open;			/* handles */
	int fd;
	pid_t child;			/* 0: it has ended and was waited for */
	enum stage stage;
	char said[SAID_MOST];		/* the line that is coming */
	size_t length;
};

bool handover_await(const struct heritage *heritage, struct error *err)
{
	static const char prepared[] = "prepared\n";
	char byte;
	ssize_t n;

	if (fcntl(heritage->go, F_SETFD, FD_CLOEXEC) != 0)
		return error_errno(err, EXIT_USAGE, "--go %d", heritage->go);
	do
		n = write(heritage->go, prepared, sizeof(prepared) - 1);
	while (n < 0 && errno == EINTR);
	/* The end of the file is as good as a word: who should have said it is gone. */
	do
		n = read(heritage->go, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != ECONNRESET)
		return error_errno(err, EXIT_INPUT_OUTPUT, "nobody can say when to begin");
	return true;
}

void handover_tell(const struct heritage *heritage, const struct error *err)
{
	char line[SAID_MOST];
	ssize_t n;

	snprintf(line, sizeof(line), err ? "failed %.*s\n" : "ready\n", SAID_MOST - 16, err ? err->text : "");
	n = write(heritage->go, line, strlen(line));
	(void)n;	/* whoever was to hear it is gone */
	close(heritage->go);
}

static void forget(uv_handle_t *handle)
{
	struct handover *handover = handle->data;

	if (--handover->open > 0)
		return;
	close(handover->fd);
	free(handover);
}

static void reap(struct handover *handover, int options)
{
	pid_t done;

	if (!handover->child)
		return;
	do
		done = waitpid(handover->child, NULL, options);
	while (done < 0 && errno == EINTR);
	if (done != 0)
		handover->child = 0;
}

/* Its descriptor of the lock goes with it, so it must be gone before anybody opens the database again. */
static void end_child(struct handover *handover)
{
	if (!handover->child)
		return;
	kill(handover->child, SIGKILL);
	reap(handover, 0);
}

static void fail(struct handover *handover, const char *why)
{
	struct error err;

	if (handover->stage == STAGE_FAILED)
		return;
	handover->stage = STAGE_FAILED;
	uv_poll_stop(&handover->poll);
	uv_timer_stop(&handover->patience);
	end_child(handover);
	error_set(&err, EXIT_UNAVAILABLE, "%s", why);
	handover->settings.failed(handover->settings.arg, &err);
}

static void out_of_patience(uv_timer_t *timer)
{
	fail(timer->data, "the new process does not answer");
}

static void look_whether_gone(struct handover *handover)
{
	if (handover->stage != STAGE_READY || !handover->child)
		return;
	reap(handover, WNOHANG);
	if (handover->child)
		return;
	uv_signal_stop(&handover->signal);
	handover->settings.gone(handover->settings.arg);
}

static void child_changed(uv_signal_t *handle, int number)
{
	look_whether_gone(handle->data);
}

static void take_line(struct handover *handover, const char *line)
{
	char why[SAID_MOST];

	if (strcmp(line, "prepared") == 0 && handover->stage == STAGE_PREPARING) {
		handover->stage = STAGE_WAITING;
		uv_timer_stop(&handover->patience);
		handover->settings.prepared(handover->settings.arg);
	} else if (strcmp(line, "ready") == 0 && handover->stage == STAGE_OPENING) {
		handover->stage = STAGE_READY;
		uv_timer_stop(&handover->patience);
		uv_poll_stop(&handover->poll);
		handover->settings.ready(handover->settings.arg);
		/* It may have ended meanwhile, and the signal come when nobody looked. */
		look_whether_gone(handover);
	} else if (strncmp(line, "failed ", 7) == 0) {
		text_sanitize(why, sizeof(why), line + 7, strlen(line + 7));
		fail(handover, why);
	} else {
		fail(handover, "the new process does not speak as it should");
	}
}

static void hear(uv_poll_t *poll, int status, int events)
{
	struct handover *handover = poll->data;
	char bytes[SAID_MOST];
	ssize_t n = status < 0 ? 0 : read(handover->fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(handover, "the new process has ended");
		return;
	}
	for (ssize_t i = 0; i < n && handover->stage < STAGE_READY; i++) {
		if (bytes[i] != '\n') {
			if (handover->length < sizeof(handover->said) - 1)
				handover->said[handover->length++] = bytes[i];
			continue;
		}
		handover->said[handover->length] = '\0';
		handover->length = 0;
		take_line(handover, handover->said);
	}
}

void handover_go(struct handover *handover)
{
	static const char go = 'g';
	ssize_t n;

	if (handover->stage != STAGE_WAITING)
		return;
	handover->stage = STAGE_OPENING;
	uv_timer_start(&handover->patience, out_of_patience, OPEN_MS, 0);
	do
		n = write(handover->fd, &go, 1);
	while (n < 0 && errno == EINTR);
	/* One who cannot be told is gone, which is heard of by itself. */
}

pid_t handover_pid(const struct handover *handover)
{
	return handover->child;
}

/* Nothing of ours but what it is given; a session of its own, so that our terminal is none of its business. */
static bool prepare_spawn(posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes, int lock, int go)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDWR, 0) == 0
	    && posix_spawn_file_actions_adddup2(files, STDIN_FILENO, STDOUT_FILENO) == 0
	    && posix_spawn_file_actions_adddup2(files, STDIN_FILENO, STDERR_FILENO) == 0
	    && posix_spawn_file_actions_adddup2(files, lock, LOCK_FD) == 0
	    && posix_spawn_file_actions_adddup2(files, go, GO_FD) == 0
	    && posix_spawn_file_actions_addclosefrom_np(files, GO_FD + 1) == 0
	    && posix_spawnattr_setsigmask(attributes, &none) == 0
	    && posix_spawnattr_setsigdefault(attributes, &all) == 0
	    && posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
}

static int spawn(pid_t *child, char *const *words, int lock, int go)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int status;

	status = posix_spawn_file_actions_init(&files);
	if (status != 0)
		return status;
	status = posix_spawnattr_init(&attributes);
	if (status == 0) {
		/* By this name it is what runs now, even if another kumatop was installed since. */
		status = prepare_spawn(&files, &attributes, lock, go)
		    ? posix_spawn(child, "/proc/self/exe", &files, &attributes, words, environ) : ENOMEM;
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&files);
	return status;
}

static bool begin_child(struct handover *handover, int go, struct error *err)
{
	const struct handover_settings *settings = &handover->settings;
	char *words[WORDS_MOST] = { 0 };
	/* Above those that they become, so that none is overwritten before its turn. */
	int lock = fcntl(settings->lock, F_DUPFD_CLOEXEC, 16), end = fcntl(go, F_DUPFD_CLOEXEC, 16);
	size_t count = 0;
	int status = EMFILE;

	words[count++] = heap_text("kumatop");
	words[count++] = heap_text("serve");
	words[count++] = settings->configuration ? heap_print("--config=%s", settings->configuration) : heap_text("--no-config");
	words[count++] = heap_print("--database=%s", settings->database);
	words[count++] = heap_print("--socket=%s", settings->socket);
	words[count++] = heap_print("--inherit=%d", LOCK_FD);
	words[count++] = heap_print("--go=%d", GO_FD);
	if (lock >= 0 && end >= 0)
		status = spawn(&handover->child, words, lock, end);
	for (size_t i = 0; i < count; i++)
		free(words[i]);
	if (lock >= 0)
		close(lock);
	if (end >= 0)
		close(end);
	if (status == 0)
		return true;
	handover->child = 0;
	errno = status;
	return error_errno(err, EXIT_UNAVAILABLE, "no new process");
}

struct handover *handover_start(const struct handover_settings *settings, struct error *err)
{
	struct handover *handover;
	int ends[2];
	bool fine;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		error_errno(err, EXIT_UNAVAILABLE, "no new process");
		return NULL;
	}
	handover = heap_zero(1, sizeof(*handover));
	handover->settings = *settings;
	handover->fd = ends[0];
	fine = begin_child(handover, ends[1], err);
	close(ends[1]);
	/* Only our end: the new process waits in a plain read. */
	fine = fine && (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 || error_errno(err, EXIT_INTERNAL, "no new process"));
	if (!fine || uv_poll_init(settings->loop, &handover->poll, handover->fd) != 0) {
		if (fine)
			error_set(err, EXIT_INTERNAL, "no new process: the loop has no room for it");
		end_child(handover);
		close(handover->fd);
		free(handover);
		return NULL;
	}
	uv_timer_init(settings->loop, &handover->patience);
	uv_signal_init(settings->loop, &handover->signal);
	handover->open = 3;
	handover->poll.data = handover->patience.data = handover->signal.data = handover;
	uv_poll_start(&handover->poll, UV_READABLE, hear);
	uv_timer_start(&handover->patience, out_of_patience, PREPARE_MS, 0);
	uv_signal_start(&handover->signal, child_changed, SIGCHLD);
	return handover;
}

void handover_close(struct handover *handover)
{
	if (!handover)
		return;
	if (handover->stage < STAGE_READY)
		end_child(handover);
	handover->stage = STAGE_FAILED;
	uv_close((uv_handle_t *)&handover->poll, forget);
	uv_close((uv_handle_t *)&handover->patience, forget);
	uv_close((uv_handle_t *)&handover->signal, forget);
}
