/*
 * What a monitor is told to be: the settings every kind has, how a spec is built, sealed, copied and counted. What the settings
 * of one kind mean is that kind's business.
 */
#include "kumatop/spec.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

enum { WORD_MOST = 200, SENTENCE_MOST = 1000, RUNS_MOST = 100 };

/* The longest a timeout and a retry interval are when nobody says. */
static const int64_t unsaid_ms = 10 * SECOND_MS;

static bool check_line(const char *text, struct error *err)
{
	if (text_is_clean(text))
		return true;
	return error_set(err, EXIT_CONFIG, "holds line ends, tabs, double blanks or characters that cannot be seen: write one plain line");
}

/* A tag is written among others and in a filter, where blanks, commas and bars part words. */
static bool check_tag(const char *text, struct error *err)
{
	if (!check_line(text, err))
		return false;
	if (text[0] == '\0')
		return error_set(err, EXIT_CONFIG, "holds an empty tag: leave it out");
	if (text[strcspn(text, " ,|\"")] != '\0')
		return error_set(err, EXIT_CONFIG, "\"%s\" holds a blank, comma, bar or quote: write a tag as one word", text);
	return true;
}

#define FIELD(name) .offset = offsetof(struct spec_common, name)

const struct setting spec_settings[] = {
	{ .name = "interval", .type = SETTING_DURATION, FIELD(interval_ms), .least = SECOND_MS, .most = 30 * DAY_MS,
	  .fallback = "60s", .summary = "How often it is checked", .example = "30s" },
	{ .name = "timeout", .type = SETTING_DURATION, FIELD(timeout_ms), .least = 10, .most = HOUR_MS,
	  .summary = "How long a check may take; 10s, or the interval where that is less", .example = "5s" },
	{ .name = "retry_interval", .type = SETTING_DURATION, FIELD(retry_interval_ms), .least = SECOND_MS, .most = 30 * DAY_MS,
	  .summary = "How often while it changes its mind; 10s, or the interval where that is less", .example = "5s" },
	{ .name = "rise", .type = SETTING_INTEGER, FIELD(rise), .least = 1, .most = RUNS_MOST,
	  .fallback = "2", .summary = "Good checks in a row that end an incident", .example = "3" },
	{ .name = "fall", .type = SETTING_INTEGER, FIELD(fall), .least = 1, .most = RUNS_MOST,
	  .fallback = "3", .summary = "Failed checks in a row that make it down", .example = "5" },
	{ .name = "invert", .type = SETTING_FLAG, FIELD(invert),
	  .summary = "Up is down and down is up: for what must not answer", .example = "true" },
	{ .name = "degraded_above", .type = SETTING_DURATION, FIELD(degraded_above_ms), .least = 0, .most = HOUR_MS,
	  .summary = "Degraded when an answer takes longer; 0 for never", .example = "800ms" },
	{ .name = "cert_warn", .type = SETTING_DURATION, FIELD(cert_warn_ms), .least = 0, .most = 3650 * DAY_MS,
	  .fallback = "14d", .summary = "Degraded when the certificate has less than this left; 0 for never", .example = "30d" },
	{ .name = "slo", .type = SETTING_PERCENT, FIELD(slo_ppm), .least = 10000, .most = 999999,
	  .summary = "Per cent of the time it is to be up; the rest is its error budget", .example = "99.9" },
	{ .name = "slo_window", .type = SETTING_DURATION, FIELD(slo_window_ms), .least = HOUR_MS, .most = 366 * DAY_MS,
	  .fallback = "30d", .summary = "The time back from now that slo speaks of", .example = "7d" },
	{ .name = "group", .type = SETTING_TEXT, FIELD(group), .most = WORD_MOST, .check = check_line,
	  .summary = "The group it is shown in", .example = "shop" },
	{ .name = "tags", .type = SETTING_LIST, FIELD(tags), .most = WORD_MOST, .check = check_tag,
	  .summary = "Words to find and filter it by", .example = "prod, db" },
	{ .name = "description", .type = SETTING_TEXT, FIELD(description), .most = SENTENCE_MOST, .check = check_line,
	  .summary = "What it is, for those who do not know it", .example = "Shop front, behind the load balancer" },
	{ .name = "runbook", .type = SETTING_TEXT, FIELD(runbook), .most = SENTENCE_MOST, .check = check_line,
	  .summary = "What to do when it fails, or where that is written", .example = "https://wiki.example/shop" },
	{ .name = "owner", .type = SETTING_TEXT, FIELD(owner), .most = WORD_MOST, .check = check_line,
	  .summary = "Who is to be asked", .example = "web team" },
	{ .name = "alert", .type = SETTING_LIST, FIELD(alert), .least = 1, .most = WORD_MOST, .check = check_line,
	  .summary = "The channels that are told of it, or none; those that are told by default if not given", .example = "ops, mail" },
	{ .name = "renamed_from", .type = SETTING_TEXT, FIELD(renamed_from), .most = SPEC_NAME_MOST, .check = check_line,
	  .summary = "The name it had before, whose history it keeps", .example = "old name" },
	{ .name = NULL },
};

static bool check_name(const char *name, struct error *err)
{
	size_t length = strlen(name);

	if (length == 0)
		return error_set(err, EXIT_CONFIG, "the name is empty: write what it is to be called");
	if (length > SPEC_NAME_MOST)
		return error_set(err, EXIT_CONFIG, "the name is too long (%zu bytes): write at most %d", length, (int)SPEC_NAME_MOST);
	if (!text_is_clean(name))
		return error_set(err, EXIT_CONFIG,
		    "the name holds line ends, tabs, double blanks or characters that cannot be seen: write one plain line");
	if (name[0] == ' ' || name[length - 1] == ' ')
		return error_set(err, EXIT_CONFIG, "the name \"%s\" begins or ends with a blank: leave it out", name);
	return true;
}

/* Kinds without settings of their own have neither table nor struct. */
static bool has_settings(const struct kind *kind)
{
	return kind->settings && kind->settings_size > 0;
}

static struct monitor_spec *make(const struct kind *kind, const char *name, char *target)
{
	struct monitor_spec *spec = heap_zero(1, sizeof(*spec));

	atomic_init(&spec->holders, 1);
	spec->kind = kind;
	spec->name = heap_text(name);
	spec->target = target;
	if (has_settings(kind))
		spec->settings = heap_zero(1, kind->settings_size);
	return spec;
}

struct monitor_spec *spec_create(const struct kind *kind, const char *name, const char *target, struct error *err)
{
	char *canonical = NULL;
	struct monitor_spec *spec;

	if (!check_name(name, err) || !kind->read_target(target, &canonical, err))
		return NULL;
	spec = make(kind, name, canonical);
	settings_init(spec_settings, &spec->common);
	if (spec->settings)
		settings_init(kind->settings, spec->settings);
	return spec;
}

static int64_t unsaid(int64_t interval_ms)
{
	return interval_ms < unsaid_ms ? interval_ms : unsaid_ms;
}

/*
 * What sealing filled in becomes unsaid again, so that an edit of the interval alone is not refused for a timeout that nobody
 * wrote. One that was written and says the same is none the worse for it.
 */
static void unseal(struct spec_common *common)
{
	if (common->timeout_ms == unsaid(common->interval_ms))
		common->timeout_ms = 0;
	if (common->retry_interval_ms == unsaid(common->interval_ms))
		common->retry_interval_ms = 0;
}

struct monitor_spec *spec_copy(const struct monitor_spec *spec)
{
	struct monitor_spec *copy = make(spec->kind, spec->name, heap_text(spec->target));

	settings_copy(spec_settings, &copy->common, &spec->common);
	if (copy->settings)
		settings_copy(spec->kind->settings, copy->settings, spec->settings);
	unseal(&copy->common);
	copy->origin = spec->origin;
	copy->file = heap_text(spec->file);
	copy->line = spec->line;
	copy->foreign = spec->foreign;
	return copy;
}

/* In the one unit that says it whole, as people write it: "70s", not "1m10s". */
static const char *say_duration(int64_t ms, char out[32])
{
	static const struct { int64_t ms; const char *word; } units[] = {
		{ DAY_MS, "d" }, { HOUR_MS, "h" }, { MINUTE_MS, "m" }, { SECOND_MS, "s" }, { 1, "ms" },
	};
	size_t i = 0;

	while (ms % units[i].ms)
		i++;
	snprintf(out, 32, "%" PRId64 "%s", ms / units[i].ms, units[i].word);
	return out;
}

static bool check_not_longer(const char *name, int64_t ms, const char *than, int64_t limit_ms, struct error *err)
{
	char own[32], limit[32];

	if (ms <= limit_ms)
		return true;
	return error_set(err, EXIT_CONFIG, "%s: %s is longer than the %s (%s)", name, say_duration(ms, own), than,
	    say_duration(limit_ms, limit));
}

/* Nothing is changed before everything has been checked: a spec that is refused can be mended and sealed again. */
bool spec_seal(struct monitor_spec *spec, struct error *err)
{
	struct spec_common *common = &spec->common;
	int64_t timeout_ms = common->timeout_ms ? common->timeout_ms : unsaid(common->interval_ms);
	int64_t retry_ms = common->retry_interval_ms ? common->retry_interval_ms : unsaid(common->interval_ms);
	int64_t said_timeout_ms = common->timeout_ms, said_retry_ms = common->retry_interval_ms;

	assert(!spec->prepared);
	if (!check_not_longer("timeout", timeout_ms, "interval", common->interval_ms, err)
	    || !check_not_longer("retry_interval", retry_ms, "interval", common->interval_ms, err)
	    || !check_not_longer("degraded_above", common->degraded_above_ms, "timeout", timeout_ms, err))
		return false;
	if (common->renamed_from && strcmp(common->renamed_from, spec->name) == 0)
		return error_set(err, EXIT_CONFIG, "renamed_from: \"%s\" is its name now: write the one before, or leave it out", spec->name);

	common->timeout_ms = timeout_ms;
	common->retry_interval_ms = retry_ms;
	if (spec->foreign || !spec->kind->prepare || spec->kind->prepare(spec, &spec->prepared, err))
		return true;
	common->timeout_ms = said_timeout_ms;
	common->retry_interval_ms = said_retry_ms;
	spec->prepared = NULL;
	return false;
}

struct monitor_spec *spec_hold(struct monitor_spec *spec)
{
	if (spec)
		atomic_fetch_add_explicit(&spec->holders, 1, memory_order_relaxed);
	return spec;
}

static void drop_settings(struct monitor_spec *spec)
{
	if (spec->settings)
		settings_finish(spec->kind->settings, spec->settings);
	free(spec->settings);
}

void spec_release(struct monitor_spec *spec)
{
	if (!spec || atomic_fetch_sub_explicit(&spec->holders, 1, memory_order_acq_rel) != 1)
		return;
	if (spec->prepared)
		spec->kind->unprepare(spec->prepared);
	if (!spec->lender)
		drop_settings(spec);
	if (!spec->lender || spec->file != spec->lender->file)
		free(spec->file);
	spec_release(spec->lender);
	settings_finish(spec_settings, &spec->common);
	free(spec->name);
	free(spec->target);
	free(spec);
}

void spec_borrow(struct monitor_spec *spec, struct monitor_spec *from)
{
	/* Whoever lends owns: what is borrowed holds no chain of specs. */
	struct monitor_spec *owner = from->lender ? from->lender : from;

	assert(!spec->prepared && !spec->lender && from != spec);
	if (spec->kind != owner->kind || !spec->settings || !settings_equal(spec->kind->settings, spec->settings, owner->settings))
		return;
	drop_settings(spec);
	spec->settings = owner->settings;
	spec->lender = spec_hold(owner);
	if (spec->file && owner->file && strcmp(spec->file, owner->file) == 0) {
		free(spec->file);
		spec->file = owner->file;
	}
}

/* renamed_from says what was, not what is to be. */
static bool common_equal(const struct spec_common *a, const struct spec_common *b)
{
	for (const struct setting *row = spec_settings; row->name; row++) {
		const struct setting one[] = { *row, { .name = NULL } };

		if (row->offset != offsetof(struct spec_common, renamed_from) && !settings_equal(one, a, b))
			return false;
	}
	return true;
}

bool spec_equal(const struct monitor_spec *a, const struct monitor_spec *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0 && strcmp(a->target, b->target) == 0
	    && common_equal(&a->common, &b->common)
	    && (!a->settings || settings_equal(a->kind->settings, a->settings, b->settings));
}

const struct setting *spec_setting(struct monitor_spec *spec, const char *section, const char *name, void **values)
{
	const struct setting *row = NULL;

	if (has_settings(spec->kind)) {
		row = setting_find(spec->kind->settings, section, name);
		*values = spec->settings;
	}
	if (!row) {
		row = setting_find(spec_settings, section, name);
		*values = &spec->common;
	}
	return row;
}

enum verdict spec_verdict(const struct monitor_spec *spec, const struct check_result *result)
{
	enum verdict verdict = outcome_row((int)result->outcome)->verdict;

	return spec->common.invert ? verdict_invert(verdict) : verdict;
}
