/*
 * What those who look cost a `kumatop serve`: 1,000 monitors every 2 seconds, alone, and with 50 viewers of whom ten never read; how soon a
 * viewer has the first picture of 10,000 monitors; and what is sent while nothing happens, and for each change.
 *
 * How late checks are is what kumatop tells of itself, the worst of the last moments, asked for by one more viewer of health alone in
 * both runs. Those who look are in processes of their own, on the same cores.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../lib/crowd.h"
#include "kumatop/call.h"
#include "kumatop/place.h"
#include "kumatop/when.h"
#include "measure.h"
#include "server.h"
#include "serving.h"

enum {
	MONITORS = 1000, READERS = 40, SILENT = 10, SETTLE_MS = 8000, WINDOW_MS = 15000, SAMPLES_MOST = 1 << 14,
	MANY = 10000, ATTACHES = 7, IDLE_MS = 10000, PATIENCE_MS = 60000,
};

struct sight {
	double late_median, late_worst, cpu_percent, memory_mib, bytes_s, views_s;
};

static struct call *look(const char *path, bool health_only, struct error *err)
{
	struct wire_watch watch = { .health_only = health_only };
	struct call *call = call_open(path, "bench", PATIENCE_MS, err);

	if (call && call_watch(call, &watch, err))
		return call;
	call_close(call);
	return NULL;
}

static bool watch_lateness(struct call *call, int window_ms, struct sight *sight, struct error *err)
{
	static double late_ms[SAMPLES_MOST];
	struct mono began = mono_now();
	int count = 0;

	while (mono_between_us(began, mono_now()) < window_ms * INT64_C(1000) && count < SAMPLES_MOST) {
		const struct snapshot *picture = call_picture(call, PATIENCE_MS, err);

		if (!picture)
			return false;
		late_ms[count++] = picture->health.lateness_ms;
		snapshot_release(picture);
	}
	sight->late_median = median_of(late_ms, count);
	sight->late_worst = late_ms[count - 1];
	return true;
}

/* crowd NULL: nobody else looks. */
static bool watch(const struct serving *serving, const char *path, const struct crowd *crowd, int window_ms, struct sight *sight, struct error *err)
{
	struct call *call;
	struct mono began;
	double cpu, seconds;
	uint64_t bytes, views;
	bool good;

	pause_ms(SETTLE_MS);
	call = look(path, true, err);
	if (!call)
		return false;
	began = mono_now();
	cpu = process_cpu_us(serving->pid);
	bytes = crowd ? crowd_bytes(crowd) : 0;
	views = crowd ? crowd_views(crowd) : 0;
	good = watch_lateness(call, window_ms, sight, err);
	seconds = (double)mono_between_us(began, mono_now()) / 1e6;
	sight->cpu_percent = (process_cpu_us(serving->pid) - cpu) / 1e4 / seconds;
	sight->memory_mib = (double)process_status(serving->pid, "VmRSS") / 1024;
	if (crowd) {
		sight->bytes_s = (double)(crowd_bytes(crowd) - bytes) / seconds;
		sight->views_s = (double)(crowd_views(crowd) - views) / seconds;
		good = good && (crowd_ended(crowd) == 0 || error_set(err, EXIT_INTERNAL, "viewers were sent away"))
		    && (sight->views_s > 0 || error_set(err, EXIT_INTERNAL, "viewers got no changes"));
	}
	call_close(call);
	return good;
}

static bool run(const struct server *server, bool looked_at, int window_ms, struct sight *sight)
{
	struct serving serving;
	struct crowd *crowd = NULL;
	struct error err = { .code = EXIT_FINE };
	bool good;
	char *path;

	if (!serving_start(&serving, MONITORS, server->port, "2s"))
		return false;
	path = place_of_socket(NULL, serving.database, &err);
	good = path && (!looked_at || (crowd = crowd_start(path, READERS, SILENT, &err))) && watch(&serving, path, crowd, window_ms, sight, &err);
	if (!good)
		fprintf(stderr, "bench: %s\n", err.text);
	free(path);
	good = serving_stop(&serving) && good;
	crowd_stop(crowd);
	return good;
}

static void print_pair(const char *name, const char *unit, enum budget budget, double limit, const char *note, double with, double without)
{
	struct rounds rounds = { 0 };

	rounds_add(&rounds, with, without);
	row_print(&(struct row){ name, unit, budget, limit, note }, &rounds);
}

static int crowded(const struct server *server, int window_ms)
{
	struct sight with = { 0 }, without = { 0 };
	char late[96], changes[96];

	if (!run(server, false, window_ms, &without) || !run(server, true, window_ms, &with)) {
		row_absent("lateness, 50 viewers, ten never read / none", "kumatop serve and its viewers did not run");
		return 1;
	}
	snprintf(late, sizeof(late), "as it tells it; the worst %.0f ms and %.0f ms", with.late_worst, without.late_worst);
	snprintf(changes, sizeof(changes), "%.0f changes a second to each of %d", with.views_s / READERS, (int)READERS);
	print_pair("lateness, 50 viewers, ten never read / none", "ms", VALUE_UNDER, 50, late, with.late_median, without.late_median);
	print_pair("  memory, with 1,000 monitors", "MiB", RATIO_AT_MOST, 2, NULL, with.memory_mib, without.memory_mib);
	print_pair("  CPU", "%", NO_BUDGET, 0, changes, with.cpu_percent, without.cpu_percent);
	print_pair("  bytes for each change and viewer", "B", VALUE_UNDER, 512, NULL, with.bytes_s / with.views_s, 0);
	return 0;
}

enum figure { WALL_S, CPU_S, FIGURES };

/* In a process of its own, as a viewer is. */
static bool attach(const void *arg, double *figures)
{
	struct mono began = mono_now();
	double cpu = cpu_spent_us();
	struct error err = { .code = EXIT_FINE };
	struct call *call = look(arg, false, &err);
	const struct snapshot *picture = call ? call_picture(call, PATIENCE_MS, &err) : NULL;
	bool good = picture && picture->count == MANY;

	figures[WALL_S] = (double)mono_between_us(began, mono_now()) / 1e6;
	figures[CPU_S] = (cpu_spent_us() - cpu) / 1e6;
	if (!good)
		fprintf(stderr, "bench: %s\n", err.text);
	snapshot_release(picture);
	call_close(call);
	return good;
}

/* Until every monitor has been checked once; from then on nothing happens. */
static bool wait_checked(const char *path)
{
	struct error err;
	struct call *call = look(path, true, &err);
	uint32_t up = 0;

	while (call && up < MANY) {
		const struct snapshot *picture = call_picture(call, PATIENCE_MS, &err);

		if (!picture)
			break;
		up = picture->by_state[STATE_UP];
		snapshot_release(picture);
	}
	call_close(call);
	return up == MANY;
}

static bool attach_often(const struct serving *serving, const char *path, struct rounds *wall, struct rounds *viewer, struct rounds *owner)
{
	for (int i = 0; i < ATTACHES; i++) {
		double figures[FIGURES], before = process_cpu_us(serving->pid);

		if (!figures_of(attach, path, figures, FIGURES))
			return false;
		rounds_add(wall, figures[WALL_S], 0);
		rounds_add(viewer, figures[CPU_S], 0);
		rounds_add(owner, (process_cpu_us(serving->pid) - before) / 1e6, 0);
	}
	return true;
}

static bool idle(const char *path, struct rounds *bytes)
{
	struct error err;
	struct crowd *crowd = crowd_start(path, 1, 0, &err);
	struct mono began;
	uint64_t before;

	for (int ms = 0; crowd && crowd_least_boards(crowd) == 0 && ms < PATIENCE_MS; ms += 100)
		pause_ms(100);
	if (!crowd || crowd_least_boards(crowd) == 0) {
		crowd_stop(crowd);
		return false;
	}
	began = mono_now();
	before = crowd_bytes(crowd);
	pause_ms(IDLE_MS);
	rounds_add(bytes, (double)(crowd_bytes(crowd) - before) * 1e6 / (double)mono_between_us(began, mono_now()), 0);
	crowd_stop(crowd);
	return true;
}

static int many(const struct server *server)
{
	struct rounds wall = { 0 }, viewer = { 0 }, owner = { 0 }, bytes = { 0 };
	struct serving serving;
	struct error err;
	char *path;
	char note[96];
	bool good;

	if (!serving_start(&serving, MANY, server->port, "1d")) {
		row_absent("10,000 monitors attach", "kumatop serve does not start");
		return 1;
	}
	path = place_of_socket(NULL, serving.database, &err);
	good = path && wait_checked(path) && attach_often(&serving, path, &wall, &viewer, &owner) && idle(path, &bytes);
	free(path);
	good = serving_stop(&serving) && good;
	if (!good) {
		row_absent("10,000 monitors attach", "a viewer did not get its picture");
		return 1;
	}
	snprintf(note, sizeof(note), "%.3f s of the viewer's CPU, %.3f s of the owner's", median_of(viewer.ours, viewer.count),
	    median_of(owner.ours, owner.count));
	row_print(&(struct row){ "10,000 monitors attach: the first picture", "s", VALUE_UNDER, 1, note }, &wall);
	row_print(&(struct row){ "  then, while nothing happens, in a second", "B", VALUE_UNDER, 4096, NULL }, &bytes);
	return 0;
}

int main(int argc, char **argv)
{
	int scale = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1, status = 0;
	struct server server;
	struct error err;

	if (!row_wanted("lateness, 50 viewers, 10,000 monitors attach"))
		return 0;
	if (!getenv("WORK") || !getenv("KUMATOP"))
		return 64;
	if (!server_start(&server, SERVER_HTTP, &err)) {
		fprintf(stderr, "bench: %s\n", err.text);
		return 1;
	}
	status |= crowded(&server, WINDOW_MS * scale);
	status |= many(&server);
	server_stop(&server);
	return status;
}
