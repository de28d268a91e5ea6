/*
 * Bytes that the real screen sends at 120x40 with 30 monitors of a minute: in a second in which nothing is done, and for a key that moves
 * the cursor. Measured when the board has stood for more than a minute, so that ages no longer count seconds; tests/bench/run begins
 * with it and prints it last.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "measure.h"
#include "screens.h"
#include "server.h"

enum { MONITORS = 30, SETTLE_MS = 64000, WINDOW_MS = 30000, KEYS = 20 };

static bool write_configuration(const char *path, unsigned port)
{
	FILE *out = fopen(path, "we");
	bool good = out && fprintf(out, "interval = \"60s\";\ndatabase = \"none\";\nmonitors: (\n") > 0;

	for (int i = 1; good && i <= MONITORS; i++)
		good = fprintf(out, "{ name = \"service-%02d\"; http = \"http://127.0.0.1:%u/%d\"; }%s\n", i, port, i, i < MONITORS ? "," : "") > 0;
	good = good && fputs(");\n", out) >= 0;
	return out && fclose(out) == 0 && good;
}

/* Reads all the while: a terminal that does not read is sent no frames. false: the program has ended. */
static bool let_pass(struct term *term, int ms)
{
	int status;

	return !term_wait_exit(term, &status, ms);
}

static bool count_bytes(struct term *term, unsigned scale, struct rounds *idle, struct rounds *key)
{
	struct mono began;
	size_t bytes;

	if (!term_wait_text(term, "30 up", SCREEN_PATIENCE_MS) || !let_pass(term, SETTLE_MS))
		return false;
	term_mark(term);
	began = mono_now();
	if (!let_pass(term, WINDOW_MS * (int)scale))
		return false;
	term_bytes(term, &bytes);
	rounds_add(idle, (double)bytes * 1e6 / (double)mono_between_us(began, mono_now()), 0);
	for (int i = 0; i < KEYS; i++)
		if (!screens_key(term, i < KEYS / 2 ? "j" : "k", &bytes) || !rounds_add(key, (double)bytes, 0))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	unsigned scale = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
	struct rounds idle = { 0 }, key = { 0 };
	struct server server;
	struct term *term = NULL;
	struct error err;
	bool good;

	if (!row_wanted("idle second, cursor key"))
		return 0;
	if (!getenv("WORK") || !getenv("KUMATOP"))
		return 64;
	(void)setlocale(LC_ALL, "C.UTF-8");
	if (!server_start(&server, SERVER_HTTP, &err))
		return 1;
	char *path = heap_print("%s/idle.conf", getenv("WORK"));

	good = write_configuration(path, server.port) && (term = screens_start((const char *const[]){ getenv("KUMATOP"), "--config", path, NULL }))
	    && count_bytes(term, scale, &idle, &key);
	if (good) {
		row_print(&(struct row){ "idle second, 30 monitors of a minute", "B", VALUE_UNDER, 200, "htop: 942" }, &idle);
		row_print(&(struct row){ "cursor key", "B", VALUE_UNDER, 300, "htop: 353" }, &key);
	} else {
		row_absent("idle second, cursor key", "the screen does not come up");
	}
	term_stop(term);
	server_stop(&server);
	(void)unlink(path);
	free(path);
	return !good;
}
