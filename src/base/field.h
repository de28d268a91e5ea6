/*
 * One field of a struct of values, as its row describes it. A field is passed as void * because its alignment is that of its
 * type: bool for FLAG, int64_t for INTEGER, DURATION and PERCENT, char * for TEXT and SECRET, struct text_list, int for CHOICE.
 */
#ifndef KUMATOP_BASE_FIELD_H
#define KUMATOP_BASE_FIELD_H

#include "kumatop/setting.h"

/* Room for any one of them, zeroed before use. */
union field_room {
	bool flag;
	int64_t integer;
	char *text;
	struct text_list list;
	int choice;
};

void *field_of(const struct setting *row, void *values);
const void *field_read(const struct setting *row, const void *values);

/* Set a field that is zeroed or holds a value (then freed). Errors as setting_from_*(), without the name in front. */
bool field_from_text(const struct setting *row, void *field, const char *text, struct error *err);
bool field_from_integer(const struct setting *row, void *field, int64_t value, struct error *err);
bool field_from_list(const struct setting *row, void *field, const char *const *items, size_t count, struct error *err);

bool field_from_real(const struct setting *row, void *field, double value, struct error *err);

/* Millionths as a PERCENT is written, without a sign behind it: "99.9". Returns out. */
char *field_percent(int64_t millionths, char *out, size_t size);

/* Refuses a value of a wrong type, saying what the row takes instead. */
bool field_refuse_type(const struct setting *row, const char *what, struct error *err);

#endif
