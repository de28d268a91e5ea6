/* Figures of a window; see uptime.h. */
#include "kumatop/uptime.h"

#include <stdio.h>

static int64_t sum(const struct amounts *amounts)
{
	int64_t us = 0;

	for (int i = 0; i < TIME_CLASS_COUNT; i++)
		us += amounts->us[i];
	return us;
}

/* All are cut, and what is missing then goes to those that lost most. */
void amounts_round_ms(const struct amounts *amounts, int64_t ms[TIME_CLASS_COUNT])
{
	int64_t missing = sum(amounts) / 1000;
	bool raised[TIME_CLASS_COUNT] = { false };

	for (int i = 0; i < TIME_CLASS_COUNT; i++) {
		ms[i] = amounts->us[i] / 1000;
		missing -= ms[i];
	}
	for (; missing > 0; missing--) {
		int most = -1;

		for (int i = 0; i < TIME_CLASS_COUNT; i++)
			if (!raised[i] && (most < 0 || amounts->us[i] % 1000 > amounts->us[most] % 1000))
				most = i;
		if (most < 0)
			return;
		raised[most] = true;
		ms[most]++;
	}
}

double amounts_known(const struct amounts *amounts)
{
	int64_t all_us = sum(amounts);

	return all_us > 0 ? (double)(all_us - amounts->us[TIME_UNKNOWN]) / (double)all_us : 1;
}

char *percent_print(double part, int decimals, char *out, size_t size)
{
	int64_t scale = 100, units;
	int64_t divisor = 1;

	for (int i = 0; i < decimals; i++)
		divisor *= 10;
	scale *= divisor;
	units = (int64_t)(part * (double)scale + 1e-6);
	if (part < 0)
		snprintf(out, size, "-");
	else if (part >= 1)
		snprintf(out, size, "100");
	else if (part <= 0)
		snprintf(out, size, "0");
	else if (units == 0)
		snprintf(out, size, "<%.*f", decimals, 1 / (double)divisor);
	else if (units >= scale)
		snprintf(out, size, "%.*f", decimals, (double)(scale - 1) / (double)divisor);
	else
		snprintf(out, size, "%.*f", decimals, (double)units / (double)divisor);
	return out;
}
