/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_BACKGROUND_H
#define FORCEDTLS_RUN_BACKGROUND_H

/* So much nicer than it was: beside another thread it has a tenth of a processor then, and all of one that is free. */
#define BACKGROUND_NICE 10

/*
 * The calling thread gives way to those that mail waits for; once a thread. Not
 * to be undone, and inherited by what the thread starts. What keeps it from that is
 * logged, and all goes on as it was.
 */
void background_thread(void);

#endif
