/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_RUN_PROCESS_H
#define FORCEDTLS_RUN_PROCESS_H

#include <stdint.h>

/* What the kernel says of this process. Each is 0 where it does not say. Threads: safe. */

/* Memory that is in use and not paged out. */
uint64_t process_resident_bytes(void);
uint64_t process_virtual_bytes(void);
/* What RLIMIT_DATA counts (getrlimit(2)), and the main thread's stack. */
uint64_t process_data_bytes(void);
/* Processor time, of user and system. */
double process_cpu_seconds(void);
/* Descriptors that are open, and the most that may be. */
uint64_t process_open_files(void);
uint64_t process_max_files(void);

#endif
