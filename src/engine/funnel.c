/*
 * The one funnel for results: whatever kind of check it was, its result comes through here, is judged, accounted for, kept and
 * shown.
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/log.h"
#include "kumatop/resolver.h"
#include "kumatop/text.h"

static struct beat make_beat(const struct monitor *monitor, const struct check_result *result, enum verdict verdict, enum state state,
    int64_t now_us)
{
	const struct spec_common *common = &monitor->spec->common;
	struct beat beat = {
		.monitor = monitor->id,
		.time_us = now_us,
		.reach_ms = (int32_t)(common->interval_ms + common->timeout_ms > INT32_MAX ? INT32_MAX
		    : common->interval_ms + common->timeout_ms),
		.state = (uint8_t)state,
		.verdict = (uint8_t)verdict,
		.outcome = (uint8_t)result->outcome,
		.code = result->code,
		.cert_expires_us = result->cert_expires_us,
	};

	memcpy(beat.phase_us, result->phase_us, sizeof(beat.phase_us));
	return beat;
}

static bool is_cut_off(int outcome)
{
	return outcome == OUTCOME_NO_ROUTE || outcome == OUTCOME_RESOLVER_SILENT;
}

static bool is_elsewhere(const struct monitor_view *view)
{
	const char *address = shared_read(view->address);

	return (view->verdict == VERDICT_UP || view->verdict == VERDICT_DEGRADED) && *address && !address_is_loopback(address);
}

static void count_reach(struct monitor *monitor, bool cut_off, bool reached)
{
	struct engine *engine = monitor->engine;

	engine->silent -= !monitor->answered;
	monitor->answered = true;
	engine->cut_off += (uint32_t)cut_off - (uint32_t)monitor->cut_off;
	engine->reached += (uint32_t)reached - (uint32_t)monitor->reached;
	monitor->cut_off = cut_off;
	monitor->reached = reached;
}

/* Our own network is gone when all have answered, somebody is cut off and nobody reaches another machine. Returns whether that changed. */
static bool judge_network(struct engine *engine, int64_t now_us)
{
	bool gone = engine->silent == 0 && engine->cut_off > 0 && engine->reached == 0;

	if (gone == engine->health.network_gone)
		return false;
	engine->health.network_gone = gone;
	engine->health.network_gone_us = gone ? now_us : 0;
	engine_touch(engine, true);
	return true;
}

void funnel_forget(struct monitor *monitor)
{
	count_reach(monitor, false, false);
	judge_network(monitor->engine, unix_now_us());
}

static void answer_askers(struct monitor *monitor, const struct check_result *result, enum verdict verdict)
{
	while (monitor->askers) {
		struct asker *asker = monitor->askers;

		monitor->askers = asker->next;
		orders_answer(asker->command, true, monitor->id, result, "%s: %s: %s", monitor->spec->name, verdict_word(verdict),
		    result_reason(result));
		free(asker);
	}
}

static void log_change(const struct monitor *monitor, const struct transition *transition, const char *reason)
{
	const char *name = monitor->spec->name, *to = state_word((int)transition->to), *from = state_word((int)transition->from);
	char length[32];

	if (transition->from == STATE_NEW)
		log_line(LOG_LEVEL_INFO, "%s: %s: %s", name, to, reason);
	else
		log_line(LOG_LEVEL_INFO, "%s: %s, was %s for %s: %s", name, to, from,
		    length_print(transition->lasted_us, length, sizeof(length)), reason);
}

/* Evidence is kept of the first failure of an incident, which is before it is known to be one. */
static void keep_evidence(struct monitor_view *view, const struct check_result *result, enum verdict verdict, bool first_failure)
{
	if (verdict != VERDICT_DOWN && verdict != VERDICT_UNKNOWN)
		return;
	if (!first_failure && view->evidence)
		return;
	shared_release(view->evidence);
	view->evidence = shared_create(result->evidence);
}

static void judge(struct monitor *monitor, const struct check_result *result, enum verdict verdict, int64_t now_us)
{
	struct engine *engine = monitor->engine;
	const struct spec_common *common = &monitor->spec->common;
	struct judge_rules rules = { .rise = (unsigned)common->rise, .fall = (unsigned)common->fall };
	struct monitor_view *view = monitor_edit_view(monitor);
	bool was_wavering = monitor_is_wavering(&view->standing);
	bool first_failure = view->standing.bad_run == 0 && view->standing.unknown_run == 0 && !view->standing.incident_open;
	enum state from = view->standing.state;
	struct transition transition = { .from = from, .to = from };
	int64_t reach_us = (common->interval_ms + common->timeout_ms) * 1000;
	struct beat beat;

	if (from != STATE_MAINTENANCE)
		transition = monitor_apply(&view->standing, &rules, verdict, now_us);
	ledger_result(&monitor->ledger, now_us, reach_us, verdict, from, view->standing.state);
	ledger_trim(&monitor->ledger, now_us - DAY_US - HOUR_US);

	view_take_result(view, result, verdict, now_us);
	count_reach(monitor, is_cut_off(view->outcome), is_elsewhere(view));
	if (judge_network(engine, now_us))
		log_line(LOG_LEVEL_WARNING, engine->health.network_gone
		    ? "own network is gone: what cannot be reached is unknown, not down" : "own network is back");
	keep_evidence(view, result, verdict, first_failure);
	view->day = ledger_sum(&monitor->ledger, now_us - DAY_US, now_us);

	beat = make_beat(monitor, result, verdict, view->standing.state, now_us);
	beat.routine = !transition.changed;
	beat.detail = shared_hold(view->detail);
	beat.address = shared_hold(view->address);
	if (engine->settings.sinks.beat)
		engine->settings.sinks.beat(engine->settings.sinks.arg, &beat);
	beat_finish(&beat);

	if (transition.event) {
		log_change(monitor, &transition, shared_read(view->detail));
		monitor_tell_event(monitor, EVENT_STATE, &transition, shared_read(view->detail),
		    verdict == VERDICT_DOWN || verdict == VERDICT_UNKNOWN ? shared_read(view->evidence) : NULL, NULL);
	} else if (transition.changed || was_wavering || monitor_is_wavering(&view->standing) || view->standing.unknown_run) {
		monitor_keep_standing(monitor);
	}
	engine_touch(engine, transition.changed);
}

void funnel_take(void *arg, const struct check_result *result)
{
	struct monitor *monitor = arg;
	enum verdict verdict = spec_verdict(monitor->spec, result);

	sleep_look(monitor->engine);
	monitor->check = NULL;
	monitor_edit_view(monitor)->checking = false;
	judge(monitor, result, verdict, unix_now_us());
	schedule_next(monitor);
	monitor->planned_us = 0;
	answer_askers(monitor, result, verdict);
}
