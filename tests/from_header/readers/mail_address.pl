# SPDX-License-Identifier: MIT
# The addresses that Perl's two readers of address fields find: perl mail_address.pl MODULE, Email::Address::XS or
# Mail::Address. One field a line in hexadecimal, answered by a line of "local@domain", in hexadecimal each.
use strict;
use warnings;

my $module = shift;
eval "require $module; 1" or exit 77;
$SIG{__WARN__} = sub { };
$| = 1;

# What is left of it without comments, as its documentation has it.
sub read_field {
	my ($text) = @_;
	return map { $_->address } Mail::Address->parse($text) if $module eq 'Mail::Address';
	return map { defined $_->user && defined $_->host ? $_->user . '@' . $_->host : undef }
		Email::Address::XS->parse($text);
}

while (my $line = <STDIN>) {
	chomp $line;
	my @found = eval { read_field(pack 'H*', $line) };
	print join(' ', map { defined $_ && length $_ ? unpack('H*', $_) : () } @found), "\n";
}
