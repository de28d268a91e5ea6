/*
 * For tests that need a network of their own, whose settings they may change: a loopback and nothing else, in a child. And what the
 * kernel permits in the way of pings.
 */
#ifndef TESTS_PROBE_OWN_NETWORK_H
#define TESTS_PROBE_OWN_NETWORK_H

#include "once.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static inline bool may_ping(int family)
{
	int protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int fd = socket(family, SOCK_DGRAM, protocol);
	if (fd < 0)
		fd = socket(family, SOCK_RAW, protocol);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

#define SKIP_UNLESS_PERMITTED(family) \
	do { \
		if (!may_ping(family)) { \
			print_message("SKIP: no ICMP socket here (CAP_NET_RAW or net.ipv4.ping_group_range)\n"); \
			skip(); \
		} \
	} while (0)

enum { NO_OWN_NETWORK = 77 };

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	return close(fd) == 0 && good;
}

static inline bool answer_echo(bool on)
{
	return write_file("/proc/sys/net/ipv4/icmp_echo_ignore_all", on ? "0" : "1");
}

/* A network of our own, with nothing in it but a loopback that can be told not to answer. */
static inline bool enter_own_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	if (fd >= 0)
		close(fd);
	return up && may_ping(AF_INET) && answer_echo(true);
}

/* check_there runs in a child, where no assertion of cmocka helps: false fails the test. */
static inline void in_own_network(bool (*check_there)(void))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (!enter_own_network())
			_exit(NO_OWN_NETWORK);
		_exit(check_there() ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_OWN_NETWORK) {
		print_message("SKIP: this machine gives no network of its own (CLONE_NEWNET)\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static inline bool is(const struct check_result *result, enum outcome outcome, const char *detail)
{
	if (result->outcome == outcome && strstr(result->detail, detail) != NULL)
		return true;
	print_error("%s: %s\n", outcome_row((int)result->outcome)->word, result->detail);
	return false;
}

#endif
