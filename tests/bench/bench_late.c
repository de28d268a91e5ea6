/*
 * What trouble costs those who are well: 1,000 good monitors every 2 seconds, alone, and beside 4,000 whose server takes the connection
 * and never says a word and 500 whose name server is silent. Both boards run at the same time, each an engine in a process of its own.
 *
 * Looked at when every monitor has been checked once: the first checks are spread over eleven seconds and hang for ten. How late a
 * check began is its end less its length, against when the engine had announced it: so time spent waiting for a free place counts,
 * which the engine's own lateness leaves out.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../lib/dns_peer.h"
#include "kumatop/conf.h"
#include "kumatop/engine.h"
#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/loop.h"
#include "kumatop/when.h"
#include "measure.h"
#include "server.h"

enum { GOOD = 1000, HANGING = 4000, NAMELESS = 500, SETTLE_MS = 22000, WINDOW_MS = 12000, LOOK_MS = 100, SAMPLES_MOST = 1 << 18 };

struct scene {
	bool troubled;
	unsigned good_port, silent_port;
	const char *nameserver;
	int window_ms;
};

enum figure { CPU_PERCENT, LATE_MEDIAN, LATE_P99, LATE_WORST, TOLD_LATE, THREADS, IN_FLIGHT, MISSED, CHECKS, BAD_CHECKS, FIGURES };

/* Written on the engine's thread; read when it has stopped. */
struct witness {
	struct snapshot_hub *hub;
	pthread_mutex_t mutex;
	bool looking;
	double *late_ms;
	int count;
	unsigned missed, bad;
};

static void note_beat(void *arg, const struct beat *beat)
{
	struct witness *witness = arg;
	const struct snapshot *snapshot = snapshot_hub_acquire(witness->hub);
	int64_t planned_us = 0;

	pthread_mutex_lock(&witness->mutex);
	if (beat->monitor > GOOD)
		witness->bad += witness->looking;
	else if (snapshot && snapshot->count >= GOOD)
		planned_us = snapshot_view(snapshot, (size_t)beat->monitor - 1)->next_us;
	if (witness->looking && beat->monitor <= GOOD && planned_us && witness->count < SAMPLES_MOST) {
		int64_t total_us = beat->phase_us[PHASE_TOTAL] > 0 ? beat->phase_us[PHASE_TOTAL] : 0;

		witness->late_ms[witness->count++] = (double)(beat->time_us - total_us - planned_us) / 1000;
		witness->missed += beat->outcome != OUTCOME_OK;
	}
	pthread_mutex_unlock(&witness->mutex);
	snapshot_release(snapshot);
}

static bool add(struct engine *engine, struct conf *conf, monitor_id id, const char *target, struct error *err)
{
	char name[32];
	struct monitor_spec *spec;
	bool good;

	snprintf(name, sizeof(name), "service-%04lld", (long long)id);
	spec = conf_new_monitor(target, name, &conf->settings, SPEC_TEMPORARY, err);
	good = spec && spec_seal(spec, err) && engine_add(engine, spec, id, NULL, NULL, err);
	spec_release(spec);
	return good;
}

static bool add_all(struct engine *engine, struct conf *conf, const struct scene *scene, struct error *err)
{
	char target[128];
	bool good = true;
	monitor_id id = 1;

	conf->settings.interval_ms = 2000;
	for (; good && id <= GOOD; id++) {
		snprintf(target, sizeof(target), "http://127.0.0.1:%u/%lld", scene->good_port, (long long)id);
		good = add(engine, conf, id, target, err);
	}
	conf->settings.interval_ms = 60000;
	conf->settings.fall = 1;
	for (; good && scene->troubled && id <= GOOD + HANGING; id++) {
		snprintf(target, sizeof(target), "http://127.0.0.1:%u/%lld", scene->silent_port, (long long)id);
		good = add(engine, conf, id, target, err);
	}
	for (; good && scene->troubled && id <= GOOD + HANGING + NAMELESS; id++) {
		snprintf(target, sizeof(target), "http://host-%lld.silent.test:%u/", (long long)id, scene->good_port);
		good = add(engine, conf, id, target, err);
	}
	return good;
}

static void look(struct snapshot_hub *hub, double *figures)
{
	const struct snapshot *snapshot = snapshot_hub_acquire(hub);
	double threads = (double)process_status(getpid(), "Threads");

	if (snapshot) {
		figures[TOLD_LATE] = fmax(figures[TOLD_LATE], snapshot->health.lateness_ms);
		figures[IN_FLIGHT] = fmax(figures[IN_FLIGHT], snapshot->health.in_flight);
	}
	figures[THREADS] = fmax(figures[THREADS], threads);
	snapshot_release(snapshot);
}

static void watch(struct witness *witness, int window_ms, double *figures)
{
	struct mono began;
	double cpu;

	for (int i = 0; i < SETTLE_MS / LOOK_MS; i++) {
		pause_ms(LOOK_MS);
		figures[THREADS] = fmax(figures[THREADS], (double)process_status(getpid(), "Threads"));
	}
	pthread_mutex_lock(&witness->mutex);
	witness->looking = true;
	pthread_mutex_unlock(&witness->mutex);
	began = mono_now();
	cpu = cpu_spent_us();
	while (mono_between_us(began, mono_now()) < window_ms * INT64_C(1000)) {
		pause_ms(LOOK_MS);
		look(witness->hub, figures);
	}
	figures[CPU_PERCENT] = (cpu_spent_us() - cpu) * 100 / (double)mono_between_us(began, mono_now());
}

static void sum_up(struct witness *witness, double *figures)
{
	figures[CHECKS] = witness->count;
	figures[BAD_CHECKS] = witness->bad;
	figures[MISSED] = witness->missed;
	if (!witness->count)
		return;
	figures[LATE_MEDIAN] = median_of(witness->late_ms, witness->count);
	figures[LATE_P99] = witness->late_ms[witness->count * 99 / 100];
	figures[LATE_WORST] = witness->late_ms[witness->count - 1];
}

static bool play(const void *arg, double *figures)
{
	const struct scene *scene = arg;
	struct witness witness = { .hub = snapshot_hub_create(), .late_ms = heap_zero(SAMPLES_MOST, sizeof(double)) };
	struct conf *conf = conf_empty();
	struct engine_settings settings = {
		.hub = witness.hub, .sinks = { .arg = &witness, .beat = note_beat }, .in_flight = (size_t)conf->settings.in_flight,
		.nameservers = scene->nameserver,
	};
	struct engine *engine;
	struct error err;

	pthread_mutex_init(&witness.mutex, NULL);
	log_hold(true);		/* a line for each change of state */
	if (!probe_libraries_start(&err) || !(engine = engine_create(&settings, &err)) || !add_all(engine, conf, scene, &err)
	    || !engine_start(engine, &err)) {
		fprintf(stderr, "bench: %s\n", err.text);
		return false;
	}
	watch(&witness, scene->window_ms, figures);
	engine_stop(engine, NULL);
	sum_up(&witness, figures);
	return true;
}

struct part {
	pthread_t thread;
	struct scene scene;
	double figures[FIGURES];
	bool good;
};

static void *run_part(void *arg)
{
	struct part *part = arg;

	part->good = figures_of(play, &part->scene, part->figures, FIGURES);
	return NULL;
}

static bool run_both(struct part *troubled, struct part *alone)
{
	if (pthread_create(&troubled->thread, NULL, run_part, troubled) != 0)
		return false;
	run_part(alone);
	pthread_join(troubled->thread, NULL);
	return troubled->good && alone->good;
}

static void print_figure(const char *name, const char *unit, enum budget budget, double limit, const char *note, enum figure figure,
    const struct part *troubled, const struct part *alone)
{
	struct rounds rounds = { 0 };

	rounds_add(&rounds, fmax(troubled->figures[figure], 0), fmax(alone->figures[figure], 0));
	row_print(&(struct row){ name, unit, budget, limit, note }, &rounds);
}

static void print(const struct part *troubled, const struct part *alone)
{
	const double *with = troubled->figures, *without = alone->figures;
	char late[96], missed[96], flight[64];

	snprintf(late, sizeof(late), "99th percentile; the worst %.0f ms and %.0f ms", with[LATE_WORST], without[LATE_WORST]);
	snprintf(missed, sizeof(missed), "%.0f of %.0f good checks failed (%.0f of %.0f alone)", with[MISSED], with[CHECKS], without[MISSED],
	    without[CHECKS]);
	snprintf(flight, sizeof(flight), "of a core; %.0f checks in flight", with[IN_FLIGHT]);
	print_figure("lateness beside 4,500 hanging / alone", "ms", VALUE_UNDER, 50, late, LATE_P99, troubled, alone);
	print_figure("  as kumatop tells it", "ms", VALUE_UNDER, 50, missed, TOLD_LATE, troubled, alone);
	print_figure("CPU beside 4,500 hanging / alone", "%", RATIO_AT_MOST, 1.5, flight, CPU_PERCENT, troubled, alone);
	print_figure("threads beside 4,500 hanging / alone", "", RATIO_AT_MOST, 1, NULL, THREADS, troubled, alone);
}

static bool raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > HANGING + 100;
}

int main(int argc, char **argv)
{
	unsigned scale = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
	struct server good, silent;
	struct dns_peer *names;
	struct part troubled, alone;
	struct error err;

	if (!row_wanted("beside 4,500 hanging"))
		return 0;
	if (!raise_descriptors()) {
		row_absent("lateness beside 4,500 hanging", "not enough descriptors (ulimit -n)");
		return 0;
	}
	if (!server_start(&good, SERVER_HTTP, &err) || !server_start(&silent, SERVER_SILENT, &err) || !(names = dns_peer_start("* SILENT", &err))) {
		fprintf(stderr, "bench: %s\n", err.text);
		return 1;
	}
	alone = (struct part){ .scene = { false, good.port, silent.port, dns_peer_address(names), WINDOW_MS * (int)scale } };
	troubled = alone;
	troubled.scene.troubled = true;
	if (run_both(&troubled, &alone))
		print(&troubled, &alone);
	else
		row_absent("lateness beside 4,500 hanging", "an engine did not run");
	dns_peer_stop(names);
	server_stop(&silent);
	server_stop(&good);
	return !troubled.good || !alone.good;
}
