/* SPDX-License-Identifier: MIT */
/* Why Postfix does not get to one of our sockets, and what mends it. */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/asked.h"
#include "util/memory.h"

/* Writes the socket as the service has to. */
static void fix_endpoint(struct examination *examination, struct finding *finding, struct asked *asked,
			 const char *spec, enum protocol protocol)
{
	char *written = endpoint_print_postfix(&asked->endpoint);

	if (protocol != PROTOCOL_SOCKETMAP && strcmp(written, endpoint_for_service(examination, spec)) != 0)
		fix_own_socket(examination, finding, asked);
	if (endpoint_is_outside_chroot(examination, spec))
		fix_chroot(examination, finding);
	free(written);
}

static void fix_denied(struct examination *examination, struct finding *finding, const char *spec)
{
	const struct world *world = examination->world;
	char *group = world->group(world->context, main_setting(examination, "mail_owner"));
	struct endpoint ours;
	char *copy, *directory;
	int mode;

	if (endpoint_read_ours(spec, &ours) && ours.path != NULL && group != NULL) {
		copy = xstrdup(ours.path);
		directory = dirname(copy);
		mode = world->mode(world->context, directory);
		if (mode >= 0 && (mode & 01) == 0) {
			fix_command(finding, "chgrp", group, directory);
			fix_command(finding, "chmod", "g+x", directory);
		}
		fix_command(finding, "chgrp", group, ours.path);
		fix_command(finding, "chmod", "g+rw", ours.path);
		fix_edit(finding,
			 "%s: below daemon: write socket_group: %s and socket_mode: \"0660\", so that it "
			 "stays so",
			 examination->policy_file, group);
		free(copy);
	}
	endpoint_fini(&ours);
	free(group);
}

static bool we_get_there(const struct examination *examination, const char *spec, enum protocol protocol)
{
	return reach_ourselves(examination, spec, protocol) == REACH_ANSWERS;
}

struct finding *find_unreachable(struct examination *examination, struct asked *asked, const char *spec,
				 enum protocol protocol, connector_filter *filter)
{
	enum reach reach = reach_from_service(examination, &asked->endpoint, protocol);
	bool shut_in = examination->service->chroot && asked->endpoint.path != NULL;
	char *text = endpoint_print_postfix(&asked->endpoint);
	struct finding *finding = NULL;

	switch (reach) {
	case REACH_ANSWERS:
		break;
	case REACH_UNTRIED:
		finding = find(examination, NULL, filter,
			       "%s: nobody tried it as Postfix does; run this as root", text);
		finding->severity = FINDING_NOTE;
		break;
	case REACH_NOTHING:
		if (shut_in && endpoint_is_outside_chroot(examination, spec)) {
			finding =
				find(examination, NULL, filter,
				     "%s: the service runs in a chroot and finds no such socket there", text);
			fix_endpoint(examination, finding, asked, spec, protocol);
		} else if (we_get_there(examination, spec, protocol)) {
			finding = find(examination, NULL, filter,
				       "%s: there is no such socket for this service", text);
			fix_endpoint(examination, finding, asked, spec, protocol);
		}
		break;
	case REACH_DENIED:
		finding =
			find(examination, NULL, filter,
			     "%s: Postfix may not use this socket (its group, its mode, or its directory's)",
			     text);
		fix_denied(examination, finding, spec);
		break;
	case REACH_OTHER:
		finding = find(examination, NULL, filter, "%s: what answers there speaks another protocol",
			       text);
		fix_command(finding, "systemctl", "restart", "forcedtlsd");
		break;
	case REACH_REFUSED:
	case REACH_SILENT:
		if (we_get_there(examination, spec, protocol)) {
			finding = find(examination, NULL, filter, "%s: nobody answers this service there",
				       text);
			fix_endpoint(examination, finding, asked, spec, protocol);
		}
		break;
	}
	free(text);
	return finding;
}
