/*
 * Faults of the machine for a program that knows nothing of them: preloaded, it sets clocks, and lets writes of files fail.
 *
 *	FAULTS=FILE LD_PRELOAD=faults.so kumatop serve …
 *
 * FILE is looked at all the time. It holds three numbers of twelve places each, parted by a space, which may be overwritten in place:
 * seconds that the clock of the day is ahead; seconds that the machine has slept, as CLOCK_BOOTTIME tells it; and the errno with which
 * writing to a database (FILE.db in the name) fails, 0 for none.
 *
 * Not for programs that are linked with what they would have to be protected from.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 12, AHEAD = 0, ASLEEP = 1, REFUSAL = 2, NUMBERS = 3, TEXT_SIZE = NUMBERS * (PLACES + 1) };

static const char *text;	/* as long as the process lives; NULL: nothing is faked */

static void __attribute__((constructor)) begin(void)
{
	const char *name = getenv("FAULTS");
	int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped;

	if (file < 0)
		return;
	mapped = mmap(NULL, TEXT_SIZE, PROT_READ, MAP_SHARED, file, 0);
	close(file);
	if (mapped != MAP_FAILED)
		text = mapped;
}

static long long number(int which)
{
	char copy[PLACES + 1];

	if (!text)
		return 0;
	memcpy(copy, text + which * (PLACES + 1), PLACES);
	copy[PLACES] = '\0';
	return strtoll(copy, NULL, 10);
}

int clock_gettime(clockid_t which, struct timespec *now)
{
	int failed = (int)syscall(SYS_clock_gettime, which, now);

	if (failed)
		return failed;
	if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)
		now->tv_sec += (time_t)number(AHEAD);
	else if (which == CLOCK_BOOTTIME)
		now->tv_sec += (time_t)number(ASLEEP);
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now = { 0 };

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

/* Why a write to this file fails; 0: it does not. */
static int refusal(int fd)
{
	int reason = (int)number(REFUSAL);
	char link[64], name[4096];
	ssize_t length;

	if (reason == 0)
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, name, sizeof name - 1);
	if (length < 0)
		return 0;
	name[length] = '\0';
	return strstr(name, ".db") ? reason : 0;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
	int reason = refusal(fd);

	if (reason != 0) {
		errno = reason;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	return pwrite64(fd, bytes, count, at);
}
