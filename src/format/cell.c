/* Cells of a table as text; see cell.h. */
#include "cell.h"

#include <string.h>

#include "kumatop/format.h"
#include "kumatop/when.h"

/* What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"). */
static bool looks_like_formula(const char *text)
{
	return strchr("=+-@\t\r", text[0]) != NULL && text[0];
}

void format_csv_cell(struct buf *out, const char *text, bool guard)
{
	bool formula = guard && looks_like_formula(text);
	size_t plain = strcspn(text, ",\"\r\n");

	if (!text[plain] && !formula) {
		buf_add(out, text, plain);
		return;
	}
	buf_add_char(out, '"');
	if (formula)
		buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

static void add_two(char *at, int value)
{
	at[0] = (char)('0' + value / 10);
	at[1] = (char)('0' + value % 10);
}

/* Days since 1970 to a civil date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
static void civil(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

/* As moment_print(), a hundred times as often. */
void cell_moment(struct buf *out, int64_t us)
{
	char text[] = "0000-00-00T00:00:00.000Z";
	int64_t days = us / DAY_US - (us % DAY_US < 0);
	int64_t rest_ms = (us - days * DAY_US) / 1000;
	int year, month, day;

	civil(days, &year, &month, &day);
	if (year < 0 || year > 9999) {
		char wide[48];

		buf_add_text(out, moment_print(us, wide, sizeof(wide)));
		return;
	}
	add_two(text, year / 100);
	add_two(text + 2, year % 100);
	add_two(text + 5, month);
	add_two(text + 8, day);
	add_two(text + 11, (int)(rest_ms / 3600000));
	add_two(text + 14, (int)(rest_ms / 60000 % 60));
	add_two(text + 17, (int)(rest_ms / 1000 % 60));
	text[20] = (char)('0' + rest_ms % 1000 / 100);
	add_two(text + 21, (int)(rest_ms % 100));
	buf_add(out, text, sizeof(text) - 1);
}

void cell_ms(struct buf *out, int64_t us)
{
	char text[5] = ".000";
	int part = (int)(us % 1000);

	if (us < 0)
		return;
	buf_add_int(out, us / 1000);
	if (!part)
		return;
	text[1] = (char)('0' + part / 100);
	add_two(text + 2, part % 100);
	buf_add(out, text, part % 10 ? 4 : part % 100 ? 3 : 2);
}

void cell_decimal(struct buf *out, int64_t value, int digits)
{
	char text[24] = ".";
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, whole = rest;
	int length = 0;

	for (int i = 0; i < digits; i++)
		whole /= 10;
	for (uint64_t unit = 1; length < digits; length++, unit *= 10)
		text[digits - length] = (char)('0' + rest / unit % 10);
	while (length > 0 && text[length] == '0')
		length--;
	if (value < 0)
		buf_add_char(out, '-');
	buf_add_int(out, (int64_t)whole);
	if (length > 0)
		buf_add(out, text, (size_t)length + 1);
}
