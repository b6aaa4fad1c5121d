/* SPDX-License-Identifier: MIT */
/* The command line of the daemon. Opens nothing, and knows nothing of what the options are for. */
#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/config.h"
#include "config/file.h"
#include "run/trial.h"
#include "server/socket.h"

const char options_usage[] = "usage: forcedtlsd [-f] [-c FILE] [-p MILTER-SOCKET] [-P PIDFILE] [-V]\n";

static bool options_take(int option, char *argument, struct options *options)
{
	switch (option) {
	case 'f':
		options->foreground = true;
		return true;
	case 'h':
		options->help = true;
		return true;
	case 'V':
		options->version = true;
		return true;
	case 'c':
		options->file = argument;
		return true;
	case 't':
		options->try_within = argument;
		return true;
	case 'p':
		free(options->socket);
		options->socket = socket_absolute(argument);
		return true;
	case 'P':
		free(options->pidfile);
		options->pidfile = file_absolute(argument);
		return true;
	default:
		return false; /* getopt(3) has said why */
	}
}

bool options_parse(int argc, char **argv, struct options *options_r)
{
	static const struct option words[] = {
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{TRIAL_OPTION, required_argument, NULL, 't'},
		{0},
	};
	bool fine = true;
	int option;

	*options_r = (struct options){.file = CONFIG_DEFAULT_PATH};
	while (fine && (option = getopt_long(argc, argv, "fc:p:P:Vh", words, NULL)) != -1)
		fine = options_take(option, optarg, options_r);
	if (fine && optind < argc) {
		(void)fprintf(stderr, "forcedtlsd: unexpected argument \"%s\"\n", argv[optind]);
		fine = false;
	}
	if (!fine)
		(void)fputs(options_usage, stderr);
	options_r->absolute_file = file_absolute(options_r->file);
	return fine;
}

void options_fini(struct options *options)
{
	free(options->absolute_file);
	free(options->socket);
	free(options->pidfile);
	*options = (struct options){0};
}
