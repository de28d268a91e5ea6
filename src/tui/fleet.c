/*
 * A ring of minutes, each with its number, so that a minute nobody saw cannot pass for one of four hours ago.
 */
#include "fleet.h"

#include "kumatop/when.h"

static const enum state worst_first[] = {
	STATE_DOWN, STATE_UNKNOWN, STATE_DEGRADED, STATE_PENDING, STATE_UP, STATE_MAINTENANCE, STATE_PAUSED,
};

enum { STATES = sizeof worst_first / sizeof *worst_first };

/* STATES: says nothing. */
static size_t rank(enum state state)
{
	size_t i = 0;

	while (i < STATES && worst_first[i] != state)
		i++;
	return i;
}

static enum state worst_of(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < STATES; i++)
		if (snapshot->by_state[worst_first[i]])
			return worst_first[i];
	return STATE_NEW;
}

static size_t place_of(int64_t minute)
{
	return (size_t)((minute % FLEET_MINUTES + FLEET_MINUTES) % FLEET_MINUTES);
}

void fleet_see(struct fleet *fleet, const struct snapshot *snapshot, int64_t now_us)
{
	int64_t number = now_us / MINUTE_US;
	struct fleet_minute *minute = &fleet->minutes[place_of(number)];
	enum state worst = snapshot ? worst_of(snapshot) : STATE_NEW;

	if (minute->number != number)
		*minute = (struct fleet_minute){ .number = number, .worst = STATE_NEW };
	if (rank(worst) < rank((enum state)minute->worst))
		minute->worst = (uint8_t)worst;
}

enum state fleet_worst(const struct fleet *fleet, int64_t minute)
{
	const struct fleet_minute *kept = &fleet->minutes[place_of(minute)];

	return kept->number == minute ? (enum state)kept->worst : STATE_NEW;
}

void fleet_draw(const struct fleet *fleet, enum glyph_set set, int64_t now_us, struct glyph_cell *cells, size_t width)
{
	int64_t newest = now_us / MINUTE_US;

	for (size_t i = 0; i < width; i++) {
		size_t back = width - 1 - i;
		enum state look = back < FLEET_MINUTES ? fleet_worst(fleet, newest - (int64_t)back) : STATE_NEW;

		glyph_cell_set(&cells[i], glyph_beat(set, look), glyph_beat_role(look));
	}
}
