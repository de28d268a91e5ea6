/*
 * The whole program: `kumatop serve` with 1,000 HTTP monitors every 20 seconds, and beside it, at the same time, the bare loop that
 * sends as many requests as evenly. Then what 1,000 monitors and 100,000 idle ones take of memory.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"
#include "reference.h"
#include "server.h"
#include "serving.h"

enum { MONITORS = 1000, INTERVAL_S = 20, SETTLE_MS = 4000, IDLE = 100000, IDLE_WATCHED_MS = 5000 };

static pid_t start_reference(unsigned port, unsigned seconds)
{
	struct work work = { .port = port, .checks = (seconds + SETTLE_MS / 1000 + 1) * MONITORS / INTERVAL_S };
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(reference_http_paced(&work, MONITORS / INTERVAL_S) ? 0 : 1);
	}
	return pid;
}

static bool watch(const struct serving *serving, pid_t reference, unsigned seconds, struct rounds *cpu)
{
	double ours, theirs, window_us = seconds * 1e6;

	pause_ms(SETTLE_MS);
	ours = process_cpu_us(serving->pid);
	theirs = process_cpu_us(reference);
	pause_ms((int)seconds * 1000);
	ours = process_cpu_us(serving->pid) - ours;
	theirs = process_cpu_us(reference) - theirs;
	return ours > 0 && theirs > 0 && rounds_add(cpu, ours * 100 / window_us, theirs * 100 / window_us);
}

static int thousand(const struct server *server, unsigned seconds)
{
	struct rounds cpu = { 0 }, memory = { 0 };
	struct serving serving;
	pid_t reference;
	bool good;

	if (!serving_start(&serving, MONITORS, server->port, "20s")) {
		row_absent("1,000 HTTP monitors every 20 s", "kumatop serve does not start");
		return 1;
	}
	reference = start_reference(server->port, seconds);
	good = watch(&serving, reference, seconds, &cpu);
	rounds_add(&memory, (double)process_status(serving.pid, "VmHWM") / 1024, (double)process_status(reference, "VmHWM") / 1024);
	kill(reference, SIGKILL);
	waitpid(reference, NULL, 0);
	good = serving_stop(&serving) && good;
	if (!good) {
		row_absent("1,000 HTTP monitors every 20 s", "kumatop serve did not end well");
		return 1;
	}
	row_print(&(struct row){ "1,000 HTTP monitors every 20 s / bare epoll", "%", VALUE_UNDER, 3, "of a core" }, &cpu);
	row_print(&(struct row){ "memory, 1,000 monitors", "MiB", VALUE_UNDER, 20, "peak; against the bare loop's process" }, &memory);
	return 0;
}

static int idle(const struct server *server)
{
	struct rounds memory = { 0 }, start = { 0 };
	struct serving serving;
	char note[64], resident[80];

	if (!serving_start(&serving, IDLE, server->port, "1d")) {
		row_absent("memory, 100,000 idle monitors", "kumatop serve does not start");
		return 1;
	}
	pause_ms(IDLE_WATCHED_MS);
	rounds_add(&memory, (double)process_status(serving.pid, "VmHWM") / 1024, 0);
	rounds_add(&start, serving.ready_s, 0);
	snprintf(note, sizeof(note), "%.1f s of CPU", serving.ready_cpu_s);
	snprintf(resident, sizeof(resident), "peak; then %ld MiB", process_status(serving.pid, "VmRSS") / 1024);
	if (!serving_stop(&serving)) {
		row_absent("memory, 100,000 idle monitors", "kumatop serve did not end well");
		return 1;
	}
	row_print(&(struct row){ "memory, 100,000 idle monitors", "MiB", VALUE_UNDER, 150, resident }, &memory);
	row_print(&(struct row){ "  (start, until it says that it is ready)", "s", NO_BUDGET, 0, note }, &start);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned scale = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
	struct server server;
	struct error err;
	int status = 0;

	if (!row_wanted("memory, monitors every 20 s"))
		return 0;
	if (!getenv("WORK") || !getenv("KUMATOP"))
		return 64;
	if (!server_start(&server, SERVER_HTTP, &err)) {
		fprintf(stderr, "bench: %s\n", err.text);
		return 1;
	}
	status |= thousand(&server, INTERVAL_S * scale);
	status |= idle(&server);
	server_stop(&server);
	return status;
}
