/* History as OpenMetrics text; see openmetrics.h. What there is of a row is a table here: one row a series of samples. */
#include "kumatop/openmetrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

#include "cell.h"
#include "export.h"

enum { LABELS_BYTES_MOST = 1 << 16, PARTED_MS_MOST = 1000 };

/* A series: a family, or one value of its label. value() gives what a row has of it, times 10^digits; false: nothing. */
struct series {
	const char *family, *unit, *help;	/* unit NULL: none */
	const char *label, *label_value;	/* NULL: none */
	bool (*of_beat)(const struct beat_record *beat, int which, int64_t *value);
	bool (*of_rollup)(const struct rollup *rollup, int which, int64_t *value);
	int which, digits;
};

struct openmetrics {
	const struct series *table;	/* ended by a row without a family */
	size_t count, at;		/* rows; that of this reading */
	bool begun;
	uint64_t seen;			/* those the first reading found something of, a bit each */
	char *name, *kind;		/* of the monitor whose rows come; NULL: none yet */
	struct buf labels;		/* its, and the series's */
	int64_t last_ms;
};

static bool natural(int64_t found, int64_t *value)
{
	*value = found;
	return found >= 0;
}

static bool beat_up(const struct beat_record *beat, int which, int64_t *value)
{
	*value = beat->verdict == VERDICT_UP || beat->verdict == VERDICT_DEGRADED;
	return beat->verdict != VERDICT_UNKNOWN;
}

static bool beat_latency(const struct beat_record *beat, int which, int64_t *value)
{
	return natural(phases_latency_us(beat->outcome, beat->phase_us), value);
}

static bool beat_phase(const struct beat_record *beat, int which, int64_t *value)
{
	return natural(beat->phase_us[which], value);
}

static bool beat_code(const struct beat_record *beat, int which, int64_t *value)
{
	return natural(beat->code, value);
}

static bool beat_expiry(const struct beat_record *beat, int which, int64_t *value)
{
	*value = beat->cert_expires_us;
	return beat->cert_expires_us != 0;
}

#define CHECK_UP "Whether the check was good, also if degraded: 1, or 0; no sample where it could not be carried out."
#define CHECK_LATENCY "How long a good check took, as kumatop shows it: in total, or the mean round trip of a ping."
#define CHECK_DURATION "How long each phase of a check took, good or not."
#define CHECK_CODE "The code a check got: the status of HTTP, packets lost in percent of a ping."
#define CHECK_EXPIRY "When the certificate seen by a check expires."
#define DURATION(word, phase) \
	{ "kumatop_check_duration_seconds", "seconds", CHECK_DURATION, "phase", word, beat_phase, NULL, phase, 6 }

static const struct series of_beats[] = {
	{ "kumatop_check_up", NULL, CHECK_UP, NULL, NULL, beat_up, NULL, 0, 0 },
	{ "kumatop_check_latency_seconds", "seconds", CHECK_LATENCY, NULL, NULL, beat_latency, NULL, 0, 6 },
	DURATION("total", PHASE_TOTAL),
	DURATION("name", PHASE_NAME),
	DURATION("connect", PHASE_CONNECT),
	DURATION("tls", PHASE_TLS),
	DURATION("first_byte", PHASE_FIRST_BYTE),
	DURATION("transfer", PHASE_TRANSFER),
	{ "kumatop_check_code", NULL, CHECK_CODE, NULL, NULL, beat_code, NULL, 0, 0 },
	{ "kumatop_check_certificate_expiry_timestamp_seconds", "seconds", CHECK_EXPIRY, NULL, NULL, beat_expiry, NULL, 0, 6 },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 },
};

static bool rollup_time(const struct rollup *rollup, int which, int64_t *value)
{
	return natural(rollup->amounts.us[which], value);
}

static bool rollup_degraded(const struct rollup *rollup, int which, int64_t *value)
{
	return natural(rollup->amounts.degraded_us, value);
}

static bool rollup_uptime(const struct rollup *rollup, int which, int64_t *value)
{
	double uptime = amounts_uptime(&rollup->amounts);

	*value = uptime < 0 ? -1 : export_ratio(uptime);
	return uptime >= 0;
}

static bool rollup_checks(const struct rollup *rollup, int which, int64_t *value)
{
	return natural(rollup->beats[which], value);
}

static bool rollup_answers(const struct rollup *rollup, int which, int64_t *value)
{
	return natural(rollup->answers, value);
}

static bool rollup_least(const struct rollup *rollup, int which, int64_t *value)
{
	return natural(rollup->latency_min_us, value);
}

static bool rollup_mean(const struct rollup *rollup, int which, int64_t *value)
{
	return natural(export_mean_us(rollup), value);
}

static bool rollup_most(const struct rollup *rollup, int which, int64_t *value)
{
	return natural(rollup->latency_max_us, value);
}

static bool rollup_quantile(const struct rollup *rollup, int which, int64_t *value)
{
	return natural(rollup_quantile_us(rollup, which / 100.0), value);
}

#define ROLLUP_TIME "How much of the roll-up's time was of each class; together they are its length."
#define ROLLUP_DEGRADED "How much of the time of class up was degraded."
#define ROLLUP_UPTIME "Time up / (time up + time down); no sample where neither was observed."
#define ROLLUP_CHECKS "How many checks there were, by what they said of the target."
#define ROLLUP_ANSWERS "How many checks had a latency."
#define TIME(word, time_class) \
	{ "kumatop_rollup_time_seconds", "seconds", ROLLUP_TIME, "class", word, NULL, rollup_time, time_class, 6 }
#define CHECKS(word, verdict) { "kumatop_rollup_checks", NULL, ROLLUP_CHECKS, "verdict", word, NULL, rollup_checks, verdict, 0 }
#define LATENCY(word, value) \
	{ "kumatop_rollup_latency_" word "_seconds", "seconds", "The " word " of the latencies.", NULL, NULL, NULL, value, 0, 6 }
#define QUANTILE(word, percent) \
	{ "kumatop_rollup_latency_quantile_seconds", "seconds", "Quantiles of the latencies.", "quantile", word, NULL, rollup_quantile, percent, 6 }

static const struct series of_rollups[] = {
	TIME("up", TIME_UP),
	TIME("down", TIME_DOWN),
	TIME("pending", TIME_PENDING),
	TIME("maintenance", TIME_MAINTENANCE),
	TIME("unknown", TIME_UNKNOWN),
	{ "kumatop_rollup_degraded_seconds", "seconds", ROLLUP_DEGRADED, NULL, NULL, NULL, rollup_degraded, 0, 6 },
	{ "kumatop_rollup_uptime_ratio", "ratio", ROLLUP_UPTIME, NULL, NULL, NULL, rollup_uptime, 0, EXPORT_RATIO_DIGITS },
	CHECKS("up", VERDICT_UP),
	CHECKS("degraded", VERDICT_DEGRADED),
	CHECKS("down", VERDICT_DOWN),
	CHECKS("unknown", VERDICT_UNKNOWN),
	{ "kumatop_rollup_answers", NULL, ROLLUP_ANSWERS, NULL, NULL, NULL, rollup_answers, 0, 0 },
	LATENCY("min", rollup_least),
	LATENCY("mean", rollup_mean),
	LATENCY("max", rollup_most),
	QUANTILE("0.5", 50),
	QUANTILE("0.9", 90),
	QUANTILE("0.95", 95),
	QUANTILE("0.99", 99),
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 },
};

struct openmetrics *openmetrics_create(bool rollups)
{
	struct openmetrics *metrics = heap_zero(1, sizeof(*metrics));

	metrics->table = rollups ? of_rollups : of_beats;
	while (metrics->table[metrics->count].family)
		metrics->count++;
	assert(metrics->count <= 64);
	buf_init(&metrics->labels, LABELS_BYTES_MOST);
	return metrics;
}

static void forget_monitor(struct openmetrics *metrics)
{
	free(metrics->name);
	free(metrics->kind);
	metrics->name = metrics->kind = NULL;
}

void openmetrics_destroy(struct openmetrics *metrics)
{
	if (!metrics)
		return;
	forget_monitor(metrics);
	buf_finish(&metrics->labels);
	free(metrics);
}

unsigned openmetrics_readings(const struct openmetrics *metrics)
{
	unsigned seen = 0;

	if (metrics->at == 0)
		return (unsigned)metrics->count;
	for (size_t i = 0; i < metrics->count; i++)
		seen += i == 0 || (metrics->seen >> i & 1);
	return seen;
}

static void add_head(const struct series *series, struct buf *out)
{
	buf_print(out, "# TYPE %s gauge\n", series->family);
	if (series->unit)
		buf_print(out, "# UNIT %s %s\n", series->family, series->unit);
	buf_print(out, "# HELP %s %s\n", series->family, series->help);
}

bool openmetrics_next(struct openmetrics *metrics, struct buf *out)
{
	size_t before = metrics->at;

	forget_monitor(metrics);
	if (metrics->begun)
		for (metrics->at++; metrics->at < metrics->count && !(metrics->seen >> metrics->at & 1); metrics->at++)
			;
	if (metrics->at == metrics->count) {
		buf_add_text(out, "# EOF\n");
		return false;
	}
	if (!metrics->begun || strcmp(metrics->table[before].family, metrics->table[metrics->at].family) != 0)
		add_head(&metrics->table[metrics->at], out);
	metrics->begun = true;
	return true;
}

static void add_label(struct buf *out, const char *key, const char *value)
{
	char clean[8192];

	buf_add_char(out, out->length ? ',' : '{');
	buf_add_text(out, key);
	buf_add_text(out, "=\"");
	text_sanitize(clean, sizeof(clean), value, strlen(value));
	for (const char *at = clean; *at; at++) {
		if (*at == '"' || *at == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *at);
	}
	buf_add_char(out, '"');
}

static void begin_monitor(struct openmetrics *metrics, const char *name, const char *kind, const char *resolution)
{
	const struct series *series = &metrics->table[metrics->at];

	if (metrics->name && strcmp(metrics->name, name) == 0 && strcmp(metrics->kind, kind) == 0)
		return;
	forget_monitor(metrics);
	metrics->name = heap_text(name);
	metrics->kind = heap_text(kind);
	metrics->last_ms = INT64_MIN;
	buf_clear(&metrics->labels);
	add_label(&metrics->labels, "monitor", name);
	add_label(&metrics->labels, "kind", kind);
	if (resolution)
		add_label(&metrics->labels, "resolution", resolution);
	if (series->label)
		add_label(&metrics->labels, series->label, series->label_value);
	buf_add_text(&metrics->labels, "} ");
}

/* One of the same millisecond is the next one's; one that is earlier than that, of another monitor that had the name, has no place. */
static bool take_time(struct openmetrics *metrics, int64_t time_us, int64_t *ms)
{
	*ms = time_us / 1000;
	if (metrics->last_ms != INT64_MIN && *ms <= metrics->last_ms) {
		if (metrics->last_ms - *ms >= PARTED_MS_MOST)
			return false;
		*ms = metrics->last_ms + 1;
	}
	metrics->last_ms = *ms;
	return true;
}

static void add_sample(struct openmetrics *metrics, int64_t value, int64_t time_us, struct buf *out)
{
	const struct series *series = &metrics->table[metrics->at];
	int64_t ms;

	if (!take_time(metrics, time_us, &ms))
		return;
	buf_add_text(out, series->family);
	buf_add(out, metrics->labels.data, metrics->labels.length);
	cell_decimal(out, value, series->digits);
	buf_add_char(out, ' ');
	cell_decimal(out, ms, 3);
	buf_add_char(out, '\n');
}

void openmetrics_beat(struct openmetrics *metrics, const struct beat_record *beat, struct buf *out)
{
	const struct series *series = &metrics->table[metrics->at];
	int64_t value;

	for (size_t i = 1; metrics->at == 0 && i < metrics->count; i++)
		if (!(metrics->seen >> i & 1) && metrics->table[i].of_beat(beat, metrics->table[i].which, &value))
			metrics->seen |= UINT64_C(1) << i;
	if (!series->of_beat(beat, series->which, &value))
		return;
	begin_monitor(metrics, beat->name, beat->kind, NULL);
	add_sample(metrics, value, beat->time_us, out);
}

void openmetrics_rollup(struct openmetrics *metrics, const struct rollup_record *record, struct buf *out)
{
	const struct series *series = &metrics->table[metrics->at];
	const struct rollup *rollup = record->rollup;
	int64_t value;

	for (size_t i = 1; metrics->at == 0 && i < metrics->count; i++)
		if (!(metrics->seen >> i & 1) && metrics->table[i].of_rollup(rollup, metrics->table[i].which, &value))
			metrics->seen |= UINT64_C(1) << i;
	if (!series->of_rollup(rollup, series->which, &value))
		return;
	begin_monitor(metrics, record->name, record->kind, rollup_word(rollup->step));
	add_sample(metrics, value, rollup->start_us + rollup_length_us(rollup->step), out);
}
