/* See serving.h. */
#include "serving.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "measure.h"

enum { READY_MS = 120000 };

static bool write_configuration(const struct serving *serving, size_t count, unsigned port, const char *interval)
{
	FILE *out = fopen(serving->configuration, "we");
	bool good = out && fprintf(out, "interval = \"%s\";\ndatabase = \"%s\";\nmonitors: (\n", interval, serving->database) > 0;

	for (size_t i = 1; good && i <= count; i++)
		good = fprintf(out, "{ name = \"service-%06zu\"; http = \"http://127.0.0.1:%u/%zu\"; }%s\n", i, port, i, i < count ? "," : "") > 0;
	good = good && fputs(");\n", out) >= 0;
	return out && fclose(out) == 0 && good;
}

static bool launch(struct serving *serving)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	fflush(stdout);
	serving->pid = fork();
	if (serving->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(ends[1], STDERR_FILENO) < 0)
			_exit(127);
		const char *program = getenv("KUMATOP");

		if (program)
			execl(program, "kumatop", "serve", "--config", serving->configuration, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	serving->log = ends[0];
	return serving->pid > 0;
}

/* Reads the log until it says so. What comes after, nobody reads: it is one line for each change of state. */
static bool wait_ready(struct serving *serving)
{
	struct mono began = mono_now();
	char text[4096];
	size_t length = 0;

	while (mono_between_us(began, mono_now()) < READY_MS * INT64_C(1000)) {
		struct pollfd wait = { .fd = serving->log, .events = POLLIN };
		ssize_t got = poll(&wait, 1, READY_MS) > 0 ? read(serving->log, text + length, sizeof(text) - 1 - length) : 0;

		if (got <= 0)
			break;
		length += (size_t)got;
		text[length] = '\0';
		if (strstr(text, " ready: ")) {
			serving->ready_s = (double)mono_between_us(began, mono_now()) / 1e6;
			serving->ready_cpu_s = process_cpu_us(serving->pid) / 1e6;
			return true;
		}
		if (length == sizeof(text) - 1)
			length = 0;
	}
	text[length] = '\0';
	fprintf(stderr, "bench: kumatop serve does not get ready: %s\n", text);
	return false;
}

/* A pipe that nobody reads fills up, and logging may wait for nobody. */
static void ignore_log(struct serving *serving)
{
	pid_t pid = fork();

	if (pid == 0) {
		char text[4096];

		while (read(serving->log, text, sizeof(text)) > 0)
			;
		_exit(0);
	}
	close(serving->log);
}

bool serving_start(struct serving *serving, size_t count, unsigned port, const char *interval)
{
	*serving = (struct serving){
		.configuration = heap_print("%s/serve-%zu.conf", getenv("WORK"), count),
		.database = heap_print("%s/serve-%zu.db", getenv("WORK"), count),
	};
	if (!write_configuration(serving, count, port, interval) || !launch(serving) || !wait_ready(serving)) {
		serving_stop(serving);
		return false;
	}
	ignore_log(serving);
	return true;
}

bool serving_stop(struct serving *serving)
{
	static const char *const endings[] = { "", "-wal", "-shm", ".lock" };
	int status = -1;

	if (serving->pid > 0 && (kill(serving->pid, SIGTERM) != 0 || waitpid(serving->pid, &status, 0) != serving->pid))
		status = -1;
	(void)unlink(serving->configuration);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		char *path = heap_print("%s%s", serving->database, endings[i]);

		(void)unlink(path);
		free(path);
	}
	free(serving->configuration);
	free(serving->database);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
