/* Texts by their ids. Ids are never given twice, so what is remembered stays true. */
#include "texts.h"

#include "kumatop/heap.h"

#include "rows.h"

enum {
	SLOTS = 16384,		/* power of two, with room for a page above the fill */
	FILL_MOST = 8192,
};

struct slot {
	int64_t id;		/* 0: free */
	char *text;
};

struct texts {
	sqlite3_stmt *find;
	size_t count;
	struct slot slots[SLOTS];
};

struct texts *texts_create(void)
{
	return heap_zero(1, sizeof(struct texts));
}

static void forget(struct texts *texts)
{
	for (size_t i = 0; i < SLOTS; i++)
		free(texts->slots[i].text);
	memset(texts->slots, 0, sizeof texts->slots);
	texts->count = 0;
}

void texts_destroy(struct texts *texts, sqlite3 *db)
{
	if (!texts)
		return;
	forget(texts);
	sqlite3_finalize(texts->find);
	free(texts);
}

void texts_turn_page(struct texts *texts)
{
	if (texts->count > FILL_MOST)
		forget(texts);
}

static char *look_up(struct texts *texts, sqlite3 *db, int64_t id)
{
	char *text = NULL;
	int code;

	if (!texts->find && sqlite3_prepare_v3(db, "SELECT text FROM text WHERE id = ?1", -1, SQLITE_PREPARE_PERSISTENT, &texts->find,
	    NULL) != SQLITE_OK)
		return NULL;
	if (sqlite3_bind_int64(texts->find, 1, id) != SQLITE_OK)
		return NULL;
	code = sqlite3_step(texts->find);
	if (code == SQLITE_ROW)
		text = heap_text(rows_text(texts->find, 0));
	else if (code == SQLITE_DONE)
		text = heap_text("");
	sqlite3_reset(texts->find);
	return text;
}

const char *texts_read(struct texts *texts, sqlite3 *db, int64_t id)
{
	size_t at = ((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15)) >> 50;
	char *text;

	if (id == 0)
		return "";
	while (texts->slots[at].id != 0 && texts->slots[at].id != id)
		at = (at + 1) & (SLOTS - 1);
	if (texts->slots[at].id == id)
		return texts->slots[at].text;
	text = look_up(texts, db, id);
	if (!text)
		return NULL;
	texts->slots[at] = (struct slot){ .id = id, .text = text };
	texts->count++;
	return text;
}
