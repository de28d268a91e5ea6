/*
 * A directory for one test program to write kumatop.conf and conf.d/ into, and to read them from. For cmocka: what goes wrong here
 * fails the test.
 */
#ifndef TESTS_CONF_DIR_H
#define TESTS_CONF_DIR_H

#include <stddef.h>

#include "kumatop/conf.h"

/* Set-up and tear-down of a group: makes the directory and enters it; removes it with the files a test is known to write. */
int conf_dir_enter(void **state);
int conf_dir_leave(void **state);

const char *conf_dir_path(void);
const char *conf_dir_origin(void);	/* where the program was started */

void conf_dir_write(const char *path, const char *text);
void conf_dir_write_bytes(const char *path, const char *text, size_t length);

/* kumatop.conf, which must be right. */
struct conf *conf_dir_load(void);

/* What is wrong with kumatop.conf, each line ended; "" when nothing is. Heap. */
char *conf_dir_faults(void);
char *conf_dir_join(const struct text_list *list);

#endif
