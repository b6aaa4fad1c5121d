/* SPDX-License-Identifier: MIT */
/* Names of users and groups, as a start looks them up. What root gives up is seen in tests/integration. */
#include "run/privilege.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

/* Nobody's, and root has to have one. */
#define USER "nobody"

TestSuite(privilege);

Test(privilege, a_group_that_is_none_ends_every_start)
{
	struct identity identity;

	cr_expect_eq(identity_find(USER, "forcedtls-nobody-has-this", &identity), EX_NOUSER);
	cr_expect_eq(identity_find(USER, NULL, &identity), EX_OK);
}

/* The next start may find them: a service manager tries again after 71, and not after 67. */
Test(privilege, names_that_cannot_be_looked_up)
{
	struct rlimit before, none;
	struct identity identity;
	const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int status;

	cr_assert(next >= 0 && close(next) == 0 && getrlimit(RLIMIT_NOFILE, &before) == 0);
	none = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
	cr_assert(setrlimit(RLIMIT_NOFILE, &none) == 0);
	status = identity_find(USER, "forcedtls-nobody-has-this", &identity);
	cr_assert(setrlimit(RLIMIT_NOFILE, &before) == 0);
	cr_expect_eq(status, EX_OSERR);
}
