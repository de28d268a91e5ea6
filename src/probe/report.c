/*
 * The sentences of failures that several kinds share, and the evidence kept of them.
 */
#include "report.h"

#include <errno.h>
#include <stdarg.h>

#include "kumatop/text.h"

void report_connect(struct check_result *result, int error, const struct sockaddr *address)
{
	char to[ADDRESS_TEXT_SIZE];
	address_print(address, to, sizeof to);
	switch (result->outcome) {
	case OUTCOME_CONNECT_REFUSED:
		result_set_detail(result, "connection refused by %s", to);
		break;
	case OUTCOME_CONNECT_TIMEOUT:
		result_set_detail(result, "no connection to %s: nothing answers there", to);
		break;
	case OUTCOME_RESET:
		result_set_detail(result, "connection reset by %s", to);
		break;
	case OUTCOME_UNREACHABLE:
		result_set_detail(result, "%s cannot be reached: %s", to, strerror(error));
		break;
	case OUTCOME_NO_ROUTE:
		if (error == EADDRNOTAVAIL || error == EAFNOSUPPORT)
			result_set_detail(result, "no way to %s: this machine has no address of that family", to);
		else
			result_set_detail(result, "no route to %s from this machine", to);
		break;
	case OUTCOME_NO_SOCKETS:
		result_set_detail(result, "no socket for a connection to %s: %s", to, strerror(error));
		break;
	case OUTCOME_NOT_PERMITTED:
		result_set_detail(result, "this machine does not permit a connection to %s: %s", to, strerror(error));
		break;
	default:
		result_set_detail(result, "connecting to %s: %s", to, strerror(error));
		break;
	}
}

void report_lookup(struct check_result *result, const struct lookup_answer *answer)
{
	result->outcome = answer->outcome == OUTCOME_OK ? OUTCOME_INTERNAL : answer->outcome;
	result_set_detail(result, "%s", answer->detail);
}

void report_lookup_hung(struct check_result *result, const struct monitor_spec *spec, const char *host)
{
	char within[32];
	result->outcome = OUTCOME_RESOLVER_SILENT;
	result_set_detail(result, "no answer from the name server for %s within %s", host,
			  duration_print(spec->common.timeout_ms, within, sizeof within));
}

void report_slowness(struct check_result *result, const struct monitor_spec *spec)
{
	int64_t allowed_us = spec->common.degraded_above_ms * 1000;
	int32_t latency_us = result_latency_us(result);
	if (result->outcome != OUTCOME_OK || allowed_us == 0 || latency_us <= allowed_us)
		return;
	char took[32], allowed[32];
	result->outcome = OUTCOME_SLOW;
	result_set_detail(result, "took %s (degraded above %s)", report_latency(latency_us, took, sizeof took),
			  duration_print(spec->common.degraded_above_ms, allowed, sizeof allowed));
}

bool report_is_worse(enum outcome a, enum outcome b)
{
	enum verdict left = outcome_row((int)a)->verdict, right = outcome_row((int)b)->verdict;
	return left != right && verdict_worse(left, right) == left;
}

int32_t report_us(struct mono from, struct mono to)
{
	int64_t us = mono_between_us(from, to);
	if (us < 0)
		return 0;
	return us > INT32_MAX ? INT32_MAX : (int32_t)us;
}

void report_phase(struct check_result *result, enum phase phase, struct mono from, struct mono to)
{
	int32_t *us = &result->phase_us[phase];
	int32_t more = report_us(from, to);
	*us = *us < 0 ? more : more > INT32_MAX - *us ? INT32_MAX : *us + more;
}

char *report_latency(int64_t us, char *out, size_t size)
{
	if (us < 1000)
		snprintf(out, size, "%dus", (int)us);
	else if (us < SECOND_US)
		snprintf(out, size, us < 100 * 1000 ? "%.1fms" : "%.0fms", (double)us / 1000);
	else
		snprintf(out, size, "%.1fs", (double)us / (double)SECOND_US);
	return out;
}

/* Raw text first, so that one pass at the end makes all of it harmless. */
static _Thread_local struct {
	char raw[RESULT_EVIDENCE_SIZE];
	size_t length;
	char clean[RESULT_EVIDENCE_SIZE];
} evidence;

void evidence_begin(void)
{
	evidence.length = 0;
}

void evidence_text(const char *data, size_t length)
{
	size_t room = sizeof evidence.raw - evidence.length;
	if (length > room)
		length = room;
	memcpy(evidence.raw + evidence.length, data, length);
	evidence.length += length;
}

void evidence_line(const char *format, ...)
{
	char line[1024];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (length <= 0)
		return;
	evidence_text(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
	evidence_text("\n", 1);
}

void evidence_addresses(const struct sockaddr_storage *addresses, size_t count)
{
	char text[ADDRESS_TEXT_SIZE];
	for (size_t i = 0; i < count; i++) {
		evidence_text(i == 0 ? "addresses: " : ", ", i == 0 ? 11 : 2);
		address_print((const struct sockaddr *)&addresses[i], text, sizeof text);
		evidence_text(text, strlen(text));
	}
	if (count > 0)
		evidence_text("\n", 1);
}

const char *evidence_end(void)
{
	size_t length = evidence.length;
	while (length > 0 && (evidence.raw[length - 1] == '\n' || evidence.raw[length - 1] == '\r'))
		length--;
	text_sanitize_lines(evidence.clean, sizeof evidence.clean, evidence.raw, length);
	return evidence.clean;
}
