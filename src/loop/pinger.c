/*
 * The shared ICMP sockets and the table of requests that wait for an answer. What loss means is src/probe/ping.c's business.
 */
#include "kumatop/pinger.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>	/* before the kernel's, which then leave its types alone */
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <sys/random.h>
#include <unistd.h>
#include <uv.h>

#include "icmp.h"
#include "kumatop/heap.h"
#include "parts.h"
#include "route.h"

enum {
	PACKET_SIZE = 192,	/* headers and mark; the rest of a packet is cut off */
	BATCH = 16,
	BATCHES_MOST = 64,	/* in one turn of the loop */
	SLOTS_FIRST = 64,
	SLOTS_MOST = 1 << 15,	/* half of the 16-bit sequence, so that late answers meet an empty slot */
	SOCKET_BUFFER = 1 << 20,
	MARKS = 512,		/* made at a time: the kernel's random numbers cost as much as a packet */
};

/* A request on its way, at index sequence % slots. */
struct slot {
	echo_heard_fn *heard;	/* NULL: free */
	void *arg;
	struct mono sent;
	uint64_t mark;		/* in the packet; nobody who did not see it can know it */
	struct in6_addr to;	/* of IPv4 the first four bytes */
	uint16_t sequence;
};

struct side {
	struct pinger *pinger;
	uv_poll_t poll;
	int family;
	int fd;			/* -1 while there is none */
	bool raw;
	uint16_t next_sequence;
	struct slot *slots;
	size_t size, used;
};

struct pinger {
	uv_loop_t *uv;
	uint64_t marks[MARKS];
	size_t marks_left;
	uint16_t id;
	struct side sides[2];
	size_t closing;
	bool closed;
};

static struct side *side_of(struct pinger *pinger, int family)
{
	return &pinger->sides[family == AF_INET6];
}

static struct slot *slot_at(struct side *side, uint16_t sequence)
{
	return &side->slots[sequence & (side->size - 1)];
}

static void grow(struct side *side)
{
	struct slot *old = side->slots;
	size_t count = side->size;
	side->size = count > 0 ? 2 * count : SLOTS_FIRST;
	side->slots = heap_zero(side->size, sizeof *side->slots);
	for (size_t i = 0; i < count; i++)
		if (old[i].heard != NULL)
			*slot_at(side, old[i].sequence) = old[i];
	free(old);
}

/* The next sequence whose slot is free, or -1. */
static int take_sequence(struct side *side)
{
	if (2 * side->used >= side->size && side->size < SLOTS_MOST)
		grow(side);
	if (side->used == side->size)
		return -1;
	while (slot_at(side, side->next_sequence)->heard != NULL)
		side->next_sequence++;
	return side->next_sequence++;
}

static void free_slot(struct side *side, struct slot *slot)
{
	slot->heard = NULL;
	if (--side->used == 0)
		uv_unref((uv_handle_t *)&side->poll);
}

static struct in6_addr bytes_of(const struct sockaddr *address)
{
	struct in6_addr bytes = { 0 };
	if (address->sa_family == AF_INET)
		memcpy(&bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, sizeof(struct in_addr));
	else if (address->sa_family == AF_INET6)
		bytes = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	return bytes;
}

/* Requests to these are answered by whoever they reach, under a name of its own. */
static bool stands_for_others(int family, const struct in6_addr *to)
{
	return family == AF_INET ? to->s6_addr[0] == 0 || to->s6_addr[0] >= 224 : IN6_IS_ADDR_UNSPECIFIED(to) || IN6_IS_ADDR_MULTICAST(to);
}

static bool same_host(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* The request that is waiting for an answer; NULL if that is late, or a duplicate. */
static struct slot *waiting(struct side *side, uint16_t sequence)
{
	struct slot *slot = side->size > 0 ? slot_at(side, sequence) : NULL;
	return slot != NULL && slot->heard != NULL && slot->sequence == sequence ? slot : NULL;
}

static void answer(struct side *side, struct slot *slot, const struct echo_answer *what)
{
	echo_heard_fn *heard = slot->heard;
	free_slot(side, slot);
	heard(slot->arg, what);
}

static void take_reply(struct side *side, const struct icmp_echo *echo, const struct sockaddr *from, struct mono now)
{
	struct slot *slot = waiting(side, echo->sequence);
	if (slot == NULL || echo->mark != slot->mark || (side->raw && echo->id != side->pinger->id))
		return;
	struct in6_addr host = bytes_of(from);
	if (!same_host(&host, &slot->to) && !stands_for_others(side->family, &slot->to))
		return;
	struct echo_answer what = { .outcome = OUTCOME_OK, .round_trip_us = mono_between_us(slot->sent, now) };
	answer(side, slot, &what);
}

/*
 * A report from ourselves: nobody answered for the host, or for the router that leads to it. Only of the first may we say that it is
 * the target's fault.
 */
static void take_own_report(struct side *side, const struct in6_addr *to, struct echo_answer *what)
{
	struct sockaddr_storage address = { .ss_family = (sa_family_t)side->family };
	if (side->family == AF_INET)
		memcpy(&((struct sockaddr_in *)&address)->sin_addr, to, sizeof(struct in_addr));
	else
		((struct sockaddr_in6 *)&address)->sin6_addr = *to;
	if (route_is_dead((struct sockaddr *)&address)) {
		what->outcome = OUTCOME_NO_ROUTE;
		what->why = "the router on the way to it does not answer";
	} else {
		what->why = "no such host in its network";
	}
}

/* to: where the request went that is returned. */
static void take_report(struct side *side, const struct icmp_echo *echo, const struct in6_addr *to, const char *why,
			struct sockaddr *from)
{
	struct slot *slot = waiting(side, echo->sequence);
	if (slot == NULL || (side->raw && echo->id != side->pinger->id) || !same_host(to, &slot->to))
		return;
	struct echo_answer what = { .outcome = OUTCOME_UNREACHABLE, .why = why };
	if (from != NULL && from->sa_family == side->family) {
		address_set_port(from, 0);
		if (route_is_local(from))
			take_own_report(side, to, &what);
		else
			address_print(from, what.from, sizeof what.from);
	}
	answer(side, slot, &what);
}

static void take_packet(struct side *side, const unsigned char *data, size_t length, struct sockaddr *from,
			struct mono now)
{
	if (side->raw && side->family == AF_INET) {
		size_t header = icmp_ipv4_header(data, length);
		if (header == 0)
			return;
		data += header;
		length -= header;
	}
	struct icmp_echo echo = { 0 };
	const char *why = NULL;
	switch (icmp_read(side->family, data, length, &echo, &why)) {
	case ICMP_REPLY:
		take_reply(side, &echo, from, now);
		break;
	case ICMP_REPORT:
		take_report(side, &echo, &echo.to, why, from);
		break;
	case ICMP_OTHER:
		break;
	}
}

static bool read_packets(struct side *side)
{
	unsigned char data[BATCH][PACKET_SIZE];
	struct sockaddr_storage from[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	for (int i = 0; i < BATCH; i++) {
		/* cppcheck-suppress legacyUninitvar; recvmmsg() fills it */
		parts[i] = (struct iovec){ data[i], PACKET_SIZE };
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &parts[i], .msg_iovlen = 1,
		};
	}
	int count = recvmmsg(side->fd, messages, BATCH, MSG_DONTWAIT, NULL);
	struct mono now = mono_now();
	for (int i = 0; i < count; i++)
		take_packet(side, data[i], messages[i].msg_len, (struct sockaddr *)&from[i], now);
	return count == BATCH;
}

static struct sock_extended_err *find_error(struct msghdr *message)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part))
		if ((part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR)
		    || (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR))
			return (struct sock_extended_err *)(void *)CMSG_DATA(part);
	return NULL;
}

/* What routers said about requests of a datagram socket. Reading it also clears the socket's pending error. */
static bool read_error(struct side *side)
{
	unsigned char data[PACKET_SIZE];
	_Alignas(struct cmsghdr) unsigned char control[512];
	struct sockaddr_storage to;
	struct iovec part = { data, sizeof data };
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof control,
	};
	ssize_t length = recvmsg(side->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
	if (length < 0)
		return false;
	struct sock_extended_err *error = find_error(&message);
	struct icmp_echo echo = { 0 };
	if (error == NULL || (error->ee_origin != SO_EE_ORIGIN_ICMP && error->ee_origin != SO_EE_ORIGIN_ICMP6)
	    || !icmp_read_request(side->family, data, (size_t)length, &echo))
		return true;
	const char *why = icmp_why(side->family, error->ee_type, error->ee_code);
	struct in6_addr host = bytes_of((const struct sockaddr *)&to);
	if (why != NULL)
		take_report(side, &echo, &host, why, SO_EE_OFFENDER(error));
	return true;
}

static void drain_errors(struct side *side)
{
	for (int i = 0; i < BATCH * BATCHES_MOST && read_error(side); i++)
		;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	(void)events;
	struct side *side = poll->data;
	if (status < 0 && !side->raw)
		drain_errors(side);
	for (int i = 0; i < BATCHES_MOST && read_packets(side); i++)
		;
	/* libuv stops a handle whose socket has an error pending. */
	if (status < 0 && side->fd >= 0)
		uv_poll_start(poll, UV_READABLE, on_ready);
}

static void set_option(int fd, int level, int name, const void *value, socklen_t size)
{
	/* None of them is needed: without a filter more is read and dropped, without an error queue a report is missed. */
	int code = setsockopt(fd, level, name, value, size);
	(void)code;
}

static void set_filter(int fd, int family)
{
	if (family == AF_INET) {
		struct icmp_filter filter = { ~(1u << ICMP_ECHOREPLY | 1u << ICMP_DEST_UNREACH | 1u << ICMP_TIME_EXCEEDED) };
		set_option(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof filter);
		return;
	}
	struct icmp6_filter filter;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &filter);
	ICMP6_FILTER_SETPASS(ICMP6_PACKET_TOO_BIG, &filter);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &filter);
	set_option(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
}

static bool open_socket(struct side *side, int *error)
{
	int protocol = side->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd = socket(side->family, SOCK_DGRAM | flags, protocol);
	side->raw = fd < 0;
	if (fd < 0)
		fd = socket(side->family, SOCK_RAW | flags, protocol);
	if (fd < 0) {
		*error = errno;
		return false;
	}
	int on = 1, size = SOCKET_BUFFER;
	set_option(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	set_option(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	if (side->raw)
		set_filter(fd, side->family);
	else if (side->family == AF_INET)
		set_option(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
	else
		set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);

	int code = uv_poll_init(side->pinger->uv, &side->poll, fd);
	if (code != 0) {
		close(fd);
		*error = -code;
		return false;
	}
	side->fd = fd;
	side->poll.data = side;
	uv_poll_start(&side->poll, UV_READABLE, on_ready);
	uv_unref((uv_handle_t *)&side->poll);
	return true;
}

static void make_random(void *out, size_t size)
{
	if (getrandom(out, size, GRND_NONBLOCK) == (ssize_t)size)
		return;
	/* Early after boot. Guessable, but still another for every packet. */
	uint64_t weak = (uint64_t)mono_now().us ^ (uint64_t)getpid() << 32;
	for (size_t i = 0; i < size; i++) {
		weak = weak * 6364136223846793005u + 1442695040888963407u;
		((unsigned char *)out)[i] = (unsigned char)(weak >> 56);
	}
}

static uint64_t make_mark(struct pinger *pinger)
{
	if (pinger->marks_left == 0) {
		make_random(pinger->marks, sizeof pinger->marks);
		pinger->marks_left = MARKS;
	}
	return pinger->marks[--pinger->marks_left];
}

int pinger_send(struct pinger *pinger, const struct sockaddr *to, size_t payload, echo_heard_fn *heard, void *arg,
		enum outcome *outcome, int *error)
{
	assert(payload >= ECHO_PAYLOAD_LEAST && payload <= ECHO_PAYLOAD_MOST);
	struct side *side = side_of(pinger, to->sa_family);
	*error = 0;
	if (side->fd < 0 && !open_socket(side, error)) {
		*outcome = outcome_of_errno(*error, to);
		return -1;
	}
	int sequence = take_sequence(side);
	if (sequence < 0) {
		*error = ENOBUFS;
		*outcome = OUTCOME_NO_SOCKETS;
		return -1;
	}
	unsigned char packet[ICMP_HEADER_SIZE + ECHO_PAYLOAD_MOST];
	struct icmp_echo echo = { .id = pinger->id, .sequence = (uint16_t)sequence, .mark = make_mark(pinger) };
	size_t length = icmp_write_request(side->family, &echo, payload, packet);

	struct slot *slot = slot_at(side, (uint16_t)sequence);
	*slot = (struct slot){ heard, arg, mono_now(), echo.mark, bytes_of(to), (uint16_t)sequence };
	/* The socket is kept for good, but keeps the loop running only while an answer is awaited. */
	if (side->used++ == 0)
		uv_ref((uv_handle_t *)&side->poll);
	if (sendto(side->fd, packet, length, MSG_DONTWAIT, to, address_length(to)) >= 0)
		return sequence;
	/*
	 * What a router said about an earlier request surfaces here too. Once that is cleared, an error is about this one; the
	 * report itself stays in the error queue, for on_ready().
	 */
	int earlier;
	socklen_t size = sizeof earlier;
	getsockopt(side->fd, SOL_SOCKET, SO_ERROR, &earlier, &size);
	if (sendto(side->fd, packet, length, MSG_DONTWAIT, to, address_length(to)) >= 0)
		return sequence;
	*error = errno;
	*outcome = outcome_of_errno(*error, to);
	pinger_forget(pinger, side->family, sequence);
	return -1;
}

bool pinger_has_socket(const struct pinger *pinger, int family)
{
	return pinger->sides[family == AF_INET6].fd >= 0;
}

void pinger_forget(struct pinger *pinger, int family, int ticket)
{
	struct side *side = side_of(pinger, family);
	struct slot *slot = slot_at(side, (uint16_t)ticket);
	assert(slot->heard != NULL && slot->sequence == ticket);
	free_slot(side, slot);
}

struct pinger *pinger_create(struct probe_loop *loop)
{
	struct pinger *pinger = heap_zero(1, sizeof *pinger);
	pinger->uv = probe_loop_uv(loop);
	make_random(&pinger->id, sizeof pinger->id);
	for (int i = 0; i < 2; i++) {
		pinger->sides[i].pinger = pinger;
		pinger->sides[i].family = i == 0 ? AF_INET : AF_INET6;
		pinger->sides[i].fd = -1;
	}
	return pinger;
}

static void free_if_closed(struct pinger *pinger)
{
	if (pinger->closing > 0 || !pinger->closed)
		return;
	for (int i = 0; i < 2; i++)
		free(pinger->sides[i].slots);
	free(pinger);
}

static void on_closed(uv_handle_t *handle)
{
	struct side *side = handle->data;
	side->pinger->closing--;
	free_if_closed(side->pinger);
}

void pinger_close(struct pinger *pinger)
{
	if (pinger == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		struct side *side = &pinger->sides[i];
		if (side->fd < 0)
			continue;
		pinger->closing++;
		uv_close((uv_handle_t *)&side->poll, on_closed);
		close(side->fd);
		side->fd = -1;
	}
	pinger->closed = true;
	free_if_closed(pinger);
}
