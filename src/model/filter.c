/*
 * The filter: a text of words read once into terms, each a row of the tables below and what it is held against. To add a term,
 * add a row.
 */
#include "kumatop/filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kumatop/heap.h"
#include "kumatop/setting.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

const char filter_help[] =
    "state:down kind:http tag:prod group:shop name:web* target:example latency>200 cert<14 uptime24h<99.9 word a|b -not \"two words\"";

enum { TEXT_MOST = 1000, TERMS_MOST = 64 };

enum comparison { BELOW, AT_MOST, ABOVE, AT_LEAST, EQUAL };

struct term {
	const struct text_row *text;		/* one of these two */
	const struct amount_row *amount;
	bool negated;
	struct text_list alternatives;		/* of a text */
	unsigned states;			/* of `state:`, a bit for each */
	enum comparison comparison;		/* of an amount */
	double limit;
};

struct filter {
	struct term *terms;
	size_t count;
};

struct text_row {
	const char *name;
	bool (*takes)(const struct term *term, const struct monitor_view *view);
	bool (*read)(struct term *term, struct error *err);	/* a further look at the alternatives, or NULL */
};

struct amount_row {
	const char *name;
	bool (*read)(const char *text, double *limit, struct error *err);
	bool (*measure)(const struct monitor_view *view, int64_t now_us, double *amount);	/* false: there is none */
};

/* A pattern with `*` or `?` is held against the whole text, and any word against every part of it. */
static bool matches(const char *word, const char *text)
{
	if (strcasestr(text, word))
		return true;
	return strpbrk(word, "*?") && text_glob(word, text);
}

static bool matches_any(const struct text_list *words, const char *text)
{
	for (size_t i = 0; text && i < words->count; i++)
		if (matches(words->items[i], text))
			return true;
	return false;
}

static bool takes_state(const struct term *term, const struct monitor_view *view)
{
	return (term->states >> view->standing.state & 1u) != 0;
}

static bool takes_kind(const struct term *term, const struct monitor_view *view)
{
	return matches_any(&term->alternatives, view->spec->kind->name);
}

static bool takes_tag(const struct term *term, const struct monitor_view *view)
{
	const struct text_list *tags = &view->spec->common.tags;

	for (size_t i = 0; i < tags->count; i++)
		if (matches_any(&term->alternatives, tags->items[i]))
			return true;
	return false;
}

static bool takes_group(const struct term *term, const struct monitor_view *view)
{
	return matches_any(&term->alternatives, view->spec->common.group);
}

static bool takes_name(const struct term *term, const struct monitor_view *view)
{
	return matches_any(&term->alternatives, view->spec->name);
}

static bool takes_target(const struct term *term, const struct monitor_view *view)
{
	return matches_any(&term->alternatives, view->spec->target);
}

/* What the row says: the reason given, or the sentence of the outcome. */
static bool takes_reason(const struct term *term, const struct monitor_view *view)
{
	if (view->detail)
		return matches_any(&term->alternatives, shared_read(view->detail));
	return view->has_result && matches_any(&term->alternatives, outcome_row(view->outcome)->sentence);
}

static bool takes_anywhere(const struct term *term, const struct monitor_view *view)
{
	return takes_name(term, view) || takes_target(term, view) || takes_group(term, view) || takes_tag(term, view)
	    || takes_reason(term, view);
}

static bool refuse_state(const char *word, struct error *err)
{
	char states[200] = "", shown[80];
	size_t used = 0;

	for (int state = 0; state < STATE_COUNT; state++)
		used += (size_t)snprintf(states + used, sizeof(states) - used, "%s%s", state ? ", " : "", state_word(state));
	text_sanitize(shown, sizeof(shown), word, strlen(word));
	return error_set(err, EXIT_USAGE, "there is no state \"%s\"; there are %s", shown, states);
}

/* States by how they begin, so that `state:d` does something sensible while the rest is being typed. */
static bool read_states(struct term *term, struct error *err)
{
	for (size_t i = 0; i < term->alternatives.count; i++) {
		const char *word = term->alternatives.items[i];
		unsigned states = 0;

		for (int state = 0; state < STATE_COUNT; state++)
			if (strncasecmp(state_word(state), word, strlen(word)) == 0)
				states |= 1u << state;
		if (!states)
			return refuse_state(word, err);
		term->states |= states;
	}
	return true;
}

/* Decimal digits with at most one point, whatever the locale thinks of points. */
static bool read_decimal(const char *text, double *value)
{
	double unit = 1;
	bool behind_point = false;

	*value = 0;
	if (!isdigit((unsigned char)*text))
		return false;
	for (; *text; text++) {
		if (*text == '.' && !behind_point) {
			behind_point = true;
		} else if (isdigit((unsigned char)*text)) {
			*value = *value * 10 + (*text - '0');
			unit *= behind_point ? 10 : 1;
		} else {
			return false;
		}
	}
	*value /= unit;
	return true;
}

static bool read_latency(const char *text, double *limit, struct error *err)
{
	int64_t ms;

	if (read_decimal(text, limit))
		return true;
	if (!duration_parse(text, &ms, NULL))
		return error_set(err, EXIT_USAGE, "write milliseconds or a duration, as in latency>200 or latency>1s");
	*limit = (double)ms;
	return true;
}

static bool read_days(const char *text, double *limit, struct error *err)
{
	int64_t ms;

	if (read_decimal(text, limit))
		return true;
	if (!duration_parse(text, &ms, NULL))
		return error_set(err, EXIT_USAGE, "write days or a duration, as in cert<14 or cert<2w");
	*limit = (double)ms / 86400e3;
	return true;
}

static bool read_percent(const char *text, double *limit, struct error *err)
{
	char *digits = heap_text(text);
	size_t length = strlen(digits);
	bool read;

	if (length && digits[length - 1] == '%')
		digits[length - 1] = '\0';
	read = read_decimal(digits, limit);
	free(digits);
	return read || error_set(err, EXIT_USAGE, "write per cent, as in uptime24h<99.9");
}

static bool measure_latency(const struct monitor_view *view, int64_t now_us, double *amount)
{
	int32_t latency_us = view_latency_us(view);

	*amount = latency_us / 1e3;
	return latency_us >= 0;
}

static bool measure_cert(const struct monitor_view *view, int64_t now_us, double *amount)
{
	*amount = (double)(view->cert_expires_us - now_us) / (double)DAY_US;
	return view->cert_expires_us != 0;
}

static bool measure_uptime(const struct monitor_view *view, int64_t now_us, double *amount)
{
	double uptime = amounts_uptime(&view->day);

	*amount = uptime * 100;
	return uptime >= 0;
}

static const struct text_row text_rows[] = {
	{ "state", takes_state, read_states },
	{ "kind", takes_kind, NULL },
	{ "tag", takes_tag, NULL },
	{ "group", takes_group, NULL },
	{ "name", takes_name, NULL },
	{ "target", takes_target, NULL },
	{ "reason", takes_reason, NULL },
};

static const struct text_row anywhere = { "", takes_anywhere, NULL };

static const struct amount_row amount_rows[] = {
	{ "latency", read_latency, measure_latency },
	{ "cert", read_days, measure_cert },
	{ "uptime24h", read_percent, measure_uptime },
};

enum {
	TEXT_ROWS = sizeof(text_rows) / sizeof(text_rows[0]),
	AMOUNT_ROWS = sizeof(amount_rows) / sizeof(amount_rows[0]),
};

static bool is_word(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && strncasecmp(word, name, length) == 0;
}

static const struct text_row *find_text(const char *word, size_t length)
{
	for (size_t i = 0; i < TEXT_ROWS; i++)
		if (is_word(word, length, text_rows[i].name))
			return &text_rows[i];
	return NULL;
}

static const struct amount_row *find_amount(const char *word, size_t length)
{
	for (size_t i = 0; i < AMOUNT_ROWS; i++)
		if (is_word(word, length, amount_rows[i].name))
			return &amount_rows[i];
	return NULL;
}

static bool refuse_name(const char *name, struct error *err)
{
	const char *names[TEXT_ROWS + AMOUNT_ROWS], *meant;

	for (size_t i = 0; i < TEXT_ROWS; i++)
		names[i] = text_rows[i].name;
	for (size_t i = 0; i < AMOUNT_ROWS; i++)
		names[TEXT_ROWS + i] = amount_rows[i].name;
	meant = text_nearest(name, names, TEXT_ROWS + AMOUNT_ROWS);
	if (meant)
		return error_set(err, EXIT_USAGE, "there is no \"%s\", did you mean \"%s\"?", name, meant);
	return error_set(err, EXIT_USAGE, "there is no \"%s\"; there are state: kind: tag: group: name: target: reason:, "
	    "latency> cert< uptime24h<, and words in quotes are taken as they are", name);
}

static bool read_alternatives(struct term *term, const char *text, struct error *err)
{
	const char *at = text;

	for (;;) {
		size_t length = strcspn(at, "|");
		struct text_list *list = &term->alternatives;

		if (length) {
			list->items = heap_resize(list->items, list->count + 1, sizeof(*list->items));
			list->items[list->count++] = heap_text_n(at, length);
		}
		if (!at[length])
			break;
		at += length + 1;
	}
	if (!term->alternatives.count)
		return error_set(err, EXIT_USAGE, "there is nothing to look for");
	return !term->text->read || term->text->read(term, err);
}

static const char *read_comparison(const char *at, enum comparison *comparison)
{
	bool or_equal = at[0] != '=' && at[1] == '=';

	*comparison = at[0] == '<' ? or_equal ? AT_MOST : BELOW : at[0] == '>' ? or_equal ? AT_LEAST : ABOVE : EQUAL;
	return at + 1 + or_equal;
}

/*
 * Is there a name before the sign that parts name and value? A colon stands in addresses, too ("db:5432", "https://…",
 * "2001:db8::1"), an equals sign in queries: those are words like any other, unless they begin like a term.
 */
static bool is_term(const char *word, size_t length, char sign)
{
	const char *behind = word + length + 1;

	if (length == 0 || !sign || word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] != sign)
		return false;
	if (find_text(word, length) || find_amount(word, length))
		return true;
	if (sign == '=')
		return false;
	if (sign == ':')
		return !isdigit((unsigned char)*behind) && *behind != '/' && *behind != ':' && !isdigit((unsigned char)*word);
	return true;
}

static bool read_named(struct term *term, const char *word, size_t length, struct error *err)
{
	const char *at = word + length;
	char *name;

	term->text = find_text(word, length);
	term->amount = find_amount(word, length);
	if (term->text && *at == ':')
		return read_alternatives(term, at + 1, err);
	if (term->text)
		return error_set(err, EXIT_USAGE, "write %s: and what to look for", term->text->name);
	if (term->amount && *at == ':')
		return error_set(err, EXIT_USAGE, "write <, > or = behind %s", term->amount->name);
	if (term->amount)
		return term->amount->read(read_comparison(at, &term->comparison), &term->limit, err);
	name = heap_text_n(word, length);
	refuse_name(name, err);
	free(name);
	return false;
}

static bool read_term(struct term *term, const char *word, bool quoted, struct error *err)
{
	size_t length = strcspn(word, ":<>=");

	if (!quoted && is_term(word, length, word[length]))
		return read_named(term, word, length, err);
	term->text = &anywhere;
	return read_alternatives(term, word, err);
}

/* Cuts the next word out of *at, without its quotes. quoted: it begins with one, so nothing in it is a sign. */
static char *next_word(const char **at, bool *negated, bool *quoted)
{
	char *word, *end;
	bool inside = false;

	*at += strspn(*at, " \t");
	if (!**at)
		return NULL;
	*negated = **at == '-';
	*at += *negated;
	*quoted = **at == '"';
	word = end = heap_text(*at);
	for (; **at && (inside || (**at != ' ' && **at != '\t')); ++*at) {
		if (**at == '"')
			inside = !inside;
		else
			*end++ = **at;
	}
	*end = '\0';
	return word;
}

static bool add_term(struct filter *filter, const char *word, bool negated, bool quoted, struct error *err)
{
	struct term *term;
	char shown[80];

	if (filter->count == TERMS_MOST)
		return error_set(err, EXIT_USAGE, "too many words: write at most %d", (int)TERMS_MOST);
	filter->terms = heap_resize(filter->terms, filter->count + 1, sizeof(*filter->terms));
	term = &filter->terms[filter->count++];
	*term = (struct term){ .negated = negated };
	if (read_term(term, word, quoted, err))
		return true;
	text_sanitize(shown, sizeof(shown), word, strlen(word));
	return error_prefix(err, "\"%s%s\": ", negated ? "-" : "", shown);
}

struct filter *filter_create(const char *text, struct error *err)
{
	struct filter *filter = heap_zero(1, sizeof(*filter));
	bool negated, quoted, fine = true;
	char *word;

	if (strlen(text) > TEXT_MOST)
		fine = error_set(err, EXIT_USAGE, "the filter is too long: write at most %d bytes", (int)TEXT_MOST);
	while (fine && (word = next_word(&text, &negated, &quoted))) {
		fine = add_term(filter, word, negated, quoted, err);
		free(word);
	}
	if (fine)
		return filter;
	filter_destroy(filter);
	return NULL;
}

void filter_destroy(struct filter *filter)
{
	if (!filter)
		return;
	for (size_t i = 0; i < filter->count; i++)
		text_list_finish(&filter->terms[i].alternatives);
	free(filter->terms);
	free(filter);
}

static bool compare(enum comparison comparison, double amount, double limit)
{
	switch (comparison) {
	case BELOW:
		return amount < limit;
	case AT_MOST:
		return amount <= limit;
	case ABOVE:
		return amount > limit;
	case AT_LEAST:
		return amount >= limit;
	default:
		return amount >= limit && amount <= limit;
	}
}

static bool term_takes(const struct term *term, const struct monitor_view *view, int64_t now_us)
{
	double amount;

	if (term->text)
		return term->text->takes(term, view);
	/* what has no latency is neither above nor below */
	return term->amount->measure(view, now_us, &amount) && compare(term->comparison, amount, term->limit);
}

bool filter_takes(const struct filter *filter, const struct monitor_view *view, int64_t now_us)
{
	for (size_t i = 0; i < filter->count; i++)
		if (term_takes(&filter->terms[i], view, now_us) == filter->terms[i].negated)
			return false;
	return true;
}
