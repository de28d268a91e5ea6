/*
 * A name server for tests, on a free port of 127.0.0.1 (UDP, and TCP on the same port), in a child process. Main thread.
 *
 * Its records are lines (or parts between `;`), a name and what is said of it; `#` begins a comment. A name may be a pattern
 * ("*.test"); the case of letters does not matter. Names of which nothing is said do not exist.
 *
 *	a.test A 127.0.0.1
 *	a.test AAAA ::1
 *	www.test CNAME a.test		the target's records are sent along
 *	a.test TXT "some text"
 *	a.test MX 10 mail.test
 *	a.test NS ns.test | PTR host.test
 *	nx.test NXDOMAIN
 *	empty.test NODATA		exists, but nothing of the type asked for
 *	fail.test SERVFAIL
 *	refused.test REFUSED
 *	silent.test SILENT		never answers; `* SILENT` is a dead name server
 *	slow.test DELAY 300		milliseconds, for every answer about the name
 *	garbage.test GARBAGE		an answer whose records are broken
 *	big.test TRUNCATED		over UDP; over TCP it is answered
 *	a.test TTL 5			seconds; 60 where nothing is said
 */
#ifndef TESTS_DNS_PEER_H
#define TESTS_DNS_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/error.h"

struct dns_peer;

/* NULL when the records make no sense or no port can be had. */
struct dns_peer *dns_peer_start(const char *records, struct error *err);
struct dns_peer *dns_peer_start_logged(const char *records, const char *log_path, struct error *err);
void dns_peer_stop(struct dns_peer *peer);	/* accepts NULL */

/* Other records from when this returns; answers under way are still sent. */
bool dns_peer_set(struct dns_peer *peer, const char *records, struct error *err);

uint16_t dns_peer_port(const struct dns_peer *peer);
const char *dns_peer_address(const struct dns_peer *peer);	/* "127.0.0.1:PORT", as servers are written */
unsigned dns_peer_queries(const struct dns_peer *peer);

/* Lines "request udp a.test AAAA", in the order they came. Heap copy. */
char *dns_peer_log(const struct dns_peer *peer);

#endif
