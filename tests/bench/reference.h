/*
 * The least that does a check's work: what kumatop's checks are measured against. Each carries out a number of checks, so many in
 * flight, and returns when all have ended; false when one failed.
 */
#ifndef TESTS_BENCH_REFERENCE_H
#define TESTS_BENCH_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct work {
	unsigned port;
	unsigned checks, in_flight;
	const char *authority;	/* PEM file for TLS, or NULL */
};

bool reference_tcp(const struct work *work);	/* epoll: connect, close */
bool reference_http(const struct work *work);	/* epoll: connect, send, read to the end, close */
bool reference_http_paced(const struct work *work, unsigned a_second);	/* the same, one begun at a time, evenly */
bool reference_tls(const struct work *work);	/* the same through bare OpenSSL, full handshake, verified */
bool reference_curl(const struct work *work, bool tls);	/* libcurl's multi interface on libuv, handles pooled, CA store cached */
bool reference_ping(const struct work *work);	/* one raw socket, one echo and its reply each; needs the right to */

/* Beats as made.h makes them into a plain table, so many in each transaction. */
struct insertion {
	size_t first, beats, monitors, per_commit;
	int64_t interval_ms;
	int pause_ms;		/* after each transaction */
};

void *reference_sqlite_open(const char *path);	/* makes it; NULL on failure */
void *reference_sqlite_again(const char *path);	/* opens it */
bool reference_sqlite_insert(void *opened, const struct insertion *work);
bool reference_sqlite_close(void *opened);	/* the log goes into the database */

#endif
