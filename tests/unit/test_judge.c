/*
 * The state machine against its table: every cell is a row here, with the counting around it.
 *
 * A row is a story: verdicts (u up, g degraded, d down, x unknown) and what is done to the monitor (P pause, R resume, M
 * maintenance begins, B it ends), one a minute, and what each must lead to: the state (new up deg pend down unkn maint paus),
 * then e for an event, a for an alert, o and c for an incident opened and closed.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/judge.h"

#define MINUTE INT64_C(60000000)

struct story {
	const char *what;
	struct judge_rules rules;
	const char *steps;
	const char *expected;
};

static const char *const short_states[STATE_COUNT] = { "new", "up", "deg", "pend", "down", "unkn", "maint", "paus" };

static struct transition step(struct standing *standing, const struct judge_rules *rules, char what, int64_t now_us)
{
	switch (what) {
	case 'u': return monitor_apply(standing, rules, VERDICT_UP, now_us);
	case 'g': return monitor_apply(standing, rules, VERDICT_DEGRADED, now_us);
	case 'd': return monitor_apply(standing, rules, VERDICT_DOWN, now_us);
	case 'x': return monitor_apply(standing, rules, VERDICT_UNKNOWN, now_us);
	case 'P': return monitor_pause(standing, now_us);
	case 'R': return monitor_resume(standing, now_us);
	case 'M': return monitor_maintain(standing, now_us);
	case 'B': return monitor_return(standing, now_us);
	default: fail_msg("no such step: %c", what); return (struct transition){ 0 };
	}
}

/* Walks a standing through steps, the first at *now_us. */
static struct transition walk(struct standing *standing, unsigned rise, unsigned fall, const char *steps, int64_t *now_us)
{
	struct judge_rules rules = { rise, fall };
	struct transition last = { 0 };

	for (; *steps; steps++) {
		last = step(standing, &rules, *steps, *now_us);
		*now_us += MINUTE;
	}
	return last;
}

static void tell(const struct transition *transition, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s%s%s%s", short_states[transition->to], transition->event || transition->alert ? ":" : "",
	    transition->event ? "e" : "", transition->alert ? "a" : "", transition->incident_opened ? "o" : "",
	    transition->incident_closed ? "c" : "");
}

static void run_story(const struct story *story)
{
	struct standing standing = { 0 };
	int64_t now_us = MINUTE;
	char told[1024] = "";

	for (const char *s = story->steps; *s; s++, now_us += MINUTE) {
		enum state from = standing.state;
		struct transition transition = step(&standing, &story->rules, *s, now_us);
		char one[32];

		tell(&transition, one, sizeof(one));
		snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s%s", *told ? " " : "", one);
		assert_int_equal(transition.from, from);
		assert_int_equal(transition.to, standing.state);
		assert_int_equal(transition.changed, transition.from != transition.to);
	}
	if (strcmp(told, story->expected) != 0)
		fail_msg("%s: %s\n  led to   %s\n  expected %s", story->what, story->steps, told, story->expected);
}

static void run_stories(const struct story *stories, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_story(&stories[i]);
}

#define RUN(stories) run_stories(stories, sizeof(stories) / sizeof((stories)[0]))

static void from_new(void **state)
{
	static const struct story stories[] = {
		{ "up", { 2, 3 }, "u", "up:e" },
		{ "degraded at once, no run needed", { 2, 3 }, "g", "deg:e" },
		{ "down waits for fall", { 2, 3 }, "d", "pend" },
		{ "down when fall is 1", { 2, 1 }, "d", "down:eao" },
		{ "unknown at once, no run needed", { 2, 3 }, "x", "unkn:e" },
	};

	RUN(stories);
}

static void from_up(void **state)
{
	static const struct story stories[] = {
		{ "up", { 2, 3 }, "uuu", "up:e up up" },
		{ "degraded after fall in a row", { 2, 3 }, "uggg", "up:e up up deg:e" },
		{ "degraded at once when fall is 1", { 2, 1 }, "ug", "up:e deg:e" },
		{ "a good check ends a degraded run", { 2, 3 }, "uggugg", "up:e up up up up up" },
		{ "a failed check ends a degraded run", { 2, 3 }, "uggdugg", "up:e up up pend up up up" },
		{ "down is pending first", { 2, 3 }, "ud", "up:e pend" },
		{ "down at once when fall is 1", { 2, 1 }, "ud", "up:e down:eao" },
		{ "unknown changes nothing", { 2, 3 }, "ux", "up:e up" },
		{ "unknown after fall in a row", { 2, 3 }, "uxxx", "up:e up up unkn:e" },
		{ "unknown at once when fall is 1", { 2, 1 }, "ux", "up:e unkn:e" },
		{ "a good check ends an unknown run", { 2, 3 }, "uxxuxx", "up:e up up up up up" },
		{ "a degraded check ends an unknown run", { 2, 3 }, "uxxgxx", "up:e up up up up up" },
		{ "unknown does not end a degraded run", { 2, 3 }, "ugxgxg", "up:e up up up up deg:e" },
	};

	RUN(stories);
}

static void from_degraded(void **state)
{
	static const struct story stories[] = {
		{ "up after rise in a row", { 2, 3 }, "guu", "deg:e deg up:e" },
		{ "up at once when rise is 1", { 1, 3 }, "gu", "deg:e up:e" },
		{ "up after three", { 3, 3 }, "guuu", "deg:e deg deg up:e" },
		{ "degraded stays", { 2, 3 }, "gggg", "deg:e deg deg deg" },
		{ "a degraded check ends the run on the way up", { 2, 3 }, "gugugu", "deg:e deg deg deg deg deg" },
		{ "down is pending first", { 2, 3 }, "gd", "deg:e pend" },
		{ "down at once when fall is 1", { 2, 1 }, "gd", "deg:e down:eao" },
		{ "a failed check ends the run on the way up", { 2, 3 }, "gudu", "deg:e deg pend deg" },
		{ "unknown changes nothing", { 2, 3 }, "gx", "deg:e deg" },
		{ "unknown after fall in a row", { 2, 3 }, "gxxx", "deg:e deg deg unkn:e" },
		{ "unknown does not end the run on the way up", { 2, 3 }, "guxu", "deg:e deg deg up:e" },
	};

	RUN(stories);
}

static void from_pending(void **state)
{
	static const struct story stories[] = {
		{ "back to up, and nobody is told", { 2, 3 }, "udu", "up:e pend up" },
		{ "back to up after two failures", { 2, 3 }, "uddu", "up:e pend pend up" },
		{ "a blip of a degraded check goes back to up", { 2, 3 }, "udg", "up:e pend up" },
		{ "and counts towards degraded", { 2, 3 }, "udggg", "up:e pend up up deg:e" },
		{ "back to degraded", { 2, 3 }, "gdu", "deg:e pend deg" },
		{ "back to degraded by a degraded check", { 2, 3 }, "gdg", "deg:e pend deg" },
		{ "a clean end of a blip counts towards up", { 2, 3 }, "gduu", "deg:e pend deg up:e" },
		{ "a degraded end of a blip does not", { 2, 3 }, "gdguu", "deg:e pend deg deg up:e" },
		{ "new is up: its first word", { 2, 3 }, "du", "pend up:e" },
		{ "new is up by a degraded check too", { 2, 3 }, "dg", "pend up:e" },
		{ "was unknown: a good check is what that waits for", { 2, 3 }, "xdu", "unkn:e pend up:e" },
		{ "was unknown, degraded", { 2, 3 }, "xdg", "unkn:e pend deg:e" },
		{ "down at the fall-th", { 2, 3 }, "uddd", "up:e pend pend down:eao" },
		{ "down at the second when fall is 2", { 2, 2 }, "udd", "up:e pend down:eao" },
		{ "new and down at the fall-th", { 2, 3 }, "ddd", "pend pend down:eao" },
		{ "degraded and down at the fall-th", { 2, 3 }, "gddd", "deg:e pend pend down:eao" },
		{ "a good check ends the run", { 2, 3 }, "udduddu", "up:e pend pend up pend pend up" },
		{ "unknown changes nothing", { 2, 3 }, "udx", "up:e pend pend" },
		{ "unknown does not end the run of failures", { 2, 3 }, "udxdxd", "up:e pend pend pend pend down:eao" },
		{ "unknown after fall in a row", { 2, 3 }, "udxxx", "up:e pend pend pend unkn:e" },
		{ "and then failures count from the start", { 2, 3 }, "uddxxxdd", "up:e pend pend pend pend unkn:e pend pend" },
	};

	RUN(stories);
}

static void from_down(void **state)
{
	static const struct story stories[] = {
		{ "up at the rise-th", { 2, 1 }, "duu", "down:eao down up:eac" },
		{ "up at once when rise is 1", { 1, 1 }, "du", "down:eao up:eac" },
		{ "falls back on the way up", { 2, 1 }, "duduu", "down:eao down down down up:eac" },
		{ "unknown does not end the way up", { 2, 1 + 1 }, "dduxu", "pend down:eao down down up:eac" },
		{ "degraded at the rise-th", { 2, 1 }, "dgg", "down:eao down deg:eac" },
		{ "degraded counts on the way up; the last one says what it is", { 2, 1 }, "dgu", "down:eao down up:eac" },
		{ "and the other way round", { 2, 1 }, "dug", "down:eao down deg:eac" },
		{ "the way up is spent: degraded needs its own run to be up", { 2, 3 }, "dddugu", "pend pend down:eao down deg:eac deg" },
		{ "down stays, told once", { 2, 1 }, "dddd", "down:eao down down down" },
		{ "unknown after fall in a row, incident stays", { 2, 3 }, "dddxxx", "pend pend down:eao down down unkn:e" },
		{ "unknown at once when fall is 1", { 2, 1 }, "dx", "down:eao unkn:e" },
		{ "a failed check ends the unknown run", { 2, 3 }, "dddxxdxx", "pend pend down:eao down down down down down" },
		{ "a second incident is told again", { 1, 1 }, "dudu", "down:eao up:eac down:eao up:eac" },
	};

	RUN(stories);
}

static void from_unknown(void **state)
{
	static const struct story stories[] = {
		{ "up", { 2, 3 }, "xu", "unkn:e up:e" },
		{ "up closes an open incident, at once", { 2, 1 }, "dxu", "down:eao unkn:e up:eac" },
		{ "degraded", { 2, 3 }, "xg", "unkn:e deg:e" },
		{ "degraded closes an open incident", { 2, 1 }, "dxg", "down:eao unkn:e deg:eac" },
		{ "down is pending first", { 2, 3 }, "xd", "unkn:e pend" },
		{ "down when fall is 1", { 2, 1 }, "xd", "unkn:e down:eao" },
		{ "down at once if its incident is open, and not told again", { 2, 3 }, "dddxxxd",
		    "pend pend down:eao down down unkn:e down:e" },
		{ "the same incident ends once", { 1, 3 }, "dddxxxdu", "pend pend down:eao down down unkn:e down:e up:eac" },
		{ "unknown stays", { 2, 3 }, "xxxx", "unkn:e unkn unkn unkn" },
	};

	RUN(stories);
}

static void pause_and_resume(void **state)
{
	static const struct story stories[] = {
		{ "events both, judged anew", { 2, 3 }, "uPRu", "up:e paus:e new:e up:e" },
		{ "resumed and down waits for fall", { 2, 3 }, "uPRddd", "up:e paus:e new:e pend pend down:eao" },
		{ "failures before do not count after", { 2, 3 }, "uddPRd", "up:e pend pend paus:e new:e pend" },
		{ "a new monitor", { 2, 3 }, "PR", "paus:e new:e" },
		{ "an open incident stays: up closes it", { 2, 1 }, "dPRu", "down:eao paus:e new:e up:eac" },
		{ "degraded closes it", { 2, 1 }, "dPRg", "down:eao paus:e new:e deg:eac" },
		{ "down at once, not told again", { 2, 3 }, "dddPRd", "pend pend down:eao paus:e new:e down:e" },
		{ "unknown, and it is still open", { 2, 3 }, "dddPRxd", "pend pend down:eao paus:e new:e unkn:e down:e" },
		{ "from unknown", { 2, 3 }, "xPRd", "unkn:e paus:e new:e pend" },
		{ "twice is once", { 2, 3 }, "uPPRR", "up:e paus:e paus new:e new" },
		{ "results of a paused monitor change nothing", { 2, 1 }, "uPuxdgR", "up:e paus:e paus paus paus paus new:e" },
	};

	RUN(stories);
}

static void maintenance_and_return(void **state)
{
	static const struct story stories[] = {
		{ "judged anew", { 2, 3 }, "uMBu", "up:e maint:e new:e up:e" },
		{ "down then is told", { 2, 1 }, "uMBd", "up:e maint:e new:e down:eao" },
		{ "down then is told after fall", { 2, 3 }, "uMBddd", "up:e maint:e new:e pend pend down:eao" },
		{ "down then is told, also of an incident that was", { 2, 3 }, "dddMBd", "pend pend down:eao maint:e new:e down:ea" },
		{ "but only once", { 2, 3 }, "dddMBdd", "pend pend down:eao maint:e new:e down:ea down" },
		{ "up closes the incident", { 2, 1 }, "dMBu", "down:eao maint:e new:e up:eac" },
		{ "results meanwhile change nothing", { 2, 1 }, "uMdxguB", "up:e maint:e maint maint maint maint new:e" },
		{ "twice is once", { 2, 3 }, "uMMBB", "up:e maint:e maint new:e new" },
		{ "paused stays paused", { 2, 3 }, "uPMB", "up:e paus:e paus paus" },
		{ "pausing ends it", { 2, 3 }, "uMPBR", "up:e maint:e paus:e paus new:e" },
	};

	RUN(stories);
}

/* Only an incident that was told has an end to tell. */
static void an_untold_incident_ends_untold(void **state)
{
	struct standing standing = { 0 };
	int64_t now_us = MINUTE;

	walk(&standing, 1, 1, "d", &now_us);
	assert_true(standing.alerted);
	standing.alerted = false;
	assert_false(walk(&standing, 1, 1, "u", &now_us).alert);

	/* and one that nobody was told of is told when it comes back into sight */
	walk(&standing, 1, 1, "d", &now_us);
	standing.alerted = false;
	assert_true(walk(&standing, 1, 1, "xd", &now_us).alert);
	assert_true(standing.alerted);
}

static void acknowledged_ends_with_the_incident(void **state)
{
	static const struct { const char *steps; bool stays; } rows[] = {
		{ "d", true }, { "x", true }, { "xd", true }, { "u", true }, { "P", true }, { "PR", true }, { "PRd", true },
		{ "M", true }, { "MBd", true }, { "uu", false }, { "gg", false }, { "xu", false }, { "PRu", false }, { "MBu", false },
		{ "uud", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct standing standing = { 0 };
		int64_t now_us = MINUTE;

		walk(&standing, 2, 1, "d", &now_us);
		standing.acknowledged = true;
		walk(&standing, 2, 1, rows[i].steps, &now_us);
		if (standing.acknowledged != rows[i].stays)
			fail_msg("after %s it is %d", rows[i].steps, standing.acknowledged);
	}
}

/* Steps are at minutes 1, 2, 3 …; since and lasted in minutes, incident 0 for none. */
static void times_as_people_count_them(void **state)
{
	static const struct { const char *what; unsigned rise, fall; const char *steps; int since, lasted, incident; } rows[] = {
		{ "new is up since its first check", 2, 3, "u", 1, 0, 0 },
		{ "and stays so", 2, 3, "uuuu", 1, 0, 0 },
		{ "pending since its first failure", 2, 3, "uud", 3, 2, 0 },
		{ "and stays so", 2, 4, "uuddd", 3, 0, 0 },
		{ "down since its first failure", 2, 3, "uuddd", 3, 2, 3 },
		{ "new and down", 2, 3, "ddd", 1, 2, 1 },
		{ "down at once", 2, 1, "uud", 3, 2, 3 },
		{ "down again: a new incident; up lasted since its first good check", 2, 1, "duud", 4, 2, 4 },
		{ "falling back leaves it", 3, 1, "duud", 1, 0, 1 },
		{ "up since the first good check of the run; the incident lasted until then", 3, 3, "udddduuu", 6, 4, 0 },
		{ "a run that fell back does not count", 2, 1, "uduuduu", 6, 1, 0 },
		{ "a good check that fell back does not count", 2, 1, "uddudduu", 7, 5, 0 },
		{ "degraded likewise", 2, 1, "udddgg", 5, 3, 0 },
		{ "unknown between leaves the first good check", 2, 2, "uddduxu", 5, 3, 0 },
		{ "a blip does not make it younger; the blip lasted", 2, 3, "uuuddu", 1, 2, 0 },
		{ "neither when degraded", 2, 3, "ggdu", 1, 1, 0 },
		{ "nor a second blip", 2, 3, "uududu", 1, 1, 0 },
		{ "a blip of a new monitor", 2, 3, "ddu", 3, 2, 0 },
		{ "unknown since it was said", 2, 3, "uuxxx", 5, 4, 0 },
		{ "and up after it", 2, 3, "uuxxxxu", 7, 2, 0 },
		{ "unknown inside an incident", 2, 1, "uddx", 4, 2, 2 },
		{ "down again: the same incident", 2, 1, "uddxd", 2, 1, 2 },
		{ "up out of unknown ends it", 2, 1, "uddxxu", 6, 4, 0 },
		{ "paused", 2, 3, "uuuP", 4, 3, 0 },
		{ "resumed", 2, 3, "uuuPR", 5, 1, 0 },
		{ "down again after a pause: the same incident", 2, 3, "dddPRd", 1, 1, 1 },
		{ "up after a pause ends it", 2, 3, "dddPRu", 6, 5, 0 },
		{ "failing after a pause", 2, 3, "udPRd", 5, 1, 0 },
		{ "failing after unknown", 2, 3, "udxxxd", 6, 1, 0 },
		{ "maintenance", 2, 3, "uuMB", 4, 1, 0 },
		{ "degraded", 2, 3, "uggg", 4, 3, 0 },
		{ "up after degraded", 2, 3, "gguu", 4, 3, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct standing standing = { 0 };
		int64_t now_us = MINUTE;
		struct transition last = walk(&standing, rows[i].rise, rows[i].fall, rows[i].steps, &now_us);

		if (standing.since_us != rows[i].since * MINUTE || last.lasted_us != rows[i].lasted * MINUTE
		    || standing.incident_us != rows[i].incident * MINUTE || standing.incident_open != (rows[i].incident != 0))
			fail_msg("%s: %s: since %d, lasted %d, incident %d", rows[i].what, rows[i].steps, (int)(standing.since_us / MINUTE),
			    (int)(last.lasted_us / MINUTE), (int)(standing.incident_us / MINUTE));
	}
}

/* A database of before knows no was_since_us: then the state begins where the blip ends, not in 1970. */
static void a_blip_without_memory(void **state)
{
	struct standing standing = { 0 };
	int64_t now_us = MINUTE;

	walk(&standing, 2, 3, "uud", &now_us);
	standing.was_since_us = 0;
	walk(&standing, 2, 3, "u", &now_us);
	assert_int_equal(standing.since_us, 4 * MINUTE);
}

static void a_clock_set_back_lasts_nothing(void **state)
{
	struct standing standing = { 0 };
	struct judge_rules rules = { 1, 1 };

	monitor_apply(&standing, &rules, VERDICT_UP, 100 * MINUTE);
	assert_int_equal(monitor_apply(&standing, &rules, VERDICT_DOWN, 50 * MINUTE).lasted_us, 0);
	assert_int_equal(monitor_apply(&standing, &rules, VERDICT_UP, 40 * MINUTE).lasted_us, 0);
}

static void wavering_is_checked_more_often(void **state)
{
	static const struct { const char *steps; bool wavering; } rows[] = {
		{ "", false }, { "u", false }, { "d", true }, { "ud", true }, { "udd", true }, { "uddd", false }, { "udddu", true },
		{ "udddux", true }, { "udddud", false }, { "udddg", true }, { "uddduu", false }, { "gu", false }, { "x", false },
		{ "xd", true }, { "dP", false }, { "dM", false }, { "udu", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct standing standing = { 0 };
		int64_t now_us = MINUTE;

		walk(&standing, 2, 3, rows[i].steps, &now_us);
		if (monitor_is_wavering(&standing) != rows[i].wavering)
			fail_msg("after \"%s\" wavering is %d", rows[i].steps, !rows[i].wavering);
	}
}

/* A standing is all there is: cut any story in two, hand the standing over by value, and it goes on as if nothing had been. */
static void a_restart_changes_nothing(void **state)
{
	static const char story[] = "uuddduguuxxxddduxgugggdxxxdPRdduuMBddduu";

	for (size_t cut = 0; cut < sizeof(story) - 1; cut++) {
		struct standing whole = { 0 }, first = { 0 }, second;
		struct judge_rules rules = { 2, 3 };

		for (size_t i = 0; i < sizeof(story) - 1; i++) {
			struct transition expected = step(&whole, &rules, story[i], (int64_t)(i + 1) * MINUTE);
			struct transition got;

			if (i == cut) {
				second = first;
				memset(&first, 0x55, sizeof(first));
			}
			got = step(i < cut ? &first : &second, &rules, story[i], (int64_t)(i + 1) * MINUTE);
			assert_int_equal(got.to, expected.to);
			assert_int_equal(got.alert, expected.alert);
			assert_int_equal(got.event, expected.event);
			assert_int_equal(got.lasted_us, expected.lasted_us);
		}
		assert_int_equal(second.since_us, whole.since_us);
	}
}

/* An edit may lower the numbers while a run is under way. */
static void rules_may_change_under_way(void **state)
{
	struct standing standing = { 0 };
	int64_t now_us = MINUTE;

	walk(&standing, 5, 5, "udddd", &now_us);
	assert_int_equal(standing.state, STATE_PENDING);
	walk(&standing, 5, 2, "d", &now_us);
	assert_int_equal(standing.state, STATE_DOWN);
	walk(&standing, 5, 2, "uuu", &now_us);
	assert_int_equal(standing.state, STATE_DOWN);
	walk(&standing, 1, 2, "u", &now_us);
	assert_int_equal(standing.state, STATE_UP);
	assert_int_equal(standing.since_us, 7 * MINUTE);
}

static void counters_stop_at_their_end(void **state)
{
	struct standing standing = { .state = STATE_DOWN, .incident_open = true, .incident_us = 1, .bad_run = UINT_MAX };
	struct judge_rules rules = { 2, 3 };

	monitor_apply(&standing, &rules, VERDICT_DOWN, MINUTE);
	assert_int_equal(standing.bad_run, UINT_MAX);
	standing = (struct standing){ .state = STATE_UP, .good_run = UINT_MAX };
	monitor_apply(&standing, &rules, VERDICT_UP, MINUTE);
	assert_int_equal(standing.good_run, UINT_MAX);
	standing = (struct standing){ .state = STATE_UNKNOWN, .unknown_run = UINT_MAX };
	monitor_apply(&standing, &rules, VERDICT_UNKNOWN, MINUTE);
	assert_int_equal(standing.unknown_run, UINT_MAX);
}

/* What must hold wherever a monitor has been. */
static void no_walk_leads_to_nonsense(void **state)
{
	static const char steps[] = "uuuugdddxxxPRMB";
	uint64_t random = 42;

	for (unsigned round = 0; round < 200; round++) {
		struct judge_rules rules = { 1 + round % 4, 1 + round / 4 % 5 };
		struct standing standing = { 0 };
		bool told = false;

		for (int64_t i = 1; i <= 500; i++) {
			random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			char what = steps[(random >> 33) % (sizeof(steps) - 1)];
			bool was_open = standing.incident_open;
			struct transition t = step(&standing, &rules, what, i * MINUTE);

			assert_int_equal(standing.incident_open, (was_open || t.incident_opened) && !t.incident_closed);
			assert_true(standing.state != STATE_DOWN || standing.incident_open);
			assert_false((standing.state == STATE_UP || standing.state == STATE_DEGRADED) && standing.incident_open);
			assert_false(standing.state == STATE_PENDING && standing.incident_open);
			assert_true(!t.alert || t.event);
			assert_true(!t.event || t.changed);
			assert_true(!t.alert || t.to == STATE_DOWN || t.incident_closed);
			/* each incident is told, and so is its end: never an end without a beginning */
			if (t.alert && t.to == STATE_DOWN)
				told = true;
			if (t.incident_closed) {
				assert_int_equal(t.alert, told);
				told = false;
			}
			assert_true(standing.since_us > 0 || standing.state == STATE_NEW);
			assert_true(standing.since_us <= i * MINUTE);
			assert_true(t.lasted_us >= 0);
			assert_int_equal(standing.first_bad_us != 0, standing.bad_run > 0);
			assert_int_equal(standing.first_good_us != 0, standing.state == STATE_DOWN && standing.good_run > 0);
			assert_true(standing.first_bad_us == 0 || standing.first_bad_us >= MINUTE);
			if (standing.state == STATE_PENDING)
				assert_true(standing.bad_run >= 1 && standing.bad_run < rules.fall);
			if (standing.state == STATE_DOWN)
				assert_true(standing.good_run < rules.rise);
		}
	}
}

static void words_and_what_they_say(void **state)
{
	static const struct { enum state state; const char *word; enum verdict verdict; } rows[STATE_COUNT] = {
		{ STATE_NEW, "new", VERDICT_UNKNOWN }, { STATE_UP, "up", VERDICT_UP }, { STATE_DEGRADED, "degraded", VERDICT_DEGRADED },
		{ STATE_PENDING, "pending", VERDICT_DEGRADED }, { STATE_DOWN, "down", VERDICT_DOWN },
		{ STATE_UNKNOWN, "unknown", VERDICT_UNKNOWN }, { STATE_MAINTENANCE, "maintenance", VERDICT_UP },
		{ STATE_PAUSED, "paused", VERDICT_UNKNOWN },
	};

	for (int i = 0; i < STATE_COUNT; i++) {
		/* the numbers are kept in databases */
		assert_int_equal(rows[i].state, i);
		assert_string_equal(state_word(i), rows[i].word);
		assert_int_equal(state_by_word(rows[i].word), i);
		assert_int_equal(state_verdict(rows[i].state), rows[i].verdict);
	}
	assert_string_equal(state_word(-1), "unknown");
	assert_string_equal(state_word(STATE_COUNT), "unknown");
	assert_int_equal(state_by_word("sideways"), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_new),
		cmocka_unit_test(from_up),
		cmocka_unit_test(from_degraded),
		cmocka_unit_test(from_pending),
		cmocka_unit_test(from_down),
		cmocka_unit_test(from_unknown),
		cmocka_unit_test(pause_and_resume),
		cmocka_unit_test(maintenance_and_return),
		cmocka_unit_test(an_untold_incident_ends_untold),
		cmocka_unit_test(acknowledged_ends_with_the_incident),
		cmocka_unit_test(times_as_people_count_them),
		cmocka_unit_test(a_blip_without_memory),
		cmocka_unit_test(a_clock_set_back_lasts_nothing),
		cmocka_unit_test(wavering_is_checked_more_often),
		cmocka_unit_test(a_restart_changes_nothing),
		cmocka_unit_test(rules_may_change_under_way),
		cmocka_unit_test(counters_stop_at_their_end),
		cmocka_unit_test(no_walk_leads_to_nonsense),
		cmocka_unit_test(words_and_what_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
