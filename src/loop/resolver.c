/*
 * Look-ups: a name to the addresses to try. Each asks for A and AAAA at once, walks the search list, and says apart what is the
 * name's fault and what is the name server's, because only the first is worth waking anybody up for.
 *
 * What waits is a struct lookup; what is asked is a struct query, shared by all look-ups of the same name that are under way.
 * c-ares 1.18 cannot take a single question back, so a query outlives its look-ups until c-ares has let go of it.
 */
#include "kumatop/resolver.h"

#include <arpa/nameser.h>
#include <assert.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/stat.h>
#include <uv.h>

#include "channel.h"
#include "hosts.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "parts.h"
#include "rank.h"

enum { BUCKETS = 256, TICK_MS = 25 };

static const int64_t deadline_us = 5 * SECOND_US;	/* of a look-up as a whole */
static const int64_t grace_us = 50 * 1000;		/* for the second family once the first has answered (RFC 8305) */
static const int64_t join_us = 1 * SECOND_US;		/* an older question may be in a long pause: ask anew */
static const int64_t recheck_us = 2 * SECOND_US;
static const char resolv_conf[] = "/etc/resolv.conf";

struct lookup {
	struct query *query;
	struct lookup *next, **back;
	lookup_done_fn *done;
	void *arg;
};

/* One question to c-ares: a family of a query. */
struct ask {
	struct query *query;
	int family;
	int status;
	struct in6_addr found[LOOKUP_ADDRESSES_MOST];	/* of IPv4 the first four bytes */
	size_t count;
};

struct query {
	struct resolver *resolver;
	struct channel *channel;	/* NULL if no name server is asked */
	struct query *next, **back;	/* in its bucket, while it can be joined */
	struct query *next_live, **back_live;
	struct lookup *lookups;
	int family;
	size_t candidate;
	unsigned open;			/* questions c-ares has not answered */
	bool asking;			/* inside query_ask(): c-ares may answer from within */
	bool ended;			/* the answer stands and will be delivered */
	bool delivered;
	bool failed;			/* a candidate failed at the server, so "does not exist" would be a guess */
	struct mono started, grace_ends;	/* grace_ends.us is 0 while there is none */
	struct ask asks[2];
	struct lookup_answer answer;
	char name[NAME_SIZE];
};

struct resolver {
	struct probe_loop *loop;
	uv_timer_t tick;
	struct hosts *hosts;
	char *nameservers;
	struct channel *channel;
	struct mono checked;
	struct stat seen;		/* resolv.conf as the channel was made from it */
	struct query *buckets[BUCKETS];
	struct query *live;
};

static struct query **bucket_of(struct resolver *resolver, const char *name)
{
	unsigned hash = 5381;
	for (; *name != '\0'; name++)
		hash = hash * 33 + ((unsigned char)*name | 0x20u);
	return &resolver->buckets[hash % BUCKETS];
}

static void query_leave_bucket(struct query *query)
{
	if (query->back == NULL)
		return;
	*query->back = query->next;
	if (query->next != NULL)
		query->next->back = query->back;
	query->back = NULL;
	query->next = NULL;
}

static void query_free_if_unused(struct query *query)
{
	if (!query->delivered || query->open > 0)
		return;
	assert(query->lookups == NULL);
	*query->back_live = query->next_live;
	if (query->next_live != NULL)
		query->next_live->back_live = query->back_live;
	struct resolver *resolver = query->resolver;
	if (query->channel != NULL)
		channel_release(query->channel);
	if (resolver->live == NULL)
		uv_timer_stop(&resolver->tick);
	free(query);
}

/* Deferred, so that neither c-ares nor resolver_lookup() is on the stack. */
static void query_deliver(void *arg)
{
	struct query *query = arg;
	struct lookup *lookup;
	while ((lookup = query->lookups) != NULL) {
		lookup_done_fn *done = lookup->done;
		void *done_arg = lookup->arg;
		lookup_cancel(lookup);
		done(done_arg, &query->answer);
	}
	query->delivered = true;
	query_free_if_unused(query);
}

static void query_end(struct query *query, enum outcome outcome, const char *detail)
{
	assert(!query->ended);
	query->ended = true;
	query_leave_bucket(query);
	query->answer.outcome = outcome;
	if (detail != NULL)
		snprintf(query->answer.detail, sizeof query->answer.detail, "%s %.100s", detail, query->name);
	probe_loop_defer(query->resolver->loop, query_deliver, query);
}

static void set_address(struct sockaddr_storage *address, int family, const struct in6_addr *bytes)
{
	if (family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)address;
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, bytes, sizeof in->sin_addr);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
		in6->sin6_family = AF_INET6;
		in6->sin6_addr = *bytes;
	}
}

static void query_end_found(struct query *query)
{
	struct lookup_answer *answer = &query->answer;
	answer->count = 0;
	/* By turns, so that a crowd of one family leaves room for the other. */
	for (size_t i = 0; i < LOOKUP_ADDRESSES_MOST; i++)
		for (int f = 0; f < 2; f++)
			if (i < query->asks[f].count && answer->count < LOOKUP_ADDRESSES_MOST)
				set_address(&answer->addresses[answer->count++], query->asks[f].family, &query->asks[f].found[i]);
	rank_addresses(answer->addresses, answer->count);
	query_end(query, OUTCOME_OK, NULL);
}

static bool says_nothing_there(int status)
{
	return status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME;
}

/* A family that was not asked for says what the other one says. */
static void get_statuses(const struct query *query, int *first, int *second)
{
	*first = query->asks[query->family == AF_INET6].status;
	*second = query->asks[query->family != AF_INET].status;
}

static void query_ask(struct query *query);

/* All questions of a round are answered, and none with an address. */
static void query_round_failed(struct query *query)
{
	int first, second;
	get_statuses(query, &first, &second);
	bool absent = first == ARES_ENOTFOUND || second == ARES_ENOTFOUND	/* NXDOMAIN speaks for all types */
		|| (says_nothing_there(first) && says_nothing_there(second));
	if (!absent && (first == ARES_ETIMEOUT || second == ARES_ETIMEOUT)) {
		query_end(query, OUTCOME_RESOLVER_SILENT, "no answer from the name server for");
		return;
	}
	query->failed = query->failed || !absent;
	query->candidate++;
	query_ask(query);
}

static void query_exhausted(struct query *query)
{
	int first, second;
	get_statuses(query, &first, &second);
	if (query->failed)
		query_end(query, OUTCOME_RESOLVER_FAILED, "the name server refused or failed to look up");
	else if (first == ARES_ENODATA || second == ARES_ENODATA)
		query_end(query, OUTCOME_NAME_NOT_FOUND, query->family == AF_INET ? "no IPv4 address for"
			  : query->family == AF_INET6 ? "no IPv6 address for" : "the name exists, but has no address:");
	else if (first == ARES_EBADNAME || second == ARES_EBADNAME)
		query_end(query, OUTCOME_NAME_NOT_FOUND, "not a host name:");
	else
		query_end(query, OUTCOME_NAME_NOT_FOUND, "NXDOMAIN for");
}

static void parse_answer(struct ask *ask, const unsigned char *data, int length)
{
	if (ask->family == AF_INET) {
		struct ares_addrttl found[LOOKUP_ADDRESSES_MOST];
		int count = LOOKUP_ADDRESSES_MOST;
		ask->status = ares_parse_a_reply(data, length, NULL, found, &count);
		for (int i = 0; ask->status == ARES_SUCCESS && i < count; i++)
			memcpy(&ask->found[ask->count++], &found[i].ipaddr, sizeof found[i].ipaddr);
	} else {
		struct ares_addr6ttl found[LOOKUP_ADDRESSES_MOST];
		int count = LOOKUP_ADDRESSES_MOST;
		ask->status = ares_parse_aaaa_reply(data, length, NULL, found, &count);
		for (int i = 0; ask->status == ARES_SUCCESS && i < count; i++)
			memcpy(&ask->found[ask->count++], &found[i].ip6addr, sizeof found[i].ip6addr);
	}
	if (ask->status == ARES_SUCCESS && ask->count == 0)
		ask->status = ARES_ENODATA;
}

static void query_progress(struct query *query)
{
	bool found = query->asks[0].count + query->asks[1].count > 0;
	if (query->open == 0 && found)
		query_end_found(query);
	else if (query->open == 0)
		query_round_failed(query);
	else if (found && query->grace_ends.us == 0)
		query->grace_ends.us = mono_now().us + grace_us;
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *data, int length)
{
	(void)timeouts;
	struct ask *ask = arg;
	struct query *query = ask->query;
	query->open--;
	ask->status = status;
	if (status == ARES_SUCCESS)
		parse_answer(ask, data, length);
	/* When the resolver closes, nobody waits any more; a query that has ended waits for its delivery only. */
	if (status == ARES_EDESTRUCTION || query->ended || query->asking)
		return;
	query_progress(query);
}

/* Ended queries whose last question is answered go at the next tick: c-ares may be on the stack of on_answer(). */
static void sweep(struct resolver *resolver)
{
	struct query *next;
	for (struct query *query = resolver->live; query != NULL; query = next) {
		next = query->next_live;
		query_free_if_unused(query);
	}
}

static void query_ask(struct query *query)
{
	static const int families[2] = { AF_INET, AF_INET6 };
	char name[NAME_SIZE];
	do {
		if (!channel_candidate(query->channel, query->name, query->candidate, name)) {
			query_exhausted(query);
			return;
		}
		query->candidate += name[0] == '\0';
	} while (name[0] == '\0');

	query->asking = true;
	for (int i = 0; i < 2; i++) {
		struct ask *ask = &query->asks[i];
		ask->query = query;
		ask->family = families[i];
		ask->status = ARES_ENODATA;
		if (query->family != AF_UNSPEC && query->family != families[i])
			continue;
		query->open++;
		channel_ask(query->channel, name, i == 0 ? ns_t_a : ns_t_aaaa, on_answer, ask);
	}
	query->asking = false;
	query_progress(query);
}

static void on_tick(uv_timer_t *timer)
{
	struct resolver *resolver = timer->data;
	struct channel *ticked = NULL;
	for (struct query *query = resolver->live; query != NULL; query = query->next_live) {
		/* Queries of one channel stand together, newest first. */
		if (query->channel != NULL && query->channel != ticked) {
			ticked = query->channel;
			channel_tick(ticked);
		}
	}
	struct mono now = mono_now();
	for (struct query *query = resolver->live; query != NULL; query = query->next_live) {
		if (query->ended)
			continue;
		if (query->grace_ends.us != 0 && query->grace_ends.us <= now.us)
			query_end_found(query);
		else if (mono_between_us(query->started, now) >= deadline_us)
			query_end(query, OUTCOME_RESOLVER_SILENT, "no answer from the name server for");
	}
	sweep(resolver);
}

/* A resolv.conf that changed gives a new channel; what was asked of the old one ends there. */
static void follow_resolv_conf(struct resolver *resolver)
{
	struct mono now = mono_now();
	if (resolver->nameservers != NULL || mono_between_us(resolver->checked, now) < recheck_us)
		return;
	resolver->checked = now;
	struct stat found = { 0 };
	if (stat(resolv_conf, &found) != 0)
		found = (struct stat){ 0 };
	if (found.st_dev == resolver->seen.st_dev && found.st_ino == resolver->seen.st_ino && found.st_size == resolver->seen.st_size
	    && found.st_mtim.tv_sec == resolver->seen.st_mtim.tv_sec && found.st_mtim.tv_nsec == resolver->seen.st_mtim.tv_nsec)
		return;
	struct channel *fresh = channel_create(probe_loop_uv(resolver->loop), NULL, NULL);
	if (fresh == NULL)
		return;		/* half written, perhaps: the old one serves until the next look */
	resolver->seen = found;
	channel_release(resolver->channel);
	resolver->channel = fresh;
}

static struct query *query_to_join(struct resolver *resolver, const char *name, int family)
{
	for (struct query *query = *bucket_of(resolver, name); query != NULL; query = query->next)
		if (query->family == family && query->channel == resolver->channel && strcasecmp(query->name, name) == 0)
			return mono_between_us(query->started, mono_now()) < join_us ? query : NULL;
	return NULL;
}

static struct query *query_create(struct resolver *resolver, const char *name, int family)
{
	struct query *query = heap_zero(1, sizeof *query);
	query->resolver = resolver;
	query->family = family;
	snprintf(query->name, sizeof query->name, "%s", name);
	query->next_live = resolver->live;
	query->back_live = &resolver->live;
	if (query->next_live != NULL)
		query->next_live->back_live = &query->next_live;
	resolver->live = query;
	return query;
}

static void query_begin(struct query *query)
{
	struct resolver *resolver = query->resolver;
	struct lookup_answer *answer = &query->answer;
	size_t length = strlen(query->name);
	if (address_read(query->name, &answer->addresses[0])) {
		bool fits = query->family == AF_UNSPEC || query->family == answer->addresses[0].ss_family;
		answer->count = fits ? 1 : 0;
		query_end(query, fits ? OUTCOME_OK : OUTCOME_NAME_NOT_FOUND, fits ? NULL : "an address of the other family:");
		return;
	}
	if (length > 0 && query->name[length - 1] == '.')
		query->name[length - 1] = '\0';
	answer->count = hosts_find(resolver->hosts, query->name, query->family, answer->addresses, LOOKUP_ADDRESSES_MOST);
	if (length > 0 && query->name[length - 1] == '\0')
		query->name[length - 1] = '.';
	if (answer->count > 0) {
		query_end(query, OUTCOME_OK, NULL);
		return;
	}

	query->channel = resolver->channel;
	channel_hold(query->channel);
	query->started = mono_now();
	struct query **bucket = bucket_of(resolver, query->name);
	query->next = *bucket;
	query->back = bucket;
	if (query->next != NULL)
		query->next->back = &query->next;
	*bucket = query;
	if (!uv_is_active((uv_handle_t *)&resolver->tick))
		uv_timer_start(&resolver->tick, on_tick, TICK_MS, TICK_MS);
	query_ask(query);
}

struct lookup *resolver_lookup(struct resolver *resolver, const char *host, int family, lookup_done_fn *done, void *arg)
{
	follow_resolv_conf(resolver);
	struct lookup *lookup = heap_zero(1, sizeof *lookup);
	lookup->done = done;
	lookup->arg = arg;
	struct query *query = query_to_join(resolver, host, family);
	bool fresh = query == NULL;
	if (fresh)
		query = query_create(resolver, host, family);
	lookup->query = query;
	lookup->next = query->lookups;
	lookup->back = &query->lookups;
	if (lookup->next != NULL)
		lookup->next->back = &lookup->next;
	query->lookups = lookup;
	if (!fresh)
		return lookup;
	if (strlen(host) >= NAME_SIZE)
		query_end(query, OUTCOME_NAME_NOT_FOUND, "not a host name, too long:");
	else
		query_begin(query);
	return lookup;
}

void lookup_cancel(struct lookup *lookup)
{
	if (lookup == NULL)
		return;
	*lookup->back = lookup->next;
	if (lookup->next != NULL)
		lookup->next->back = lookup->back;
	free(lookup);
}

struct resolver *resolver_create(struct probe_loop *loop, const char *nameservers, struct error *err)
{
	struct stat seen;		/* before the file is read: what is written meanwhile is another version */
	if (stat(resolv_conf, &seen) != 0)
		seen = (struct stat){ 0 };
	struct channel *channel = channel_create(probe_loop_uv(loop), nameservers, err);
	if (channel == NULL)
		return NULL;
	struct resolver *resolver = heap_zero(1, sizeof *resolver);
	resolver->loop = loop;
	resolver->channel = channel;
	resolver->nameservers = heap_text(nameservers);
	resolver->hosts = hosts_create("/etc/hosts");
	resolver->checked = mono_now();
	resolver->seen = seen;
	uv_timer_init(probe_loop_uv(loop), &resolver->tick);
	resolver->tick.data = resolver;
	return resolver;
}

static void on_tick_closed(uv_handle_t *handle)
{
	struct resolver *resolver = handle->data;
	free(resolver->nameservers);
	free(resolver);
}

void resolver_close(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	struct query *next;
	for (struct query *query = resolver->live; query != NULL; query = next) {
		next = query->next_live;
		assert(query->lookups == NULL);
		if (query->channel != NULL)
			channel_shut(query->channel);
		probe_loop_undefer(resolver->loop, query_deliver, query);
		query_leave_bucket(query);
		query->delivered = true;
		query->open = 0;
		query_free_if_unused(query);
	}
	channel_release(resolver->channel);
	hosts_destroy(resolver->hosts);
	uv_close((uv_handle_t *)&resolver->tick, on_tick_closed);
}
