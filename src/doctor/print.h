/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_PRINT_H
#define FORCEDTLS_DOCTOR_PRINT_H

#include <jansson.h>
#include <stdbool.h>

#include "doctor/doctor.h"

/* Findings, the worst first, for the eye. Nothing where there is nothing. False when writing failed. */
bool diagnosis_print(const struct diagnosis *diagnosis, const struct policy *policy);

/*
 * The same as JSON (doctor.schema.json); NULL when jansson fails. The caller
 * ends it with json_decref.
 */
json_t *diagnosis_json(const struct diagnosis *diagnosis, const struct policy *policy,
		       const char *policy_file);

/* "error", "warning", "note". A static string. */
const char *finding_severity_name(enum finding_severity severity);

#endif
