<?php
// SPDX-License-Identifier: MIT
// The addresses that PHP's mailparse finds. One field a line in hexadecimal, answered by a line of "local@domain", in
// hexadecimal each.
if (!function_exists('mailparse_rfc822_parse_addresses')) {
	exit(77);
}
error_reporting(0);
while (($line = fgets(STDIN)) !== false) {
	$found = [];
	foreach (mailparse_rfc822_parse_addresses(hex2bin(trim($line))) ?: [] as $address) {
		if ($address['address'] !== '') {
			$found[] = bin2hex($address['address']);
		}
	}
	echo implode(' ', $found), "\n";
}
