/*
 * Texts kept once. A text remembers the day of its last use, so that those which no kept beat can point to are found without
 * looking at any beat.
 */
#include "intern.h"

#include <stddef.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "database.h"

enum {
	SLOTS = 4096,		/* power of two */
	FILL_MOST = 3072,
};

struct slot {
	char *text;		/* NULL: free */
	uint64_t hash;
	int64_t id;
	int64_t used_us;
};

struct intern {
	sqlite3 *db;
	sqlite3_stmt *find, *add, *touch, *sweep;
	size_t count;
	struct slot slots[SLOTS];
};

static bool prepare(struct intern *intern)
{
	sqlite3 *db = intern->db;
	unsigned flags = SQLITE_PREPARE_PERSISTENT;

	return sqlite3_prepare_v3(db, "SELECT id, used_us FROM text WHERE text = ?1", -1, flags, &intern->find, NULL) == SQLITE_OK
	    && sqlite3_prepare_v3(db, "INSERT INTO text (text, used_us) VALUES (?1, ?2)", -1, flags, &intern->add, NULL) == SQLITE_OK
	    && sqlite3_prepare_v3(db, "UPDATE text SET used_us = ?2 WHERE id = ?1", -1, flags, &intern->touch, NULL) == SQLITE_OK
	    && sqlite3_prepare_v3(db, "DELETE FROM text WHERE id IN (SELECT id FROM text WHERE used_us < ?1 LIMIT ?2)", -1, flags,
	    &intern->sweep, NULL) == SQLITE_OK;
}

struct intern *intern_create(sqlite3 *db)
{
	struct intern *intern = heap_zero(1, sizeof *intern);

	intern->db = db;
	if (prepare(intern))
		return intern;
	intern_destroy(intern);
	return NULL;
}

void intern_destroy(struct intern *intern)
{
	if (!intern)
		return;
	intern_forget(intern);
	sqlite3_finalize(intern->find);
	sqlite3_finalize(intern->add);
	sqlite3_finalize(intern->touch);
	sqlite3_finalize(intern->sweep);
	free(intern);
}

void intern_forget(struct intern *intern)
{
	if (intern->count == 0)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free(intern->slots[i].text);
	memset(intern->slots, 0, sizeof intern->slots);
	intern->count = 0;
}

/* FNV-1a. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

/* The slot that holds the text, or the free one where it belongs. */
static struct slot *find_slot(struct intern *intern, const char *text, uint64_t hash)
{
	size_t at = hash & (SLOTS - 1);

	while (intern->slots[at].text && (intern->slots[at].hash != hash || strcmp(intern->slots[at].text, text) != 0))
		at = (at + 1) & (SLOTS - 1);
	return &intern->slots[at];
}

static bool look_up(struct intern *intern, const char *text, int64_t *id, int64_t *used_us)
{
	sqlite3_stmt *find = intern->find;

	*id = 0;
	if (sqlite3_bind_text(find, 1, text, -1, SQLITE_STATIC) != SQLITE_OK)
		return false;
	if (sqlite3_step(find) == SQLITE_ROW) {
		*id = sqlite3_column_int64(find, 0);
		*used_us = sqlite3_column_int64(find, 1);
	}
	return sqlite3_reset(find) == SQLITE_OK;
}

static bool add(struct intern *intern, const char *text, int64_t now_us, int64_t *id)
{
	if (sqlite3_bind_text(intern->add, 1, text, -1, SQLITE_STATIC) != SQLITE_OK
	    || sqlite3_bind_int64(intern->add, 2, now_us) != SQLITE_OK || !database_finish(intern->add))
		return false;
	*id = sqlite3_last_insert_rowid(intern->db);
	return true;
}

static bool touch(struct intern *intern, int64_t id, int64_t now_us)
{
	return sqlite3_bind_int64(intern->touch, 1, id) == SQLITE_OK && sqlite3_bind_int64(intern->touch, 2, now_us) == SQLITE_OK
	    && database_finish(intern->touch);
}

bool intern_text(struct intern *intern, const char *text, int64_t now_us, int64_t *id)
{
	uint64_t hash;
	struct slot *slot;
	int64_t used_us = now_us;

	*id = 0;
	if (!*text)
		return true;
	hash = hash_text(text);
	slot = find_slot(intern, text, hash);
	if (slot->text) {
		*id = slot->id;
		used_us = slot->used_us;
	} else if (!look_up(intern, text, id, &used_us)) {
		return false;
	}
	if (*id == 0 && !add(intern, text, now_us, id))
		return false;
	if (used_us < now_us - DAY_US) {
		if (!touch(intern, *id, now_us))
			return false;
		used_us = now_us;
	}
	if (!slot->text) {
		if (intern->count >= FILL_MOST) {
			intern_forget(intern);
			slot = find_slot(intern, text, hash);
		}
		*slot = (struct slot){ .text = heap_text(text), .hash = hash, .id = *id };
		intern->count++;
	}
	slot->used_us = used_us;
	return true;
}

bool intern_sweep(struct intern *intern, int64_t before_us, int most, int *deleted)
{
	*deleted = 0;
	if (sqlite3_bind_int64(intern->sweep, 1, before_us) != SQLITE_OK || sqlite3_bind_int(intern->sweep, 2, most) != SQLITE_OK
	    || !database_finish(intern->sweep))
		return false;
	*deleted = sqlite3_changes(intern->db);
	if (*deleted > 0)
		intern_forget(intern);
	return true;
}
