/*
 * The helper process itself: one loop around poll(2) that takes orders while it has room, starts programs, keeps the start of what
 * they say, kills those that overrun and reports each once. It holds no memory but its table of jobs, however much they print.
 *
 * A program is never waited for: its process group is killed at the deadline and reported in the same turn, whether it dies or
 * sits in a system call that cannot be interrupted. Whoever dies is reaped when he does.
 */
#include "helper_child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/helper.h"
#include "kumatop/when.h"

enum { FIRST_FD = 3, PIPE_SIZE = 65536, GIBIBYTE = 1 << 30 };

enum { POLL_SOCKET, POLL_SIGNALS, POLL_JOBS };	/* a job's output is at POLL_JOBS + its index */

enum phase { FREE, RUNNING, ENDED };	/* ended: its report waits for room in the socket */

struct job {
	enum phase phase;
	pid_t pid;		/* of the program and of its group; 0 unless running */
	int output;		/* our end of its pipe; -1: closed */
	struct mono deadline;
	struct helper_report report;
};

struct child {
	int socket, signals;
	pid_t parent;
	int *failures;		/* shared with what we fork, one for each job: errno of what could not become a program */
	struct job jobs[HELPER_RUNNING_MOST];
	char packet[sizeof(struct helper_order_head) + HELPER_ORDER_MOST];
};

/*
 * Enough for any plugin, too little to take the machine along. Not the address space: what some languages reserve of it is no
 * measure of anything. Processes are counted over all that the user has, so that number must be far above it.
 */
static const struct limit {
	unsigned what;
	rlim_t most;
} limits[] = {
	{ RLIMIT_CORE, 0 },
	{ RLIMIT_DATA, GIBIBYTE },
	{ RLIMIT_FSIZE, GIBIBYTE },
	{ RLIMIT_NPROC, 8192 },
	{ RLIMIT_NOFILE, 1024 },	/* our own is raised; programs that use select(2) or close all they may have mind */
};

static bool lower_limits(void)
{
	struct rlimit now;

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		if (getrlimit(limits[i].what, &now) < 0)
			return false;
		if (now.rlim_max > limits[i].most)
			now.rlim_max = limits[i].most;
		if (now.rlim_cur > now.rlim_max)
			now.rlim_cur = now.rlim_max;
		if (setrlimit(limits[i].what, &now) < 0)
			return false;
	}
	return true;
}

/* What is ignored or blocked stays so across exec. */
static bool reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);	/* refused for those that nobody can change */
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

/* In the forked process; returns only when it could not become the program, with errno. Without input, descriptor 0 is /dev/null already. */
static void become(char **argv, char **environment, int input, int output, pid_t helper)
{
	if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || (input >= 0 && dup2(input, STDIN_FILENO) < 0)
	    || dup2(output, STDOUT_FILENO) < 0
	    || dup2(output, STDERR_FILENO) < 0 || close_range(FIRST_FD, ~0U, 0) < 0 || !lower_limits() || !reset_signals())
		return;
	if (getppid() == helper)	/* or it died before it could have told us */
		execve(argv[0], argv, environment);
}

/* Points words at `count` texts in a packet, ended by NULL; returns what is behind them. */
static char *split(char *text, uint32_t count, char **words)
{
	for (uint32_t i = 0; i < count; i++) {
		words[i] = text;
		text += strlen(text) + 1;
	}
	words[count] = NULL;
	return text;
}

/* A file in memory: unlike a pipe it takes all there is at once. -1 with errno; -1 with errno 0: there is none. */
static int make_input(const char *data, size_t length)
{
	int fd;

	errno = 0;
	if (length == 0)
		return -1;
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (write(fd, data, length) == (ssize_t)length && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	errno = errno ? errno : EIO;
	return -1;
}

/* The pid of the program, or -1 with errno. */
static pid_t fork_program(char **argv, char **environment, int input, int output, int *failure)
{
	pid_t helper = getpid(), pid = fork();

	if (pid == 0) {
		become(argv, environment, input, output, helper);
		*failure = errno;
		_exit(127);
	}
	if (pid > 0)
		(void)setpgid(pid, pid);	/* here too: whoever is first. It fails once the program runs, and is done then */
	return pid;
}

static void end(struct job *job, enum helper_end how, int32_t status);

static void begin(struct job *job, const struct helper_order_head *head, char *text, int *failure)
{
	char *argv[HELPER_ARGUMENTS_MOST + 1], *environment[HELPER_VARIABLES_MOST + 1];
	int ends[2], input;

	assert(head->arguments > 0 && head->arguments <= HELPER_ARGUMENTS_MOST && head->variables <= HELPER_VARIABLES_MOST);
	text = split(split(text, head->arguments, argv), head->variables, environment);
	*failure = 0;
	job->report.ticket = head->ticket;
	job->report.output_length = 0;
	job->output = -1;
	input = make_input(text, head->input);
	if ((input < 0 && errno != 0) || pipe2(ends, O_CLOEXEC) < 0) {
		end(job, HELPER_NOT_STARTED, errno);
		if (input >= 0)
			close(input);
		return;
	}
	job->output = ends[0];
	job->pid = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -1 : fork_program(argv, environment, input, ends[1], failure);
	if (job->pid < 0) {
		end(job, HELPER_NOT_STARTED, errno);
	} else {
		job->phase = RUNNING;
		job->deadline = mono_add_ms(mono_now(), head->timeout_ms);
	}
	close(ends[1]);
	if (input >= 0)
		close(input);
}

/* One read, so that one who prints for ever leaves a turn to the others. What is beyond the limit is read and forgotten. */
static bool read_output(struct job *job)
{
	struct helper_report *report = &job->report;
	size_t room = HELPER_OUTPUT_MOST - report->output_length;
	char block[PIPE_SIZE];
	ssize_t length = read(job->output, block, sizeof block);

	if (length > 0) {
		room = (size_t)length < room ? (size_t)length : room;
		memcpy(report->output + report->output_length, block, room);
		report->output_length += room;
		return true;
	}
	if (length == 0 || errno != EAGAIN) {
		close(job->output);
		job->output = -1;
	}
	return false;
}

static void end(struct job *job, enum helper_end how, int32_t status)
{
	while (job->output >= 0 && job->report.output_length < HELPER_OUTPUT_MOST && read_output(job))
		;
	if (job->output >= 0)
		close(job->output);
	job->output = -1;
	job->pid = 0;
	job->phase = ENDED;
	job->report.end = how;
	job->report.status = status;
}

static struct job *find(struct child *child, pid_t pid)
{
	for (size_t i = 0; i < HELPER_RUNNING_MOST; i++)
		if (child->jobs[i].pid == pid)
			return &child->jobs[i];
	return NULL;
}

static void reap(struct child *child)
{
	siginfo_t info = { 0 };
	struct job *job;
	int failure;

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0) {
		/* Its group before itself: then its number can be nobody else's. */
		(void)kill(-info.si_pid, SIGKILL);
		job = find(child, info.si_pid);	/* none: it overran, and died late */
		failure = job ? child->failures[job - child->jobs] : 0;
		if (failure != 0)
			end(job, HELPER_NOT_STARTED, failure);
		else if (job)
			end(job, info.si_code == CLD_EXITED ? HELPER_EXITED : HELPER_SIGNALLED, info.si_status);
		(void)waitpid(info.si_pid, NULL, 0);
		info.si_pid = 0;
	}
}

static void end_overdue(struct child *child)
{
	struct mono now = mono_now();

	for (size_t i = 0; i < HELPER_RUNNING_MOST; i++) {
		struct job *job = &child->jobs[i];

		if (job->phase != RUNNING || mono_between_us(now, job->deadline) > 0)
			continue;
		(void)kill(-job->pid, SIGKILL);
		end(job, HELPER_OVERRAN, 0);
	}
}

/* False when nobody is there any more who could give orders. */
static bool take_orders(struct child *child)
{
	struct helper_order_head head;
	ssize_t length;

	for (size_t i = 0; i < HELPER_RUNNING_MOST; i++) {
		if (child->jobs[i].phase != FREE)
			continue;
		length = recv(child->socket, child->packet, sizeof child->packet, MSG_DONTWAIT);
		if (length <= 0)
			return length < 0 && errno == EAGAIN;
		assert((size_t)length > sizeof head);
		memcpy(&head, child->packet, sizeof head);
		begin(&child->jobs[i], &head, child->packet + sizeof head, &child->failures[i]);
	}
	return true;
}

static bool send_reports(struct child *child)
{
	for (size_t i = 0; i < HELPER_RUNNING_MOST; i++) {
		struct job *job = &child->jobs[i];
		size_t length = offsetof(struct helper_report, output) + job->report.output_length;

		if (job->phase != ENDED)
			continue;
		if (send(child->socket, &job->report, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return errno == EAGAIN;
		job->phase = FREE;
	}
	return true;
}

static int wait_for_news(const struct child *child, struct pollfd *fds)
{
	struct mono now = mono_now();
	int64_t wait_us = -1, left_us;

	fds[POLL_SOCKET] = (struct pollfd){ .fd = child->socket };
	fds[POLL_SIGNALS] = (struct pollfd){ .fd = child->signals, .events = POLLIN };
	for (size_t i = 0; i < HELPER_RUNNING_MOST; i++) {
		const struct job *job = &child->jobs[i];

		fds[POLL_JOBS + i] = (struct pollfd){ .fd = job->phase == RUNNING ? job->output : -1, .events = POLLIN };
		fds[POLL_SOCKET].events |= job->phase == FREE ? POLLIN : job->phase == ENDED ? POLLOUT : 0;
		left_us = mono_between_us(now, job->deadline);
		if (job->phase == RUNNING && (wait_us < 0 || left_us < wait_us))
			wait_us = left_us > 0 ? left_us : 0;
	}
	return poll(fds, POLL_JOBS + HELPER_RUNNING_MOST, wait_us < 0 ? -1 : (int)((wait_us + 999) / 1000));
}

static bool turn(struct child *child)
{
	struct pollfd fds[POLL_JOBS + HELPER_RUNNING_MOST];
	struct signalfd_siginfo info;

	if (wait_for_news(child, fds) < 0)
		return errno == EINTR;
	/* Orders that nobody waits for any more are not begun: POLLHUP is told even with orders unread. */
	if ((fds[POLL_SOCKET].revents & (POLLHUP | POLLERR)) != 0 || getppid() != child->parent)
		return false;
	while (read(child->signals, &info, sizeof info) > 0)
		;
	for (size_t i = 0; i < HELPER_RUNNING_MOST; i++)
		if (fds[POLL_JOBS + i].revents != 0)
			(void)read_output(&child->jobs[i]);
	reap(child);
	end_overdue(child);
	return take_orders(child) && send_reports(child);
}

/* Nothing of the parent's stays with us but the socket: not its lock, not its terminal, not the pipe somebody reads to its end. */
static bool let_go(struct child *child, int fd)
{
	int null;

	child->socket = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
	if (child->socket < 0 || (child->socket > FIRST_FD && close_range(FIRST_FD, (unsigned)child->socket - 1, 0) < 0)
	    || close_range((unsigned)child->socket + 1, ~0U, 0) < 0)
		return false;
	null = open("/dev/null", O_RDWR);
	for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++)
		if (null < 0 || (null != standard && dup2(null, standard) < 0))
			return false;
	if (null >= FIRST_FD)
		close(null);
	return setsid() >= 0 && chdir("/") == 0;
}

/*
 * No signal ends us (they were blocked before we were forked): a terminal or a service manager that stops kumatop signals all its
 * processes, and when programs end is for kumatop to say. SIGTERM wakes us: the kernel sends it when the parent dies.
 */
static bool prepare(struct child *child, int fd, pid_t parent)
{
	sigset_t waking;

	sigemptyset(&waking);
	sigaddset(&waking, SIGCHLD);
	sigaddset(&waking, SIGTERM);
	/* Ignored, as some parents of ours leave it, children would be reaped before we see how they ended. */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || !let_go(child, fd))
		return false;
	child->parent = parent;
	child->signals = signalfd(-1, &waking, SFD_CLOEXEC | SFD_NONBLOCK);
	size_t size = HELPER_RUNNING_MOST * sizeof *child->failures;
	/* cppcheck-suppress invalidFunctionArg; anonymous memory has no descriptor */
	child->failures = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return child->signals >= 0 && child->failures != MAP_FAILED && prctl(PR_SET_NAME, "kumatop-helper") == 0
	    && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

_Noreturn void helper_child_run(int fd, pid_t parent)
{
	struct child *child = heap_zero(1, sizeof *child);

	if (!prepare(child, fd, parent))
		_exit(EXIT_INTERNAL);
	while (turn(child))
		;
	for (size_t i = 0; i < HELPER_RUNNING_MOST; i++)
		if (child->jobs[i].phase == RUNNING)
			(void)kill(-child->jobs[i].pid, SIGKILL);
	_exit(EXIT_FINE);
}
