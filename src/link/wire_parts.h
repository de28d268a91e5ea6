/*
 * What the files of the wire share: one writer of JSON lines, which escapes, and tables that say how a struct travels. Private to
 * src/link/wire*.c.
 */
#ifndef LINK_WIRE_PARTS_H
#define LINK_WIRE_PARTS_H

#include "kumatop/wire.h"

/* A line: begin, members, end. Text is made valid UTF-8 on the way. */
void line_begin(struct buf *out, const char *op);
void line_end(struct buf *out);
void line_add_key(struct buf *out, const char *key);		/* the value follows, by the caller */
void line_add_quoted(struct buf *out, const char *text);
void line_add_text(struct buf *out, const char *key, const char *text);	/* NULL is written as "" */
void line_add_integer(struct buf *out, const char *key, int64_t value);
void line_add_flag(struct buf *out, const char *key, bool value);

/* Values that travel as words. */
struct wire_words {
	const char *(*word)(int value);
	int count;
	int stranger;		/* what a word that nobody here knows reads as; -1: it is refused */
};

extern const struct wire_words wire_states, wire_outcomes, wire_roles;

/* The value of a word, or -1. */
int words_find(const struct wire_words *words, const char *word);

enum field_type { FIELD_FLAG, FIELD_U8, FIELD_I32, FIELD_U32, FIELD_I64, FIELD_U64 };

/* One member of a struct, as tables have it, ended by a row without a key. */
struct wire_field {
	const char *key;
	enum field_type type;
	size_t offset;
	int64_t least, most;		/* what is beyond is cut when it is sent, and refused when it is read */
	const struct wire_words *words;	/* or NULL */
	size_t count;			/* more than 0: an array of that many numbers */
};

/* Wall time that makes sense, and lengths of time: sums and differences of a few do not overflow. */
#define WIRE_TIME_MOST (INT64_C(253402300800) * 1000000)
#define WIRE_TIME(key, type, member) { key, FIELD_I64, offsetof(type, member), -WIRE_TIME_MOST, WIRE_TIME_MOST, NULL, 0 }
#define WIRE_LENGTH(key, type, member) { key, FIELD_I64, offsetof(type, member), 0, WIRE_TIME_MOST, NULL, 0 }
#define WIRE_FLAG(key, type, member) { key, FIELD_FLAG, offsetof(type, member), 0, 1, NULL, 0 }
#define WIRE_COUNT(key, type, member) { key, FIELD_U64, offsetof(type, member), 0, INT64_MAX, NULL, 0 }
#define WIRE_AMOUNTS(key, type, member) { key, FIELD_I64, offsetof(type, member), 0, WIRE_TIME_MOST, NULL, TIME_CLASS_COUNT }
#define WIRE_PHASES(key, type, member) { key, FIELD_I32, offsetof(type, member), -1, INT32_MAX, NULL, PHASE_COUNT }

extern const struct wire_field wire_view_fields[], wire_health_fields[];

/* Writes the members that differ from those of before (NULL: from zero). */
void fields_add(const struct wire_field *table, const void *before, const void *values, struct buf *out);

/* Reads the members that are there; others stay as they are. */
bool fields_read(const struct wire_field *table, const struct json *message, void *values, struct error *err);

/* A text that is there, made harmless, or NULL. *at is replaced; "" is no text. lines: line ends stay. */
void shared_take(const struct json *message, const char *key, size_t size, bool lines, struct shared_text **at);

/* A text made harmless and cut to fit; false, and "" in out, when it is not there. */
bool text_take(const struct json *message, const char *key, char *out, size_t size);

/* "a number from 0 to 5": what is wrong with a key. Always false. */
bool wire_refuse(struct error *err, const char *key);

enum {
	WIRE_SPEC_MOST = 240 * 1024,	/* bytes of a monitor as text */
	WIRE_DETAIL_SIZE = 1024,	/* bytes of a reason; what results have is shorter */
};

/* Begins the line of an answer that is "ok". */
void answer_begin(struct buf *out, const struct history_query *query);

/* A monitor as text into the value of a key. reveal: with its secrets. */
void line_add_spec(struct buf *out, const struct monitor_spec *spec, bool reveal);

/* A foreign spec from the text under "spec", with one holder; NULL with err. */
struct monitor_spec *spec_take(const struct json *message, const struct conf_settings *defaults, enum spec_origin origin, struct error *err);

/* Marks as text: the newest `count`, oldest first. */
void marks_add(const struct monitor_view *view, size_t count, struct buf *out);

/* How many of the marks came since before; false: it cannot be told. */
bool marks_new(const struct monitor_view *before, const struct monitor_view *view, size_t *count);

/* Adds the marks of a text. */
bool marks_take(struct monitor_view *view, const char *text, struct error *err);
void marks_forget(struct monitor_view *view);

#endif
