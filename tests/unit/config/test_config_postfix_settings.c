/* SPDX-License-Identifier: MIT */
/* What postconf(1) says, and what runs in its place: the linker wraps access(2) and execve(2). */
#include "config/postfix_settings.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "util/memory.h"

/* As the linker's --wrap has them. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_access(const char *path, int mode);
int __wrap_execve(const char *path, char *const words[], char *const environment[]);

static bool there; /* the program */
static void (*program)(char *const words[], char *const environment[]); /* in the child, in its place */

int __wrap_access(const char *path, int mode)
{
	(void)path;
	return mode == X_OK && there ? 0 : -1;
}

int __wrap_execve(const char *path, char *const words[], char *const environment[])
{
	if (path[0] == '/' && program != NULL)
		program(words, environment);
	_exit(127);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct postfix_settings got;

static void set_up(void)
{
	there = true;
	program = NULL;
	clock_flies = 0;
	(void)unsetenv("MAIL_CONFIG");
}

static void tear_down(void)
{
	clock_flies = 0;
	postfix_settings_fini(&got);
}

TestSuite(config_postfix_settings, .init = set_up, .fini = tear_down);

static void expect_text(const char *what, const char *is, const char *wanted)
{
	cr_expect(is == NULL || wanted == NULL ? is == wanted : strcmp(is, wanted) == 0, "%s: %s, wanted %s",
		  what, is != NULL ? is : "NULL", wanted != NULL ? wanted : "NULL");
}

/* What a Postfix says that is the only one. */
#define ALONE "multi_instance_directories =\nalternate_config_directories =\n"

static void expect(const char *said, const char *myorigin, const char *mydomain, const char *delimiter)
{
	struct strbuf whole = {0};
	char *text;

	strbuf_printf(&whole, ALONE "%s", said);
	text = strbuf_take(&whole);
	postfix_settings_fini(&got);
	cr_expect(postfix_settings_read(text, &got) == POSTFIX_ANSWERED, "%s", said);
	expect_text(said, got.myorigin, myorigin);
	expect_text(said, got.mydomain, mydomain);
	expect_text(said, got.recipient_delimiter, delimiter);
	free(text);
}

Test(config_postfix_settings, what_it_says)
{
	expect("myorigin = MX.Example.ORG\nmyhostname = mx.example.net\nappend_at_myorigin = yes\nmydomain = "
	       "example.org\nappend_dot_mydomain = yes\n"
	       "recipient_delimiter = +-\n",
	       "mx.example.org", "example.org", "+-");
	expect("myorigin = a.example\nmyhostname = mx.example.net\nappend_at_myorigin = no\n"
	       "append_dot_mydomain = no\nmydomain = example.org\nrecipient_delimiter =\n",
	       "mx.example.net", "", "");
	expect("recipient_delimiter = ", NULL, NULL, "");
	expect("", NULL, NULL, NULL);
}

#define AT "append_at_myorigin = yes\n"

/* What cannot be told is not taken. */
Test(config_postfix_settings, what_is_of_no_use)
{
	expect("mydomain = example.org\n", NULL, NULL, NULL);
	expect("mydomain = example.org\nappend_dot_mydomain = maybe\n", NULL, NULL, NULL);
	expect("mydomain = not a domain\nappend_dot_mydomain = yes\n", NULL, NULL, NULL);
	expect("myorigin = a.example\n", NULL, NULL, NULL);
	expect("myorigin = a.example\nappend_at_myorigin = perhaps\n", NULL, NULL, NULL);
	expect(AT "myorigin = $mydomain\n", NULL, NULL, NULL);
	expect(AT "myorigin = [192.0.2.1]\n", NULL, NULL, NULL);
	expect(AT "myorigin =\n", NULL, NULL, NULL);
	expect(AT "myorigin = /nonexistent/mailname\n", NULL, NULL, NULL);
	expect(AT "myorigin = /\n", NULL, NULL, NULL);
	expect(AT "myorigin = /dev/zero\n", NULL, NULL, NULL);
	expect("recipient_delimiter = $x\n", NULL, NULL, NULL);
	expect("recipient_delimiter = a\n", NULL, NULL, NULL);
	expect(AT "my_recipient_delimiter = +\nmyorigins = a.example\nmyorigin: b.example\n", NULL, NULL,
	       NULL);
	expect(AT "myorigin = a.example\nmyorigin = b.example\n", "a.example", NULL, NULL);
}

static void expect_several(const char *said)
{
	char *text = xstrdup(said);

	postfix_settings_fini(&got);
	cr_expect(postfix_settings_read(text, &got) == POSTFIX_SEVERAL, "%s", said);
	expect_text(said, got.myorigin, NULL);
	expect_text(said, got.mydomain, NULL);
	expect_text(said, got.recipient_delimiter, NULL);
	free(text);
}

#define ALL AT "myorigin = a.example\nappend_dot_mydomain = no\nrecipient_delimiter = +\n"

/* It speaks for itself alone, and whose the mail is nobody says; as little where it does not tell of others. */
Test(config_postfix_settings, several_instances)
{
	expect(ALL, "a.example", "", "+");
	expect_several(ALL "multi_instance_directories = /etc/postfix-mx\nalternate_config_directories =\n");
	expect_several(ALL "multi_instance_directories =\nalternate_config_directories = /etc/postfix-mx\n");
	expect_several(ALL "multi_instance_directories =\n");
	expect_several(ALL "alternate_config_directories =\n");
	expect_several(ALL);
}

Test(config_postfix_settings, name_in_a_file)
{
	struct scratch scratch;
	struct strbuf said = {0};

	scratch_init(&scratch);
	scratch_puts(&scratch, "mailname", "Mail.Example.Org \nnothing more\n");
	strbuf_printf(&said, AT "myorigin = %s/mailname\n", scratch.folder);
	expect(said.text, "mail.example.org", NULL, NULL);
	strbuf_fini(&said);
	scratch_fini(&scratch);
}

static void say(const char *text)
{
	(void)!write(STDOUT_FILENO, text, strlen(text));
}

/* As it would, with what it was given. */
static void answer(char *const words[], char *const environment[])
{
	if (strcmp(words[1], "-x") == 0 && strcmp(environment[0], "LC_ALL=C") == 0 && environment[1] == NULL)
		say(ALONE AT "myorigin = a.example\n");
	_exit(0);
}

static void answer_of_directory(char *const words[], char *const environment[])
{
	(void)words;
	say(strcmp(environment[1], "MAIL_CONFIG=/etc/postfix-2") == 0 && environment[2] == NULL ? ALONE AT
		    "myorigin = b.example\n"
												: "");
	_exit(0);
}

Test(config_postfix_settings, asked)
{
	program = answer;
	cr_expect(postfix_settings_ask(&got) == POSTFIX_ANSWERED);
	expect_text("myorigin", got.myorigin, "a.example");
	postfix_settings_fini(&got);
	cr_assert(setenv("MAIL_CONFIG", "/etc/postfix-2", 1) == 0);
	program = answer_of_directory;
	cr_expect(postfix_settings_ask(&got) == POSTFIX_ANSWERED);
	expect_text("myorigin", got.myorigin, "b.example");
}

static void fail(char *const words[], char *const environment[])
{
	(void)words;
	(void)environment;
	say(ALONE AT "myorigin = a.example\n");
	_exit(1);
}

static void say_too_much(char *const words[], char *const environment[])
{
	(void)words;
	(void)environment;
	for (;;)
		say(ALONE AT "myorigin = a.example\n");
}

static void say_nul(char *const words[], char *const environment[])
{
	(void)words;
	(void)environment;
	(void)!write(STDOUT_FILENO, ALONE AT "myorigin = a.example\n\0", sizeof ALONE AT + 21);
	_exit(0);
}

static void hang(char *const words[], char *const environment[])
{
	(void)words;
	(void)environment;
	say(ALONE AT "myorigin = a.example\n");
	for (;;)
		(void)pause();
}

static void close_and_hang(char *const words[], char *const environment[])
{
	(void)words;
	(void)environment;
	say(ALONE AT "myorigin = a.example\n");
	(void)close(STDOUT_FILENO);
	for (;;)
		(void)pause();
}

/* Whatever it does, it is gone afterwards, and nothing that it said is taken. */
Test(config_postfix_settings, no_answer)
{
	void (*const programs[])(char *const words[], char *const environment[]) = {
		NULL, fail, say_too_much, say_nul, hang, close_and_hang};

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		program = programs[i];
		clock_flies = program == hang || program == close_and_hang ? 1 : 0;
		cr_expect(postfix_settings_ask(&got) == POSTFIX_FAILED, "case %zu", i);
		cr_expect_null(got.myorigin);
	}
	clock_flies = 0;
	there = false;
	program = answer;
	cr_expect(postfix_settings_ask(&got) == POSTFIX_NOT_ASKED, "no such program");
}
