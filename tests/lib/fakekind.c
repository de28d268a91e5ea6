/* A kind of check that opens no socket; see fakekind.h. */
#include "fakekind.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

enum { TARGETS_MOST = 64 };

struct probe {
	struct probe_loop *loop;
	probe_done_fn *done;
	void *arg;
	int outcome;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
	char target[64];
	int outcome;
} targets[TARGETS_MOST];
static size_t target_count;
static atomic_uint started;

void fake_set_outcome(const char *target, int outcome)
{
	size_t i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < target_count && strcmp(targets[i].target, target) != 0; i++)
		;
	if (i == target_count && i < TARGETS_MOST) {
		snprintf(targets[i].target, sizeof(targets[i].target), "%s", target);
		target_count++;
	}
	targets[i].outcome = outcome;
	pthread_mutex_unlock(&mutex);
}

static int outcome_of(const char *target)
{
	int outcome = OUTCOME_OK;

	pthread_mutex_lock(&mutex);
	for (size_t i = 0; i < target_count; i++)
		if (strcmp(targets[i].target, target) == 0)
			outcome = targets[i].outcome;
	pthread_mutex_unlock(&mutex);
	return outcome;
}

unsigned fake_started(void)
{
	return atomic_load(&started);
}

static void finish(void *arg)
{
	struct probe *probe = arg;
	struct check_result result = result_make((enum outcome)probe->outcome);
	probe_done_fn *done = probe->done;
	void *done_arg = probe->arg;

	result.phase_us[PHASE_TOTAL] = 1500;
	if (outcome_row(probe->outcome)->verdict != VERDICT_UP)
		result.evidence = "what was seen";
	free(probe);
	done(done_arg, &result);
}

static struct probe *start(const struct monitor_spec *spec, struct probe_loop *loop, probe_done_fn *done, void *arg)
{
	struct probe *probe = heap_zero(1, sizeof(*probe));

	atomic_fetch_add(&started, 1);
	*probe = (struct probe){ .loop = loop, .done = done, .arg = arg, .outcome = outcome_of(spec->target) };
	if (probe->outcome >= 0)
		probe_loop_defer(loop, finish, probe);
	return probe;
}

static void expire(struct probe *probe, struct check_result *result)
{
	if (!probe)
		return;
	probe_loop_undefer(probe->loop, finish, probe);
	*result = result_make(OUTCOME_ANSWER_TIMEOUT);
	free(probe);
}

static bool read_target(const char *text, char **canonical, struct error *err)
{
	if (!*text)
		return error_set(err, EXIT_DATA, "an empty target");
	*canonical = heap_text(text);
	return true;
}

static const struct setting settings[] = {
	{ NULL, NULL, SETTING_FLAG, 0, 0, 0, NULL, NULL, NULL, NULL, NULL },
};

const struct probe_kind fake_kind = {
	.kind = {
		.name = "fake",
		.summary = "What the test says",
		.target_form = "word",
		.settings = settings,
		.settings_size = 1,
		.read_target = read_target,
	},
	.start = start,
	.expire = expire,
};

struct monitor_spec *fake_spec(const char *name, const char *target, int64_t interval_ms, enum spec_origin origin)
{
	struct error err;
	struct monitor_spec *spec = spec_create(&fake_kind.kind, name, target, &err);

	if (!spec)
		abort();
	spec->common.interval_ms = interval_ms;
	spec->origin = origin;
	if (!spec_seal(spec, &err)) {
		fprintf(stderr, "fake_spec: %s\n", err.text);
		abort();
	}
	return spec;
}
