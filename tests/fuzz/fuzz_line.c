/*
 * Any bytes as lines of an export: what is refused says why; what is taken is in its range, and an export of it is taken again as the same.
 * The first byte says whether they are CSV or JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/format/line.h"
#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/heap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fine)
{
	if (!fine)
		abort();
}

static bool same(const struct import_beat *a, const struct import_beat *b)
{
	return a->time_us / 1000 == b->time_us / 1000 && a->state == b->state && a->outcome == b->outcome && a->code == b->code
	    && a->reach_ms == b->reach_ms && memcmp(a->phase_us, b->phase_us, sizeof a->phase_us) == 0 && strcmp(a->detail, b->detail) == 0;
}

/* JSON says all of a beat, but not that nothing was told of a reach or a verdict. */
static void write_and_read(const struct line *line)
{
	const struct import_beat *beat = &line->beat;
	struct beat_record record = {
		.name = line->monitor, .kind = line->monitor_kind ? line->monitor_kind : "", .time_us = beat->time_us, .state = beat->state,
		.outcome = beat->outcome, .verdict = beat->verdict < 0 ? 0 : beat->verdict, .reach_ms = beat->reach_ms, .code = beat->code,
		.cert_expires_us = beat->cert_expires_us, .detail = beat->detail, .address = beat->address,
	};
	struct line_reader *reader = line_reader_create();
	struct line again;
	struct buf out;

	memcpy(record.phase_us, beat->phase_us, sizeof record.phase_us);
	buf_init(&out, 1 << 24);
	format_beat(&out, EXPORT_NDJSON, &record, true, true);
	if (beat->reach_ms >= 0 && !strstr(out.data, "\xef\xbf\xbd")) {
		require(line_read_json(reader, out.data, out.length - 1, &again) == LINE_BEAT);
		require(same(beat, &again.beat) && strcmp(line->monitor, again.monitor) == 0);
	}
	buf_finish(&out);
	line_reader_destroy(reader);
}

static void check(const struct line *line, enum line_kind kind)
{
	const struct import_beat *beat = &line->beat;
	const struct import_event *event = &line->event;

	switch (kind) {
	case LINE_BROKEN:
		require(*line->trouble != '\0');
		break;
	case LINE_BEAT:
		require(*line->monitor && beat->time_us >= 0 && beat->state >= 0 && beat->state < STATE_COUNT && beat->outcome >= 0
		    && beat->outcome < OUTCOME_COUNT && beat->verdict >= -1 && beat->verdict < VERDICT_COUNT && beat->code >= -1
		    && beat->reach_ms >= -1 && beat->cert_expires_us >= 0 && beat->detail && beat->address);
		for (int i = 0; i < PHASE_COUNT; i++)
			require(beat->phase_us[i] >= -1);
		write_and_read(line);
		break;
	case LINE_EVENT:
		require(line->monitor && event->time_us >= 0 && event->kind >= EVENT_STATE && event->kind <= EVENT_LAST && event->from >= 0
		    && event->from < STATE_COUNT && event->to >= 0 && event->to < STATE_COUNT && event->lasted_us >= 0 && event->since_us >= 0
		    && event->detail && event->evidence && event->who);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_reader *reader;
	bool json;

	if (size == 0 || size > 65536)
		return 0;
	json = data[0] == '{' || data[0] == '[';
	reader = line_reader_create();
	for (size_t at = 0; at < size;) {
		const uint8_t *newline = memchr(data + at, '\n', size - at);
		size_t length = newline ? (size_t)(newline - data) - at : size - at;
		char *text = heap_text_n((const char *)data + at, length);
		struct line line;

		check(&line, json ? line_read_json(reader, text, length, &line) : line_read_csv(reader, text, length, &line));
		free(text);
		at += length + 1;
	}
	line_reader_destroy(reader);
	return 0;
}
