/*
 * A scripted server (tests/lib/peer.h) for shell tests:
 *
 *	peer [--log FILE] [--ca FILE] SCRIPT…	several scripts: connections get them in turn
 *	peer [--log FILE] [--ca FILE] --file FILE
 *
 * Prints "port N" when it serves, and serves until it gets TERM or INT. HUP reads the file again; one that makes no sense is
 * told on stderr and changes nothing. --ca writes the authority's certificate there.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"
#include "kumatop/heap.h"

#include "../peer.h"

static bool read_file(const char *path, struct buf *out, struct error *err)
{
	char block[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return error_errno(err, EXIT_INPUT_OUTPUT, "%s", path);
	while ((n = read(fd, block, sizeof block)) > 0)
		buf_add(out, block, (size_t)n);
	close(fd);
	return n == 0 || error_errno(err, EXIT_INPUT_OUTPUT, "%s", path);
}

static bool copy_authority(const char *path, struct error *err)
{
	struct buf pem;
	bool good = false;
	int fd = -1;

	buf_init(&pem, 1 << 20);
	if (peer_ca_file() && read_file(peer_ca_file(), &pem, err)) {
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		good = fd >= 0 && buf_write(&pem, fd);
		if (!good)
			error_errno(err, EXIT_INPUT_OUTPUT, "%s", path);
	}
	if (fd >= 0)
		close(fd);
	buf_finish(&pem);
	return good;
}

static bool gather(const char *file, char **scripts, struct buf *out, struct error *err)
{
	buf_clear(out);
	if (file)
		return read_file(file, out, err);
	for (; *scripts; scripts++)
		buf_print(out, "%s%s", *scripts, scripts[1] ? "\n---\n" : "\n");
	return true;
}

static int usage(void)
{
	fputs("usage: peer [--log FILE] [--ca FILE] SCRIPT…|--file FILE\n", stderr);
	return EXIT_USAGE;
}

static bool serve(struct peer *peer, const sigset_t *signals, const char *file, char **scripts, struct buf *script)
{
	struct error err;
	int got;

	printf("port %u\n", peer_port(peer));
	if (fflush(stdout) != 0)
		return false;
	for (;;) {
		if (sigwait(signals, &got) != 0)
			return false;
		if (got != SIGHUP)
			return true;
		if (!gather(file, scripts, script, &err) || !peer_set_script(peer, script->data, &err))
			fprintf(stderr, "peer: %s\n", err.text);
	}
}

int main(int argc, char **argv)
{
	const char *log = NULL, *authority = NULL, *file = NULL;
	struct error err = { 0 };
	struct buf script;
	struct peer *peer;
	sigset_t signals;
	bool good = false;
	int i;

	for (i = 1; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		const char **option = strcmp(argv[i], "--log") == 0 ? &log : strcmp(argv[i], "--ca") == 0 ? &authority
		    : strcmp(argv[i], "--file") == 0 ? &file : NULL;
		if (!option)
			return usage();
		*option = argv[i + 1];
	}
	if (!file == (i == argc))
		return usage();
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return EXIT_INTERNAL;
	buf_init(&script, 16 << 20);
	if ((!authority || copy_authority(authority, &err)) && gather(file, argv + i, &script, &err)
	    && (peer = peer_start_logged(script.data, log, &err))) {
		good = serve(peer, &signals, file, argv + i, &script);
		peer_stop(peer);
	}
	if (!good)
		fprintf(stderr, "peer: %s\n", err.text);
	buf_finish(&script);
	return good ? 0 : EXIT_UNAVAILABLE;
}
