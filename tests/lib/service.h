/*
 * The real `kumatop serve` with a socket of its own, below a scratch directory that other users may enter. For cmocka: what goes wrong
 * here fails the test. Include cmocka.h before. Main thread.
 *
 *	struct service *service = service_create(NULL);
 *	service_configure(service, "monitors: ( { name = \"web\"; http = \"%s\"; } );", peer_url(web));
 *	service_start(service);
 *	struct caller caller = caller_open(service->socket);
 *	assert_int_equal(service_end(service, SIGTERM, 5000), 0);
 *	service_destroy(service);
 */
#ifndef TESTS_SERVICE_H
#define TESTS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct service {
	char *directory;
	char *program;		/* the kumatop under test, where everybody may run it */
	char *configuration, *database, *log;
	char *socket;
	char *user;		/* who runs it; NULL: the test's own user */
	pid_t pid;		/* 0: it does not run */
};

struct service *service_create(const char *user);	/* another user: for root alone */
void service_destroy(struct service *service);		/* kills what still runs; accepts NULL */

/*
 * Writes the configuration: where database and socket are, 1 s intervals, one failed check is DOWN, one good one UP, history at once;
 * then what is given.
 */
void service_configure(struct service *service, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Starts it and waits until it listens. Its log is appended to what is there. */
void service_start(struct service *service);

/* Sends the signal, which is to end it within ms, and gives its status as a shell tells it. */
int service_end(struct service *service, int signal, int ms);

char *service_log(const struct service *service);	/* heap */
size_t service_said(const struct service *service, const char *text);	/* how many lines of the log have it */
long service_resident_kib(const struct service *service);

/* Words that run a command line as another user: put in front of it. Ended by NULL; valid until the next call. */
const char *const *service_as(const char *user);

#endif
