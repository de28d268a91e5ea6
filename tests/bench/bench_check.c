/*
 * CPU per check, against the references: each measured in a process of its own, so that neither inherits what the other warmed, in
 * rounds in which they take turns.
 *
 *	bench_check [SCALE]
 *	bench_check solo kumatop|bare|curl http|tcp|ping|https CHECKS		one of them, in this process, for a profiler
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "../lib/peer_cert.h"
#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/prober.h"
#include "measure.h"
#include "reference.h"
#include "server.h"

/* Many short rounds rather than few long ones: what disturbs the machine then comes between both sides of a ratio less often. */
/* Many short rounds rather than a few long ones: what disturbs the machine then seldom comes between the two sides of a ratio. */
enum { ROUNDS = ROUNDS_MOST, IN_FLIGHT = 64, TCP_CHECKS = 2500 };

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
		prober_check(run->prober, run->spec, 0, done, run);
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
	cpu_begins();
	for (; run.begun < IN_FLIGHT && run.begun < work->checks; run.begun++)
		prober_check(run.prober, run.spec, 0, done, &run);
	while (run.ended < work->checks)
		uv_run(&uv, UV_RUN_ONCE);
	return run.failed == 0;
}

enum who { BARE, CURL, KUMATOP };
enum what { TCP, HTTP, TLS, PING };

struct job {
	enum who who;
	enum what what;
	struct work work;
};

static bool carry_out(const void *arg)
{
	const struct job *job = arg;
	const struct work *work = &job->work;
	char target[64];

	switch (job->what) {
	case TCP:
		snprintf(target, sizeof(target), "tcp://127.0.0.1:%u", work->port);
		break;
	case HTTP:
		snprintf(target, sizeof(target), "http://127.0.0.1:%u/", work->port);
		break;
	case TLS:
		snprintf(target, sizeof(target), "https://localhost:%u/", work->port);
		break;
	case PING:
		snprintf(target, sizeof(target), "ping://127.0.0.1");
		break;
	}
	if (job->who == KUMATOP)
		return check_with_kumatop(work, target);
	if (job->who == CURL)
		return reference_curl(work, job->what == TLS);
	return job->what == TCP ? reference_tcp(work) : job->what == HTTP ? reference_http(work)
	    : job->what == TLS ? reference_tls(work) : reference_ping(work);
}

/*
 * Microseconds a check; negative on failure. The server is a fresh one on a fresh port each time: where the client closes first, the
 * kernel would otherwise search ever longer for a local port that no connection of a round before still holds.
 */
static double measure(struct job job)
{
	static const enum server_kind kinds[] = { [TCP] = SERVER_TCP, [HTTP] = SERVER_HTTP, [TLS] = SERVER_HTTPS };
	struct server server = { 0 };
	struct error err;
	double us;

	if (job.what != PING) {
		if (!server_start(&server, kinds[job.what], &err)) {
			fprintf(stderr, "bench: %s\n", err.text);
			return -1;
		}
		job.work.port = server.port;
	}
	us = cpu_of(carry_out, &job);
	if (job.what != PING)
		server_stop(&server);
	return us < 0 ? -1 : us / job.work.checks;
}

static void compare(const struct row *row, enum what what, struct work work)
{
	struct job ours = { KUMATOP, what, work }, theirs = { BARE, what, work };
	struct rounds rounds = { 0 };

	if (!row_wanted(row->name))
		return;
	while (rounds.count < ROUNDS) {
		double them = measure(theirs);

		if (!rounds_add(&rounds, measure(ours), them)) {
			row_absent(row->name, what == PING ? "no right to raw sockets" : "a check failed");
			return;
		}
	}
	row_print(row, &rounds);
}

/* Against libcurl and against the bare loop at once; the third row says how far these two are from each other on this machine. */
static void compare_with_both(const struct row row[3], enum what what, struct work work)
{
	struct rounds with_curl = { 0 }, with_bare = { 0 }, curl_and_bare = { 0 };

	if (!row_wanted(row[0].name))
		return;
	for (int i = 0; i < ROUNDS; i++) {
		double bare = measure((struct job){ BARE, what, work });
		double ours = measure((struct job){ KUMATOP, what, work });
		double curl = measure((struct job){ CURL, what, work });

		if (!rounds_add(&with_curl, ours, curl) || !rounds_add(&with_bare, ours, bare) || !rounds_add(&curl_and_bare, curl, bare)) {
			row_absent(row[0].name, "a check failed");
			return;
		}
	}
	row_print(&row[0], &with_curl);
	row_print(&row[1], &with_bare);
	row_print(&row[2], &curl_and_bare);
}

/* fping sends to an address each; it takes none of ours, so they are as many of the loopback's as a network of 19 bits has. */
static void compare_with_fping(unsigned scale)
{
	static const char name[] = "ping / fping";
	static const char *const fping[] = { "fping", "-q", "-i", "0", "-c", "1", "-g", "127.0.0.0/19", NULL };
	struct job ours = { KUMATOP, PING, { .checks = 8190 * scale, .in_flight = IN_FLIGHT } };
	struct rounds rounds = { 0 };

	if (!row_wanted(name))
		return;
	while (rounds.count < ROUNDS) {
		struct cost them;

		if (!cost_of(fping, 1, &them) || !rounds_add(&rounds, measure(ours), them.cpu_us / 8190)) {
			row_absent(name, "no fping, or no right to raw sockets");
			return;
		}
	}
	row_print(&(struct row){ name, "us", RATIO_AT_MOST, 1, NULL }, &rounds);
}

static int solo(char **argv)
{
	static const char *const whos[] = { [BARE] = "bare", [CURL] = "curl", [KUMATOP] = "kumatop" };
	static const char *const whats[] = { [TCP] = "tcp", [HTTP] = "http", [TLS] = "https", [PING] = "ping" };
	static const enum server_kind kinds[] = { [TCP] = SERVER_TCP, [HTTP] = SERVER_HTTP, [TLS] = SERVER_HTTPS, [PING] = SERVER_TCP };
	struct job job = { .work = { .checks = (unsigned)strtoul(argv[2], NULL, 10), .in_flight = IN_FLIGHT } };
	struct server server;
	struct error err;

	for (int i = 0; i < 3; i++)
		if (strcmp(whos[i], argv[0]) == 0)
			job.who = (enum who)i;
	for (int i = 0; i < 4; i++)
		if (strcmp(whats[i], argv[1]) == 0)
			job.what = (enum what)i;
	if (job.what == TLS)
		job.work.authority = peer_cert_authority(&err);
	if (!server_start(&server, kinds[job.what], &err))
		return 1;
	job.work.port = server.port;
	bool good = carry_out(&job);
	server_stop(&server);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	unsigned scale = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
	struct work work = { .in_flight = IN_FLIGHT };
	struct error err;

	if (argc == 5 && strcmp(argv[1], "solo") == 0)
		return solo(argv + 2);
	work.checks = 3000 * scale;
	compare_with_both((const struct row[]){
	    { "HTTP check / libcurl alone", "us", RATIO_AT_MOST, 1.15, NULL },
	    { "HTTP check / bare epoll", "us", RATIO_AT_MOST, 2, NULL },
	    { "  (libcurl alone / bare epoll)", "us", NO_BUDGET, 0, NULL } }, HTTP, work);
	work.checks = TCP_CHECKS;
	compare(&(struct row){ "TCP check / bare epoll", "us", RATIO_AT_MOST, 1.5, NULL }, TCP, work);
	work.checks = 5000 * scale;
	compare(&(struct row){ "ping / bare raw socket", "us", RATIO_AT_MOST, 1.5, NULL }, PING, work);
	compare_with_fping(scale);
	work.authority = peer_cert_authority(&err);
	if (!work.authority) {
		row_absent("HTTPS check", err.text);
		return 0;
	}
	work.checks = 150 * scale;
	compare_with_both((const struct row[]){
	    { "HTTPS check / libcurl alone, CA store cached", "us", RATIO_AT_MOST, 1.15, NULL },
	    { "HTTPS check / bare OpenSSL", "us", NO_BUDGET, 0, NULL },
	    { "  (libcurl alone / bare OpenSSL)", "us", NO_BUDGET, 0, NULL } }, TLS, work);
	return 0;
}
