/* The side of the helper process that gives orders; see helper.h. What runs them is helper_child.c. */
#include "kumatop/helper.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kumatop/buf.h"

#include "helper_child.h"

enum { STOP_MS = 2000 };

bool helper_start(struct helper *helper, struct error *err)
{
	pid_t parent = getpid(), pid;
	sigset_t all, old;
	int ends[2];

	*helper = (struct helper){ .fd = -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return error_errno(err, EXIT_INTERNAL, "cannot make a socket for the helper process");
	/* It blocks all signals, and shall from its first moment. */
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0)
		helper_child_run(ends[1], parent);
	if (pid < 0)
		error_errno(err, EXIT_INTERNAL, "cannot start the helper process");
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return false;
	}
	*helper = (struct helper){ .pid = pid, .fd = ends[0] };
	return true;
}

static uint32_t count_words(const char *const *words)
{
	uint32_t count = 0;

	while (words[count])
		count++;
	return count;
}

static void add_words(struct buf *packet, const char *const *words)
{
	for (; *words; words++)
		buf_add(packet, *words, strlen(*words) + 1);
}

static bool send_packet(const struct helper *helper, const struct buf *packet, struct error *err)
{
	if (send(helper->fd, packet->data, packet->length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	switch (errno) {
	case EAGAIN:
	case ENOBUFS:
		return error_set(err, EXIT_UNAVAILABLE, "too many programs wait to be run already");
	case EMSGSIZE:
		return error_set(err, EXIT_DATA, "arguments and environment take %zu bytes, more than a socket here lets through",
			packet->length);
	default:
		return error_errno(err, EXIT_UNAVAILABLE, "the helper process that runs programs is gone");
	}
}

bool helper_send(struct helper *helper, const struct helper_order *order, struct error *err)
{
	struct helper_order_head head = {
		.ticket = order->ticket,
		.timeout_ms = order->timeout_ms,
		.arguments = count_words(order->argv),
		.variables = count_words(order->environment),
		.input = order->input ? (uint32_t)order->input_length : 0,
	};
	struct buf packet;
	bool sent;

	assert(helper->pid > 0 && head.arguments > 0 && head.timeout_ms > 0);
	if (head.arguments > HELPER_ARGUMENTS_MOST || head.variables > HELPER_VARIABLES_MOST)
		return error_set(err, EXIT_DATA, "%.200s: %u arguments and %u variables: at most %d and %d are possible", order->argv[0],
			head.arguments, head.variables, HELPER_ARGUMENTS_MOST, HELPER_VARIABLES_MOST);
	buf_init(&packet, sizeof head + HELPER_ORDER_MOST);
	buf_add(&packet, &head, sizeof head);
	add_words(&packet, order->argv);
	add_words(&packet, order->environment);
	if (head.input > 0)
		buf_add(&packet, order->input, order->input_length);
	if (packet.full)
		sent = error_set(err, EXIT_DATA, "%.200s: arguments, environment and input take more than %d bytes", order->argv[0],
			HELPER_ORDER_MOST);
	else
		sent = send_packet(helper, &packet, err);
	buf_finish(&packet);
	return sent;
}

enum helper_news helper_receive(struct helper *helper, struct helper_report *report)
{
	ssize_t length = recv(helper->fd, report, sizeof *report, MSG_DONTWAIT);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return HELPER_SILENT;
	if (length <= 0)
		return HELPER_GONE;
	assert((size_t)length == offsetof(struct helper_report, output) + report->output_length);
	return HELPER_REPORTED;
}

/* It ends by itself when our end of the socket closes, and only it can kill whole groups; what cannot be waited for is killed. */
void helper_stop(struct helper *helper)
{
	struct pollfd ended = { .events = POLLIN };
	int came;

	if (helper->pid <= 0)
		return;
	close(helper->fd);
	ended.fd = pidfd_open(helper->pid, 0);
	do {
		came = poll(&ended, 1, STOP_MS);
	} while (came < 0 && errno == EINTR);
	if (came != 1)
		kill(helper->pid, SIGKILL);
	if (ended.fd >= 0)
		close(ended.fd);
	while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*helper = (struct helper){ .fd = -1 };
}
