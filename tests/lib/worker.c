/* See worker.h. Not for anything that knows what is served. */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kumatop/heap.h"

/*
 * Signals as after boot, the descriptors it was given as 3, 4, …, and no other: with one more copy of a test's pipe or terminal
 * here, the test would never see its end.
 */
static void settle(pid_t parent, int *control, int *log_fd, int *fds, size_t fd_count)
{
	sigset_t none;
	int moved[WORKER_FDS + 2], null, base = 3;
	size_t count = 0, i;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	for (i = 1; i < NSIG; i++)
		(void)signal((int)i, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);

	moved[count++] = *control;
	if (*log_fd >= 0)
		moved[count++] = *log_fd;
	for (i = 0; i < fd_count; i++)
		moved[count++] = fds[i];
	for (i = 0; i < count; i++)
		if ((moved[i] = fcntl(moved[i], F_DUPFD, 200)) < 0)	/* out of the way of their new places */
			_exit(1);
	for (i = 0; i < count; i++)
		if (dup2(moved[i], base + (int)i) < 0)
			_exit(1);
	if (close_range((unsigned)base + (unsigned)count, ~0U, 0) < 0)
		_exit(1);
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || close(null) < 0)
		_exit(1);

	*control = base++;
	if (*log_fd >= 0)
		*log_fd = base++;
	for (i = 0; i < fd_count; i++)
		fds[i] = base++;
}

static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool send_all(int fd, const void *data, size_t length)
{
	const char *p = data;

	while (length) {
		ssize_t n = send(fd, p, length, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		length -= (size_t)n;
	}
	return true;
}

static bool receive_all(int fd, void *data, size_t length)
{
	char *p = data;

	while (length) {
		ssize_t n = recv(fd, p, length, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		length -= (size_t)n;
	}
	return true;
}

bool worker_start(struct worker *worker, worker_main *run, void *arg, const int *fds, size_t fd_count, const char *log_path,
    struct error *err)
{
	int pair[2], log_fd = -1, copies[WORKER_FDS];
	pid_t parent = getpid();
	char ready;

	*worker = (struct worker){ .pid = -1, .control = -1 };
	if (fd_count > WORKER_FDS)
		return error_set(err, EXIT_INTERNAL, "too many descriptors for a worker");
	if (log_path && (log_fd = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) < 0)
		return error_errno(err, EXIT_INPUT_OUTPUT, "%s", log_path);
	/* cppcheck-suppress invalidFunctionArg ; anonymous memory has no descriptor */
	worker->shared = mmap(NULL, sizeof *worker->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (worker->shared == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		error_errno(err, EXIT_INTERNAL, "starting a worker");
		goto fail;
	}
	if (fd_count)
		memcpy(copies, fds, fd_count * sizeof *fds);
	worker->pid = fork();
	if (worker->pid == 0) {
		settle(parent, &pair[1], &log_fd, copies, fd_count);
		raise_limits();
		worker->shared->log_fd = log_fd;
		run(worker->shared, pair[1], copies, arg);
		_exit(0);
	}
	if (worker->pid < 0) {
		error_errno(err, EXIT_INTERNAL, "fork");
		close(pair[0]);
		close(pair[1]);
		goto fail;
	}
	close(pair[1]);
	if (log_fd >= 0)
		close(log_fd);
	worker->control = pair[0];
	if (receive_all(worker->control, &ready, 1))
		return true;
	worker_stop(worker);
	return error_set(err, EXIT_INTERNAL, "the worker does not start");

fail:
	if (log_fd >= 0)
		close(log_fd);
	if (worker->shared != MAP_FAILED)
		munmap(worker->shared, sizeof *worker->shared);
	*worker = (struct worker){ .pid = -1, .control = -1 };
	return false;
}

void worker_stop(struct worker *worker)
{
	if (worker->pid > 0) {
		kill(worker->pid, SIGKILL);
		while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (worker->control >= 0)
		close(worker->control);
	if (worker->shared)
		munmap(worker->shared, sizeof *worker->shared);
	*worker = (struct worker){ .pid = -1, .control = -1 };
}

bool worker_tell(struct worker *worker, const char *text, struct error *err)
{
	uint32_t length = (uint32_t)strlen(text);
	char taken;

	if (!send_all(worker->control, &length, sizeof length) || !send_all(worker->control, text, length)
	    || !receive_all(worker->control, &taken, 1))
		return error_set(err, EXIT_UNAVAILABLE, "the worker is gone");
	return true;
}

char *worker_receive(int control)
{
	uint32_t length;
	char *text;

	if (!receive_all(control, &length, sizeof length))
		return NULL;
	text = heap_zero((size_t)length + 1, 1);
	if (!receive_all(control, text, length)) {
		free(text);
		return NULL;
	}
	return text;
}

void worker_taken(int control)
{
	(void)send_all(control, "k", 1);
}

char *worker_log(const struct worker *worker)
{
	return heap_text_n(worker->shared->log, atomic_load(&worker->shared->log_length));
}

char *worker_request(const struct worker *worker, unsigned index)
{
	const struct worker_shared *shared = worker->shared;
	size_t begin;

	if (index >= atomic_load(&shared->kept))
		return NULL;
	begin = index ? shared->kept_end[index - 1] : 0;
	return heap_text_n(shared->kept_text + begin, shared->kept_end[index] - begin);
}

void worker_note(struct worker_shared *shared, const char *format, ...)
{
	char line[4096];
	size_t used = atomic_load(&shared->log_length), length;
	va_list args;
	int n;

	if (shared->log_fd < 0 && used == WORKER_LOG)
		return;
	va_start(args, format);
	n = vsnprintf(line, sizeof line - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	length = (size_t)n < sizeof line - 1 ? (size_t)n : sizeof line - 2;
	line[length++] = '\n';
	if (shared->log_fd >= 0 && write(shared->log_fd, line, length) < 0)
		_exit(1);
	if (length > WORKER_LOG - used) {	/* full: what is left is filled up, so that nobody formats in vain again */
		memset(shared->log + used, '\n', WORKER_LOG - used);
		length = WORKER_LOG - used;
	} else
		memcpy(shared->log + used, line, length);
	atomic_store(&shared->log_length, used + length);
}

void worker_keep(struct worker_shared *shared, const char *request, size_t length)
{
	unsigned index = atomic_load(&shared->kept);
	size_t begin = index ? shared->kept_end[index - 1] : 0;

	if (index < WORKER_REQUESTS && length <= WORKER_KEPT - begin) {
		memcpy(shared->kept_text + begin, request, length);
		shared->kept_end[index] = begin + length;
		atomic_store(&shared->kept, index + 1);
	}
}
