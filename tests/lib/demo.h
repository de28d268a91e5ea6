/*
 * The screen over a made-up board (tests/lib/tools/screen_demo.c) in a terminal. For cmocka: what goes wrong here fails the test.
 * Include cmocka.h before.
 */
#ifndef TESTS_DEMO_H
#define TESTS_DEMO_H

#include "term.h"

const char *demo_program(void);

/* env as term_start(), NULL: LC_ALL=C.UTF-8; args: words of the command line, ended by NULL, or NULL. */
struct term *demo_start(int rows, int cols, const char *const *env, const char *const *args);

/* Leaves by Q. The program must end with 0. */
void demo_quit(struct term *term);

#endif
