/* See dns_zone.h, and dns_peer.h for the language. */
#include "dns_zone.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"

enum { HEADER = 12, CLASS_IN = 1, TTL = 60, MAX_CHAIN = 8 };
enum { RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5 };
enum { TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_PTR = 12, TYPE_MX = 15, TYPE_TXT = 16, TYPE_AAAA = 28 };

enum rule_kind { RULE_RECORD, RULE_RCODE, RULE_NODATA, RULE_SILENT, RULE_DELAY, RULE_GARBAGE, RULE_TRUNCATED, RULE_TTL };

/* What a rule's value is: a an address, n a name, m a preference and a name, t a text, # a number. */
static const struct rule_word {
	const char *word;
	enum rule_kind kind;
	char takes;
	uint16_t number;	/* type or rcode */
} rule_words[] = {
	{ "A", RULE_RECORD, 'a', TYPE_A },
	{ "AAAA", RULE_RECORD, 'a', TYPE_AAAA },
	{ "CNAME", RULE_RECORD, 'n', TYPE_CNAME },
	{ "NS", RULE_RECORD, 'n', TYPE_NS },
	{ "PTR", RULE_RECORD, 'n', TYPE_PTR },
	{ "MX", RULE_RECORD, 'm', TYPE_MX },
	{ "TXT", RULE_RECORD, 't', TYPE_TXT },
	{ "NXDOMAIN", RULE_RCODE, 0, RCODE_NXDOMAIN },
	{ "SERVFAIL", RULE_RCODE, 0, RCODE_SERVFAIL },
	{ "REFUSED", RULE_RCODE, 0, RCODE_REFUSED },
	{ "NODATA", RULE_NODATA, 0, 0 },
	{ "SILENT", RULE_SILENT, 0, 0 },
	{ "DELAY", RULE_DELAY, '#', 0 },
	{ "GARBAGE", RULE_GARBAGE, 0, 0 },
	{ "TRUNCATED", RULE_TRUNCATED, 0, 0 },
	{ "TTL", RULE_TTL, '#', 0 },
};

struct rule {
	char *name;		/* pattern, lower case */
	enum rule_kind kind;
	uint16_t number;	/* type or rcode */
	int value;		/* milliseconds or seconds */
	unsigned char data[512];
	size_t length;
	char target[DNS_NAME];	/* of a CNAME */
};

struct dns_zone {
	struct rule *rules;
	size_t count;
};

static void lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

/* A name as labels. 0 when it is too long or has an empty label. */
static size_t encode_name(const char *name, unsigned char *out, size_t size)
{
	size_t used = 0;

	while (*name) {
		size_t n = strcspn(name, ".");
		if (!n || n > 63 || used + n + 2 > size)
			return 0;
		out[used++] = (unsigned char)n;
		memcpy(out + used, name, n);
		used += n;
		name += n;
		if (*name == '.')
			name++;
	}
	out[used++] = 0;
	return used;
}

static bool encode_value(struct rule *rule, char takes, char *value)
{
	size_t length = strlen(value);
	char *end;
	long number;

	switch (takes) {
	case 0:
		return !length;
	case 'a':
		rule->length = rule->number == TYPE_A ? 4 : 16;
		return inet_pton(rule->number == TYPE_A ? AF_INET : AF_INET6, value, rule->data) == 1;
	case 'n':
		lower(value);
		if (length >= sizeof rule->target)
			return false;
		memcpy(rule->target, value, length + 1);
		rule->length = encode_name(value, rule->data, sizeof rule->data);
		return length && rule->length;
	case 't':
		if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
			value++;
			length -= 2;
		}
		rule->data[0] = (unsigned char)length;
		if (length > 255)
			return false;
		memcpy(rule->data + 1, value, length);
		rule->length = length + 1;
		return true;
	default:
		number = strtol(value, &end, 10);
		if (end == value || number < 0 || number > 1000000)
			return false;
		rule->value = (int)number;
		if (takes == '#')
			return !*end;
		end += strspn(end, " \t");
		rule->data[0] = (unsigned char)(number >> 8 & 255);
		rule->data[1] = (unsigned char)(number & 255);
		rule->length = encode_name(end, rule->data + 2, sizeof rule->data - 2) + 2;
		return *end && rule->length > 2;
	}
}

static bool read_rule(struct rule *rule, char *line, struct error *err)
{
	static const char blanks[] = " \t";
	char *name, *word, *value;
	size_t i;

	name = line + strspn(line, blanks);
	word = name + strcspn(name, blanks);
	if (*word)
		*word++ = '\0';
	word += strspn(word, blanks);
	value = word + strcspn(word, blanks);
	if (*value)
		*value++ = '\0';
	value += strspn(value, blanks);
	while (*value && strchr(blanks, value[strlen(value) - 1]))
		value[strlen(value) - 1] = '\0';

	*rule = (struct rule){ .name = heap_text(name) };
	lower(rule->name);
	for (i = 0; i < sizeof rule_words / sizeof *rule_words; i++)
		if (strcasecmp(rule_words[i].word, word) == 0) {
			rule->kind = rule_words[i].kind;
			rule->number = rule_words[i].number;
			return encode_value(rule, rule_words[i].takes, value)
			    || error_set(err, EXIT_DATA, "record of %s: %s cannot have \"%s\"", name, word, value);
		}
	return error_set(err, EXIT_DATA, "record of %s: no such word: \"%s\"", name, word);
}

struct dns_zone *dns_zone_parse(const char *text, struct error *err)
{
	struct dns_zone *zone = heap_zero(1, sizeof *zone);

	while (*text) {
		size_t length = strcspn(text, "\n;");
		char *line = heap_text_n(text, length);
		bool good = true;

		line[strcspn(line, "#")] = '\0';
		if (line[strspn(line, " \t\r")]) {
			zone->rules = heap_resize(zone->rules, zone->count + 1, sizeof *zone->rules);
			good = read_rule(&zone->rules[zone->count++], line, err);
		}
		free(line);
		if (!good) {
			dns_zone_destroy(zone);
			return NULL;
		}
		text += length + (text[length] != '\0');
	}
	return zone;
}

void dns_zone_destroy(struct dns_zone *zone)
{
	size_t i;

	if (!zone)
		return;
	for (i = 0; i < zone->count; i++)
		free(zone->rules[i].name);
	free(zone->rules);
	free(zone);
}

const char *dns_type_name(uint16_t type)
{
	size_t i;

	for (i = 0; i < sizeof rule_words / sizeof *rule_words; i++)
		if (rule_words[i].kind == RULE_RECORD && rule_words[i].number == type)
			return rule_words[i].word;
	return "?";
}

static uint16_t get_16(const unsigned char *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

bool dns_question_read(const unsigned char *message, size_t length, struct dns_question *question)
{
	size_t at = HEADER, used = 0, i;

	if (length < HEADER || message[2] & 0x80 || get_16(message + 4) != 1)
		return false;
	while (at < length && message[at]) {
		size_t n = message[at++];
		if (n > 63 || at + n >= length || used + n + 2 > sizeof question->name)
			return false;
		if (used)
			question->name[used++] = '.';
		for (i = 0; i < n; i++)
			question->name[used++] = (char)(message[at + i] <= ' ' || message[at + i] > '~' ? '?' : tolower(message[at + i]));
		at += n;
	}
	question->name[used] = '\0';
	if (at + 5 > length)
		return false;
	question->type = get_16(message + at + 1);
	question->length = at + 5;
	return true;
}

struct answer {
	unsigned char *data;
	size_t length;
	unsigned records;
	uint32_t ttl;
};

static void put_16(struct answer *answer, unsigned value)
{
	answer->data[answer->length++] = (unsigned char)(value >> 8);
	answer->data[answer->length++] = (unsigned char)value;
}

static void put_record(struct answer *answer, const char *name, const struct rule *rule)
{
	unsigned char encoded[DNS_NAME + 2];
	size_t length = encode_name(name, encoded, sizeof encoded);

	if (!length || answer->length + length + 10 + rule->length > DNS_MESSAGE)
		return;
	memcpy(answer->data + answer->length, encoded, length);
	answer->length += length;
	put_16(answer, rule->number);
	put_16(answer, CLASS_IN);
	put_16(answer, answer->ttl >> 16);
	put_16(answer, answer->ttl & 0xffff);
	put_16(answer, (unsigned)rule->length);
	memcpy(answer->data + answer->length, rule->data, rule->length);
	answer->length += rule->length;
	answer->records++;
}

static bool is_about(const struct rule *rule, const char *name)
{
	return fnmatch(rule->name, name, 0) == 0;
}

static const struct rule *find_rule(const struct dns_zone *zone, const char *name, enum rule_kind kind)
{
	size_t i;

	for (i = 0; i < zone->count; i++)
		if (zone->rules[i].kind == kind && is_about(&zone->rules[i], name))
			return &zone->rules[i];
	return NULL;
}

static bool exists(const struct dns_zone *zone, const char *name)
{
	return find_rule(zone, name, RULE_RECORD) || find_rule(zone, name, RULE_NODATA) || find_rule(zone, name, RULE_GARBAGE)
	    || find_rule(zone, name, RULE_TRUNCATED);
}

/* The records of a name, and along its aliases. Returns the rcode. */
static unsigned put_records(const struct dns_zone *zone, const char *name, uint16_t type, struct answer *answer)
{
	unsigned links;
	size_t i;

	for (links = 0; name && links < MAX_CHAIN; links++) {
		const struct rule *rcode = find_rule(zone, name, RULE_RCODE);
		const char *next = NULL;

		if (rcode)
			return rcode->number;
		if (!exists(zone, name))
			return RCODE_NXDOMAIN;
		for (i = 0; i < zone->count; i++) {
			const struct rule *rule = &zone->rules[i];
			bool alias = rule->number == TYPE_CNAME;
			if (rule->kind != RULE_RECORD || (rule->number != type && !alias) || !is_about(rule, name))
				continue;
			put_record(answer, name, rule);
			if (alias && type != TYPE_CNAME)
				next = rule->target;
		}
		name = next;
	}
	return 0;
}

size_t dns_zone_answer(const struct dns_zone *zone, const unsigned char *query, const struct dns_question *question, bool udp,
    unsigned char data[DNS_MESSAGE], int *delay_ms)
{
	const struct rule *delay = find_rule(zone, question->name, RULE_DELAY), *ttl = find_rule(zone, question->name, RULE_TTL);
	bool truncated = udp && find_rule(zone, question->name, RULE_TRUNCATED);
	struct answer answer = { .data = data, .length = question->length, .ttl = ttl ? (uint32_t)ttl->value : TTL };
	unsigned rcode = 0;

	*delay_ms = delay ? delay->value : 0;
	if (find_rule(zone, question->name, RULE_SILENT))
		return 0;
	memcpy(data, query, question->length);
	memset(data + 6, 0, 6);
	if (find_rule(zone, question->name, RULE_GARBAGE)) {
		static const unsigned char broken[] = { 0xc0, 0x0c, 0, 1, 0, 1, 0xff };
		memcpy(data + answer.length, broken, sizeof broken);
		answer.length += sizeof broken;
		answer.records = 7;
	} else if (!truncated)
		rcode = put_records(zone, question->name, question->type, &answer);
	data[2] = (unsigned char)(0x84 | (query[2] & 1) | (truncated ? 2 : 0));	/* answer, authoritative, as it asked, cut */
	data[3] = (unsigned char)(0x80 | rcode);
	data[7] = (unsigned char)answer.records;
	return answer.length;
}
