// SPDX-License-Identifier: MIT
// The addresses that Nodemailer's addressparser finds. One field a line in hexadecimal, answered by a line of
// "local@domain", in hexadecimal each.
'use strict';
let parse;
try {
	parse = require('addressparser');
} catch (error) {
	process.exit(77);
}
const flatten = list => list.flatMap(item => (item.group ? flatten(item.group) : [item.address || '']));
const read = text => {
	try {
		return flatten(parse(text));
	} catch (error) {
		return [];
	}
};
const lines = require('fs').readFileSync(0, 'latin1').trimEnd().split('\n');
const out = lines.map(line => read(Buffer.from(line, 'hex').toString('latin1'))
	.filter(address => address !== '')
	.map(address => Buffer.from(address, 'latin1').toString('hex')).join(' '));
process.stdout.write(out.join('\n') + '\n');
