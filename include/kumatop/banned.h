/*
 * Functions this project does not use, refused by the compiler. Forced into every file with -include, so it comes before
 * any other header: what it includes here must have been declared before the names are poisoned.
 */
#ifndef KUMATOP_BANNED_H
#define KUMATOP_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Under _FORTIFY_SOURCE clang gets some of them as macros, and warns about poisoning those. */
#undef sprintf
#undef vsprintf

#pragma GCC poison sprintf vsprintf strcpy strcat strncpy strtok atoi atol gmtime localtime ctime asctime system popen

#endif
