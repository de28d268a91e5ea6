/*
 * The one way out for the terminal. Everything here is async-signal-safe: plain memory, write(2), tcflush(3), tcsetattr(3).
 */
#include "rescue.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { LEAVE_MOST = 512 };

static struct {
	_Atomic int armed;
	_Atomic int unfinished;
	int fd;
	struct termios modes;
	char leave[LEAVE_MOST];
	size_t length;
} rescue = { .fd = -1 };

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
static struct sigaction former[sizeof crashes / sizeof *crashes];

void rescue_arm(int fd, const struct termios *modes, const char *leave, size_t length)
{
	atomic_store(&rescue.armed, 0);
	rescue.fd = fd;
	rescue.modes = *modes;
	rescue.length = length < LEAVE_MOST ? length : LEAVE_MOST;
	memcpy(rescue.leave, leave, rescue.length);
	atomic_store(&rescue.unfinished, 0);
	atomic_store(&rescue.armed, 1);
}

void rescue_note_unfinished(bool unfinished)
{
	atomic_store(&rescue.unfinished, unfinished);
}

static void write_all(int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t n = write(fd, data, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		data += n;
		length -= (size_t)n;
	}
}

bool rescue_restore(void)
{
	struct pollfd writable = { .fd = rescue.fd, .events = POLLOUT };
	int saved = errno;

	if (!atomic_exchange(&rescue.armed, 0))
		return false;
	/* what nobody reads must not keep the last words from being said */
	bool stuck = poll(&writable, 1, 0) != 1;

	if (stuck)
		(void)tcflush(rescue.fd, TCOFLUSH);
	if (stuck || atomic_load(&rescue.unfinished))
		write_all(rescue.fd, "\030", 1);
	write_all(rescue.fd, rescue.leave, rescue.length);
	(void)tcsetattr(rescue.fd, TCSANOW, &rescue.modes);
	errno = saved;
	return true;
}

static void on_crash(int number)
{
	(void)rescue_restore();
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		if (crashes[i] == number)
			(void)sigaction(number, &former[i], NULL);
	/* it is blocked until this returns, and then delivered to whoever had it before */
	(void)raise(number);
}

void rescue_catch_crashes(void)
{
	static bool caught;
	struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK };

	if (caught)
		return;
	caught = true;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		(void)sigaction(crashes[i], &action, &former[i]);
}
