/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_REPORT_HTML_STYLE_H
#define FORCEDTLS_REPORT_HTML_STYLE_H

/* The page's style sheet: light and dark, and for paper. Ends with NULL; a line each. */
extern const char *const html_style[];

#endif
