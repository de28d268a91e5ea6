/*
 * In which order monitors stand. Keys are worked out once for each view, then only numbers and the first bytes of names are
 * compared: a screen sorts ten thousand rows within a frame.
 */
#include "kumatop/order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kumatop/heap.h"

const struct order_row order_rows[ORDER_COUNT] = {
	[ORDER_STATE] = { "state", 's', "Problems first, the newest of them on top" },
	[ORDER_NAME] = { "name", 'n', "By name" },
	[ORDER_LATENCY] = { "latency", 'l', "Slowest answer first" },
	[ORDER_P95] = { "p95", '9', "Slowest 95th percentile first" },
	[ORDER_UPTIME] = { "uptime", 'u', "Least uptime of the last 24 h first" },
	[ORDER_CERT] = { "cert", 'c', "Certificate that expires soonest first" },
	[ORDER_AGE] = { "age", 'a', "Latest change first" },
	[ORDER_GROUP] = { "group", 'g', "By group, those without one last" },
	[ORDER_KIND] = { "kind", 'k', "By kind" },
};

enum rank {
	RANK_DOWN,
	RANK_UNKNOWN,
	RANK_DEGRADED,
	RANK_PENDING,
	RANK_ACKNOWLEDGED,
	RANK_AFFECTED,		/* until monitors can depend on each other nobody has it; its number is kept free */
	RANK_UP,
	RANK_MAINTENANCE,
	RANK_PAUSED,
};

/* A new monitor ranks as up: it most likely will be, and then does not move. */
static enum rank rank_of(enum state state, bool acknowledged)
{
	switch (state) {
	case STATE_DOWN:
		return acknowledged ? RANK_ACKNOWLEDGED : RANK_DOWN;
	case STATE_UNKNOWN:
		return RANK_UNKNOWN;
	case STATE_DEGRADED:
		return RANK_DEGRADED;
	case STATE_PENDING:
		return RANK_PENDING;
	case STATE_MAINTENANCE:
		return RANK_MAINTENANCE;
	case STATE_PAUSED:
		return RANK_PAUSED;
	default:
		return RANK_UP;
	}
}

unsigned order_rank(const struct monitor_view *view)
{
	const struct standing *standing = &view->standing;
	bool first_failure = standing->state == STATE_PENDING && standing->bad_run < 2;

	return rank_of(first_failure ? standing->was : standing->state, standing->acknowledged);
}

bool order_is_problem(const struct monitor_view *view)
{
	switch (view->standing.state) {
	case STATE_DOWN:
	case STATE_UNKNOWN:
	case STATE_DEGRADED:
	case STATE_PENDING:
		return true;
	default:
		return false;
	}
}

enum { NAME_START = 16 };	/* bytes of a name that are compared without looking at the view */

struct item {
	int64_t key;			/* small first */
	int64_t second;			/* where keys tie; small first, whatever the direction */
	const char *word;		/* for keys that are words: compared where `key` ties; else NULL */
	unsigned char start[NAME_START];	/* of the name, folded */
	const struct monitor_view *view;
};

static unsigned char fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* By bytes without regard to the case of ASCII letters, so that the order does not hang on a locale. */
static int compare_words(const char *a, const char *b)
{
	for (; *a && fold(*a) == fold(*b); a++, b++)
		continue;
	return fold(*a) - fold(*b);
}

static const char *name_of(const struct monitor_view *view)
{
	return view->spec ? view->spec->name : "";
}

static int compare_names(const struct item *a, const struct item *b)
{
	int difference = memcmp(a->start, b->start, NAME_START);

	if (difference == 0 && a->start[NAME_START - 1] != '\0')
		difference = compare_words(name_of(a->view) + NAME_START, name_of(b->view) + NAME_START);
	/* alike but for case */
	if (difference == 0)
		difference = strcmp(name_of(a->view), name_of(b->view));
	if (difference == 0)
		difference = (a->view->id > b->view->id) - (a->view->id < b->view->id);
	return difference;
}

struct order {
	enum order_key key;
	bool reverse;
};

static int compare(const struct item *a, const struct item *b, const struct order *order)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->word && b->word) {
		int difference = compare_words(a->word, b->word);

		if (difference)
			return order->reverse ? -difference : difference;
	}
	if (a->second != b->second)
		return a->second < b->second ? -1 : 1;
	if (order->key == ORDER_NAME && order->reverse)
		return compare_names(b, a);
	return compare_names(a, b);
}

/*
 * A number to sort by; false when the view has none. Those without stand last in either direction: nobody asks for the quickest
 * to see first what did not answer.
 */
static bool measure(const struct monitor_view *view, enum order_key key, int64_t *number)
{
	double uptime;

	switch (key) {
	case ORDER_STATE:
		*number = order_rank(view);
		return true;
	case ORDER_LATENCY:
		*number = -(int64_t)view_latency_us(view);
		return *number <= 0;
	case ORDER_P95:
		*number = -(int64_t)view_percentile_us(view, 0.95);
		return *number <= 0;
	case ORDER_UPTIME:
		uptime = amounts_uptime(&view->day);
		*number = (int64_t)(uptime * 1e12);
		return uptime >= 0;
	case ORDER_CERT:
		*number = view->cert_expires_us;
		return *number != 0;
	case ORDER_AGE:
		*number = -view->standing.since_us;
		return *number != 0;
	default:
		*number = 0;
		return true;
	}
}

static const char *word_of(const struct monitor_view *view, enum order_key key)
{
	if (!view->spec)
		return NULL;
	return key == ORDER_GROUP ? view->spec->common.group : key == ORDER_KIND ? view->spec->kind->name : NULL;
}

static struct item make_item(const struct monitor_view *view, const struct order *order)
{
	struct item item = { .view = view, .word = word_of(view, order->key) };
	const char *name = name_of(view);
	int64_t number;

	if (!measure(view, order->key, &number) || (order->key == ORDER_GROUP && !item.word))
		item.key = INT64_MAX;
	else
		item.key = order->reverse ? -number : number;
	if (order->key == ORDER_STATE && view->standing.state == STATE_DOWN)
		item.second = -view->standing.since_us;
	for (size_t i = 0; i < NAME_START && name[i]; i++)
		item.start[i] = fold(name[i]);
	return item;
}

static void merge(struct item *out, const struct item *a, size_t a_count, const struct item *b, size_t b_count,
    const struct order *order)
{
	while (a_count && b_count) {
		if (compare(b, a, order) < 0) {
			*out++ = *b++;
			b_count--;
		} else {
			*out++ = *a++;
			a_count--;
		}
	}
	memcpy(out, a, a_count * sizeof(*a));
	memcpy(out + a_count, b, b_count * sizeof(*b));
}

/*
 * A merge sort of our own: frame after frame the rows come nearly in order, and runs that already stand right are not merged
 * but copied. Returns which of the two arrays holds the result.
 */
static struct item *sort(struct item *items, struct item *room, size_t count, const struct order *order)
{
	for (size_t width = 1; width < count; width *= 2) {
		struct item *swapped = items;

		for (size_t from = 0; from < count; from += 2 * width) {
			size_t a_count = count - from < width ? count - from : width;
			size_t b_count = count - from - a_count < width ? count - from - a_count : width;
			const struct item *a = items + from, *b = a + a_count;

			if (!b_count || compare(b - 1, b, order) <= 0)
				memcpy(room + from, a, (a_count + b_count) * sizeof(*a));
			else
				merge(room + from, a, a_count, b, b_count, order);
		}
		items = room;
		room = swapped;
	}
	return items;
}

void order_sort(const struct monitor_view **views, size_t count, enum order_key key, bool reverse)
{
	struct order order = { key, reverse };
	struct item *items, *sorted;

	assert((unsigned)key < ORDER_COUNT);
	if (count < 2)
		return;
	items = heap_zero(2 * count, sizeof(*items));
	for (size_t i = 0; i < count; i++)
		items[i] = make_item(views[i], &order);
	sorted = sort(items, items + count, count, &order);
	for (size_t i = 0; i < count; i++)
		views[i] = sorted[i].view;
	free(items);
}
