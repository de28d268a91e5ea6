/* What comes of a statement, printed as it comes. */
#ifndef KUMATOP_CLI_SQL_PRINT_H
#define KUMATOP_CLI_SQL_PRINT_H

#include "kumatop/query.h"

/* A table has the widths of its first rows. CSV is RFC 4180 with a header; JSON is one object a line. */
enum sql_form { SQL_CSV, SQL_JSON, SQL_TABLE };

struct sql_print;

struct sql_print *sql_print_create(enum sql_form form, bool guard);	/* guard as format_csv_cell() */
void sql_print_destroy(struct sql_print *print);	/* accepts NULL */

/* As query_sink has them; arg is the print. false: nobody reads any more, or it cannot be written, which has been said. */
bool sql_print_head(void *arg, const char *const *names, size_t count);
bool sql_print_row(void *arg, const struct query_cell *cells, size_t count);

/* Prints what is left; false: not all could be written. */
bool sql_print_end(struct sql_print *print);

#endif
