/*
 * A way to tell somebody: what kinds there are, and one of them as configured. A spec is built once, sealed, and immutable from then on, as
 * a monitor's is; counted, any thread.
 *
 * Most kinds are data: to add a provider, write a row in one of src/alert/provider_*.c. Configuration, its errors, `kumatop alert kinds` and
 * the tests read the rows.
 */
#ifndef KUMATOP_CHANNEL_H
#define KUMATOP_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"
#include "kumatop/setting.h"

enum { CHANNEL_NAME_MOST = 100 };	/* bytes */

enum channel_format { CHANNEL_FORMAT_AUTO, CHANNEL_FORMAT_JSON, CHANNEL_FORMAT_FORM, CHANNEL_FORMAT_TEXT, CHANNEL_FORMAT_HTML };
enum channel_tls { CHANNEL_TLS_STARTTLS, CHANNEL_TLS_TLS, CHANNEL_TLS_NONE };

/* All that any kind can be told; a kind's table names those that it is, and what it calls them. */
struct channel_settings {
	char *url, *token, *secret, *password;	/* secrets */
	char *server, *user, *chat, *topic, *from, *method, *body, *priority, *file;
	struct text_list to, cc, headers, command;
	int format, markup, tls;
	bool verify;
};

/* What every channel has. Rules of when it is told come here. */
struct channel_common {
	bool by_default;	/* told of monitors that do not say whom to tell */
	int64_t timeout_ms;	/* of one attempt */
};

extern const struct setting channel_common_settings[];

struct channel_spec;

struct channel_kind {
	const char *name;		/* the word in kumatop.conf: "slack" */
	const char *summary;		/* one line, no full stop */
	const struct setting *settings;	/* of this kind, in struct channel_settings */
	const char *needs;		/* names of those that must be given, with blanks between; or NULL */
	const struct channel_way *way;		/* how it is sent; private to src/alert */
	const struct provider *provider;	/* of one that speaks HTTP: what it is sent; private to src/alert */
};

/* All kinds there are, ended by NULL. */
extern const struct channel_kind *const channel_kinds[];
const struct channel_kind *channel_kind_find(const char *name);		/* NULL if there is none */
const char *channel_kind_nearest(const char *name);			/* the one that was meant, or NULL */
bool channel_kind_needs(const struct channel_kind *kind, const char *setting);

struct channel_spec {
	_Atomic size_t holders;
	const struct channel_kind *kind;
	char *name;
	struct channel_settings settings;
	struct channel_common common;
	struct channel_plan *plan;	/* what sealing made of it; private to src/alert. NULL: not sealed */
	char *file;			/* where it is declared, or NULL */
	int line;
};

/* All settings at their default, one holder. name NULL: the kind's. NULL with err for a name that is empty, too long or unclean. */
struct channel_spec *channel_spec_create(const struct channel_kind *kind, const char *name, struct error *err);

/*
 * Checks what is missing and what settings say of each other, reads secrets and compiles templates. May read files, so never on a loop. err
 * names the setting, and never what it holds. On failure the spec stays unsealed.
 */
bool channel_spec_seal(struct channel_spec *spec, struct error *err);

struct channel_spec *channel_spec_hold(struct channel_spec *spec);	/* accepts NULL */
void channel_spec_release(struct channel_spec *spec);			/* accepts NULL */

/* Whether both tell the same people in the same way. What secrets in files hold is not compared. */
bool channel_spec_equal(const struct channel_spec *a, const struct channel_spec *b);

/* Looks a setting up among the kind's and then the common ones; *values gets the struct the row belongs to. */
const struct setting *channel_spec_setting(struct channel_spec *spec, const char *name, void **values);

/* Whether it runs programs: its alerter needs a helper process then (see alerter.h). */
bool channel_spec_runs_programs(const struct channel_spec *spec);

/* The names that may stand in any template, ended by NULL. Beside them {{channel.NAME}} is what the channel's own setting holds. */
extern const char *const channel_value_names[];

#endif
