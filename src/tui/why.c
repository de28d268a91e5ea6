/*
 * Why a monitor is what it is, in words.
 */
#include "why.h"

#include <ctype.h>

#include "line.h"

#include "kumatop/shared.h"
#include "kumatop/text.h"

const char *state_title(int state)
{
	switch (state) {
	case STATE_NEW:
		return "not checked yet";
	case STATE_UP:
		return "UP";
	case STATE_DOWN:
		return "DOWN";
	case STATE_UNKNOWN:
		return "UNKNOWN";
	default:
		return state_word(state);
	}
}

bool why_is_asked(const struct monitor_view *view)
{
	switch (view->standing.state) {
	case STATE_DOWN:
	case STATE_UNKNOWN:
	case STATE_PENDING:
	case STATE_DEGRADED:
		return true;
	default:
		return false;
	}
}

char *why_reason(int outcome, const char *detail, char *out, size_t size)
{
	const char *sentence = outcome_row(outcome)->sentence;

	if (!*detail)
		text_copy(out, size, sentence);
	else if (outcome != OUTCOME_OK && isdigit((unsigned char)*detail))
		snprintf(out, size, "%s: %s", sentence, detail);	/* "503 Service Unavailable" alone does not say what is wrong */
	else
		text_copy(out, size, detail);
	return out;
}

/* Evidence is what was tried, then what came back: of HTTP its head, then its body, with blank lines between. */
static const char *body_of(const char *evidence)
{
	const char *part = strstr(evidence, "\n\n");

	part = part ? part + strspn(part, "\n ") : "";
	if (strncmp(part, "HTTP/", 5) != 0)
		return part;
	const char *body = strstr(part, "\n\n");

	return body && body[strspn(body, "\n ")] ? body + strspn(body, "\n ") : part;
}

const char *why_answer(const char *evidence)
{
	const char *head = strncmp(evidence, "HTTP/", 5) == 0 ? evidence - 1 : strstr(evidence, "\nHTTP/");

	return head ? head + 1 : evidence;
}

const char *why_answer_body(const char *evidence)
{
	const char *head = why_answer(evidence);
	const char *body = strncmp(head, "HTTP/", 5) == 0 ? strstr(head, "\n\n") : NULL;

	return body ? body + strspn(body, "\n ") : "";
}

char *why_body(const char *evidence, char *out, size_t size)
{
	const char *last = strrchr(evidence, '\n');
	const char *start = body_of(evidence);

	if (!*start)
		start = last && last[1] ? last + 1 : evidence;
	text_sanitize(out, size, start, strcspn(start, "\n"));
	return out;
}

static const char *const phase_labels[PHASE_TOTAL] = {
	[PHASE_NAME] = "name",
	[PHASE_CONNECT] = "tcp",
	[PHASE_TLS] = "tls",
	[PHASE_FIRST_BYTE] = "first byte",
	[PHASE_TRANSFER] = "body",
};

const char *why_phase_label(const int32_t phase_us[PHASE_COUNT], int phase)
{
	/* a ping has a reply and nothing before it */
	return phase == PHASE_FIRST_BYTE && phase_us[PHASE_CONNECT] < 0 ? "reply" : phase_labels[phase];
}

static void add_phase(struct buf *out, const char *label, int32_t us)
{
	char ms[16];

	buf_print(out, "%s%s %s", out->length ? "  " : "", label, line_ms(us, ms, sizeof ms));
}

void why_phases(const int32_t phase_us[PHASE_COUNT], char *out, size_t size)
{
	struct buf text;
	char ms[16];

	buf_init(&text, size - 1);
	for (int i = 0; i < PHASE_TOTAL; i++) {
		if (phase_us[i] >= 0)
			add_phase(&text, why_phase_label(phase_us, i), phase_us[i]);
	}
	if (phase_us[PHASE_TOTAL] >= 0)
		buf_print(&text, "%s= %s ms", text.length ? "  " : "", line_ms(phase_us[PHASE_TOTAL], ms, sizeof ms));
	text_copy(out, size, text.data);
	buf_finish(&text);
}

char *why_run(const struct monitor_view *view, char *out, size_t size)
{
	const struct standing *standing = &view->standing;
	long long fall = view->spec->common.fall;
	unsigned run;
	const char *what = "failures";

	switch (standing->state) {
	case STATE_PENDING:
	case STATE_DOWN:
		run = standing->bad_run;
		break;
	case STATE_UNKNOWN:
		run = standing->unknown_run;
		what = "checks could not be made";
		break;
	case STATE_DEGRADED:
		run = standing->degraded_run;
		what = "checks";
		break;
	default:
		run = 0;
	}
	*out = '\0';
	if (run && run <= fall)
		snprintf(out, size, "%u of %lld %s", run, fall, what);
	else if (run)
		snprintf(out, size, "%u %s", run, what);
	return out;
}

static void add_moment(const struct tui *tui, struct buf *out, const char *label, int64_t us)
{
	char text[64];

	if (us)
		buf_print(out, "%-13s %s\n", label, tui_time(tui, us, "%F %T %Z", text, sizeof text));
}

static void add_text(struct buf *out, const char *label, const char *text)
{
	if (text && *text)
		buf_print(out, "%-13s %s\n", label, text);
}

void why_page(const struct tui *tui, const struct monitor_view *view, struct buf *out)
{
	char text[RESULT_DETAIL_SIZE + 64];
	const char *evidence = shared_read(view->evidence);

	buf_print(out, "%s  %s", view->spec->name, state_title((int)view->standing.state));
	if (view->standing.since_us)
		buf_print(out, " %s", length_print(tui_now_us(tui) - view->standing.since_us, text, sizeof text));
	buf_print(out, "\n\n");
	add_text(out, view->spec->kind->name, view->spec->target);
	if (view->has_result) {
		add_text(out, "last result", why_reason(view->outcome, shared_read(view->detail), text, sizeof text));
		add_text(out, "address", shared_read(view->address));
		why_phases(view->phase_us, text, sizeof text);
		add_text(out, "reached, ms", text);
	}
	add_text(out, "run", why_run(view, text, sizeof text));
	add_moment(tui, out, "incident", view->standing.incident_open ? view->standing.incident_us : 0);
	add_moment(tui, out, "first failed", view->standing.first_bad_us);
	add_moment(tui, out, "last check", view->last_us);
	add_moment(tui, out, "last good", view->last_good_us);
	add_moment(tui, out, "next check", view->next_us);
	add_moment(tui, out, "certificate", view->cert_expires_us);
	add_text(out, "runbook", view->spec->common.runbook);
	add_text(out, "owner", view->spec->common.owner);
	if (*evidence)
		buf_print(out, "\nwhat the first failure of the %s incident showed\n\n%s\n",
		    view->standing.incident_open ? "open" : "last", evidence);
	else
		buf_print(out, "\nno evidence of a failure is kept\n");
}
