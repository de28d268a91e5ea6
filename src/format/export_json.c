/* Rows of history as JSON objects: one a line, or all in one array. */
#include "export.h"

#include <math.h>

#include "kumatop/when.h"

#include "put.h"

static void beat_json(struct buf *out, const struct beat_record *beat, bool guard)
{
	static const char *const keys[] = { "name_ms", "connect_ms", "tls_ms", "first_byte_ms", "transfer_ms" };
	struct json *object = json_new_object();

	put_moment(object, "time", beat->time_us);
	json_put_text(object, "monitor", beat->name);
	json_put_text(object, "kind", beat->kind);
	json_put_text(object, "state", state_word(beat->state));
	json_put_text(object, "outcome", outcome_row(beat->outcome)->word);
	put_natural(object, "code", beat->code);
	put_ms(object, "latency_ms", phases_latency_us(beat->outcome, beat->phase_us));
	for (int i = PHASE_NAME; i <= PHASE_TRANSFER; i++)
		put_ms(object, keys[i], beat->phase_us[i]);
	json_put_text(object, "detail", beat->detail);
	/* What an import needs to account for the time as it was accounted for here. */
	json_put_text(object, "verdict", verdict_word((enum verdict)beat->verdict));
	json_put_integer(object, "reach_ms", beat->reach_ms);
	put_ms(object, "total_ms", beat->phase_us[PHASE_TOTAL]);
	json_put_text(object, "address", beat->address);
	put_moment(object, "cert_expires", beat->cert_expires_us);
	json_print(object, out);
	json_free(object);
}

static void event_json(struct buf *out, const struct event_record *event, bool guard)
{
	struct json *object = json_new_object();

	put_moment(object, "time", event->time_us);
	json_put_text(object, "monitor", event->name);
	json_put_text(object, "event", event->kind_word);
	json_put_text(object, "from", state_word(event->from));
	json_put_text(object, "to", state_word(event->to));
	json_put_text(object, "outcome", event->outcome >= 0 ? outcome_row(event->outcome)->word : NULL);
	put_natural(object, "code", event->code);
	put_moment(object, "since", event->since_us);
	json_put_integer(object, "lasted_s", event->lasted_us / SECOND_US);
	json_put_text(object, "who", event->who);
	json_put_text(object, "detail", event->detail);
	json_put_text(object, "evidence", event->evidence);
	json_print(object, out);
	json_free(object);
}

/* To the microsecond, so that the amounts of a roll-up add up. */
static void put_amount(struct json *object, const char *key, int64_t us)
{
	json_put_real(object, key, (double)us / 1e6);
}

static void rollup_json(struct buf *out, const struct rollup_record *record, bool guard)
{
	const struct rollup *rollup = record->rollup;
	double uptime = amounts_uptime(&rollup->amounts);
	struct json *object = json_new_object();

	put_moment(object, "time", rollup->start_us);
	json_put_text(object, "monitor", record->name);
	json_put_text(object, "kind", record->kind);
	put_amount(object, "up_s", rollup->amounts.us[TIME_UP]);
	put_amount(object, "degraded_s", rollup->amounts.degraded_us);
	put_amount(object, "down_s", rollup->amounts.us[TIME_DOWN]);
	put_amount(object, "pending_s", rollup->amounts.us[TIME_PENDING]);
	put_amount(object, "maintenance_s", rollup->amounts.us[TIME_MAINTENANCE]);
	put_amount(object, "unknown_s", rollup->amounts.us[TIME_UNKNOWN]);
	json_put_real(object, "uptime", uptime >= 0 ? uptime : NAN);
	json_put_integer(object, "beats_up", rollup->beats[VERDICT_UP]);
	json_put_integer(object, "beats_degraded", rollup->beats[VERDICT_DEGRADED]);
	json_put_integer(object, "beats_down", rollup->beats[VERDICT_DOWN]);
	json_put_integer(object, "beats_unknown", rollup->beats[VERDICT_UNKNOWN]);
	put_ms(object, "min_ms", rollup->latency_min_us);
	put_ms(object, "mean_ms", export_mean_us(rollup));
	put_ms(object, "max_ms", rollup->latency_max_us);
	put_ms(object, "p50_ms", rollup_quantile_us(rollup, 0.5));
	put_ms(object, "p90_ms", rollup_quantile_us(rollup, 0.9));
	put_ms(object, "p95_ms", rollup_quantile_us(rollup, 0.95));
	put_ms(object, "p99_ms", rollup_quantile_us(rollup, 0.99));
	json_print(object, out);
	json_free(object);
}

const struct export_form export_ndjson = {
	.heads = { "", "", "" }, .first = "", .next = "", .after = "\n", .tail = "", .tail_of_none = "",
	.beat = beat_json, .event = event_json, .rollup = rollup_json,
};

const struct export_form export_json = {
	.heads = { "[", "[", "[" }, .first = "\n", .next = ",\n", .after = "", .tail = "\n]\n", .tail_of_none = "]\n",
	.beat = beat_json, .event = event_json, .rollup = rollup_json,
};
