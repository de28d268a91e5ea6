/* See made.h. */
#include "made.h"

#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "../../src/store/database.h"
#include "../../src/store/packing.h"
#include "kumatop/heap.h"
#include "kumatop/store.h"
#include "kumatop/when.h"

/* The same numbers each time, and no two alike: a column that compresses well would flatter. */
static uint32_t scatter(uint32_t number)
{
	number ^= number >> 16;
	number *= 0x7feb352du;
	number ^= number >> 15;
	number *= 0x846ca68bu;
	return number ^ number >> 16;
}

struct beat made_beat(size_t number, size_t monitors, int64_t interval_ms)
{
	static struct shared_text *detail, *addresses[16];
	uint32_t luck = scatter((uint32_t)number);
	struct beat beat = {
		.monitor = (monitor_id)(number % monitors + 1),
		.time_us = MADE_START_US + (int64_t)(number / monitors) * interval_ms * 1000
		    + (int64_t)(number % monitors) * interval_ms * 1000 / (int64_t)monitors + luck % 1000,
		.reach_ms = (int32_t)interval_ms + 10000,
		.state = STATE_UP,
		.verdict = VERDICT_UP,
		.outcome = OUTCOME_OK,
		.routine = true,
		.code = 200,
		.cert_expires_us = MADE_START_US + 60 * DAY_US,
		.phase_us = {
			[PHASE_NAME] = 200 + (int32_t)(luck & 255),
			[PHASE_CONNECT] = 9000 + (int32_t)(luck >> 4 & 2047),
			[PHASE_TLS] = 21000 + (int32_t)(luck >> 8 & 4095),
			[PHASE_FIRST_BYTE] = 33000 + (int32_t)(luck >> 12 & 16383),
			[PHASE_TRANSFER] = 100 + (int32_t)(luck >> 16 & 511),
		},
	};

	if (!detail)
		detail = shared_create("200 OK");
	if (!addresses[number % 16]) {
		char *address = heap_print("192.0.2.%u:443", (unsigned)(number % 16 + 1));

		addresses[number % 16] = shared_create(address);
		free(address);
	}
	for (int i = 0; i < PHASE_TOTAL; i++)
		beat.phase_us[PHASE_TOTAL] += beat.phase_us[i];
	beat.detail = detail;
	beat.address = addresses[number % 16];
	return beat;
}

static bool make_schema(const char *path, size_t monitors)
{
	struct store_settings settings = { .path = path, .flush_ms = 1000, .waiting_most = 1000 };
	struct error err;
	struct store *store = store_open(&settings, &err, NULL);
	bool good = store;

	for (size_t i = 1; good && i <= monitors; i++) {
		char *name = heap_print("service-%04zu", i), *target = heap_print("https://service-%04zu.example/health", i);
		char kind[] = "http";
		struct kept_monitor monitor = { .id = (monitor_id)i, .name = name, .kind = kind, .target = target, .origin = SPEC_DECLARED };

		good = store_put_monitor_now(store, &monitor, &err);
		free(name);
		free(target);
	}
	if (!good)
		fprintf(stderr, "bench: %s\n", err.text);
	store_close(store);
	return good;
}

/* By SQL: as many beats by the store's mailbox would take longer than what is measured. */
bool made_database(const char *path, size_t monitors, size_t beats)
{
	static const char sql[] =
	    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
	    "INSERT INTO text (id, text, used_us) VALUES (1, '200 OK', 0), (2, '503 Service Unavailable, expected 200-299', 0);"
	    "INSERT INTO text (id, text, used_us) WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 16)"
	    " SELECT 100 + i, '192.0.2.' || i || ':443', 0 FROM n;"
	    "INSERT INTO beat_tail (monitor, time_us, reach_ms, state, verdict, outcome, code, name_us, connect_us, tls_us, first_byte_us,"
	    " transfer_us, total_us, cert_expires_us, detail, address)"
	    " WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %zu)"
	    " SELECT i %% %zu + 1, %lld + (i / %zu) * 60000000 + i %% %zu * (60000000 / %zu) + abs(random()) %% 1000, 70000,"
	    " iif(i %% 97, %d, %d), iif(i %% 97, %d, %d), iif(i %% 97, %d, %d), iif(i %% 97, 200, 503), 200 + i %% 255, 9000 + i %% 2047,"
	    " 21000 + i %% 4095, 33000 + i %% 16383, 100 + i %% 511, 70000 + i %% 16383, %lld, iif(i %% 97, 1, 2), 101 + i %% 16 FROM n;"
	    "COMMIT";
	long long start_us = MADE_START_US - (long long)((beats + monitors - 1) / monitors) * MINUTE_US;
	sqlite3 *db;
	char *text, *problem = NULL;
	bool good;

	if (!make_schema(path, monitors) || sqlite3_open(path, &db) != SQLITE_OK)
		return false;
	text = heap_print(sql, beats, monitors, start_us, monitors, monitors, monitors, STATE_UP, STATE_PENDING, VERDICT_UP, VERDICT_DOWN,
	    OUTCOME_OK, OUTCOME_WRONG_STATUS, (long long)(MADE_START_US + 60 * DAY_US));
	good = sqlite3_exec(db, text, NULL, NULL, &problem) == SQLITE_OK;
	if (!good)
		fprintf(stderr, "bench: %s: %s\n", path, problem);
	free(text);
	sqlite3_free(problem);
	return sqlite3_close(db) == SQLITE_OK && good;
}

bool made_packed(const char *path)
{
	struct error err = { 0 };
	sqlite3 *db = database_open(path, DATABASE_WRITE, &err);
	struct writer *writer = db ? writer_create(db) : NULL;
	struct packing *packing = writer ? packing_create(db, writer) : NULL;
	bool again = true;

	while (packing && again && packing_step(packing, MADE_START_US, MADE_START_US, &again))
		;
	again = !packing || again || sqlite3_exec(db, "VACUUM", NULL, NULL, NULL) != SQLITE_OK;
	packing_destroy(packing);
	writer_destroy(writer);
	database_close(db);
	return !again;
}
