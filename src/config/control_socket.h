/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_CONTROL_SOCKET_H
#define FORCEDTLS_CONFIG_CONTROL_SOCKET_H

/*
 * The path of the control socket that the policy file at path names, or of the
 * default one: also where the file has errors, or is not there, for then its
 * daemon is to be asked as well. The caller frees it.
 */
char *config_control_socket(const char *path);

#endif
