/*
 * Whether an answer is the one that is expected.
 */
#include "http.h"

#include "kumatop/spec.h"
#include "report.h"

bool http_status_range(const char *text, struct status_range *range, struct error *err)
{
	static const char form[] = "write 404 or 200-299";
	char *end;
	if (text[0] < '0' || text[0] > '9')
		return error_set(err, EXIT_CONFIG, "\"%s\" is no status: %s", text, form);
	long first = strtol(text, &end, 10), last = first;
	if (*end == '-' && end[1] >= '0' && end[1] <= '9')
		last = strtol(end + 1, &end, 10);
	if (*end != '\0')
		return error_set(err, EXIT_CONFIG, "\"%s\" is no status: %s", text, form);
	if (first < 100 || last > 599 || last < 100 || first > 599)
		return error_set(err, EXIT_CONFIG, "\"%s\" is no status, they go from 100 to 599: %s", text, form);
	if (last < first)
		return error_set(err, EXIT_CONFIG, "\"%s\" ends before it begins: %s", text, form);
	*range = (struct status_range){ (int)first, (int)last };
	return true;
}

bool http_status_expected(const struct http_plan *plan, long status)
{
	for (size_t i = 0; i < plan->status_count; i++)
		if (status >= plan->status[i].first && status <= plan->status[i].last)
			return true;
	return false;
}

static void judge_body(struct probe *probe)
{
	const struct http_settings *settings = probe->settings;
	struct check_result *result = &probe->result;
	const struct buf *body = &probe->body;
	result->outcome = OUTCOME_WRONG_BODY;
	const char *wanted = settings->expect_body, *unwanted = settings->expect_body_not;
	if (wanted != NULL && memmem(body->data, body->length, wanted, strlen(wanted)) == NULL) {
		result_set_detail(result, "body does not contain \"%s\" (%zu bytes)", wanted, probe->body_bytes);
		return;
	}
	if (unwanted != NULL && memmem(body->data, body->length, unwanted, strlen(unwanted)) != NULL) {
		result_set_detail(result, "body contains \"%s\"", unwanted);
		return;
	}
	enum pattern_match match = probe->plan->body_match == NULL ? PATTERN_YES
		: pattern_find(probe->plan->body_match, body->data, body->length);
	if (match == PATTERN_NO) {
		result_set_detail(result, "body does not match /%s/ (%zu bytes)", settings->expect_body_match, probe->body_bytes);
		return;
	}
	if (match == PATTERN_LIMIT) {
		result->outcome = OUTCOME_INTERNAL;
		result_set_detail(result, "the pattern /%s/ takes too long on this body: write a simpler one", settings->expect_body_match);
		return;
	}
	result->outcome = OUTCOME_OK;
}

static void report_status(struct probe *probe, const char *line)
{
	const struct text_list *expected = &probe->settings->expect_status;
	struct buf text;
	buf_init(&text, 4096);
	for (size_t i = 0; i < expected->count; i++)
		buf_print(&text, "%s%s", i > 0 ? ", " : "", expected->items[i]);
	probe->result.outcome = OUTCOME_WRONG_STATUS;
	result_set_detail(&probe->result, "%s (expected %s)", line, text.data);
	buf_finish(&text);
}

void http_judge(struct probe *probe)
{
	struct check_result *result = &probe->result;
	char line[128];
	http_status_line(probe, line, sizeof line);
	if (!http_status_expected(probe->plan, probe->status)) {
		report_status(probe, line);
		return;
	}
	result->outcome = OUTCOME_OK;
	if (probe->plan->keeps_body)
		judge_body(probe);
	if (result->outcome != OUTCOME_OK)
		return;
	result_set_detail(result, "%s", line);
	if (probe->settings->verify)
		tls_report_lapse(&probe->tls, result, probe->spec->common.cert_warn_ms);
	report_slowness(result, probe->spec);
}
