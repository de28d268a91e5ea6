/*
 * CPU per check, against the references, in one run: every figure is the median of several rounds in which the two take turns, each in
 * a process of its own, so that neither inherits what the other warmed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "../lib/peer_cert.h"
#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/prober.h"
#include "reference.h"
#include "server.h"

enum { ROUNDS = 7, IN_FLIGHT = 64 };

struct prober_run {
	struct prober *prober;
	struct monitor_spec *spec;
	unsigned begun, ended, checks, failed;
};

static void done(void *arg, const struct check_result *result)
{
	struct prober_run *run = arg;

	run->ended++;
	if (result->outcome != OUTCOME_OK && run->failed++ == 0)
		fprintf(stderr, "bench: %s\n", result_reason(result));
	if (run->begun < run->checks) {
		run->begun++;
		prober_check(run->prober, run->spec, done, run);
	}
}

static bool check_with_kumatop(const struct work *work, const char *target)
{
	struct probe_loop_settings settings = { 0 };
	struct prober_run run = { .checks = work->checks };
	struct conf *conf = conf_empty();
	struct probe_loop *loop;
	struct error err;
	uv_loop_t uv;

	if (!probe_libraries_start(&err) || uv_loop_init(&uv) != 0 || !(loop = probe_loop_create(&uv, &settings, &err)))
		return false;
	run.spec = conf_new_monitor(target, "bench", &conf->settings, SPEC_TEMPORARY, &err);
	if (run.spec && work->authority) {
		void *values;
		const struct setting *row = spec_setting(run.spec, NULL, "ca_file", &values);

		if (!row || !setting_from_text(row, values, work->authority, &err))
			return false;
	}
	if (!run.spec || !spec_seal(run.spec, &err)) {
		fprintf(stderr, "bench: %s\n", err.text);
		return false;
	}
	run.prober = prober_create(loop, IN_FLIGHT);
	for (; run.begun < IN_FLIGHT && run.begun < work->checks; run.begun++)
		prober_check(run.prober, run.spec, done, &run);
	while (run.ended < work->checks)
		uv_run(&uv, UV_RUN_ONCE);
	return run.failed == 0;
}

enum who { BARE, CURL, KUMATOP };
enum what { TCP, HTTP, TLS, PING };

static bool carry_out(enum who who, enum what what, const struct work *work)
{
	static const char *const forms[] = { "tcp://127.0.0.1:%u", "http://127.0.0.1:%u/", "https://localhost:%u/", "ping://127.0.0.1" };
	char target[64];

	snprintf(target, sizeof(target), forms[what], work->port);
	if (who == KUMATOP)
		return check_with_kumatop(work, target);
	if (who == CURL)
		return reference_curl(work, what == TLS);
	return what == TCP ? reference_tcp(work) : what == HTTP ? reference_http(work) : what == TLS ? reference_tls(work) : reference_ping(work);
}

/* User and system time of a process that does the work, in microseconds a check; negative on failure. */
static double measure(enum who who, enum what what, const struct work *work)
{
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(carry_out(who, what, work) ? 0 : 1);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -1;
	return ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec))
	    / work->checks;
}

static int by_size(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), by_size);
	return values[count / 2];
}

static bool compare(const char *name, enum what what, enum who reference, const struct work *work, const char *budget)
{
	double ours[ROUNDS], theirs[ROUNDS], ratios[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		theirs[i] = measure(reference, what, work);
		ours[i] = measure(KUMATOP, what, work);
		if (theirs[i] < 0 || ours[i] < 0) {
			printf("%-44s could not be measured here\n", name);
			return false;
		}
		ratios[i] = ours[i] / theirs[i];
	}
	printf("%-44s %8.1f us %8.1f us   x %5.2f   %s\n", name, median(ours, ROUNDS), median(theirs, ROUNDS), median(ratios, ROUNDS), budget);
	fflush(stdout);
	return true;
}

static bool with_server(enum server_kind kind, struct work *work, struct server *server)
{
	struct error err;

	if (!server_start(server, kind, &err)) {
		fprintf(stderr, "bench: %s\n", err.text);
		return false;
	}
	work->port = server->port;
	return true;
}

int main(int argc, char **argv)
{
	unsigned scale = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
	struct work work = { .checks = 10000 * scale, .in_flight = IN_FLIGHT };
	struct server server;
	struct error err;

	if (!with_server(SERVER_HTTP, &work, &server))
		return 1;
	compare("HTTP check / libcurl alone", HTTP, CURL, &work, "at most 1.15");
	compare("HTTP check / bare epoll", HTTP, BARE, &work, "at most 2");
	server_stop(&server);
	if (!with_server(SERVER_TCP, &work, &server))
		return 1;
	compare("TCP check / bare epoll", TCP, BARE, &work, "at most 1.5");
	server_stop(&server);
	compare("ping / bare raw socket", PING, BARE, &work, "at most 1.5");
	work.checks = 1000 * scale;
	if (!with_server(SERVER_HTTPS, &work, &server))
		return 1;
	work.authority = peer_cert_authority(&err);
	compare("HTTPS check / libcurl alone, CA store cached", TLS, CURL, &work, "at most 1.15");
	compare("HTTPS check / bare OpenSSL", TLS, BARE, &work, "");
	server_stop(&server);
	return 0;
}
