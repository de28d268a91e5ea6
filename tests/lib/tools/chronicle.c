/*
 * Writes a database with a past made up, for shell tests of what is read back: chronicle DATABASE <SCRIPT. A line of the script is one of
 *
 *	base TIME				what the times below count from (RFC 3339)
 *	monitor FALL RISE INTERVAL TIMEOUT NAME	the next monitor, in seconds: they are 1, 2, 3 …
 *	text N TEXT				an added one, as kumatop.conf would have it
 *	begin					no more monitors
 *	checks N FROM TO OUTCOME MS		at FROM and every interval behind it up to TO, with a latency (-1: none)
 *	check N AT OUTCOME MS [DETAIL]		a single one
 *	pause|resume|ack N AT WHO
 *	maintain|return N AT
 *	off AT					kumatop did not run from then on until its next check
 *
 * FROM, TO and AT are durations: 0, 90s, 1d2h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/when.h"

#include "../chronicle.h"

struct reading {
	struct chronicle *past;
	int64_t base_us;
	int line;
};

static void refuse(const struct reading *reading, const char *why)
{
	fprintf(stderr, "chronicle: line %d: %s\n", reading->line, why);
	exit(1);
}

/* The next word of a line, which is cut. */
static char *word(const struct reading *reading, char **at)
{
	char *start = *at + strspn(*at, " \t");
	size_t length = strcspn(start, " \t");

	if (!length)
		refuse(reading, "a word is missing");
	*at = start + length + (start[length] != '\0');
	start[length] = '\0';
	return start;
}

static long number(const struct reading *reading, char **at)
{
	return strtol(word(reading, at), NULL, 10);
}

static int64_t moment(const struct reading *reading, char **at)
{
	struct error err;
	int64_t ms;

	if (!duration_parse(word(reading, at), &ms, &err))
		refuse(reading, err.text);
	return reading->base_us + ms * 1000;
}

static enum outcome outcome(const struct reading *reading, char **at)
{
	int found = outcome_by_word(word(reading, at));

	if (found < 0)
		refuse(reading, "there is no such outcome");
	return (enum outcome)found;
}

static int32_t latency(const struct reading *reading, char **at)
{
	long ms = number(reading, at);

	return ms < 0 ? -1 : (int32_t)ms * 1000;
}

static void read_checks(const struct reading *reading, char *at)
{
	long monitor = number(reading, &at);
	int64_t from_us = moment(reading, &at), to_us = moment(reading, &at);
	enum outcome ended = outcome(reading, &at);

	chronicle_checks(reading->past, monitor, from_us, to_us, ended, latency(reading, &at));
}

static void read_check(const struct reading *reading, char *at)
{
	long monitor = number(reading, &at);
	int64_t when_us = moment(reading, &at);
	enum outcome ended = outcome(reading, &at);
	int32_t latency_us = latency(reading, &at);

	chronicle_check(reading->past, monitor, when_us, ended, latency_us, at);
}

static void read_monitor(const struct reading *reading, char *at)
{
	long fall = number(reading, &at), rise = number(reading, &at), interval = number(reading, &at), timeout = number(reading, &at);

	chronicle_monitor(reading->past, at, (unsigned)fall, (unsigned)rise, (int)interval, (int)timeout);
}

static void read_move(const struct reading *reading, const char *verb, char *at)
{
	long monitor = number(reading, &at);
	int64_t when_us = moment(reading, &at);

	if (strcmp(verb, "pause") == 0)
		chronicle_pause(reading->past, monitor, when_us, at);
	else if (strcmp(verb, "resume") == 0)
		chronicle_resume(reading->past, monitor, when_us, at);
	else if (strcmp(verb, "ack") == 0)
		chronicle_acknowledge(reading->past, monitor, when_us, at);
	else if (strcmp(verb, "maintain") == 0)
		chronicle_maintain(reading->past, monitor, when_us);
	else if (strcmp(verb, "return") == 0)
		chronicle_return(reading->past, monitor, when_us);
	else
		refuse(reading, "it does not begin with a word that is known");
}

static void read_line(struct reading *reading, char *line)
{
	char *at = line, *verb = word(reading, &at);
	struct error err;

	if (strcmp(verb, "base") == 0) {
		if (!moment_parse(at, 0, &reading->base_us, &err))
			refuse(reading, err.text);
	} else if (strcmp(verb, "monitor") == 0) {
		read_monitor(reading, at);
	} else if (strcmp(verb, "text") == 0) {
		long monitor = number(reading, &at);

		chronicle_add_text(reading->past, monitor, at);
	} else if (strcmp(verb, "begin") == 0) {
		chronicle_begin(reading->past);
	} else if (strcmp(verb, "checks") == 0) {
		read_checks(reading, at);
	} else if (strcmp(verb, "check") == 0) {
		read_check(reading, at);
	} else if (strcmp(verb, "off") == 0) {
		chronicle_off(reading->past, moment(reading, &at));
	} else {
		read_move(reading, verb, at);
	}
}

int main(int argc, char **argv)
{
	struct reading reading = { 0 };
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	if (argc != 2) {
		fprintf(stderr, "usage: chronicle DATABASE <SCRIPT\n");
		return 64;
	}
	reading.past = chronicle_open(argv[1]);
	while ((length = getline(&line, &room, stdin)) >= 0) {
		reading.line++;
		if (length && line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (*line && *line != '#')
			read_line(&reading, line);
	}
	free(line);
	chronicle_close(reading.past);
	return 0;
}
