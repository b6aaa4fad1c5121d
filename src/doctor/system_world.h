/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_SYSTEM_WORLD_H
#define FORCEDTLS_DOCTOR_SYSTEM_WORLD_H

#include "doctor/world.h"

/* The answers of this system. What was asked once is kept. Ended with system_world_free. */
struct system_world;

struct system_world *system_world_new(void);
void system_world_free(struct system_world **system);
/* Borrows system. */
struct world system_world_questions(struct system_world *system);

#endif
