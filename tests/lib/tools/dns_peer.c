/*
 * A name server (tests/lib/dns_peer.h) for shell tests:
 *
 *	dns_peer [--log FILE] 'a.test A 127.0.0.1' 'silent.test SILENT' …
 *
 * Prints "port N" when it serves, and serves until it gets TERM or INT.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"

#include "../dns_peer.h"

int main(int argc, char **argv)
{
	const char *log = NULL;
	struct error err = { 0 };
	struct dns_peer *peer;
	struct buf records;
	sigset_t signals;
	int i = 1, got;
	bool good;

	if (argc > 2 && strcmp(argv[1], "--log") == 0) {
		log = argv[2];
		i = 3;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return EXIT_INTERNAL;
	buf_init(&records, 1 << 20);
	for (; i < argc; i++)
		buf_print(&records, "%s\n", argv[i]);
	peer = dns_peer_start_logged(records.data, log, &err);
	buf_finish(&records);
	if (!peer) {
		fprintf(stderr, "dns_peer: %s\n", err.text);
		return EXIT_UNAVAILABLE;
	}
	printf("port %u\n", dns_peer_port(peer));
	good = fflush(stdout) == 0 && sigwait(&signals, &got) == 0;
	dns_peer_stop(peer);
	return good ? 0 : EXIT_INPUT_OUTPUT;
}
